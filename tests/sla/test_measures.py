"""What came of a ticket in open time, by hand-made lives, and by random ones against the clocks that lived along."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import AsyncDesk, FrozenClock, open_async_store
from supportcore.desk import Measures
from supportcore.errors import Invalid, NotFound, TicketBroken
from supportcore.sla import Calendar
from supportcore.tickets.measures import SPANS, Run, Tally, measures
from tests.sla.timed import ANA, HOUR, LUIS, MINUTE, MONDAY, Place, bare

ALL = {
    "key": "all",
    "first_response": {"within": "2h", "calendar": "office"},
    "next_response": {"within": "1h", "calendar": "office"},
    "resolution": {"within": "8h", "calendar": "office"},
}
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 4))


def measured(place: Place, ticket: str, when: datetime | None = None) -> Measures:
    found: Measures = place.by(LUIS).measures(ticket, when)
    return found


def spans(found: Measures) -> dict[str, float | None]:
    """The spans of a ticket in hours."""
    told = {name: getattr(found, name) for name in SPANS}
    return {name: None if span is None else span / HOUR for name, span in told.items()}


def told(runs: tuple[Run, ...]) -> list[tuple[str, str | None, float, str]]:
    return [(run.kind, run.policy, run.elapsed / HOUR, run.verdict) for run in runs]


def test_a_life() -> None:
    """Every measure of a ticket that was answered, held, solved, opened again and solved again, counted by hand."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    place.reply(case, MONDAY + HOUR)  # 10:00
    place.act(case, "hold", MONDAY + 3 * HOUR)  # 12:00
    place.act(case, "go_on", TUESDAY + HOUR)  # held for 5 + 1 hours
    place.act(case, "solve", TUESDAY + 3 * HOUR, comment="done")
    place.act(case, "reopen", WEDNESDAY + HOUR, actor=ANA, comment="no")  # solved for 5 + 1
    place.act(case, "solve", WEDNESDAY + 5 * HOUR)
    place.act(case, "close", FRIDAY)
    expected = {
        "first_response": 1,
        "resolution": 8 + 8 + 5,
        "resolution_waiting": 6,
        "net_resolution": 3 + 2 + 4,
        "handling": 3 + 2 + 4,
        "waiting": 6,
        "closed": 6,
    }
    found = measured(place, case)
    assert expected == spans(found)
    assert (WEDNESDAY + 5 * HOUR, 2, 1) == (found.resolved_at, found.replies, found.reopenings)
    runs = [
        ("first_response", "all", 1, "met"),
        ("resolution", "all", 9, "breached"),
        ("next_response", "all", 4, "breached"),
    ]
    assert runs == told(found.runs)
    assert (case, MONDAY, FRIDAY) == (found.ticket, found.opened_at, found.as_of)


def test_a_ticket_that_has_just_begun() -> None:
    """What has not happened yet is None; what lasts counts as far as it got."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    found = measured(place, case)
    assert dict.fromkeys(SPANS[:4]) | dict.fromkeys(SPANS[4:], 0) == spans(found)
    assert (None, 0, 0) == (found.resolved_at, found.replies, found.reopenings)
    assert [("first_response", "all", 0, "open"), ("resolution", "all", 0, "open")] == told(found.runs)


def test_as_of_an_earlier_and_a_later_instant() -> None:
    """Nothing later than the instant counts; of one to come, what clocks do until then has happened."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    place.act(case, "hold", MONDAY + HOUR)
    place.act(case, "go_on", MONDAY + 2 * HOUR)
    place.act(case, "solve", MONDAY + 3 * HOUR)
    earlier = measured(place, case, MONDAY + 90 * MINUTE)
    assert (1, 0.5, None) == (earlier.handling / HOUR, earlier.waiting / HOUR, earlier.resolved_at)
    assert [("first_response", "all", 1, "open"), ("resolution", "all", 1, "open")] == told(earlier.runs)
    other = place.open(MONDAY + 3 * HOUR)
    later = measured(place, other, WEDNESDAY)
    assert [("first_response", "all", 13, "breached"), ("resolution", "all", 13, "breached")] == told(later.runs)
    with pytest.raises(NotFound):
        measured(place, case, MONDAY - HOUR)
    with pytest.raises(Invalid):
        measured(place, case, datetime(2026, 3, 2, 9))


