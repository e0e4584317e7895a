"""The clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportcore import FrozenClock, Invalid

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("start", "hours"),
    [(datetime(2026, 3, 28, 21, tzinfo=MADRID), 24), (datetime(2026, 10, 25, 2, 30, tzinfo=MADRID), 1)],
)
def test_a_span_moved_is_a_span_passed(start: datetime, hours: int) -> None:
    """Over a change of clocks, too, the clock moves by what passes, not by what a wall clock shows."""
    clock = FrozenClock(start)
    before = clock().astimezone(UTC)
    clock.move(timedelta(hours=hours))
    assert timedelta(hours=hours) == clock().astimezone(UTC) - before


def test_a_clock_without_a_zone_is_refused() -> None:
    """An instant needs a zone where it is made, not where it is first used."""
    with pytest.raises(Invalid) as caught:
        FrozenClock(datetime(2026, 3, 2, 9))
    assert ["naive_instant"] == [fault.code for fault in caught.value.faults]
