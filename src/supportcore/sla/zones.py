"""
What is asked of the time zone database: where the offset of a zone changes, and which release of it is in use.

A stretch is a time in which a zone keeps one offset. `zoneinfo` tells the offset of an instant but not when it changes,
so the offset is probed every `STEP` and a change between two probes is bisected to the second. Since 1970 no zone has
kept an offset for less than 6.9 days (the shortest: Brazil in October 2000, Gaza around its Ramadans), so that a change
and its reversal never fall between two probes.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = 3 * 86_400  # seconds; less than half of the shortest time between two changes


def stretches(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """
    Yield the stretches of *zone* between two instants, in order and without gaps.

    Args:
        zone: Of the IANA database.
        start: First second, counted from 1970-01-01 UTC.
        end: The second after the last.

    Yields:
        Start, end and offset from UTC of each, in seconds.

    >>> [(end - start, offset) for start, end, offset in stretches(ZoneInfo("Europe/Madrid"), 0, 10 * 86_400)]
    [(864000, 3600)]
    """
    offset = _offset(zone, start)
    known = start  # the zone keeps *offset* from start to here
    while known < end:
        probe = min(known + STEP, end)
        if _offset(zone, probe) == offset:
            known = probe
            continue
        low, high = known, probe
        while high - low > 1:
            middle = (low + high) // 2
            if _offset(zone, middle) == offset:
                low = middle
            else:
                high = middle
        if high == end:
            break  # the change belongs to the next year
        yield start, high, offset
        start, known, offset = high, high, _offset(zone, high)
    if start < end:
        yield start, end, offset


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (EPOCH + timedelta(0, second)).astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo knows the offset of every instant
    return offset.days * 86_400 + offset.seconds


@cache
def tz_version() -> str:
    """
    Return the release of the time zone database in use, such as ``2025b``; ``unknown`` where it does not say.

    `zoneinfo` reads the first folder of its path that holds zones, and the package `tzdata` only if there is none.
    """
    for place in map(Path, zoneinfo.TZPATH):
        if (place / "UTC").is_file():
            return _release(place)
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except (ImportError, AttributeError):
        return "unknown"


def _release(place: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (place / name).open(encoding="ascii", errors="replace") as lines:
                first = lines.readline()
        except OSError:
            continue
        if words := first.removeprefix("# version").split():
            return words[0]
    return "unknown"