def test_the_last_resolution_counts() -> None:
    """Closing confirms a solution; opened again and closed outright, the closing resolves; what follows changes it."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR)
    place.act(case, "close", MONDAY + 2 * HOUR)
    assert MONDAY + HOUR == measured(place, case).resolved_at
    place.act(case, "reopen", MONDAY + 3 * HOUR)
    assert MONDAY + HOUR == measured(place, case).resolved_at
    place.act(case, "close", MONDAY + 4 * HOUR)
    found = measured(place, case, FRIDAY)
    assert (MONDAY + 4 * HOUR, 4, 2) == (found.resolved_at, found.resolution / HOUR, found.net_resolution / HOUR)
    assert (1, 2) == (found.reopenings, found.closed / HOUR)


def test_what_only_looks_like_a_move() -> None:
    """An action that leaves a solved ticket as it is does not resolve it; the solving action taken again does."""
    rules = bare(policies=[ALL]).definition
    steps = []
    for step in rules.workflow.transitions:
        more = ("solved",) if step.action == "solve" else ()
        steps.append(attrs.evolve(step, sources=(*step.sources, *more)))
    steps.append(attrs.evolve(steps[0], action="remind", sources=("solved", "closed"), to=None))
    place = Place(attrs.evolve(rules, workflow=attrs.evolve(rules.workflow, transitions=tuple(steps))))
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR)
    place.act(case, "remind", MONDAY + 2 * HOUR)
    assert MONDAY + HOUR == measured(place, case).resolved_at
    place.act(case, "solve", MONDAY + 3 * HOUR)
    found = measured(place, case)
    assert MONDAY + 3 * HOUR == found.resolved_at
    assert (3, 1, 0) == (found.resolution / HOUR, found.net_resolution / HOUR, found.reopenings)
    place.act(case, "close", MONDAY + 4 * HOUR)
    place.act(case, "remind", MONDAY + 5 * HOUR)
    assert MONDAY + 3 * HOUR == measured(place, case).resolved_at


def test_a_cancelled_ticket_is_not_resolved() -> None:
    """Closed with another outcome a ticket has no resolution, though its clock stopped in time."""
    rules = bare(policies=[ALL]).definition
    states = tuple(attrs.evolve(s, outcome="cancelled") if s.key == "closed" else s for s in rules.workflow.states)
    place = Place(attrs.evolve(rules, workflow=attrs.evolve(rules.workflow, states=states)))
    case = place.open(MONDAY)
    place.act(case, "close", MONDAY + HOUR)
    found = measured(place, case)
    assert (None, None, None) == (found.resolved_at, found.resolution, found.net_resolution)
    assert [("first_response", "all", 1, "met"), ("resolution", "all", 1, "met")] == told(found.runs)


def test_every_exchange_has_its_run() -> None:
    """A next response that came too late stays breached when a later one is met."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    place.reply(case, MONDAY)
    for asked, answered in ((1, 3), (4, 4.5), (5, 6)):
        place.reply(case, MONDAY + asked * HOUR, actor=ANA)
        place.reply(case, MONDAY + answered * HOUR)
    place.reply(case, MONDAY + 7 * HOUR, actor=ANA)
    found = measured(place, case)
    runs = [(run.elapsed / HOUR, run.verdict) for run in found.runs if run.kind == "next_response"]
    assert [(2, "breached"), (0.5, "met"), (1, "met"), (0, "open")] == runs
    assert [1, 4, 5, 7] == [(r.started_at - MONDAY) / HOUR for r in found.runs if r.kind == "next_response"]
    assert 4 == found.replies


@pytest.mark.parametrize(
    ("reopening", "expected"),
    [("resume", [(3, "met")]), ("restart", [(1, "met"), (2, "met")])],
)
def test_reopening(reopening: str, expected: list[tuple[float, str]]) -> None:
    """A resolution that goes on is one run, one that starts again is two."""
    place = bare(policies=[ALL], levels={"reopening": reopening})
    case = place.open(MONDAY)
    place.act(case, "solve", MONDAY + HOUR)
    place.act(case, "reopen", MONDAY + 2 * HOUR)
    place.act(case, "solve", MONDAY + 4 * HOUR)
    found = measured(place, case)
    assert expected == [(run.elapsed / HOUR, run.verdict) for run in found.runs if run.kind == "resolution"]
    assert 3 == found.net_resolution / HOUR


