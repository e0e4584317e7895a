"""Escalation ladders: each step once, whatever happens to the clock, with what it changes and whom it tells."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.tickets.events import (
    ClockBreached,
    ClockRetargeted,
    ClockWarned,
    Escalated,
    StateChanged,
    TicketAssigned,
    Triaged,
)
from tests.sla.timed import (
    ANA,
    HOUR,
    LUIS,
    MINUTE,
    MONDAY,
    STEPS,
    TICK,
    Place,
    Schedule,
    bare,
    bare_rules,
    timed_rules,
)

PERCENTS = (50, 75, 100, 150)


def climbing(*steps: dict[str, Any], within: str = "8h", calendar: str = "always", **more: Any) -> dict[str, Any]:
    """The parts of a desk whose resolution climbs *steps*; every other target has no ladder."""
    target = {"within": within, "calendar": calendar, "ladder": "up"}
    return {
        "ladders": [{"key": "up", "steps": list(steps)}],
        "policies": [{"key": "all", "resolution": target}],
        **more,
    }


TELLING = [{"at": percent, "tell": ["contact"]} for percent in PERCENTS]


def climbed(place: Place, case: str) -> list[int]:
    """The steps taken, in order."""
    return [event.percent for event in place.events(case, Escalated)]


def work(place: Place, until: timedelta, every: timedelta) -> None:
    """Let a worker come by every so often."""
    end = place.clock() + until
    while place.clock() < end:
        place.clock.move(every)
        place.desk.run_due()


# -- when ----------------------------------------------------------------------------------------------------------


def test_each_step_at_its_own_instant() -> None:
    """Steps at 50, 75, 100 and 150 % of eight hours come after 4, 6, 8 and 12, however late the worker."""
    place = bare(**climbing(*TELLING))
    case = place.open(MONDAY)
    place.clock.move(timedelta(days=2))
    assert 6 == place.desk.run_due().events
    assert [MONDAY + hours * HOUR for hours in (4, 6, 8, 12)] == [e.at for e in place.events(case, Escalated)]
    assert [MONDAY + 6 * HOUR] == [event.at for event in place.events(case, ClockWarned)]
    assert [MONDAY + 8 * HOUR + TICK] == [event.at for event in place.events(case, ClockBreached)]
    assert 0 == place.desk.run_due().events
    assert [("contact", "ana")] * 4 == place.told()


def test_a_millisecond_before_nothing() -> None:
    """A step is taken when its share is used up, and not a millisecond before."""
    place = bare(**climbing(*TELLING))
    case = place.open(MONDAY)
    place.clock.move(4 * HOUR - TICK)
    assert 0 == place.desk.run_due().tickets
    place.clock.move(TICK)
    assert 1 == place.desk.run_due().tickets
    assert [50] == climbed(place, case)


def test_a_step_counts_open_time() -> None:
    """Half of eight office hours, two of them in a pause, is used up six hours after opening."""
    place = bare(**climbing(*TELLING, calendar="office"))
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "go_on", MONDAY + 3 * HOUR)
    work(place, timedelta(days=4), 30 * MINUTE)
    expected = [6 * HOUR, 8 * HOUR, 26 * HOUR, 30 * HOUR]
    assert expected == [event.at - MONDAY for event in place.events(case, Escalated)]


def test_pauses_repeat_no_step() -> None:
    """A step taken before a pause is not taken again after it, nor is one that was passed over by a shorter target."""
    place = bare(**climbing(*TELLING))
    case = place.open(MONDAY)
    for hour in range(5, 30, 2):
        place.act(case, "hold", MONDAY + hour * HOUR)
        place.act(case, "go_on", MONDAY + (hour + 1) * HOUR)
    assert [50, 75, 100, 150] == climbed(place, case)


def test_reopening_goes_on_where_the_ladder_was() -> None:
    """A ticket reopened takes the steps that are left; one whose clock starts again, all of them."""
    for how, expected in (("resume", [50, 75, 100, 150]), ("restart", [50, 75, 50, 75, 100, 150])):
        place = bare(**climbing(*TELLING, levels={"reopening": how}))
        case = place.open(MONDAY)
        place.act(case, "close", MONDAY + 7 * HOUR)
        place.act(case, "reopen", MONDAY + 20 * HOUR)
        place.clock.move(timedelta(days=2))
        place.desk.run_due()
        assert expected == climbed(place, case)


@pytest.mark.parametrize("how", ["keep", "from_start", "prorate"])
def test_another_target_repeats_no_step(how: str) -> None:
    """A ticket moved between targets that share a ladder takes each step once."""
    rules = climbing(*TELLING, levels={"retargeting": how})
    target = rules["policies"][0]["resolution"]
    fast = {"key": "fast", "when": {"field": "priority", "eq": "high"}, "resolution": {**target, "within": "2h"}}
    place = bare(**{**rules, "policies": [fast, *rules["policies"]]})
    case = place.open(MONDAY)
    for hour in range(1, 20):
        place.triage(case, MONDAY + hour * HOUR, priority="high" if hour % 2 else "normal")
    assert list(PERCENTS) == climbed(place, case)


def test_a_step_is_not_repeated_after_a_time_without_a_policy() -> None:
    """A ticket that falls out of its policy and back into it does not climb again what it had climbed."""
    rules = climbing(*TELLING)
    place = bare(**{**rules, "policies": [{**rules["policies"][0], "when": {"field": "priority", "eq": "normal"}}]})
    case = place.open(MONDAY)
    place.triage(case, MONDAY + 5 * HOUR, priority="low")
    place.triage(case, MONDAY + 5 * HOUR, priority="normal")
    place.desk.run_due()
    assert [50] == climbed(place, case)


def test_steps_due_at_one_instant_come_in_order() -> None:
    """Where a shorter target has used up several steps at once, they are taken in order at that instant, once each."""
    rules = climbing(*TELLING)
    fast = {
        "key": "fast",
        "when": {"field": "priority", "eq": "high"},
        "resolution": {"within": "1h", "calendar": "always", "ladder": "up"},
    }
    place = bare(**{**rules, "policies": [fast, *rules["policies"]]})
    case = place.open(MONDAY)
    place.triage(case, MONDAY + 3 * HOUR, priority="high")
    place.desk.run_due()
    assert [(percent, MONDAY + 3 * HOUR) for percent in PERCENTS] == [
        (event.percent, event.at) for event in place.events(case, Escalated)
    ]
    assert [("contact", "ana")] * 4 == place.told()


def test_a_step_today_does_not_have_is_passed_over() -> None:
    """A ticket keeps the ladder it was opened under; editing it touches no ticket until it is retargeted."""
    place = bare(**climbing(*TELLING))
    case = place.open(MONDAY)
    today = place.under(bare_rules(**climbing({"at": 10, "tell": ["contact"]}, within="4h")))
    today.clock.move(5 * HOUR)
    today.desk.run_due()
    assert [50] == climbed(today, case)
    today.by(LUIS).retarget(case)
    today.clock.move(timedelta(days=2))
    today.desk.run_due()
    assert [50] == climbed(today, case)


def test_what_comes_first_at_one_instant() -> None:
    """At one instant clocks come in their order, and before the timers of the state."""
    target = {"within": "72h", "calendar": "always", "pauses": False, "ladder": "up"}
    place = Place(timed_rules(policies=[{"key": "all", "first_response": target, "resolution": target}]))
    case = place.open(MONDAY)
    place.act(case, "take", MONDAY)
    place.act(case, "wait_for", MONDAY, waiting_on="customer")
    place.clock.move(36 * HOUR)
    place.desk.run_due()
    assert ["first_response", "resolution"] == [event.clock.kind for event in place.events(case, Escalated)]
    case = place.open()
    place.act(case, "ask", comment="?")
    place.clock.move(timedelta(days=9))
    place.desk.run_due()
    at_once = [type(e) for e in place.events(case, Escalated, StateChanged) if e.at == MONDAY + 108 * HOUR]
    assert [Escalated, StateChanged] == at_once


# -- what it changes -----------------------------------------------------------------------------------------------


def test_what_a_step_changes() -> None:
    """A step hands the ticket to a team and an agent in one event, leaving the responsible, and does it once."""
    first = {"at": 50, "team": "leads", "assignee": "boss", "tell": ["contact"]}
    place = bare(**climbing(first, {"at": 100, "team": "leads"}))
    case = place.open(MONDAY)
    place.by(LUIS).assign(case, {"responsible": "luis"})
    place.clock.move(timedelta(days=1))
    place.desk.run_due()
    ticket = place.ticket(case)
    assert ("leads", "boss", "luis") == (ticket.team, ticket.assignee, ticket.responsible)
    assigned = place.events(case, TicketAssigned)
    assert [MONDAY + 4 * HOUR] == [event.at for event in assigned if event.actor == "system"]
    assert [("contact", "ana")] == place.told()


def test_a_new_priority_brings_its_own_target() -> None:
    """A step that raises the priority puts the ticket under the policy of that one, whose ladder goes on from there."""
    rules = climbing({"at": 50, "priority": "high"}, {"at": 100, "team": "leads"})
    fast = {
        "key": "fast",
        "when": {"field": "priority", "eq": "high"},
        "resolution": {"within": "6h", "calendar": "always", "ladder": "up"},
    }
    place = bare(**{**rules, "policies": [fast, *rules["policies"]]})
    case = place.open(MONDAY)
    place.clock.move(7 * HOUR)
    place.desk.run_due()
    ticket, clock = place.ticket(case), place.clock_of(case)
    assert ("high", 3, "fast", 6 * HOUR, "leads") == (
        ticket.priority,
        ticket.priority_rank,
        clock.policy,
        clock.target,
        ticket.team,
    )
    told = [(type(event), event.at) for event in place.events(case, Triaged, ClockRetargeted)]
    assert [(Triaged, MONDAY + 4 * HOUR), (ClockRetargeted, MONDAY + 4 * HOUR)] == told
    assert [(50, MONDAY + 4 * HOUR), (100, MONDAY + 6 * HOUR)] == [
        (e.percent, e.at) for e in place.events(case, Escalated)
    ]
    assert MONDAY + 6 * HOUR + TICK == clock.breached_at


# -- who is told ---------------------------------------------------------------------------------------------------


def test_who_is_told() -> None:
    """A step tells its contact, the ticket's team and assignee, a team and an agent by name; nobody where none is."""
    told = ["contact", "team", "assignee", "responsible", "team:leads", "agent:boss"]
    place = bare(**climbing({"at": 50, "tell": told}))
    case = place.open(MONDAY)
    place.by(LUIS).assign(case, {"assignee": "luis"})
    place.clock.move(4 * HOUR)
    place.desk.run_due()
    expected = {("contact", "ana"), ("team", "desk"), ("assignee", "luis"), ("team", "leads"), ("agent", "boss")}
    assert Counter(expected) == Counter(place.told())


