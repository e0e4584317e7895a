"""
Dated entries as an iCalendar object, RFC 5545: as much of it as a calendar needs to show them.

Each is an event without length at its instant, in UTC to the second. It takes no time of anybody's (``TRANSPARENT``),
and keeps its ``UID`` when it moves, so that a calendar that reads the object again moves it, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

PRODUCT = "-//supportcore//EN"
_LINE = 75
"""Octets of a line at most, without its break (section 3.1)."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
"""Characters that no text holds (section 3.1), line feeds and tabs aside."""


@attrs.frozen(kw_only=True)
class Dated:
    """
    One entry.

    Attributes:
        uid: Unique in the world, and the same whenever the entry is written.
        at: Aware instant.
        changed_at: Aware instant of the last change of what it is about.
        revision: Rises with each change.
        summary: A line.
        description: Text; empty for none.
    """

    uid: str
    at: datetime
    changed_at: datetime
    revision: int
    summary: str
    description: str = ""


def calendar_text(name: str, entries: Iterable[Dated]) -> str:
    """
    Return an iCalendar object of entries; lines end with CR LF.

    >>> calendar_text("Due", []).splitlines()
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//supportcore//EN', 'X-WR-CALNAME:Due', 'END:VCALENDAR']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"X-WR-CALNAME:{_escaped(name)}"]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(entry: Dated) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(entry.uid)}"
    yield f"DTSTAMP:{_instant(entry.changed_at)}"
    yield f"SEQUENCE:{entry.revision}"
    yield f"DTSTART:{_instant(entry.at)}"
    yield f"SUMMARY:{_escaped(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{_escaped(entry.description)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Return text as a value (section 3.3.11)."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, each but the first behind a space; no character is cut."""
    part, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > _LINE:
            yield part
            part, length = " ", 1
        part += character
        length += size
    yield part