def test_another_policy_and_none() -> None:
    """A retargeted clock is one run under its last policy, a removed one none; but what was breached stays."""
    high = {"field": "priority", "eq": "high"}
    low = {"field": "priority", "eq": "low"}
    policies = [
        {"key": "high", "when": high, "resolution": {"within": "1h", "calendar": "office"}},
        {"key": "low", "when": low, "resolution": {"within": "8h", "calendar": "office"}},
    ]
    place = bare(policies=policies)
    case = place.open(MONDAY, priority="high")
    place.triage(case, MONDAY + 2 * HOUR, priority="low")
    late = ("resolution", "high", 2, "breached")
    assert [late, ("resolution", "low", 2, "open")] == told(measured(place, case).runs)
    assert [("resolution", "high", 1.5, "breached")] == told(measured(place, case, MONDAY + 1.5 * HOUR).runs)
    place.triage(case, MONDAY + 3 * HOUR, priority="normal")
    assert [late] == told(measured(place, case).runs)
    other = place.open(MONDAY + 3 * HOUR, priority="high")
    place.triage(other, MONDAY + 3.5 * HOUR, priority="low")
    assert [("resolution", "low", 0.5, "open")] == told(measured(place, other).runs)
    place.triage(other, MONDAY + 4 * HOUR, priority="normal")
    assert [] == told(measured(place, other).runs)


def test_deadlines() -> None:
    """A deadline counts all the time and belongs to no policy; moved in time it is one run, missed it stays."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)

    def deadline() -> list[tuple[str, str | None, float, str]]:
        return told(measured(place, case).runs)[2:]

    place.by(LUIS).set_deadline(case, MONDAY + 2 * HOUR)
    assert [("deadline", None, 0, "open")] == deadline()
    place.by(LUIS, MONDAY + HOUR).set_deadline(case, MONDAY + 3 * HOUR)
    place.by(LUIS, MONDAY + 20 * HOUR)
    assert [("deadline", None, 19, "breached")] == deadline()
    place.by(LUIS).set_deadline(case, None)
    assert [("deadline", None, 19, "breached")] == deadline()
    other = place.open(place.clock.at)
    place.by(LUIS).set_deadline(other, place.clock.at + HOUR)
    place.by(LUIS).set_deadline(other, None)
    assert [] == told(measured(place, other).runs)[2:]


def test_without_service_levels() -> None:
    """A desk that promises nothing has measures, too, in calendar time; any calendar can be asked for."""
    rules = attrs.evolve(bare().definition, levels=None)
    place = Place(rules)
    case = place.open(MONDAY)
    place.act(case, "solve", TUESDAY)
    history = place.desk.history(case)
    found = measured(place, case)
    assert (24, ()) == (found.resolution / HOUR, found.runs)
    assert found == measures(history, at=TUESDAY)
    hours = Calendar(timezone="UTC", weekly={"mon": [("09:00", "12:00")]})
    assert 3 == measures(history, at=TUESDAY, calendar=hours).resolution / HOUR


def test_what_cannot_be_measured() -> None:
    """No history by then, and service levels that are not the ticket's, are refused."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    history, levels = place.desk.history(case), place.definition.levels
    with pytest.raises(TicketBroken, match="no history"):
        measures(history, at=MONDAY - MINUTE, levels=levels)
    with pytest.raises(ValueError, match="other service levels"):
        measures(history, at=MONDAY)
    with pytest.raises(ValueError, match="other service levels"):
        measures(history, at=MONDAY, levels=bare(policies=[{**ALL, "key": "other"}]).definition.levels)


def test_levels_of_the_day_it_was_opened() -> None:
    """A ticket is measured under the service levels it keeps, by those of today once it is retargeted."""
    place = bare(policies=[ALL])
    case = place.open(MONDAY)
    always = {"key": "always", "resolution": {"within": "8h", "calendar": "always"}}
    place = place.under(bare(policies=[always]).definition)
    assert 8 == measured(place, case, TUESDAY).handling / HOUR
    place.by(LUIS, TUESDAY).retarget(case)
    assert 24 == measured(place, case).handling / HOUR
    assert 8 == measured(place, case, TUESDAY - HOUR).handling / HOUR


def test_the_asynchronous_desk() -> None:
    """It measures the same."""
    rules = attrs.evolve(bare(policies=[ALL]).definition, customer="none")

    async def measured_there() -> Measures:
        store = open_async_store("memory://")
        await store.migrate()
        clock = FrozenClock(MONDAY)
        desk = AsyncDesk(rules, store, clock=clock)
        await desk.install()
        work = desk.acting_as(LUIS)
        receipt = await work.open({"subject": "x"})
        clock.move(HOUR)
        await work.act(receipt.id, "solve", {"comment": "done"})
        return await work.measures(receipt.id)

    found = asyncio.run(measured_there())
    assert (1, 1) == (found.first_response / HOUR, found.net_resolution / HOUR)


# -- many tickets ------------------------------------------------------------------------------------------------------


