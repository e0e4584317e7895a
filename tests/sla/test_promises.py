"""The clocks of tickets: what starts, holds, stops and reopens them, how they show, and that the past stays."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Refused
from supportcore.sla import clocks
from supportcore.sla.clocks import LIGHTS, Clock, Light, most_pressing
from supportcore.storage import codec
from supportcore.tickets.events import ClockResumed, ClockRetargeted, ClockStarted, Retargeted
from supportcore.tickets.ticket import Ticket
from tests.sla.timed import (
    ANA,
    HOUR,
    LUIS,
    MINUTE,
    MONDAY,
    OFFICE,
    STEPS,
    TICK,
    Place,
    Schedule,
    at,
    bare,
    bare_rules,
    timed_rules,
)

DAY = timedelta(days=1)
EIGHT = [{"key": "all", "resolution": {"within": "8h", "calendar": "office"}}]
ANSWERS = [
    {
        "key": "all",
        "first_response": {"within": "4h", "calendar": "always"},
        "next_response": {"within": "2h", "calendar": "always"},
        "resolution": {"within": "48h", "calendar": "always"},
    }
]
BY_PRIORITY = [
    {"key": "fast", "when": {"field": "priority", "eq": "high"}, "resolution": {"within": "2h", "calendar": "office"}},
    {"key": "slow", "resolution": {"within": "8h", "calendar": "office"}},
]


# -- reopening -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["resume", "restart", "forbidden"])
@pytest.mark.parametrize("state", ["solved", "closed"])
@pytest.mark.parametrize(
    ("grace", "away", "within"),
    [("0s", HOUR, False), ("1h", HOUR, True), ("1h", HOUR + TICK, False), ("72h", DAY, True)],
)
def test_what_reopening_does(how: str, state: str, grace: str, away: timedelta, within: bool) -> None:
    """Within the grace a clock goes on; later it goes on, starts again, or a closed ticket stays closed."""
    levels = {"reopening": how} if grace == "0s" else {"reopening": how, "grace": grace}
    place = bare(policies=EIGHT, levels=levels)
    case = place.open(MONDAY)
    done_at = MONDAY + 2 * HOUR
    place.act(case, "solve" if state == "solved" else "close", done_at)
    back_at = done_at + away
    place.by(LUIS, back_at)
    refused = how == "forbidden" and state == "closed" and not within
    offer = next(offer for offer in place.by(LUIS).actions(case) if offer.name == "reopen")
    assert (["reopening_forbidden"] if refused else []) == [reason.code for reason in offer.reasons]
    if refused:
        with pytest.raises(Refused, match="not opened again"):
            place.act(case, "reopen", back_at)
        assert "closed" == place.ticket(case).state
        return
    place.act(case, "reopen", back_at)
    clock = place.clock_of(case)
    restarted = how == "restart" and not within
    expected = (back_at, timedelta(0)) if restarted else (MONDAY, 2 * HOUR)
    assert expected == (clock.started_at, clock.elapsed)
    office = place.definition.levels.calendars["office"]
    assert office.add(back_at, 8 * HOUR if restarted else 6 * HOUR) == clock.due_at
    last = place.events(case)[-1]
    assert (ClockStarted if restarted else ClockResumed) is type(last)


@given(
    away=st.integers(0, 2000).map(lambda quarters: quarters * 15 * MINUTE), state=st.sampled_from(["solve", "close"])
)
def test_time_for_which_a_ticket_was_done_does_not_count(away: timedelta, state: str) -> None:
    """However long it was solved or closed, a reopened ticket has used up what it had, and its due instant moves on."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    place.act(case, state, MONDAY + HOUR)
    place.act(case, "reopen", MONDAY + HOUR + away)
    office = place.definition.levels.calendars["office"]
    assert HOUR == place.clock_of(case).elapsed
    assert office.add(MONDAY + HOUR + away, 7 * HOUR) == place.clock_of(case).due_at


