"""
The ticket as a record: the fold of its history, and nothing else.

`version` counts the events. What a list filters or sorts by stands here as a field of its own; what people wrote stands
in content records.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from supportcore import text
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import Ledger
from supportcore.text import NEVER
from supportcore.tickets.bonds import Approval, Follower, Link
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES, Category, Outcome, WaitingOn


@attrs.frozen(kw_only=True)
class Timer:
    """At this instant the desk itself takes the action, unless the state is left before."""

    action: str = text.key()
    due_at: datetime = text.instant_at()


@attrs.frozen(kw_only=True)
class Ticket:
    """
    One case.

    Attributes:
        id: A UUID as text.
        number: What people call it by; unique on the desk, rising.
        version: How many events made it.
        rules_hash: The rules it runs under: those it was opened under, or was moved to.
        contact: Actor id of the person it was opened for.
        priority_rank: Place of the priority in its vocabulary, from 1; 0 for none.
        levels: Digest of the service levels its clocks run under; None if the desk had none.
        agreement: Id of the agreement it is served under.
        timers: What the desk itself will do, and when.
        clocks: The promises of time made to it, at most one of each kind, in the order of `supportcore.sla.KINDS`.
        ledger: When it was held, which clocks leave out.
        imported_at: When an importer brought it in; None if it was opened here. Nobody is told of what lies before.
        last_reply_at: Instant of the last public message.
        responded_at: Instant of the first public message of staff.
        unanswered_at: Instant of the first message of the customer's side since staff last wrote or solved it, or None.
        closed_at: Instant of the last move into a final state; None while open.
        solved_by: Ids of the articles that solved it, in the order in which they were named.
        reference: The number that a supplier or another system gave it.
        reassigned: Whether it was taken from one agent and given to another.
        confirmed: Whether the customer said yes to the solution.
        rating: What the last rating was, in the numbers of the desk's survey.
        rated: Whether its present resolution was rated.
        approvals: What committees were asked, at most one of each key.
        tags: Sorted.
        followers: In the order in which they began.
        links: In the order in which they were made.
        merged_into: Id of the ticket that goes on in its place.
        merged: Ids of the tickets that go on in this one, in the order in which they were merged.
        worded: Whether something public was written in it, and not only files handed in.
    """

    id: str = text.host_id()
    desk: str = text.key()
    number: int = text.integer()
    version: int = text.integer()
    rules_hash: str = text.host_id()
    subject: str = text.title()
    state: str = text.key()
    category: Category = text.one_of(CATEGORIES)
    outcome: Outcome | None = text.one_of(OUTCOMES, None)
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    customer: str | None = text.host_id(None)
    contact: str | None = text.host_id(None)
    product: str | None = text.host_id(None)
    module: str | None = text.host_id(None)
    product_version: str | None = text.host_id(None)
    service: str | None = text.host_id(None)
    project: str | None = text.host_id(None)
    type: str | None = text.key(None)
    priority: str | None = text.key(None)
    priority_rank: int = text.integer(0)
    urgency: str | None = text.key(None)
    area: str | None = text.key(None)
    origin: str | None = text.key(None)
    team: str | None = text.host_id(None)
    responsible: str | None = text.host_id(None)
    assignee: str | None = text.host_id(None)
    agreement: str | None = text.host_id(None)
    levels: str | None = text.host_id(None)
    timers: tuple[Timer, ...] = ()
    clocks: tuple[Clock, ...] = ()
    ledger: Ledger = ()
    opened_at: datetime = text.instant_at()
    updated_at: datetime = text.instant_at()
    last_reply_at: datetime | None = text.instant_at(None)
    closed_at: datetime | None = text.instant_at(None)
    imported_at: datetime | None = text.instant_at(None)
    responded_at: datetime | None = text.instant_at(None)
    unanswered_at: datetime | None = text.instant_at(None)
    solved_by: tuple[str, ...] = ()
    reference: str | None = text.host_id(None)
    reassigned: bool = False
    confirmed: bool = False
    rating: int | None = text.integer(None)
    rated: bool = False
    approvals: tuple[Approval, ...] = ()
    tags: tuple[str, ...] = ()
    followers: tuple[Follower, ...] = ()
    links: tuple[Link, ...] = ()
    merged_into: str | None = text.host_id(None)
    merged: tuple[str, ...] = ()
    worded: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the ticket is not in a final state."""
        return self.category != "closed"

    @property
    def approval(self) -> str | None:
        """``pending``, ``rejected`` or ``approved``: the first that any of its approvals is; None if it needs none."""
        found = [approval.decided or "pending" for approval in self.approvals]
        return next((one for one in ("pending", "rejected", "approved") if one in found), None)

    @property
    def wake_at(self) -> datetime | None:
        """The instant of the next thing that happens by itself, a timer or a clock; None if nothing will."""
        if not self.clocks:
            return min((timer.due_at for timer in self.timers), default=None)
        instants = [timer.due_at for timer in self.timers]
        instants.extend(at for clock in self.clocks if (at := clock.wake_at) is not None)
        return min(instants, default=None)

    @property
    def due_at(self) -> datetime | None:
        """The earliest due instant of its active clocks; what "due soonest" sorts by."""
        return _first(clock.due_at for clock in self.clocks if clock.active)

    @property
    def green_at(self) -> datetime | None:
        """From when on it has a light; None if no clock is active."""
        return _first(clock.started_at for clock in self.clocks if clock.active)

    @property
    def amber_at(self) -> datetime | None:
        """From when on its light is amber or red; None if that is not in sight."""
        return _first(clock.pressing_at for clock in self.clocks if clock.active)

    @property
    def red_at(self) -> datetime | None:
        """From when on its light is red; None if that is not in sight."""
        return _first(clock.late_at for clock in self.clocks if clock.active)

    def clock(self, kind: str) -> Clock | None:
        """Return its clock of that kind, or None."""
        return next((clock for clock in self.clocks if clock.kind == kind), None)


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    found = min((at or NEVER for at in instants), default=NEVER)
    return None if found is NEVER else found
