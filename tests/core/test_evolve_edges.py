"""Single events on a ticket: what each changes, and what it leaves as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supportcore.tickets.events import (
    ContentRef,
    Event,
    Moved,
    Rated,
    Replied,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
)
from supportcore.tickets.evolve import evolve, opened
from supportcore.tickets.ticket import Ticket, Timer

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def begun(*, by: str = "ana", **over: Any) -> Ticket:
    """A ticket as its opening leaves it."""
    values: dict[str, Any] = {
        "at": START,
        "actor": by,
        "number": 1,
        "rules_hash": "0" * 64,
        "subject": "x",
        "state": "new",
        "category": "new",
        **over,
    }
    return opened("desk", "t-1", TicketOpened(**values))


def entered(state: str, category: str, hours: int, *, source: str = "new", **over: Any) -> StateChanged:
    """The event that a ticket entered a state so many hours after its opening."""
    return StateChanged(
        at=START + hours * HOUR, actor="luis", action="go", source=source, state=state, category=category, **over
    )  # type: ignore[arg-type]


def after(ticket: Ticket, *events: Event) -> Ticket:
    """The ticket after some events."""
    for event in events:
        ticket = evolve(ticket, event)
    return ticket


@pytest.mark.parametrize(
    ("event", "hours"),
    [
        (entered("done", "closed", 2, source="done"), 1),
        (entered("cancelled", "closed", 2, source="done"), 2),
        (entered("open", "open", 2, source="done"), None),
    ],
    ids=["the same state", "another closed state", "open again"],
)
def test_the_instant_of_closing(event: StateChanged, hours: int | None) -> None:
    """It is that at which the state was entered: an action that stays in it does not move it, another state does."""
    ticket = after(begun(), entered("done", "closed", 1), event)
    assert (None if hours is None else START + hours * HOUR) == ticket.closed_at


def moved(state: str, category: str, hours: int) -> Moved:
    """The event that a ticket came under other rules, in a state of theirs."""
    return Moved(
        at=START + hours * HOUR,
        actor="luis",
        source="new",
        state=state,
        category=category,
        rules_hash="1" * 64,
        priority_rank=2,
    )  # type: ignore[arg-type]


def test_a_move_to_other_rules_closes_once() -> None:
    """One that leads into a closed state closes; of what was closed before, the instant stays."""
    assert START + HOUR == after(begun(), moved("filed", "closed", 1)).closed_at
    ticket = after(begun(), entered("done", "closed", 1), moved("filed", "closed", 2))
    assert (START + HOUR, "filed", "1" * 64, 2) == (
        ticket.closed_at, ticket.state, ticket.rules_hash, ticket.priority_rank
    )  # fmt: skip
    assert None is after(ticket, moved("open", "open", 3)).closed_at


def test_a_refused_timer_is_cleared_and_no_other() -> None:
    """Timers of other actions stay, and so does one of the same action that has not come yet."""
    timers = tuple(
        Timer(action=action, due_at=START + hours * HOUR) for action, hours in (("go", 1), ("go", 3), ("no", 1))
    )
    refused = TimerRefused(at=START + HOUR, actor="system", action="go", reasons=("condition_not_met",))
    assert timers[1:] == after(begun(timers=timers), refused).timers


def test_only_another_agent_after_one_makes_it_reassigned() -> None:
    """The first one does not, the same one does not, and neither does that nobody has it any more."""
    ticket, found = begun(), []
    for hours, assignee in enumerate(("luis", "luis", None, "mar", "luis")):
        ticket = after(ticket, TicketAssigned(at=START + hours * HOUR, actor="mar", team="desk", assignee=assignee))
        found.append(ticket.reassigned)
    assert [False, False, False, False, True] == found


def replied(side: str, hours: int) -> Replied:
    """A public message of a side."""
    return Replied(at=START + hours * HOUR, actor="ola", side=side, message=None)  # type: ignore[arg-type]


def test_only_the_customers_side_waits_for_an_answer() -> None:
    """The first message counts until staff writes; what the desk itself says is no question and no answer."""
    said = entered("open", "open", 2, comment=ContentRef(id="c-1", digest="0" * 64))
    assert None is after(begun(), said).unanswered_at
    assert START + HOUR == after(begun(), replied("customer", 1), said, replied("customer", 3)).unanswered_at
    told = after(begun(), replied("customer", 1), replied("staff", 2), replied("staff", 3))
    assert (None, START + 2 * HOUR, START + 3 * HOUR) == (told.unanswered_at, told.responded_at, told.last_reply_at)


def test_a_solution_is_an_answer_and_is_rated_anew() -> None:
    """Entering solved or closed from an open state answers and forgets a rating; going on from there does neither."""
    rated = after(begun(), replied("customer", 1), Rated(at=START + HOUR, actor="ana", rating=4))
    solved = after(rated, entered("proposed", "solved", 2))
    assert (None, False, 4) == (solved.unanswered_at, solved.rated, solved.rating)
    again = after(
        solved, replied("customer", 3), Rated(at=START + 3 * HOUR, actor="ana", rating=5),
        entered("done", "closed", 4, source="proposed"),
    )  # fmt: skip
    assert (START + 3 * HOUR, True, 5) == (again.unanswered_at, again.rated, again.rating)


def test_what_is_said_with_an_action_is_words_of_its_side() -> None:
    """A public comment answers or asks, and the ticket has words from then on; an internal one is no message."""
    ref = ContentRef(id="c-1", digest="0" * 64)
    assert (False, None) == (begun().worded, begun().last_reply_at)
    asked = after(begun(), entered("open", "open", 1, comment=ref, side="customer"))
    assert (True, START + HOUR, START + HOUR) == (asked.worded, asked.last_reply_at, asked.unanswered_at)
    noted = after(begun(), entered("open", "open", 1, internal=ref, side="customer"))
    assert (False, None, None) == (noted.worded, noted.last_reply_at, noted.unanswered_at)


def test_words_with_a_rating_ask_for_nothing() -> None:
    """They are a public message of the customer's side, which is not waiting for an answer by that."""
    rated = Rated(at=START + HOUR, actor="ana", rating=4, comment=ContentRef(id="c-1", digest="0" * 64))
    ticket = after(begun(), rated)
    assert (True, START + HOUR, None, 4) == (ticket.worded, ticket.last_reply_at, ticket.unanswered_at, ticket.rating)
    silent = after(begun(), Rated(at=START + HOUR, actor="ana", rating=4))
    assert (False, None) == (silent.worded, silent.last_reply_at)


def test_a_confirmation_lasts_while_it_is_solved() -> None:
    """An action that says nothing of it leaves it, and open again it is confirmed no more."""
    ticket = after(begun(), entered("done", "closed", 1, confirmed=True))
    assert ticket.confirmed
    assert after(ticket, entered("done", "closed", 2, source="done")).confirmed
    assert not after(ticket, entered("open", "open", 2, source="done")).confirmed