def test_a_closed_ticket_may_move_among_final_states() -> None:
    """Where reopening is forbidden, an action that leaves a ticket closed is not."""
    place = bare(policies=EIGHT, levels={"reopening": "forbidden"})
    case = place.open(MONDAY)
    place.act(case, "close", MONDAY)
    place.act(case, "file", MONDAY + DAY)
    assert "closed" == place.ticket(case).state


def test_what_was_too_late_stays_too_late() -> None:
    """A resolution that was breached before its ticket was closed is red again when it is reopened."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    place.act(case, "close", MONDAY + 2 * DAY)
    assert "none" == place.by(LUIS).light(case)
    place.act(case, "reopen", MONDAY + 5 * DAY)
    promise = place.promise(case)
    assert promise is not None
    assert ("red", False, at(2026, 3, 2, 17)) == (promise.light, promise.met, promise.due_at)


# -- answers -------------------------------------------------------------------------------------------------------


def test_the_next_response_counts_from_the_first_unanswered_message() -> None:
    """A second message does not move it, an answer stops it, and the message after that starts it again."""
    place = bare(policies=ANSWERS)
    case = place.open(MONDAY)
    place.reply(case, MONDAY + HOUR)
    place.reply(case, MONDAY + 2 * HOUR, actor=ANA)
    asked = place.clock_of(case, "next_response")
    assert (MONDAY + 2 * HOUR, MONDAY + 4 * HOUR) == (asked.started_at, asked.due_at)
    place.reply(case, MONDAY + 3 * HOUR, actor=ANA)
    assert asked == place.clock_of(case, "next_response")
    place.by(LUIS).note(case, "not for them")
    assert asked == place.clock_of(case, "next_response")
    place.reply(case, MONDAY + 3 * HOUR + 30 * MINUTE)
    stopped = place.clock_of(case, "next_response")
    assert (True, 90 * MINUTE) == (stopped.met, stopped.elapsed)
    place.reply(case, MONDAY + 4 * HOUR, actor=ANA)
    assert MONDAY + 4 * HOUR == place.clock_of(case, "next_response").started_at


def test_messages_of_the_customer_do_not_extend_the_first_response() -> None:
    """While the first response is awaited, more messages neither move it nor start another clock."""
    place = bare(policies=ANSWERS)
    case = place.open(MONDAY)
    first = place.clock_of(case, "first_response")
    place.reply(case, MONDAY + HOUR, actor=ANA)
    assert first == place.clock_of(case, "first_response")
    assert None is place.ticket(case).clock("next_response")
    place.reply(case, MONDAY + 4 * HOUR)
    assert (True, 4 * HOUR) == (
        place.promise(case, "first_response").met,
        place.promise(case, "first_response").elapsed,
    )


def test_where_only_next_responses_are_promised() -> None:
    """The first message after the opening starts it, though nobody has answered yet."""
    place = bare(policies=[{"key": "all", "next_response": {"within": "2h", "calendar": "always"}}])
    case = place.open(MONDAY)
    assert () == place.ticket(case).clocks
    place.reply(case, MONDAY + HOUR, actor=ANA)
    assert MONDAY + HOUR == place.clock_of(case, "next_response").started_at


def test_a_comment_made_with_an_action_is_an_answer() -> None:
    """What staff says publicly with an action stops the responses; saying nothing with it does not."""
    place = bare(policies=ANSWERS)
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "go_on", MONDAY + HOUR)
    assert place.clock_of(case, "first_response").active
    place.act(case, "hold", MONDAY + 2 * HOUR, comment="?")
    assert (True, 2 * HOUR) == (
        place.clock_of(case, "first_response").met,
        place.clock_of(case, "first_response").elapsed,
    )


def test_a_message_after_solving_is_owed_an_answer_until_the_ticket_is_closed() -> None:
    """A customer who writes to a solved ticket starts the next response; closing the ticket stops it."""
    place = bare(policies=ANSWERS)
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR)
    for minutes in (0, 15):
        place.reply(case, MONDAY + 2 * HOUR + minutes * MINUTE, actor=ANA)
        assert "running" == place.clock_of(case, "next_response").state
    place.act(case, "close", MONDAY + 3 * HOUR)
    stopped = place.clock_of(case, "next_response")
    assert ("stopped", True, HOUR) == (stopped.state, stopped.met, stopped.elapsed)
    assert "none" == place.by(LUIS).light(case)


def test_a_policy_that_promises_answers_starts_with_the_message_that_waits() -> None:
    """A ticket that comes under a policy with a next response owes it from the first unanswered message on."""
    silent = {
        "key": "silent",
        "when": {"field": "priority", "eq": "low"},
        "resolution": {"within": "48h", "calendar": "always"},
    }
    for answered_before in (False, True):
        place = bare(policies=[silent, *ANSWERS])
        case = place.open(MONDAY)
        place.reply(case, MONDAY)
        if answered_before:
            place.reply(case, MONDAY, actor=ANA)
            place.reply(case, MONDAY)
        place.triage(case, MONDAY, priority="low")
        place.reply(case, MONDAY + HOUR, actor=ANA)
        place.reply(case, MONDAY + 90 * MINUTE, actor=ANA)
        place.triage(case, MONDAY + 2 * HOUR, priority="normal")
        clock = place.clock_of(case, "next_response")
        assert ("running", MONDAY + HOUR, HOUR) == (clock.state, clock.started_at, clock.elapsed)


def test_nothing_is_awaited_of_what_is_over() -> None:
    """A policy that comes late starts no first response that was given, and nothing while a ticket is solved."""
    when = {"field": "priority", "eq": "high"}
    place = bare(policies=[{**ANSWERS[0], "when": when}])
    answered, solved = place.open(MONDAY), place.open(MONDAY)
    place.reply(answered, MONDAY)
    place.act(solved, "solve", MONDAY)
    for case in (answered, solved):
        place.triage(case, MONDAY + HOUR, priority="high")
    assert ["resolution"] == _kinds(place.ticket(answered).clocks)
    assert () == place.ticket(solved).clocks


def test_a_last_word_is_owed_no_answer() -> None:
    """What a customer says in closing a ticket starts no clock."""
    place = bare(policies=ANSWERS)
    case = place.open(MONDAY)
    place.reply(case, MONDAY)
    place.act(case, "close", MONDAY + HOUR, actor=ANA, comment="thanks")
    assert None is place.ticket(case).clock("next_response")


# -- policies ------------------------------------------------------------------------------------------------------


def test_clocks_are_independent() -> None:
    """What pauses or stops one clock leaves those it does not concern as they are."""
    policy = {
        "key": "all",
        "first_response": {"within": "4h", "calendar": "office", "pauses": False},
        "resolution": {"within": "8h", "calendar": "office"},
    }
    place = bare(policies=[policy])
    case = place.open(MONDAY)
    first, resolution = place.ticket(case).clocks
    place.act(case, "hold", MONDAY + HOUR)
    assert first == place.clock_of(case, "first_response")
    assert "paused" == place.clock_of(case).state
    paused = place.clock_of(case)
    place.reply(case, MONDAY + 2 * HOUR)
    assert paused == place.clock_of(case)
    assert (True, 2 * HOUR) == (
        place.clock_of(case, "first_response").met,
        place.clock_of(case, "first_response").elapsed,
    )
    assert resolution.started_at == paused.started_at


def test_no_policy_no_clock() -> None:
    """A ticket that no policy fits is promised nothing, and one that a policy fits again has its clock as it was."""
    place = bare(policies=BY_PRIORITY[:1])
    case = place.open(MONDAY, priority="high")
    place.act(case, "hold", MONDAY + 30 * MINUTE)
    place.act(case, "go_on", MONDAY + HOUR)
    before = place.clock_of(case)
    place.triage(case, priority="low")
    assert ((), None, "none") == (place.by(LUIS).clocks(case), place.ticket(case).due_at, place.by(LUIS).light(case))
    place.triage(case, MONDAY + HOUR, priority="high")
    assert before == place.clock_of(case)


@pytest.mark.parametrize("how", ["keep", "from_start"])
def test_a_pause_before_a_change_of_priority_counts(how: str) -> None:
    """A ticket held for an hour and then made urgent is due an hour later than the urgent target alone would say."""
    place = bare(policies=BY_PRIORITY, levels={"retargeting": how})
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + 30 * MINUTE)
    place.act(case, "go_on", MONDAY + 90 * MINUTE)
    place.triage(case, priority="high")
    assert (MONDAY + 3 * HOUR, "fast") == (place.clock_of(case).due_at, place.clock_of(case).policy)


def test_a_reopened_ticket_is_under_the_policy_that_fits_it() -> None:
    """A ticket classified anew, or retargeted, while it was solved goes on towards the target it falls under now."""
    place = bare(policies=BY_PRIORITY)
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR)
    place.triage(case, priority="high")
    place.act(case, "reopen", MONDAY + 2 * HOUR)
    assert ("fast", 2 * HOUR, HOUR) == (
        place.clock_of(case).policy,
        place.clock_of(case).target,
        place.clock_of(case).elapsed,
    )
    other = place.open(MONDAY + 2 * HOUR)
    place.act(other, "solve", MONDAY + 3 * HOUR)
    today = place.under(bare_rules(policies=[{"key": "new", "resolution": {"within": "3h", "calendar": "office"}}]))
    today.by(LUIS).retarget(other)
    today.act(other, "reopen", MONDAY + 4 * HOUR)
    assert ("new", 3 * HOUR) == (today.clock_of(other).policy, today.clock_of(other).target)


def test_a_policy_may_ask_for_the_team() -> None:
    """A ticket handed to another team falls under the policy of that team."""
    target = {"within": "2h", "calendar": "office"}
    leads = {"key": "leads", "when": {"field": "team", "eq": "leads"}, "resolution": target}
    place = bare(policies=[leads, *EIGHT])
    case = place.open(MONDAY)
    place.by(LUIS, MONDAY + HOUR).assign(case, {"team": "leads"})
    assert ("leads", MONDAY + 2 * HOUR) == (place.clock_of(case).policy, place.clock_of(case).due_at)


def test_what_pauses_is_the_desks_to_say() -> None:
    """Clocks stand still where the levels say so, from the opening on, and nowhere else."""
    place = bare(policies=EIGHT, levels={"pause": {"field": "category", "eq": "open"}})
    case = place.open(MONDAY)
    assert "paused" == place.clock_of(case).state
    place.act(case, "hold", MONDAY + HOUR)
    assert ("running", timedelta(0)) == (place.clock_of(case).state, place.clock_of(case).elapsed)
    place.act(case, "go_on", MONDAY + 3 * HOUR)
    assert ("paused", 2 * HOUR) == (place.clock_of(case).state, place.clock_of(case).elapsed)


# -- the past stays ------------------------------------------------------------------------------------------------


def _document(ticket: Ticket) -> str:
    """The ticket as stores keep it."""
    return json.dumps(codec.dump_ticket(ticket))


EDITS: list[dict[str, Any]] = [
    {"policies": [{"key": "all", "resolution": {"within": "1h", "calendar": "always"}}]},
    {"policies": []},
    {"calendars": [{**OFFICE, "holidays": [date(2026, 3, 2), date(2026, 3, 3)]}]},
    {"calendars": [{**OFFICE, "weekly": {"fri": [["10:00", "11:00"]]}, "zone": "Asia/Tokyo"}]},
    {"levels": {"pause": {"field": "state", "eq": "open"}, "reopening": "restart", "retargeting": "prorate"}},
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_no_past(edit: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Other policies, calendars or zone data leave every stored ticket as it is, and its history folds to it."""
    place = bare(policies=EIGHT)
    case, done = place.open(MONDAY), place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(done, "close", MONDAY + 2 * HOUR)
    place.act(case, "go_on", MONDAY + 2 * HOUR)
    before = [_document(place.ticket(one)) for one in (case, done)]
    promised = place.by(LUIS).clocks(case, MONDAY + 3 * HOUR)
    monkeypatch.setattr(clocks, "tz_version", lambda: "2099z")
    today = place.under(bare_rules(**{"policies": EIGHT, **edit}))
    today.by(LUIS, MONDAY + 3 * HOUR)
    assert 0 == today.desk.run_due().tickets
    assert before == [_document(today.ticket(one)) for one in (case, done)]
    assert before == [_document(today.folded(one)) for one in (case, done)]
    assert promised == today.by(LUIS).clocks(case)
    assert () == today.desk.verify().findings
    # What happens to it from now on follows what it was promised, too.
    today.act(case, "hold", MONDAY + 4 * HOUR)
    today.act(case, "go_on", MONDAY + 5 * HOUR)
    clock = today.clock_of(case)
    assert (at(2026, 3, 3, 11), "2099z", 8 * HOUR) == (clock.due_at, clock.tz, clock.target)


