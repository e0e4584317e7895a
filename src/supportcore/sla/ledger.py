"""
The ledger of a ticket: when it was held, and how much open time that leaves.

What does not count belongs to the ticket, not to a clock. So another target, in another calendar, can be measured over
the same life, and no pause is lost when a priority or an agreement changes. A hold takes its open time out; it never
moves the start.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import attrs

from supportcore import text
from supportcore.errors import CalendarExhausted
from supportcore.sla.policy import ClockKind
from supportcore.sla.working import WorkingTime

HoldKind = Literal["pause", "done"]
_LAST_YEAR = 2199  # see supportcore.text


@attrs.frozen(kw_only=True)
class Hold:
    """
    A stretch of a ticket's life that clocks leave out.

    Attributes:
        kind: ``pause`` while the desk waits for somebody, ``done`` while the ticket is solved or closed.
        to_at: None while it lasts.
    """

    kind: HoldKind = text.one_of(("pause", "done"))
    from_at: datetime = text.instant_at()
    to_at: datetime | None = text.instant_at(None)


Ledger = tuple[Hold, ...]
"""The holds of a ticket, in order; only the last may still last."""


def held(ledger: Ledger, *, at: datetime, kind: HoldKind | None) -> Ledger:
    """Return the ledger after *at*, from when on the ticket is held as *kind* says, or not (None)."""
    last = ledger[-1] if ledger else None
    if last is not None and last.to_at is None:
        if last.kind == kind:
            return ledger
        ledger = (*ledger[:-1], attrs.evolve(last, to_at=at)) if at > last.from_at else ledger[:-1]
    return ledger if kind is None else (*ledger, Hold(kind=kind, from_at=at))


def leaves_out(kind: ClockKind, pauses: bool) -> tuple[HoldKind, ...]:
    """
    Return the kinds of holds whose time does not count for a clock of *kind*.

    A customer who writes although the ticket is solved waits for the next response all the same, and a deadline is an
    instant that somebody named.
    """
    done: tuple[HoldKind, ...] = ("done",) if kind in ("first_response", "resolution") else ()
    return ("pause", *done) if pauses else done


def stands_still(ledger: Ledger, without: Collection[HoldKind]) -> bool:
    """Return whether the ticket is held now, by a hold of one of the kinds *without*."""
    return bool(ledger) and ledger[-1].to_at is None and ledger[-1].kind in without


def spent(
    calendar: WorkingTime, start: datetime, end: datetime, ledger: Ledger, without: Collection[HoldKind]
) -> timedelta:
    """Return the open time from *start* to *end*, the holds of the kinds *without* taken out."""
    total = calendar.between(start, end)
    for hold in ledger:
        if hold.kind not in without:
            continue
        begins, ends = max(hold.from_at, start), end if hold.to_at is None else min(hold.to_at, end)
        if begins < ends:
            total -= calendar.between(begins, ends)
    return total


def reached(
    calendar: WorkingTime, start: datetime, amount: timedelta, ledger: Ledger, without: Collection[HoldKind]
) -> datetime | None:
    """Return the first instant by which `spent` comes to *amount*; None if it never does, or the ticket is held."""
    at, left = start, amount
    for hold in ledger:
        if hold.kind not in without or (hold.to_at is not None and hold.to_at <= at):
            continue
        if hold.from_at > at:
            worked = calendar.between(at, hold.from_at)
            if worked >= left:
                return calendar.add(at, left)
            left -= worked
        if hold.to_at is None:
            return None
        at = hold.to_at
    return after(calendar, at, left)


def after(calendar: WorkingTime, at: datetime, work: timedelta) -> datetime | None:
    """Return when *work* has passed since *at*; None if that is beyond what can be kept."""
    try:
        found = calendar.add(at, work)
    except CalendarExhausted:
        return None
    return found if found.year <= _LAST_YEAR else None


def last_of(calendar: WorkingTime, due_at: datetime | None) -> datetime | None:
    """Return the last instant at which no more has passed than at *due_at*."""
    if due_at is None:
        return None
    try:
        found = calendar.next_opening(due_at)
    except CalendarExhausted:
        return None
    return found if found.year <= _LAST_YEAR else None
