"""
Service levels as data: which policy a ticket falls under, and what each policy promises.

Policies stand in an order and the first whose predicate holds is the ticket's, so there is never a choice. A policy has
a target for each clock it knows; a target counts in a calendar, which may be all the time. Policies and calendars are a
document with a hash of its own: a ticket keeps the service levels it was opened under until it is retargeted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType, SimpleNamespace
from typing import Any, Literal

import attrs

from supportcore import text
from supportcore.predicate import ALWAYS, Predicate, Test, to_python
from supportcore.sla.calendar import Calendar

ClockKind = Literal["first_response", "next_response", "resolution", "deadline"]
KINDS: tuple[ClockKind, ...] = ("first_response", "next_response", "resolution", "deadline")
"""Every clock, in the order a ticket keeps them; the last is set by hand and belongs to no policy."""
Retargeting = Literal["keep", "from_start", "prorate"]
RETARGETING: tuple[Retargeting, ...] = ("keep", "from_start", "prorate")
Reopening = Literal["resume", "restart", "forbidden"]
REOPENING: tuple[Reopening, ...] = ("resume", "restart", "forbidden")
MATCHED = (
    "customer", "contact", "agreement", "product", "module", "product_version", "service", "project", "type",
    "priority", "urgency", "area", "origin", "team",
)  # fmt: skip
"""Ticket fields a policy may ask about: those that only an opening, a triage or an assignment changes."""
PAUSED_BY = ("state", "category", "waiting_on")
"""Ticket fields that may pause clocks: those that only an opening, an action or a reply changes."""
AMBER = 75
"""Percent of a target at which its light turns amber, unless the target says otherwise."""


@attrs.frozen(kw_only=True)
class Told:
    """
    Somebody who is told of an escalation.

    Attributes:
        role: ``contact``, ``assignee``, ``responsible`` or ``team`` of the ticket; or ``agent`` for a person by name.
        id: Id of that person, or of a team other than the ticket's; None means the ticket's own.
    """

    role: str = text.key()
    id: str | None = text.host_id(None)


@attrs.frozen(kw_only=True)
class Rung:
    """
    One step of an escalation ladder: once so much of the target is used up, this changes and these are told.

    Attributes:
        percent: Of the target, above zero; it may be above 100.
        team: Id of the team that takes over, or None.
        assignee: Id of the agent who takes over, or None.
        priority: Key of the new priority, or None.
    """

    percent: int = text.integer()
    team: str | None = text.host_id(None)
    assignee: str | None = text.host_id(None)
    priority: str | None = text.key(None)
    tell: tuple[Told, ...] = ()
    channel: str = text.key("in_app")
    template: str = text.key("escalated")


@attrs.frozen(kw_only=True)
class Target:
    """
    What is promised for one clock.

    Attributes:
        within: Open time of `calendar` that may pass.
        amber: Percent of `within` at which the light turns amber.
        pauses: Whether the clock stands still while the ticket is held.
        ladder: Steps by rising percent.
    """

    within: timedelta = text.span_of()
    calendar: Calendar
    amber: int = text.integer(AMBER)
    pauses: bool = True
    ladder: tuple[Rung, ...] = ()

    def rung_after(self, percent: int) -> Rung | None:
        """Return the first step above *percent*, or None."""
        return next((rung for rung in self.ladder if rung.percent > percent), None)


@attrs.frozen(kw_only=True, slots=False)
class Policy:
    """
    The targets of the tickets that `when` holds of.

    Attributes:
        targets: Pairs of clock and target, in the order of `KINDS`.
    """

    key: str = text.key()
    when: Predicate = ALWAYS
    targets: tuple[tuple[ClockKind, Target], ...]

    @cached_property
    def holds(self) -> Test:
        """`when` as a function of a ticket and an actor, of which it asks nothing."""
        return to_python(self.when)

    @cached_property
    def by_kind(self) -> Mapping[ClockKind, Target]:
        """The targets by clock."""
        return MappingProxyType(dict(self.targets))


@attrs.frozen(kw_only=True)
class DeadlineRule:
    """How the deadline that a person sets (plazo) behaves."""

    amber: int = text.integer(AMBER)
    pauses: bool = False
    ladder: tuple[Rung, ...] = ()

    def target(self, within: timedelta) -> Target:
        """Return it as a target: a deadline counts all the time."""
        return Target(
            within=within, calendar=Calendar.always(), amber=self.amber, pauses=self.pauses, ladder=self.ladder
        )


@attrs.frozen(kw_only=True, slots=False)
class ServiceLevels:
    """
    All that a desk promises.

    Attributes:
        policies: In order; the first that fits a ticket is the ticket's.
        pause: What holds of a ticket while its clocks stand still; asks about `PAUSED_BY` only.
        retargeting: What becomes of time already used when a ticket falls under another target.
        reopening: What its resolution clock does when a ticket that was solved is open again.
        grace: How long after solving a ticket it still resumes, whatever `reopening` says; zero for not at all.
        digest: sha256 of `document`, under which it is stored.
        document: The canonical text as authored.
    """

    policies: tuple[Policy, ...] = ()
    pause: Predicate
    retargeting: Retargeting = "keep"
    reopening: Reopening = "resume"
    grace: timedelta = timedelta(0)
    deadline: DeadlineRule = DeadlineRule()
    calendars: Mapping[str, Calendar] = attrs.field(factory=dict, eq=False)
    digest: str
    document: str = attrs.field(repr=False)

    def policy_for(self, ticket: Any) -> Policy | None:
        """Return the policy of a ticket: the first that fits, or None."""
        return next((policy for policy in self.policies if policy.holds(ticket, None)), None)

    @cached_property
    def by_key(self) -> Mapping[str, Policy]:
        """The policies by key."""
        return MappingProxyType({policy.key: policy for policy in self.policies})

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Every step of every ladder that a clock climbs."""
        targets = [target for policy in self.policies for _, target in policy.targets]
        return (*self.deadline.ladder, *(rung for target in targets for rung in target.ladder))

    @cached_property
    def _pauses(self) -> Test:
        return to_python(self.pause)

    def pausing(self, *, state: str, category: str, waiting_on: str | None) -> bool:
        """Return whether the clocks of a ticket that stands so are to stand still."""
        stands = SimpleNamespace(state=state, category=category, waiting_on=waiting_on)
        return self._pauses(stands, None)