def test_a_retargeted_ticket_is_under_the_levels_of_today() -> None:
    """`retarget` brings today's policy, calendar and ways; doing it twice does nothing more."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    today = place.under(
        bare_rules(
            policies=[{"key": "new", "resolution": {"within": "3h", "calendar": "office", "pauses": False}}],
            calendars=[{**OFFICE, "weekly": {day: [["10:00", "12:00"]] for day in OFFICE["weekly"]}}],
            levels={"retargeting": "from_start"},
        )
    )
    today.by(LUIS, MONDAY + 2 * HOUR).retarget(case)
    today.by(LUIS).retarget(case)
    clock, ticket = today.clock_of(case), today.ticket(case)
    assert today.definition.levels is not None
    assert (today.definition.levels.digest, "new", HOUR) == (ticket.levels, clock.policy, clock.elapsed)
    assert at(2026, 3, 3, 11) == clock.due_at
    assert 1 == len(today.events(case, Retargeted))
    assert ["from_start"] == [event.how for event in today.events(case, ClockRetargeted)]
    without = today.under(bare_rules(calendars=[]))
    without.by(LUIS).retarget(case)
    assert ((), "none") == (without.by(LUIS).clocks(case), without.by(LUIS).light(case))


def test_another_calendar_under_the_same_name() -> None:
    """Time used is kept as the former calendar counted it; from then on that of today counts, for the same target."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    nights = {**OFFICE, "weekly": {day: [["18:00", "24:00"]] for day in OFFICE["weekly"]}}
    today = place.under(bare_rules(policies=EIGHT, calendars=[nights]))
    today.by(LUIS, MONDAY + 6 * HOUR).retarget(case)
    assert (6 * HOUR, at(2026, 3, 2, 20)) == (today.clock_of(case).elapsed, today.clock_of(case).due_at)


