"""What came of the tickets of a replay: their measures added up, as of the last instant the log knows."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore.desk import Desk
from supportcore.errors import NotFound, TicketBroken
from supportcore.people.access import IMPORTER, Actor
from supportcore.replay.plan import Plan
from supportcore.sla.policy import KINDS, ClockKind
from supportcore.tickets.measures import Tally, Verdict


@attrs.frozen(kw_only=True)
class Measured:
    """
    The measures of all tickets of a desk.

    Attributes:
        as_of: The instant of the last row; what timers and clocks do until then has happened.
        left_out: Tickets that were opened later, or whose timers loop.
    """

    as_of: datetime
    tally: Tally
    left_out: int

    @property
    def promises(self) -> tuple[tuple[str, ClockKind, dict[Verdict, int]], ...]:
        """Policy, clock and runs by verdict, in order; a deadline set by hand has no policy."""
        found = sorted(self.tally.promises.items(), key=lambda item: (item[0][0] or "", KINDS.index(item[0][1])))
        return tuple((policy or "", kind, dict(verdicts)) for (policy, kind), verdicts in found)


def measure(desk: Desk, plan: Plan, at: datetime) -> Measured:
    """Return the measures of all tickets of *desk* as of *at*, one ticket at a time."""
    acting = desk.acting_as(Actor(id=IMPORTER, roles=plan.roles | {IMPORTER}))
    tally = Tally()
    left_out = 0
    for ticket in desk.ticket_ids():
        try:
            tally.add(acting.measures(ticket, at))
        except (NotFound, TicketBroken):
            left_out += 1
    return Measured(as_of=at, tally=tally, left_out=left_out)
