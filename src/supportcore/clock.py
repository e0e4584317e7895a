"""The only reader of "now". Everything else is handed an instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from supportcore.errors import Fault, Invalid

Clock = Callable[[], datetime]
"""A source of aware UTC instants, to the millisecond."""


def system_clock() -> datetime:
    """Return the present instant in UTC, cut to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def stopwatch() -> Callable[[], float]:
    """Start measuring; the result returns the seconds since, each time it is called."""
    started = perf_counter()
    return lambda: perf_counter() - started


class FrozenClock:
    """
    A clock that stands still until it is moved, for tests, replays and demonstrations.

    >>> clock = FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    >>> clock.move(timedelta(hours=1))
    >>> clock().isoformat()
    '2026-03-02T10:00:00+00:00'
    """

    def __init__(self, at: datetime) -> None:
        if at.utcoffset() is None:
            raise Invalid(Fault("at", "naive_instant"))
        self.at = at.astimezone(UTC)  # where a span added is a span passed, also over a change of clocks

    def __call__(self) -> datetime:
        """Return where the clock stands."""
        return self.at

    def move(self, span: timedelta) -> None:
        """Move the clock by *span*."""
        self.at += span