def test_a_retargeted_ticket_climbs_the_ladder_of_today() -> None:
    """A step that today's ladder has between two of the former one is taken, though the target is the same."""

    def climbing(*percents: int) -> dict[str, Any]:
        steps = [{"at": percent, "tell": ["contact"]} for percent in percents]
        target = {"within": "2h", "calendar": "always", "ladder": "up"}
        return {"ladders": [{"key": "up", "steps": steps}], "policies": [{"key": "all", "resolution": target}]}

    place = bare(**climbing(50, 150))
    case = place.open(MONDAY)
    place.by(LUIS, MONDAY + HOUR)
    place.desk.run_due()
    today = place.under(bare_rules(**climbing(50, 100, 150)))
    today.by(LUIS).retarget(case)
    assert 100 == today.clock_of(case).next_percent


# -- lights, lists and words ---------------------------------------------------------------------------------------


def _shown(place: Place, case: str) -> list[Light]:
    """The lights under which a ticket is found."""
    return [light for light in LIGHTS if any(t.id == case for t in place.by(LUIS).find({"light": light}).items)]


def _by_columns(ticket: Ticket, when: datetime) -> Light:
    for light, since in (("red", ticket.red_at), ("amber", ticket.amber_at), ("green", ticket.green_at)):
        if since is not None and when >= since:
            return light  # type: ignore[return-value]
    return "none"


