"""iCalendar text: what is written is what another's reader finds in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from supportcore.desk.views.ical import Dated, calendar_text

AT = datetime(2026, 3, 2, 14, 30, 59, 999_000, tzinfo=UTC)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\\;,:\"'^\nñ🦤")
TEXTS = st.builds(lambda text, times: text * times, st.text(CHARACTERS, max_size=20), st.integers(1, 15))


def read(text: str) -> list[dict[str, object]]:
    found = []
    for event in Calendar.from_ical(text).walk("VEVENT"):
        said = {key: str(event[key]) for key in ("UID", "SUMMARY")}
        found.append({**said, "DESCRIPTION": str(event.get("DESCRIPTION", "")), "DTSTART": event["DTSTART"].dt})
    return found


@given(
    name=TEXTS,
    said=st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 10**9)), max_size=3),
)
@example(name="A", said=[("C:\\new\\;x, y", "\\n is no line break", 0)])
def test_what_is_written_is_what_is_read(name: str, said: list[tuple[str, str, int]]) -> None:
    """Any text comes back as it was, and no line is longer than 75 octets or broken within a character."""
    entries = [
        Dated(
            uid=f"{place}@desk",
            at=AT + timedelta(seconds=seconds),
            changed_at=AT,
            revision=place,
            summary=summary,
            description=description,
        )
        for place, (summary, description, seconds) in enumerate(said)
    ]
    text = calendar_text(name, entries)
    expected = [
        {
            "UID": entry.uid,
            "SUMMARY": entry.summary,
            "DESCRIPTION": entry.description,
            "DTSTART": entry.at.replace(microsecond=0),
        }
        for entry in entries
    ]
    assert expected == read(text)
    lines = text.split("\r\n")
    assert "" == lines.pop()
    assert [] == [line for line in lines if len(line.encode()) > 75 or re.search("[\r\n]", line)]


def test_control_characters_are_left_out() -> None:
    """They stand in no iCalendar text; line breaks of any kind are told as such."""
    entry = Dated(uid="1@desk", at=AT, changed_at=AT, revision=1, summary="a\x00b\x07c", description="x\r\ny\rz")
    (found,) = read(calendar_text("Desk", [entry]))
    assert ("abc", "x\ny\nz") == (found["SUMMARY"], found["DESCRIPTION"])


def test_an_event_takes_no_time() -> None:
    """It has an instant to the second and no end, and nobody is busy for it."""
    lines = calendar_text("Desk", [Dated(uid="1@desk", at=AT, changed_at=AT, revision=7, summary="Due")]).splitlines()
    assert {"DTSTART:20260302T143059Z", "DTSTAMP:20260302T143059Z", "SEQUENCE:7", "TRANSP:TRANSPARENT"} <= set(lines)
    assert not any(line.startswith(("DTEND", "DURATION", "DESCRIPTION")) for line in lines)
