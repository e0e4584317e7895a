"""What becomes of promises when a ticket that was solved or closed is taken up again, and by which policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.sla.timed import ANA, HOUR, LUIS, MONDAY, Place, bare

DAYS = timedelta(days=1)
NORMAL = {"field": "priority", "eq": "normal"}


def promising(*kinds: str, when: dict[str, Any] | None = None, **levels: Any) -> Place:
    """A desk with one policy of four hours for each of *kinds*, counted all the time."""
    policy: dict[str, Any] = {"key": "all", **{kind: {"within": "4h", "calendar": "always"} for kind in kinds}}
    if when is not None:
        policy["when"] = when
    return bare(policies=[policy], levels=levels)


def test_a_first_response_that_was_never_given_is_owed_again() -> None:
    """A ticket closed without an answer owes the first response once it is open again, without the closed time."""
    place = promising("first_response")
    case = place.open(MONDAY)
    place.act(case, "close", MONDAY + HOUR)
    assert "stopped" == place.clock_of(case, "first_response").state
    place.act(case, "reopen", MONDAY + 3 * HOUR)
    clock = place.clock_of(case, "first_response")
    assert ("running", HOUR, MONDAY + 6 * HOUR) == (clock.state, clock.elapsed, clock.due_at)
    place.reply(case, MONDAY + 4 * HOUR)
    place.act(case, "close", MONDAY + 5 * HOUR)
    place.act(case, "reopen", MONDAY + 6 * HOUR)
    clock = place.clock_of(case, "first_response")
    assert ("stopped", 2 * HOUR, True) == (clock.state, clock.elapsed, clock.met)


def test_a_promise_taken_away_and_given_back_counts_the_whole_life() -> None:
    """A resolution that comes back counts as though it had never been away, whether the ticket was solved or not."""
    for solved_first in (False, True):
        place = promising("resolution", when=NORMAL)
        case = place.open(MONDAY)
        place.triage(case, MONDAY + HOUR, priority="low")
        assert "removed" == place.clock_of(case).state
        if solved_first:
            place.act(case, "solve", MONDAY + 2 * HOUR)
            place.triage(case, MONDAY + 2 * HOUR, priority="normal")
        else:
            place.triage(case, MONDAY + 2 * HOUR, priority="normal")
            place.act(case, "solve", MONDAY + 2 * HOUR)
        place.act(case, "reopen", MONDAY + 3 * HOUR)
        assert ("running", 2 * HOUR) == (place.clock_of(case).state, place.clock_of(case).elapsed)


def test_a_ticket_without_a_promise_gets_one_on_reopening() -> None:
    """A ticket classified under a policy while it was solved has the promise once it is taken up again."""
    place = promising("resolution", when=NORMAL)
    case = place.open(MONDAY, priority="low")
    place.act(case, "solve", MONDAY + HOUR)
    place.triage(case, MONDAY + HOUR, priority="normal")
    assert () == place.ticket(case).clocks
    place.act(case, "reopen", MONDAY + 2 * HOUR)
    assert ("running", HOUR) == (place.clock_of(case).state, place.clock_of(case).elapsed)


def test_thanks_ask_for_nothing() -> None:
    """A customer who solves the ticket with a comment waits for no answer; one who writes afterwards does."""
    place = promising("next_response")
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR, actor=ANA, comment="thanks")
    assert (None, ()) == (place.ticket(case).unanswered_at, place.ticket(case).clocks)
    place.reply(case, MONDAY + 2 * HOUR, actor=ANA)
    assert "running" == place.clock_of(case, "next_response").state


def test_a_promise_that_stops_while_paused_says_when_it_would_have_been_due() -> None:
    """Solving a held ticket tells the instant that would have been due, had the hold ended then."""
    place = promising("resolution")
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "solve", MONDAY + 10 * HOUR)
    clock = place.clock_of(case)
    assert ("stopped", True, MONDAY + 13 * HOUR) == (clock.state, clock.met, clock.due_at)


def test_solved_straight_into_a_hold_is_paused() -> None:
    """A resolution that comes back into a held ticket stands still, and the history says paused."""
    place = bare(
        policies=[{"key": "all", "resolution": {"within": "4h", "calendar": "always"}}],
        levels={"pause": {"field": "state", "eq": "open"}},
    )
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "solve", MONDAY + 2 * HOUR)
    place.act(case, "reopen", MONDAY + 3 * HOUR)
    assert ("paused", HOUR) == (place.clock_of(case).state, place.clock_of(case).elapsed)
    assert "clock_paused" == place.by(LUIS).timeline(case)[-1].kind


def test_a_prorated_share_has_an_end() -> None:
    """A share of a target that was used up many times over is kept within what can be kept."""
    second = {"within": "1s", "calendar": "always"}
    year = {"within": "8000h", "calendar": "always"}
    place = bare(
        levels={"retargeting": "prorate"},
        policies=[{"key": "short", "when": NORMAL, "resolution": second}, {"key": "long", "resolution": year}],
    )
    case = place.open(MONDAY)
    place.triage(case, MONDAY + 400 * DAYS, priority="low")
    assert place.clock_of(case).elapsed > 8000 * HOUR
    assert "red" == place.by(LUIS).light(case)


def test_a_step_tells_those_who_are_there_after_it() -> None:
    """Steps behind a new target are taken at once though the ticket is held, and tell the team that took over."""
    place = bare(
        ladders=[
            {"key": "up", "steps": [{"at": 50, "team": "leads", "tell": ["team"]}, {"at": 100, "tell": ["contact"]}]}
        ],
        policies=[
            {"key": "slow", "when": NORMAL, "resolution": {"within": "80h", "calendar": "always", "ladder": "up"}},
            {"key": "fast", "resolution": {"within": "1h", "calendar": "always", "ladder": "up"}},
        ],
    )
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + 3 * HOUR)
    place.triage(case, MONDAY + 4 * HOUR, priority="high")
    place.clock.move(5 * HOUR)
    place.desk.run_due()
    assert {("team", "leads"), ("contact", "ana")} == set(place.told())
    assert 100 == place.clock_of(case).passed


def test_a_policy_without_a_first_response_owes_the_next_from_the_message_that_waits() -> None:
    """Classified under a policy that promises next responses only, a ticket owes one to the message nobody answered."""
    policies = [
        {"key": "none", "when": NORMAL, "resolution": {"within": "40h", "calendar": "always"}},
        {"key": "answers", "next_response": {"within": "4h", "calendar": "always"}},
    ]
    place = bare(policies=policies)
    case = place.open(MONDAY)
    place.reply(case, MONDAY + HOUR, actor=ANA)
    place.triage(case, MONDAY + 2 * HOUR, priority="high")
    clock = place.clock_of(case, "next_response")
    assert ("running", MONDAY + HOUR, HOUR) == (clock.state, clock.started_at, clock.elapsed)