OTHER_LEVELS: dict[str, Any] = {
    "levels": {"retargeting": "from_start", "reopening": "restart", "grace": "2h", "deadline": {"pauses": True}},
    "policies": [
        {
            "key": "standard",
            "first_response": {"within": "2h", "calendar": "always"},
            "next_response": {"within": "90m", "calendar": "office", "amber": 20},
            "resolution": {"within": "10h", "calendar": "always", "ladder": "up"},
        }
    ],
}
RULES = (timed_rules(), timed_rules(**OTHER_LEVELS))
GAPS = st.sampled_from([timedelta(0), TICK, MINUTE, HOUR, 2 * HOUR, 3 * HOUR + 7 * MINUTE, 9 * HOUR, DAY, 4 * DAY])
SCHEDULES = st.lists(st.tuples(GAPS, st.sampled_from(STEPS)), max_size=14)


@given(steps=SCHEDULES, ahead=GAPS)
def test_a_light_is_the_same_however_it_is_asked_for(steps: Any, ahead: timedelta) -> None:
    """Clocks, the columns of the ticket, `light`, and the lists by light agree, and the counts come to all tickets."""
    schedule = Schedule(list(RULES))
    for gap, name in steps:
        schedule.perform(gap, name)
        ticket, place, now = schedule.settle(), schedule.place, schedule.place.clock()
        expected = place.by(LUIS).light(schedule.case)
        assert expected == _by_columns(ticket, now)
        assert expected == most_pressing(promise.light for promise in place.by(LUIS).clocks(schedule.case))
        assert [expected] == _shown(place, schedule.case)
        assert {light: int(light == expected) for light in LIGHTS} == place.by(LUIS).lights()
    place, ticket = schedule.place, schedule.settle()
    then = place.clock() + ahead
    later = most_pressing(clock.light(then) for clock in ticket.clocks)
    assert later == _by_columns(ticket, then)
    assert place.by(LUIS).count() == sum(place.by(LUIS).lights(at=then).values())
    assert 1 == place.by(LUIS).lights(at=then)[later]