def test_a_tally() -> None:
    """Tickets add up to counts, sums and means, and runs to verdicts by policy and clock."""
    place = bare(policies=[ALL])
    first, second = place.open(MONDAY), place.open(MONDAY)
    place.act(first, "solve", MONDAY + HOUR, comment="done")
    place.act(second, "solve", MONDAY + 4 * HOUR)
    place.act(second, "reopen", MONDAY + 6 * HOUR)
    tally = Tally()
    for case in (first, second):
        tally.add(measured(place, case))
    assert (2, 1, 1, 1) == (tally.tickets, tally.replies, tally.reopenings, tally.reopened)
    assert (1, 2) == (tally.counted["first_response"], tally.counted["resolution"])
    assert (5 * HOUR, 150 * MINUTE) == (tally.totals["resolution"], tally.mean("resolution"))
    expected = {
        ("all", "first_response"): {"met": 1, "breached": 1, "open": 0},
        ("all", "resolution"): {"met": 1, "breached": 0, "open": 1},
    }
    assert expected == tally.promises
    assert Tally().mean("resolution") is None


# -- random lives ------------------------------------------------------------------------------------------------------

NEXT = {
    "open": ("hold", "solve", "close", "reply", "ask"),
    "held": ("go_on", "solve", "close", "reply", "ask"),
    "solved": ("reopen", "close", "reply", "ask"),
    "closed": ("reopen",),
}
LED_TO = {"hold": "held", "go_on": "open", "solve": "solved", "close": "closed", "reopen": "open"}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Minutes waited, and what is done then."""
    state, found = "open", []
    for _ in range(draw(st.integers(0, 12))):
        done = draw(st.sampled_from(NEXT[state]))
        found.append((draw(st.integers(0, 3_000)), done))
        state = LED_TO.get(done, state)
    return found


@given(lives(), st.integers(0, 5_000), st.booleans())
def test_measures_and_clocks_count_alike(life: list[tuple[int, str]], rest: int, pauses: bool) -> None:
    """
    The measures and the resolution clock are those counted minute by minute; the last run of a kind is its clock.

    Whether it is open is asked of each minute by its weekday and hour.
    """
    resolution = {"within": "8h", "calendar": "office", "pauses": pauses}
    place = bare(policies=[{**ALL, "resolution": resolution}])
    case, when = place.open(MONDAY), MONDAY
    state, answered = "open", False
    minutes: list[tuple[datetime, str]] = []
    resolved: int | None = None
    since = 0  # when it was last solved or closed, counted in minutes

    def live(count: int) -> None:
        minutes.extend((when + n * MINUTE, state) for n in range(count))

    for wait, done in life:
        live(wait)
        when += wait * MINUTE
        if done in ("reply", "ask"):
            place.reply(case, when, actor=LUIS if done == "reply" else ANA)
            answered = answered or done == "reply"
        else:
            place.act(case, done, when)
            if done == "solve" or (done == "close" and state != "solved"):
                resolved = len(minutes)
            if state not in ("solved", "closed") and LED_TO[done] in ("solved", "closed"):
                since = len(minutes)
            state = LED_TO[done]
    live(rest)
    end = when + rest * MINUTE
    found = measured(place, case, end)

    def open_minutes(states: tuple[str, ...], last: int | None = None) -> timedelta:
        return MINUTE * sum(s in states and t.weekday() < 5 and 9 <= t.hour < 17 for t, s in minutes[:last])

    everything = ("open", "held", "solved", "closed")
    assert open_minutes(("open",)) == found.handling
    assert open_minutes(("held",)) == found.waiting
    if resolved is None:
        assert (None, None, None) == (found.resolution, found.resolution_waiting, found.net_resolution)
    else:
        assert open_minutes(everything, resolved) == found.resolution
        assert open_minutes(("held",), resolved) == found.resolution_waiting
        assert open_minutes(("open",), resolved) == found.net_resolution
    finished = 0 if state not in ("solved", "closed") else len(minutes) - since
    assert open_minutes(("solved", "closed"), len(minutes) - finished) == found.closed
    [run] = [run for run in found.runs if run.kind == "resolution"]
    assert open_minutes(("open",) if pauses else ("open", "held")) == run.elapsed
    late = run.elapsed > 8 * HOUR
    assert ("breached" if late else "met" if state in ("solved", "closed") else "open") == run.verdict
    last = {promise.kind: promise for promise in place.by(LUIS).clocks(case, end)}
    standing = {run.kind: run for run in found.runs}  # of each kind the last run is the clock as it stands
    assert {kind: promise.elapsed for kind, promise in last.items()} == {k: run.elapsed for k, run in standing.items()}
    verdicts = {True: "met", False: "breached", None: "open"}
    assert {kind: verdicts[p.met] for kind, p in last.items()} == {k: run.verdict for k, run in standing.items()}
    assert answered == (found.first_response is not None)
