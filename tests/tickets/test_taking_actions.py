"""What an action does beside the state it leads to, and what a ladder changes: whom, what for, and what stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs

from supportcore.tickets.advance import advance
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import Escalated, StateChanged, TicketAssigned, Triaged
from supportcore.tickets.moves import pausing, timers_of
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import State
from tests.desk.beside.club import LUIS as CLUB_LUIS
from tests.desk.beside.club import club, open_one, opened_desk, rules
from tests.sla.test_ladders import climbing
from tests.sla.timed import ANA, BARE, HOUR, LUIS, MONDAY, bare


def with_step(**step: Any) -> Any:
    """The bare desk with one more action of its agents."""
    return bare(transitions=[*BARE["transitions"], {"action": "extra", "from": ["open"], "roles": ["agent"], **step}])


def test_nothing_pauses_without_service_levels() -> None:
    """Whether clocks stand still is a plain yes or no, and no where there are none."""
    state = State(key="held", category="pending", waiting_on="customer")
    assert (False, ()) == (pausing(None, state, "customer"), timers_of(state, MONDAY))


def test_an_action_may_say_who_works_on_it() -> None:
    """A team and an agent that its form asks for are the ticket's from then on; what is not said stays."""
    step = {"action": "give", "from": ["new"], "roles": ["agent"], "accepts": ["team", "assignee"]}
    desk = opened_desk(club(approvals=None, transitions=[*rules()["transitions"], step]))
    luis, ticket = desk.acting_as(CLUB_LUIS), open_one(desk)
    found = []
    for said in ({"team": "board"}, {"assignee": "mar"}, {}):
        luis.act(ticket, "give", said)
        found.append((luis.get(ticket).team, luis.get(ticket).assignee))
    assert [("board", None), ("board", "mar"), ("board", "mar")] == found
    assert 2 == sum(isinstance(one.event, TicketAssigned) for one in desk.history(ticket))


def test_an_action_that_stays_leaves_whom_the_ticket_waits_for() -> None:
    """Without a state to go to, whom it waits for is what the action says, or what it was."""
    place = with_step()
    case = place.open(MONDAY)
    place.reply(case, MONDAY + HOUR)  # of staff, and this desk has no rule for it
    before = place.ticket(case).waiting_on
    place.act(case, "extra", MONDAY + HOUR)
    assert ("support", "support") == (before, place.ticket(case).waiting_on)


def test_an_action_that_stays_leaves_the_timer_running() -> None:
    """The timer of the state goes on towards its instant; entering the state again starts it anew."""
    states = [
        {**one, "timer": {"after": "72h", "action": "late"}} if one["key"] == "open" else one for one in BARE["states"]
    ]
    late = {"action": "late", "from": ["open"], "to": "held", "roles": ["system"]}
    for to, hours in ({}, 72), ({"to": "open"}, 73):
        step = {"action": "extra", "from": ["open"], "roles": ["agent"], **to}
        place = bare(states=states, transitions=[*BARE["transitions"], late, step])
        case = place.open(MONDAY)
        place.act(case, "extra", MONDAY + HOUR)
        assert [MONDAY + timedelta(hours=hours)] == [timer.due_at for timer in place.ticket(case).timers]


def test_a_timer_tells_nobodys_side() -> None:
    """What the desk does by itself is on no side; what a person does is on his."""
    states = [
        {**one, "timer": {"after": "2h", "action": "late"}} if one["key"] == "open" else one for one in BARE["states"]
    ]
    late = {"action": "late", "from": ["open"], "to": "held", "roles": ["system"]}
    place = bare(states=states, transitions=[*BARE["transitions"], late])
    case = place.open(MONDAY)
    place.act(case, "go_on", MONDAY + 3 * HOUR)
    first, second = place.events(case, StateChanged)
    assert (None, "system", MONDAY + 2 * HOUR) == (first.side, first.actor, first.at)
    assert ("staff", "luis", MONDAY + 3 * HOUR) == (second.side, second.actor, second.at)


def test_a_step_of_a_ladder_changes_only_what_differs() -> None:
    """A team, an agent or a priority that the ticket has already is said of no event."""
    place = bare(
        **climbing({"at": 50, "team": "desk", "priority": "normal"}, {"at": 75, "team": "leads", "priority": "high"})
    )
    case = place.open(MONDAY)
    place.clock.move(5 * HOUR)
    place.desk.run_due()
    assert (1, 0, 0) == tuple(len(place.events(case, kind)) for kind in (Escalated, TicketAssigned, Triaged))
    place.clock.move(HOUR)
    place.desk.run_due()
    (assigned,), (triaged,) = place.events(case, TicketAssigned), place.events(case, Triaged)
    assert ("leads", None, "system") == (assigned.team, assigned.assignee, assigned.actor)
    assert ("high", place.definition.rank("priority", "high")) == (triaged.priority, triaged.priority_rank)


def test_an_import_is_marked() -> None:
    """A ticket that is opened at an instant of the past says when it was brought in; another one says nothing."""
    place = bare()
    place.clock.move(HOUR)
    old, new = place.open(MONDAY), place.open()
    assert (MONDAY, MONDAY + HOUR) == (place.ticket(old).opened_at, place.ticket(old).imported_at)
    assert None is place.ticket(new).imported_at


def test_another_priority_has_another_rank() -> None:
    """Triage ranks a ticket as the desk orders its priorities; other changes leave the rank."""
    place = bare()
    case = place.open(MONDAY, actor=ANA)
    ranks = []
    for said in ({"priority": "high"}, {"type": "problem"}, {"priority": "low"}, {"priority": None}):
        place.triage(case, None, **said)
        ranks.append(place.ticket(case).priority_rank)
    high, low, none = (place.definition.rank("priority", name) for name in ("high", "low", None))
    assert [high, high, low, none] == ranks
    assert 3 == len({high, low, none})
    assert "luis" == LUIS.id == place.events(case, Triaged)[0].actor


def test_of_two_timers_the_earlier_rings_first() -> None:
    """Whatever their order in the ticket; at one instant they go by the name of their action."""
    steps = [
        {"action": name, "from": ["open", "held"], "to": "held", "roles": ["system"]} for name in ("b_late", "a_late")
    ]
    place = bare(transitions=[*BARE["transitions"], *steps])
    ticket = place.ticket(place.open(MONDAY))
    for hours, expected in (({"b_late": 1, "a_late": 2}, ["b_late"]), ({"b_late": 1, "a_late": 1}, ["a_late"])):
        timers = tuple(Timer(action=name, due_at=MONDAY + hour * HOUR) for name, hour in hours.items())
        for order in (timers, timers[::-1]):
            rules, waiting = place.definition, attrs.evolve(ticket, timers=order)
            draft = Draft(desk=rules, rules=rules, levels=None, ticket=waiting, recorded_at=MONDAY + 3 * HOUR)
            advance(draft, MONDAY + 3 * HOUR)
            assert expected == [one.event.action for one in draft.recorded if isinstance(one.event, StateChanged)]
