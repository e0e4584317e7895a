"""What a desk says beside its workflow: where tickets go, who is told, who has to agree, how a solution is rated."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, get_args

import attrs

from supportcore import text
from supportcore.predicate import ALWAYS, Predicate, Test, to_python

Assigning = Literal["none", "spread", "round_robin", "least_loaded", "main_contact"]
ASSIGNING: tuple[Assigning, ...] = get_args(Assigning)
NoticeEvent = Literal[
    "opened",
    "replied",
    "noted",
    "state_changed",
    "assigned",
    "triaged",
    "deadline_set",
    "clock_warned",
    "clock_breached",
    "rated",
    "approval_asked",
    "voted",
    "merged",
]
NOTICE_EVENTS: tuple[NoticeEvent, ...] = get_args(NoticeEvent)
Recipient = Literal["contact", "assignee", "responsible", "team", "followers", "voters", "subscriber"]
RECIPIENTS: tuple[Recipient, ...] = get_args(Recipient)
Quorum = Literal["any", "majority", "all"]
QUORUMS: tuple[Quorum, ...] = get_args(Quorum)


@attrs.frozen(kw_only=True, slots=False)
class RoutingRule:
    """
    Where a ticket goes of which a condition holds.

    Attributes:
        when: Sees the ticket as it is about to be opened; knows no actor.
        team: Id of the team; None leaves the desk's.
        area: The area that the ticket gets, unless it has one; None leaves that.
        assign: How one is chosen: ``none`` leaves it to the team; ``spread`` picks a member evenly by the ticket's id;
            ``round_robin`` the member after the one who got the team's last ticket; ``least_loaded`` who has the fewest
            open tickets; ``main_contact`` the one whom the customer names.
        skill: Only members who have it; None means any.
        skill_of: Field of the ticket whose value the member must have as a skill; None means any.
    """

    when: Predicate = ALWAYS
    team: str | None = None
    area: str | None = None
    assign: Assigning = "none"
    skill: str | None = None
    skill_of: str | None = None

    @cached_property
    def holds(self) -> Test:
        """`when` as a function of a ticket; the actor is None."""
        return to_python(self.when)


@attrs.frozen(kw_only=True)
class Routing:
    """
    Where a new ticket goes.

    Attributes:
        team: Id of the team, or None.
        assign: How one is chosen where no rule says so; see `RoutingRule`.
        responsible: ``assignee`` makes the picked member responsible too.
        rules: The first whose condition holds decides.
        on_triage: A ticket that is classified anew, and falls under another rule by that, goes where that rule says.
    """

    team: str | None = None
    assign: Assigning = "none"
    responsible: Literal["none", "assignee"] = "none"
    rules: tuple[RoutingRule, ...] = ()
    on_triage: bool = False

    @property
    def default(self) -> RoutingRule:
        """What counts where no rule holds."""
        return RoutingRule(team=self.team, assign=self.assign)

    @property
    def teams(self) -> tuple[str, ...]:
        """The ids of all teams it names."""
        named = (self.team, *(rule.team for rule in self.rules))
        return tuple(dict.fromkeys(team for team in named if team is not None))


@attrs.frozen(kw_only=True, slots=False)
class NoticeRule:
    """
    Who is told of what, by which channel, in which template.

    Attributes:
        to: ``followers`` are told by their own rights; ``voters`` are those who are asked to approve; ``subscriber`` is
            no person but a system, which is told facts only.
        author: Whether whoever did it is told too, if he is among the recipients.
        when: Sees the ticket as it is afterwards; knows no actor.
        actions: Of ``state_changed``: only by these actions; empty means by any.
    """

    key: str = text.key()
    on: NoticeEvent
    to: tuple[Recipient, ...]
    channel: str = text.key()
    template: str = text.key()
    author: bool = False
    when: Predicate = ALWAYS
    actions: frozenset[str] = frozenset()

    @cached_property
    def holds(self) -> Test:
        """`when` as a function of a ticket; the actor is None."""
        return to_python(self.when)


@attrs.frozen(kw_only=True, slots=False)
class ApprovalRule:
    """
    Tickets that a committee has to agree to.

    Attributes:
        team: Id of the team whose members are asked, as it is when they are.
        quorum: How many have to agree: ``any`` of them, more than half, ``all``, or a number (at most all).
        approved: Action that the desk then takes, or None.
        rejected: Action that the desk takes once too few are left to agree, or None.
    """

    key: str = text.key()
    when: Predicate = ALWAYS
    team: str = text.host_id()
    quorum: Quorum | int = "majority"
    approved: str | None = None
    rejected: str | None = None

    @cached_property
    def holds(self) -> Test:
        """`when` as a function of a ticket; the actor is None."""
        return to_python(self.when)

    def needed(self, voters: int) -> int:
        """
        Return how many of *voters* have to agree; at least one, even where nobody is there to.

        >>> ApprovalRule(key="committee", team="committee").needed(4)
        3
        """
        match self.quorum:
            case "any":
                return 1
            case "all":
                return max(voters, 1)
            case "majority":
                return voters // 2 + 1
            case int(number):
                return max(1, min(number, voters))


@attrs.frozen(kw_only=True)
class Survey:
    """
    How a resolution is rated.

    Attributes:
        scale: ``stars`` is 1 to 5; ``yes_no`` is 1 for yes and 0 for no.
    """

    scale: Literal["stars", "yes_no"] = "stars"

    @property
    def least(self) -> int:
        """The least rating."""
        return 1 if self.scale == "stars" else 0

    @property
    def greatest(self) -> int:
        """The greatest rating."""
        return 5 if self.scale == "stars" else 1


@attrs.frozen(kw_only=True)
class HoldRule:
    """
    What the desk does by itself with open tickets of a customer whose agreement does not hold.

    Attributes:
        begin: Action that puts a ticket on hold, once payment is overdue or the agreement was not renewed.
        end: Action that takes it up again, once the agreement holds.
    """

    begin: str = text.key()
    end: str = text.key()
