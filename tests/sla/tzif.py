"""
The changes of clocks of a zone, read from the bytes of its TZif file.

Neither zoneinfo nor supportcore is asked: the 64-bit block of a version 2+ file (RFC 9636, section 3) holds the
changes up to some year, its footer a POSIX rule for all later ones. A change that leaves the offset as it is (only the
name or the flag of summer time) is none here.
"""

from __future__ import annotations

import re
import struct
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1970, 2200
DAY = 86_400


class Change(NamedTuple):
    """The instant of a change in seconds since 1970 UTC, and the offset east of UTC before and after it in seconds."""

    at: int
    before: int
    after: int

    def instant(self) -> datetime:
        """The instant of the change in UTC."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.at)


def _bytes_of(zone: str) -> bytes:
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


def _counts(content: bytes, at: int) -> tuple[int, ...]:
    assert content[at : at + 4] == b"TZif"
    return struct.unpack(">6l", content[at + 20 : at + 44])


@cache
def changes(zone: str) -> tuple[Change, ...]:
    """
    Return every change of the offset of *zone* from the first to the last year of instants, in order.
    """
    content = _bytes_of(zone)
    assert content[4:5] >= b"2", f"{zone}: no 64-bit block"
    # The version 1 block comes first: 5 bytes a transition (32 bit), 8 a leap second.
    isut, isstd, leap, times, types, chars = _counts(content, 0)
    at = 44 + 5 * times + 6 * types + chars + 8 * leap + isstd + isut
    isut, isstd, leap, times, types, chars = _counts(content, at)
    at += 44
    instants = struct.unpack(f">{times}q", content[at : at + 8 * times])
    indices = content[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", content[at + 6 * i : at + 6 * i + 4])[0] for i in range(types)]
    at += 6 * types + chars + 12 * leap + isstd + isut
    moves = [(instant, offsets[index]) for instant, index in zip(instants, indices, strict=True)]
    last = instants[-1] if instants else -(2**63)
    moves += [move for move in _by_rule(content[at:].strip().decode("ascii")) if move[0] > last]
    found, before = [], offsets[0]
    low, high = _seconds(date(FIRST_YEAR, 1, 1)), _seconds(date(LAST_YEAR, 1, 1))
    for instant, after in moves:
        if before != after and low <= instant < high:
            found.append(Change(instant, before, after))
        before = after
    return tuple(found)


# --- the footer: a POSIX rule such as <+1030>-10:30<+11>-11,M10.1.0,M4.1.0 -----------------------------------

_NAME, _OFFSET = r"(?:<[^>]+>|[A-Za-z]+)", r"[+-]?\d+(?::\d+){0,2}"
_RULE = re.compile(rf"{_NAME}(?P<std>{_OFFSET})(?:{_NAME}(?P<dst>{_OFFSET})?,(?P<start>[^,]+),(?P<end>[^,]+))?")


def _clock(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY


def _wall(rule: str, year: int) -> int:
    """Seconds since 1970 on the wall when *rule* applies in *year*; Mm.w.d is the w-th weekday d, or the last."""
    day, _, clock = rule.partition("/")
    month, week, weekday = (int(part) for part in day.removeprefix("M").split("."))
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (week - 1))
    if found.month != month:
        found -= timedelta(days=7)
    return _seconds(found) + _clock(clock or "2")


def _by_rule(footer: str) -> list[tuple[int, int]]:
    parsed = _RULE.fullmatch(footer)
    assert parsed is not None, footer
    standard = -_clock(parsed["std"])  # POSIX counts west of Greenwich
    if parsed["start"] is None:
        return []
    summer = -_clock(parsed["dst"]) if parsed["dst"] else standard + 3600
    moves = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        moves.append((_wall(parsed["start"], year) - standard, summer))
        moves.append((_wall(parsed["end"], year) - summer, standard))
    return sorted(moves)