def test_a_person_is_told_once() -> None:
    """Who is both the assignee and named by the step is told once."""
    place = bare(**climbing({"at": 50, "tell": ["assignee", "responsible", "agent:luis"]}))
    case = place.open(MONDAY)
    place.by(LUIS).assign(case, {"assignee": "luis", "responsible": "luis"})
    place.clock.move(4 * HOUR)
    place.desk.run_due()
    assert ["luis"] == [recipient for _, recipient in place.told()]


def test_nobody_is_told_of_the_past() -> None:
    """Steps of a ticket that an importer brings in are taken at their instants, and nobody is told of them."""
    place = bare(**climbing(*TELLING))
    place.clock.move(timedelta(days=30))
    case = place.open(MONDAY)
    place.act(case, "close", MONDAY + 7 * HOUR)
    assert [50, 75] == climbed(place, case)
    assert [] == place.told()


def test_what_an_import_left_undone_is_told_to_nobody() -> None:
    """What came due before an open ticket was brought in is taken silently by a worker; what comes after, not."""
    place = bare(**climbing(*TELLING))
    place.clock.move(timedelta(hours=7))
    case = place.open(MONDAY)
    place.desk.run_due()
    assert ([50, 75], []) == (climbed(place, case), place.told())
    place.clock.move(timedelta(hours=2))
    place.desk.run_due()
    assert [50, 75, 100] == climbed(place, case)
    assert place.told()


