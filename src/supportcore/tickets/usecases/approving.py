"""Approvals: when a committee is asked, what its members say, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supportcore.definition.model import Definition
from supportcore.people.access import Actor
from supportcore.tickets.asks import Asking
from supportcore.tickets.bonds import Approval
from supportcore.tickets.commands import Decide
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import ApprovalAsked, ApprovalWithdrawn, TimerRefused, Voted
from supportcore.tickets.moves import take
from supportcore.tickets.permissions import open_approval
from supportcore.tickets.usecases.checking import checked
from supportcore.tickets.usecases.context import Context, instant_of


def ask_approvals(
    desk: Definition, draft: Draft, teams: Mapping[str, Any], *, actor: Actor, at: datetime, command_id: str
) -> None:
    """
    Ask the committees that the drafted ticket needs by now, and no longer those that it does not need any more.

    A committee that had no members when it was asked is asked again as soon as it has some.

    Args:
        teams: The records of the teams that the desk's approvals name, by id; None for one that is not there.
    """
    there = {approval.key: approval for approval in draft.ticket.approvals}
    for rule in desk.approvals:
        needed, before = rule.holds(draft.ticket, None), there.get(rule.key)
        team = teams.get(rule.team)
        voters: tuple[str, ...] = team.members if team is not None and team.active else ()
        if needed and (before is None or (voters and before.nobody_asked)):
            approval = Approval(key=rule.key, voters=voters, needed=rule.needed(len(voters)))
            draft.add(ApprovalAsked(at=at, actor=actor.id, approval=approval), command_id)
        elif not needed and before is not None and before.decided is None:
            draft.add(ApprovalWithdrawn(at=at, actor=actor.id, approval=rule.key), command_id)


def decide(command: Decide, context: Context, draft: Draft) -> Asking[None]:
    """Decide what a member of a committee says, and what the desk does once that settles it."""
    values, _ = yield from checked(command, context, draft, "decide")
    actor, at = context.actor, instant_of(context, draft)
    approval = open_approval(draft.ticket, actor.id)
    assert approval is not None, "or it would have been refused"
    comment = values.get("comment")
    ref = None
    if comment is not None:
        ref = draft.write(
            draft.ticket.id, "comment", str(comment), author=actor.id, audience="internal", salt=context.salt()
        )
    verdict: Any = values["verdict"]
    decided = approval.with_vote(actor.id, verdict).outcome()
    event = Voted(at=at, actor=actor.id, approval=approval.key, verdict=verdict, internal=ref, decided=decided)
    draft.add(event, command.command_id)
    rule = next((rule for rule in context.desk.approvals if rule.key == approval.key), None)
    action = None if rule is None or decided is None else getattr(rule, decided)
    if action is not None and (reasons := take(draft, action, actor=actor, at=at, command_id=command.command_id)):
        refused = TimerRefused(at=at, actor=actor.id, action=action, reasons=tuple(one.code for one in reasons))
        draft.add(refused, command.command_id)
