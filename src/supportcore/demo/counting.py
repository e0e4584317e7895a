"""What came of what a desk has beside states: confirmations, ratings, committees, agreements, handing over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from supportcore.definition import Definition
from supportcore.definition.parts import Survey
from supportcore.tickets.events import SYSTEM_ACTOR, ApprovalAsked, Event, Rated, StateChanged, Voted
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import Workflow

Histories = Mapping[str, Sequence[Event]]
"""Events of tickets, in order, by id."""


def count_parts(
    desk: Definition, tickets: Iterable[Ticket], histories: Iterable[Sequence[Event]]
) -> dict[str, dict[str, float]]:
    """
    Return counts by part; a part that the desk has not is left out.

    Returns:
        ``confirmations``: what was said to solutions, ``yes``, ``no``, ``reply`` or ``silence``; ``ratings``:
        ``given``, and their ``average``, or of yes and no how many are ``yes``; ``approvals``: ``asked``, ``votes``,
        and tickets that are ``approved``, ``rejected`` or ``pending``; ``hold``: ``begun`` and ``ended`` by the desk;
        ``handed_over``: tickets ``reassigned`` from one agent to another.
    """
    tickets = tuple(tickets)
    events = [event for history in histories for event in history]
    moves = [event for event in events if isinstance(event, StateChanged)]
    found: dict[str, dict[str, float]] = {}
    if words := _words_of_confirming(desk.workflow):
        said = Counter(words.get((move.source, move.action)) for move in moves)
        found["confirmations"] = {word: said[word] for word in dict.fromkeys(words.values())}
    if desk.survey is not None:
        ratings = [event.rating for event in events if isinstance(event, (Rated, StateChanged))]
        found["ratings"] = _ratings(desk.survey, [rating for rating in ratings if rating is not None])
    if desk.approvals:
        found["approvals"] = {
            "asked": sum(isinstance(event, ApprovalAsked) for event in events),
            "votes": sum(isinstance(event, Voted) for event in events),
            **{how: sum(ticket.approval == how for ticket in tickets) for how in ("approved", "rejected", "pending")},
        }
    if desk.hold is not None:
        by_desk = Counter(move.action for move in moves if move.actor == SYSTEM_ACTOR)
        found["hold"] = {"begun": by_desk[desk.hold.begin], "ended": by_desk[desk.hold.end]}
    found["handed_over"] = {"reassigned": sum(ticket.reassigned for ticket in tickets)}
    return found


def _ratings(survey: Survey, given: Sequence[int]) -> dict[str, float]:
    if survey.scale == "yes_no":
        return {"given": len(given), "yes": sum(given)}
    return {"given": len(given), "average": round(sum(given) / len(given), 2) if given else 0}


def _words_of_confirming(workflow: Workflow) -> dict[tuple[str, str], str]:
    """Return what an action says to a solution, by the state in which it is asked for and the action."""
    words: dict[tuple[str, str], str] = {}
    for step in workflow.transitions:
        if step.confirms is not None:
            words.update({(source, step.action): "yes" if step.confirms else "no" for source in step.sources})
    for state in [workflow.by_key[source] for source, _ in words]:
        words.update({(state.key, action): "reply" for _, action in state.on_reply})
        if state.timer is not None:
            words[(state.key, state.timer.action)] = "silence"
    return words