# -- whoever comes by, and when --------------------------------------------------------------------------------------

GAPS = st.sampled_from([timedelta(0), TICK, MINUTE, HOUR, 5 * HOUR, timedelta(days=1), timedelta(days=5)])
OTHER = {
    "levels": {"retargeting": "from_start"},
    "policies": [{"key": "all", "resolution": {"within": "3h", "calendar": "office", "ladder": "up"}}],
}
RULES = (timed_rules(), timed_rules(**OTHER))


def _lived(steps: Any, *, visits: bool) -> tuple[list[Any], Counter[tuple[str, str]]]:
    """What happened under a schedule, and who was told."""
    schedule = Schedule(list(RULES), visits=visits)
    for gap, name in steps:
        schedule.perform(gap, name)
    schedule.settle()
    history = schedule.place.desk.history(schedule.case)
    return [(recorded.position, recorded.event) for recorded in history], Counter(schedule.place.told())


@given(steps=st.lists(st.tuples(GAPS, st.sampled_from(STEPS)), max_size=12))
def test_it_makes_no_difference_when_workers_come_by(steps: Any) -> None:
    """With a worker before every step, or none until the end, the same happens and the same people are told."""
    assert _lived(steps, visits=True) == _lived(steps, visits=False)


@given(steps=st.lists(st.tuples(GAPS, st.sampled_from([s for s in STEPS if s != "reopen"])), max_size=12))
def test_each_step_is_taken_once(steps: Any) -> None:
    """Whatever is done to a ticket, no step of a clock is taken twice, and steps rise, until a clock starts again."""
    schedule = Schedule(list(RULES))
    for gap, name in steps:
        schedule.perform(gap, name)
    schedule.settle()
    taken = [e.percent for e in schedule.place.events(schedule.case, Escalated) if e.clock.kind == "resolution"]
    assert sorted(set(taken)) == taken


def test_workers_that_come_twice_do_it_once() -> None:
    """A second worker, and one that starts anew on the same store, finds nothing left to do."""
    place = bare(**climbing(*TELLING))
    case = place.open(MONDAY, actor=ANA)
    place.clock.move(5 * HOUR)
    other = place.under(place.definition)
    assert (1, 0, 0) == (place.desk.run_due().tickets, other.desk.run_due().tickets, place.desk.run_due().tickets)
    place.clock.move(HOUR)
    assert 1 == other.under(place.definition).desk.run_due().tickets
    assert [50, 75] == climbed(place, case)
    assert [("contact", "ana")] * 2 == place.told()
    assert [] == other.told()
