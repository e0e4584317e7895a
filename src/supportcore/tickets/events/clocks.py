"""What happens to what was promised: each clock, the deadline, the service levels."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text
from supportcore.sla.clocks import Clock
from supportcore.sla.policy import RETARGETING, Retargeting


@attrs.frozen(kw_only=True)
class OfClock:
    """
    Something happened to a clock.

    Attributes:
        clock: The clock after it; it takes the place of the one of its kind.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    clock: Clock


@attrs.frozen(kw_only=True)
class ClockStarted(OfClock):
    """A promise was made, or begins again."""


@attrs.frozen(kw_only=True)
class ClockPaused(OfClock):
    """The clock stands still, as the desk waits for somebody."""


@attrs.frozen(kw_only=True)
class ClockResumed(OfClock):
    """The clock goes on."""


@attrs.frozen(kw_only=True)
class ClockStopped(OfClock):
    """What was promised was done; `clock.met` says whether in time."""


@attrs.frozen(kw_only=True)
class ClockWarned(OfClock):
    """Most of the time is used up: the light turns amber."""


@attrs.frozen(kw_only=True)
class ClockBreached(OfClock):
    """More time than promised has passed: the light turns red."""


@attrs.frozen(kw_only=True)
class ClockRetargeted(OfClock):
    """
    Another target counts from now on.

    Attributes:
        how: What became of the time already used.
    """

    how: Retargeting = text.one_of(RETARGETING, "keep")


@attrs.frozen(kw_only=True)
class ClockRemoved(OfClock):
    """The ticket falls under no policy any more that promises this."""


@attrs.frozen(kw_only=True)
class Escalated(OfClock):
    """
    A step of the ladder was reached; what it changes follows as events of their own.

    Attributes:
        percent: Of the target that was used up.
    """

    percent: int = text.integer()


@attrs.frozen(kw_only=True)
class DeadlineSet:
    """
    A person set, moved or (None) took away the deadline.

    Attributes:
        clock: The clock that counts towards it.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    clock: Clock | None = None


@attrs.frozen(kw_only=True)
class Retargeted:
    """
    From now on the ticket is under these service levels; what that does to its clocks follows.

    Attributes:
        pausing: Whether clocks stand still from now on.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    levels: str | None = text.host_id(None)
    pausing: bool = False


ClockEvent = (
    ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockStopped
    | ClockWarned
    | ClockBreached
    | ClockRetargeted
    | ClockRemoved
    | Escalated
)
"""What happens to a clock."""