@given(steps=SCHEDULES)
def test_what_holds_of_clocks_whatever_is_done(steps: Any) -> None:
    """None is met and breached, none counts in a final state, and none that is paused has anything to come."""
    schedule = Schedule(list(RULES))
    for gap, name in steps:
        schedule.perform(gap, name)
        ticket = schedule.settle()
        for clock in ticket.clocks:
            assert not (clock.met and clock.breached_at is not None)
            assert ticket.is_open or not clock.active
            if clock.state == "stopped":
                assert clock.met == (clock.elapsed <= clock.target)
            elif clock.state == "paused":
                assert None is clock.wake_at
            elif clock.breach_at is not None:
                assert (clock.breached_at is not None) == (schedule.place.clock() > clock.breach_at)
        assert sorted(clock.kind for clock in ticket.clocks) == sorted({clock.kind for clock in ticket.clocks})
        assert ticket == schedule.place.folded(schedule.case)


@given(steps=SCHEDULES)
def test_a_history_makes_every_ticket_that_ever_was(steps: Any) -> None:
    """The first events of a history make the ticket as it was stored after them; so does asking for that instant."""
    schedule = Schedule(list(RULES))
    kept: list[Ticket] = [schedule.settle()]
    at_instants = {schedule.place.clock(): kept[0]}
    for gap, name in steps:
        schedule.perform(gap, name)
        kept.append(schedule.place.ticket(schedule.case))
        kept.append(schedule.settle())
        at_instants[schedule.place.clock()] = kept[-1]
    for ticket in kept:
        assert ticket == schedule.place.folded(schedule.case, ticket.version)
    for instant, ticket in at_instants.items():
        assert ticket == schedule.place.by(LUIS).as_of(schedule.case, instant)
    assert () == schedule.place.desk.verify().findings


def test_the_most_overdue_come_first() -> None:
    """By due instant, what is overdue comes first, then what is due soonest, and last what has no due instant."""
    place = bare(policies=[BY_PRIORITY[0], {**BY_PRIORITY[1], "when": {"field": "priority", "eq": "normal"}}])
    never = place.open(MONDAY, priority="low")
    overdue = place.open(MONDAY, priority="high")
    held = place.open(MONDAY)
    place.act(held, "hold", MONDAY + HOUR)
    soon = place.open(MONDAY + HOUR)
    sooner = place.open(MONDAY + HOUR, priority="high")
    place.by(LUIS, MONDAY + 2 * HOUR + MINUTE)
    place.desk.run_due()
    found = [ticket.id for ticket in place.by(LUIS).find(sort="due_at").items]
    assert [overdue, sooner, soon] == found[:3]
    assert {never, held} == set(found[3:])
    assert found[::-1] == [ticket.id for ticket in place.by(LUIS).find(sort="-due_at").items]
    assert {"none": 1, "green": 2, "amber": 1, "red": 1} == place.by(LUIS).lights(at=MONDAY + 2 * HOUR + 30 * MINUTE)


@pytest.mark.parametrize(("locale", "told"), [("en", "holidays are not known"), ("es", "no se conocen los festivos")])
def test_a_due_instant_whose_holidays_are_unknown_is_marked(locale: str, told: str) -> None:
    """What is due after the last day looked up says so, on the clock and in the timeline; else nothing does."""
    place = bare(policies=BY_PRIORITY, calendars=[{**OFFICE, "covered_until": date(2026, 3, 2)}])
    reader = attrs.evolve(LUIS, locale=locale)
    for opened_at, expected in ((MONDAY, False), (MONDAY + 7 * HOUR, True)):
        case = place.open(opened_at, priority="high")
        started = next(entry for entry in place.by(reader).timeline(case) if entry.kind == "clock_started")
        promise = place.promise(case)
        assert promise is not None
        assert (expected, expected) == (promise.uncertain, told in started.text)


@pytest.mark.parametrize(
    ("zone", "opened", "expected"),
    [("America/Bogota", at(2026, 3, 2, 14), False), ("Asia/Tokyo", at(2026, 3, 2, 9), True)],
)
def test_whether_holidays_are_known_is_asked_of_the_calendars_date(zone: str, opened: datetime, expected: bool) -> None:
    """A due instant is uncertain if its date in the calendar's own zone lies beyond what was looked up."""
    weekly = {day: [["00:00", "24:00"]] for day in OFFICE["weekly"]}
    calendar = {"key": "office", "zone": zone, "weekly": weekly, "covered_until": date(2026, 3, 2)}
    place = bare(calendars=[calendar], policies=[{"key": "all", "resolution": {"within": "11h", "calendar": "office"}}])
    assert expected == place.clock_of(place.open(opened)).uncertain


def test_a_paused_promise_has_no_due_instant() -> None:
    """While a ticket is held, its promise says what was used and what is left, and no instant."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    promise = place.promise(case, when=MONDAY + 5 * DAY)
    assert promise is not None
    assert ("paused", None, HOUR, 7 * HOUR, None, "green") == (
        promise.state,
        promise.due_at,
        promise.elapsed,
        promise.remaining,
        promise.met,
        promise.light,
    )
    assert None is place.ticket(case).due_at


def _kinds(clocks_of: tuple[Clock, ...]) -> list[str]:
    return [clock.kind for clock in clocks_of]


def test_a_deadline_is_an_instant_that_closing_does_not_move() -> None:
    """A deadline set by hand counts all the time, solved or not, stops with closing, and stays the instant it was."""
    place = bare(policies=EIGHT)
    case = place.open(MONDAY)
    until = MONDAY + 30 * HOUR
    place.by(LUIS).set_deadline(case, until)
    assert ["resolution", "deadline"] == _kinds(place.ticket(case).clocks)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "solve", MONDAY + 2 * HOUR)
    assert ("running", until) == (place.clock_of(case, "deadline").state, place.clock_of(case, "deadline").due_at)
    place.act(case, "close", MONDAY + 3 * HOUR)
    assert ("stopped", True) == (place.clock_of(case, "deadline").state, place.clock_of(case, "deadline").met)
    place.act(case, "reopen", MONDAY + 20 * HOUR)
    assert ("running", until) == (place.clock_of(case, "deadline").state, place.clock_of(case, "deadline").due_at)
    assert 20 * HOUR == place.clock_of(case, "deadline").elapsed
    place.by(LUIS).set_deadline(case, None)
    assert ["resolution"] == _kinds(place.ticket(case).clocks)
