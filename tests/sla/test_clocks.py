"""A clock alone: pauses, holds, other targets, and the line between met and breached."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from supportcore.sla import Calendar, clocks
from supportcore.sla.clocks import Clock, share
from supportcore.sla.ledger import Hold, HoldKind, Ledger, held, leaves_out, reached, spent
from supportcore.sla.policy import RETARGETING, ClockKind, Retargeting, Rung, Target
from tests.sla.timed import HOUR, MINUTE, MONDAY, TICK, at

WEEK = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = Calendar.always()
OFFICE = Calendar(timezone="UTC", weekly=WEEK)
SPLIT = Calendar(timezone="Europe/Madrid", weekly={day: [("09:00", "14:00"), ("15:00", "18:00")] for day in WEEK})
NIGHTS = Calendar(timezone="America/Santiago", weekly={day: [("22:30", "06:00")] for day in ("mon", "wed", "sat")})
LATE_WEEK = Calendar(timezone="Australia/Lord_Howe", weekly={"sun": [("01:45", "03:15")], "thu": [("12:00", "24:00")]})
CALENDARS = (ALWAYS, OFFICE, SPLIT, NIGHTS, LATE_WEEK)
MILLISECONDS = st.integers(-5, 5).map(lambda n: n * TICK) | st.just(timedelta(0))


def gaps(most: int = 72) -> st.SearchStrategy[timedelta]:
    """Spans of some hours, mostly in whole quarters, some a few milliseconds off; never negative."""
    quarters = st.integers(0, 4 * most).map(lambda n: n * 15 * MINUTE)
    return st.builds(lambda span, off: max(span + off, timedelta(0)), quarters, MILLISECONDS)


def instants() -> st.SearchStrategy[datetime]:
    """Instants around changes of clocks in the zones above."""
    return st.builds(
        lambda start, gap: start + gap, st.sampled_from([MONDAY, at(2026, 3, 27, 8), at(2026, 4, 3)]), gaps()
    )


@st.composite
def targets(draw: st.DrawFn, pauses: bool | None = None) -> Target:
    """Promises of up to two days' open time."""
    return Target(
        within=max(draw(gaps(48)), TICK),
        calendar=draw(st.sampled_from(CALENDARS)),
        amber=draw(st.sampled_from([75, 50, 1, 99, 33])),
        pauses=draw(st.booleans()) if pauses is None else pauses,
        ladder=draw(st.sampled_from([(), tuple(Rung(percent=p, team="leads") for p in (50, 75, 100, 150))])),
    )


HOLDS: tuple[HoldKind | None, ...] = (None, "pause", "done")


@st.composite
def lives(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, HoldKind | None]]]:
    """When a ticket began, and how it was held from when on, in order of time."""
    start = draw(instants())
    turns: list[tuple[datetime, HoldKind | None]] = []
    when = start
    for gap, kind in draw(st.lists(st.tuples(gaps(30), st.sampled_from(HOLDS)), max_size=6)):
        when += gap
        turns.append((when, kind))
    return start, turns


def ledger_of(turns: list[tuple[datetime, HoldKind | None]]) -> Ledger:
    ledger: Ledger = ()
    for when, kind in turns:
        ledger = held(ledger, at=when, kind=kind)
    return ledger


def counted(
    calendar: Calendar, start: datetime, end: datetime, turns: list[tuple[datetime, HoldKind | None]], without: Any
) -> timedelta:
    """Open time while the ticket was not held so, stretch by stretch: the reference for `spent`."""
    total = timedelta(0)
    marks = [(start, None), *turns, (end, None)]
    for (begins, kind), (ends, _) in pairwise(marks):
        if kind not in without and begins < min(ends, end):
            total += calendar.between(begins, min(ends, end))
    return total


def begun(target: Target, *, kind: ClockKind = "resolution", since: datetime = MONDAY, ledger: Ledger = ()) -> Clock:
    return clocks.begin(kind, target, policy="all", since=since, at=since, ledger=ledger)


def come(clock: Clock, target: Target, now: datetime) -> Clock:
    """Let everything happen to *clock* that is due by *now*."""
    for _ in range(20):
        due_at = clock.wake_at
        if due_at is None or due_at > now:
            return clock
        if clock.next_at == due_at:
            clock, _ = clocks.climb(clock, target)
        elif clock.warn_at == due_at:
            clock = clocks.warn(clock)
        else:
            clock = clocks.breach(clock)
    raise AssertionError("it does not come to rest")


def lived(target: Target, start: datetime, turns: list[tuple[datetime, HoldKind | None]]) -> tuple[Clock, Ledger]:
    """A resolution clock through the holds of its ticket, paused and resumed as they come and go."""
    clock, ledger = begun(target, since=start), ()
    for when, kind in turns:
        clock = come(clock, target, when)
        ledger = held(ledger, at=when, kind=kind)
        still = kind in leaves_out("resolution", target.pauses)
        if still and clock.state == "running":
            clock = clocks.pause(clock, target, when)
        elif not still and clock.state == "paused":
            clock = clocks.resume(clock, target, at=when, ledger=ledger)
    return clock, ledger


# -- holds ---------------------------------------------------------------------------------------------------------


def test_a_pause_takes_its_open_time_out() -> None:
    """Half an hour's pause in office hours moves what is due by half an hour; a night's pause by nothing."""
    target = Target(within=4 * HOUR, calendar=OFFICE)
    noon, clock = MONDAY + 3 * HOUR, begun(target)
    paused = clocks.pause(clock, target, noon)
    assert ("paused", None, None, 3 * HOUR) == (paused.state, paused.due_at, paused.breach_at, paused.elapsed)
    ledger = (Hold(kind="pause", from_at=noon, to_at=noon + 30 * MINUTE),)
    resumed = clocks.resume(paused, target, at=noon + 30 * MINUTE, ledger=ledger)
    assert (MONDAY, MONDAY + 4 * HOUR + 30 * MINUTE) == (resumed.started_at, resumed.due_at)
    night = (at(2026, 3, 2, 17), at(2026, 3, 3, 9))
    paused = clocks.pause(begun(Target(within=10 * HOUR, calendar=OFFICE)), target, night[0])
    ledger = (Hold(kind="pause", from_at=night[0], to_at=night[1]),)
    resumed = clocks.resume(paused, Target(within=10 * HOUR, calendar=OFFICE), at=night[1], ledger=ledger)
    assert at(2026, 3, 3, 11) == resumed.due_at


@given(life=lives(), target=targets(), after=gaps())
def test_what_was_used_is_the_life_less_the_holds(life: Any, target: Target, after: timedelta) -> None:
    """However a ticket is held, its clock keeps its start, and has used up its open time without that of the holds."""
    start, turns = life
    clock, ledger = lived(target, start, turns)
    end = (turns[-1][0] if turns else start) + after
    without = leaves_out("resolution", target.pauses)
    expected = counted(target.calendar, start, end, turns, without)
    assert start == clock.started_at
    assert expected == clocks.elapsed_at(clock, target.calendar, end)
    assert expected == spent(target.calendar, start, end, ledger, without)


@given(life=lives(), target=targets())
def test_the_due_instant_is_where_the_life_less_the_holds_comes_to_the_target(life: Any, target: Target) -> None:
    """A hold can stand at no wrong place: due is the first instant at which the target is used up, holds left out."""
    start, turns = life
    clock, ledger = lived(target, start, turns)
    without = leaves_out("resolution", target.pauses)
    due_at = reached(target.calendar, start, target.within, ledger, without)
    if clock.breached_at is not None or (clock.state == "running" and clock.elapsed != target.within):
        assert due_at == clock.due_at
    if due_at is not None:
        assert target.within == counted(target.calendar, start, due_at, turns, without)
        assert target.within > counted(target.calendar, start, due_at - TICK, turns, without)


def test_a_hold_of_no_length_leaves_nothing() -> None:
    """A ticket held and let go at one instant was not held; one held twice over was held once."""
    ledger = held(held((), at=MONDAY, kind="pause"), at=MONDAY, kind=None)
    assert () == ledger
    again = held(held((), at=MONDAY, kind="pause"), at=MONDAY + HOUR, kind="pause")
    assert (Hold(kind="pause", from_at=MONDAY),) == again
    other = held(again, at=MONDAY + HOUR, kind="done")
    assert (Hold(kind="pause", from_at=MONDAY, to_at=MONDAY + HOUR), Hold(kind="done", from_at=MONDAY + HOUR)) == other


@given(life=lives())
def test_holds_stand_in_order_and_apart(life: Any) -> None:
    """Holds have a length, do not overlap, and only the last may still last."""
    ledger = ledger_of(life[1])
    assert all(hold.to_at is not None and hold.from_at < hold.to_at for hold in ledger[:-1])
    assert all(one.to_at is not None and one.to_at <= two.from_at for one, two in pairwise(ledger))


@pytest.mark.parametrize(
    ("kind", "pauses", "expected"),
    [
        ("first_response", True, ("pause", "done")),
        ("next_response", True, ("pause",)),
        ("resolution", True, ("pause", "done")),
        ("deadline", True, ("pause",)),
        ("first_response", False, ("done",)),
        ("next_response", False, ()),
        ("resolution", False, ("done",)),
        ("deadline", False, ()),
    ],
)
def test_what_clocks_leave_out(kind: ClockKind, pauses: bool, expected: tuple[str, ...]) -> None:
    """Clocks that pause leave pauses out; first response and resolution leave out the time a ticket was done."""
    assert expected == leaves_out(kind, pauses)


# -- met or breached -----------------------------------------------------------------------------------------------


def test_a_target_that_ends_at_closing_time() -> None:
    """It is due at closing; it may still be met when the office opens again, and a millisecond later it is breached."""
    target = Target(within=8 * HOUR, calendar=OFFICE)
    clock = begun(target)
    closing, opening = at(2026, 3, 2, 17), at(2026, 3, 3, 9)
    assert (closing, opening, opening + TICK) == (clock.due_at, clock.breach_at, clock.late_at)
    for when in (closing, closing + TICK, at(2026, 3, 2, 23), opening):
        stopped = clocks.stop(come(clock, target, when), target, when)
        assert (True, 8 * HOUR, None) == (stopped.met, stopped.elapsed, stopped.breached_at)
        assert "amber" == clock.light(when)
    late = clocks.stop(come(clock, target, opening + TICK), target, opening + TICK)
    assert (False, 8 * HOUR + TICK, opening + TICK) == (late.met, late.elapsed, late.breached_at)
    assert "red" == clock.light(opening + TICK)


def test_a_pause_when_just_all_is_used() -> None:
    """A clock paused at the instant its target is used up is not too late when it goes on, but a millisecond later."""
    target = Target(within=2 * HOUR, calendar=OFFICE)
    due_at, back_at = MONDAY + 2 * HOUR, MONDAY + 3 * HOUR
    hold = Hold(kind="pause", from_at=due_at, to_at=back_at)
    paused = clocks.pause(come(begun(target), target, due_at), target, due_at)
    clock = clocks.resume(paused, target, at=back_at, ledger=(hold,))
    assert (back_at, 2 * HOUR, "amber") == (clock.breach_at, clock.elapsed, clock.light(back_at))
    assert clocks.stop(come(clock, target, back_at), target, back_at).met
    assert back_at + TICK == come(clock, target, back_at + TICK).breached_at


def test_a_pause_when_just_all_is_used_leaves_the_due_instant() -> None:
    """Due is the first instant at which the target is used up, also if the clock is paused then and goes on later."""
    target = Target(within=8 * HOUR, calendar=OFFICE)
    closing, back_at = at(2026, 3, 2, 17), at(2026, 3, 3, 8)
    hold = Hold(kind="pause", from_at=closing, to_at=back_at)
    paused = clocks.pause(come(begun(target), target, closing), target, closing)
    assert closing == clocks.resume(paused, target, at=back_at, ledger=(hold,)).due_at


def test_a_target_that_ends_in_the_middle_of_the_day() -> None:
    """At the due instant itself it is not breached; one millisecond later it is."""
    target = Target(within=2 * HOUR, calendar=OFFICE)
    clock = begun(target)
    due_at = MONDAY + 2 * HOUR
    assert (due_at, due_at) == (clock.due_at, clock.breach_at)
    assert ("amber", "red") == (clock.light(due_at), clock.light(due_at + TICK))
    assert None is come(clock, target, due_at).breached_at
    assert due_at + TICK == come(clock, target, due_at + TICK).breached_at


@given(life=lives(), target=targets(), after=gaps(), nudge=st.sampled_from([None, -TICK, timedelta(0), TICK]))
@example(life=(MONDAY, []), target=Target(within=8 * HOUR, calendar=OFFICE), after=16 * HOUR, nudge=TICK)
def test_no_clock_is_both_met_and_breached(
    life: Any, target: Target, after: timedelta, nudge: timedelta | None
) -> None:
    """Wherever it stops: breached if more than the target was used, and met if not; `breach_at` is between them."""
    start, turns = life
    clock, _ = lived(target, start, turns)
    last = turns[-1][0] if turns else start
    end = last + after
    if nudge is not None and clock.breach_at is not None:
        end = max(last, clock.breach_at + nudge)
    in_time = clock.breached_at is None and (clock.breach_at is None or end <= clock.breach_at)
    stopped = clocks.stop(come(clock, target, end), target, end)
    assert (in_time, not in_time) == (stopped.met, stopped.breached_at is not None)
    assert in_time == (stopped.elapsed <= target.within)
    assert None is stopped.wake_at
    assert "none" == stopped.light(end)


@given(life=lives(), target=targets(), after=gaps(200))
def test_time_does_nothing_to_a_paused_clock(life: Any, target: Target, after: timedelta) -> None:
    """While it is paused nothing comes due, and its light and what it has used up stay as they are."""
    clock, _ = lived(target, *life)
    assume(clock.state == "paused")
    then = clock.as_of + after
    assert None is clock.wake_at
    assert clock == come(clock, target, then)
    assert clock.light(clock.as_of) == clock.light(then)
    assert clock.elapsed == clocks.elapsed_at(clock, target.calendar, then)


@given(life=lives(), target=targets(), after=gaps(200))
def test_lights_before_and_after_what_is_due_has_happened(life: Any, target: Target, after: timedelta) -> None:
    """The light at an instant is the same whether or not anybody had come by until then, and never turns back."""
    clock, _ = lived(target, *life)
    then = clock.as_of + after
    assert clock.light(then) == come(clock, target, then).light(then)
    lights = [clocks.LIGHTS.index(clock.light(clock.as_of + after * n / 4)) for n in range(5)]
    assert sorted(lights) == lights


@given(life=lives(), target=targets(), after=gaps(200))
def test_the_light_tells_how_much_is_used(life: Any, target: Target, after: timedelta) -> None:
    """A running clock is amber from the first instant at which its share is used up, red when more than all is."""
    clock, _ = lived(target, *life)
    then = clock.as_of + after
    elapsed = clocks.elapsed_at(clock, target.calendar, then)
    amber = elapsed >= share(target.within, target.amber)
    assert ("red" if elapsed > target.within else "amber" if amber else "green") == clock.light(then)


@given(within=gaps(100).filter(bool), percent=st.integers(1, 1000))
def test_a_share_is_the_first_millisecond_that_is_enough(within: timedelta, percent: int) -> None:
    """A share is rounded up: it is enough, and a millisecond less is not."""
    exact = within / TICK * percent
    assert share(within, percent) / TICK * 100 >= exact
    assert (share(within, percent) / TICK - 1) * 100 < exact


# -- other targets -------------------------------------------------------------------------------------------------


def test_a_pause_survives_another_target() -> None:
    """A ticket held for two hours and then made urgent is due two hours later than its new target alone would say."""
    slow, fast = Target(within=8 * HOUR, calendar=OFFICE), Target(within=4 * HOUR, calendar=OFFICE)
    hold = Hold(kind="pause", from_at=MONDAY + HOUR, to_at=MONDAY + 3 * HOUR)
    paused = clocks.pause(begun(slow), slow, MONDAY + HOUR)
    clock = clocks.resume(paused, slow, at=MONDAY + 3 * HOUR, ledger=(hold,))
    for how in ("keep", "from_start"):
        moved = clocks.retarget(clock, slow, fast, policy="urgent", how=how, at=MONDAY + 3 * HOUR, ledger=(hold,))
        assert (HOUR, MONDAY + 6 * HOUR) == (moved.elapsed, moved.due_at)


@pytest.mark.parametrize(
    ("how", "elapsed", "due_at"),
    [
        ("keep", 2 * HOUR, MONDAY + 4 * HOUR),
        ("from_start", 4 * HOUR, MONDAY + 2 * HOUR),
        ("prorate", HOUR, MONDAY + 5 * HOUR),
    ],
)
def test_what_becomes_of_time_used(how: Retargeting, elapsed: timedelta, due_at: datetime) -> None:
    """Two of eight office hours used, then four hours of any: two are kept, four measured anew, or a quarter kept."""
    slow, fast = Target(within=8 * HOUR, calendar=OFFICE), Target(within=4 * HOUR, calendar=ALWAYS)
    clock = begun(slow, since=MONDAY - 2 * HOUR)
    moved = clocks.retarget(clock, slow, fast, policy="urgent", how=how, at=MONDAY + 2 * HOUR, ledger=())
    assert (elapsed, due_at) == (moved.elapsed, moved.due_at)
    assert (MONDAY - 2 * HOUR, "urgent") == (moved.started_at, moved.policy)


@given(life=lives(), old=targets(), new=targets(), after=gaps(30))
def test_from_the_start_is_as_if_it_had_always_been_so(life: Any, old: Target, new: Target, after: timedelta) -> None:
    """Measured from the start, a clock is what one begun under the new target over the same life would be."""
    start, turns = life
    clock, ledger = lived(old, start, turns)
    when = clock.as_of + after
    moved = clocks.retarget(clock, old, new, policy="all", how="from_start", at=when, ledger=ledger)
    fresh = clocks.begin("resolution", new, policy="all", since=start, at=when, ledger=ledger)
    forget = {"passed": 0, "next_percent": 0, "next_at": None}
    assert attrs.evolve(fresh, **forget) == attrs.evolve(moved, **forget)


@given(life=lives(), old=targets(pauses=True), within=gaps(48).filter(bool), after=gaps(30))
def test_keeping_is_measuring_from_the_start_in_one_calendar(
    life: Any, old: Target, within: timedelta, after: timedelta
) -> None:
    """Where calendar and pauses stay, `keep` and `from_start` come to the same clock."""
    clock, ledger = lived(old, *life)
    when, new = clock.as_of + after, attrs.evolve(old, within=within)
    kept, anew = (
        clocks.retarget(clock, old, new, policy="all", how=how, at=when, ledger=ledger)
        for how in ("keep", "from_start")
    )
    assert anew == kept


@given(life=lives(), old=targets().filter(lambda target: target.within > MINUTE), new=targets(), after=gaps(30))
def test_prorating_keeps_the_share(life: Any, old: Target, new: Target, after: timedelta) -> None:
    """Prorated, the share of the target that was used stays, to the millisecond below."""
    clock, ledger = lived(old, *life)
    when = clock.as_of + after
    used = clocks.elapsed_at(clock, old.calendar, when)
    moved = clocks.retarget(clock, old, new, policy="all", how="prorate", at=when, ledger=ledger)
    share_used = (used // TICK) * (new.within // TICK)
    assert moved.elapsed * (old.within // TICK) <= TICK * share_used < (moved.elapsed + TICK) * (old.within // TICK)


@given(life=lives(), old=targets(), new=targets(), after=gaps(30), how=st.sampled_from(["keep", "from_start"]))
def test_there_and_back_again(life: Any, old: Target, new: Target, after: timedelta, how: Retargeting) -> None:
    """A target changed and changed back is due when it was, and not an instant sooner too late."""
    clock, ledger = lived(old, *life)
    when = clock.as_of + after
    there = clocks.retarget(clock, old, new, policy="other", how=how, at=when, ledger=ledger)
    back = clocks.retarget(there, new, old, policy="all", how=how, at=when, ledger=ledger)
    now = come(clock, old, when)
    assert clocks.elapsed_at(now, old.calendar, when) == back.elapsed
    assert now.light(when) == back.light(when)
    if now.breached_at is None:
        assert (now.due_at, now.breach_at, now.state) == (back.due_at, back.breach_at, back.state)


@given(life=lives(), old=targets(), new=targets(), after=gaps(30), how=st.sampled_from(RETARGETING))
def test_another_target_never_shifts_the_start(
    life: Any, old: Target, new: Target, after: timedelta, how: Retargeting
) -> None:
    """Whatever becomes of time used, the start stays, red is more than the new target, and no step is climbed twice."""
    clock, ledger = lived(old, *life)
    when = clock.as_of + after
    clock = come(clock, old, when)
    moved = come(clocks.retarget(clock, old, new, policy="other", how=how, at=when, ledger=ledger), new, when)
    assert (clock.started_at, new.within, new.calendar.digest) == (moved.started_at, moved.target, moved.calendar)
    assert (moved.elapsed > new.within) == (moved.breached_at is not None) == (moved.light(when) == "red")
    assert clock.passed <= moved.passed


# -- what is stored rules --------------------------------------------------------------------------------------------


def test_another_calendar_cannot_turn_a_clock_red_before_its_time() -> None:
    """Until it is too late by what was worked out, no more than the target is said to be used, whatever is open now."""
    target = Target(within=8 * HOUR, calendar=OFFICE)
    clock = begun(target)
    assert 8 * HOUR == clocks.elapsed_at(clock, ALWAYS, at(2026, 3, 2, 23))
    assert 3 * HOUR == clocks.elapsed_at(clock, ALWAYS, at(2026, 3, 2, 12))


def test_a_target_out_of_reach_is_never_due() -> None:
    """Open time that does not come within 100 years leaves a clock running without a due instant, green."""
    once = Calendar(timezone="UTC", overrides={at(2026, 3, 2).date(): [("09:00", "10:00")]})
    clock = begun(Target(within=2 * HOUR, calendar=once))
    assert ("running", None, None, "green") == (clock.state, clock.due_at, clock.breach_at, clock.light(MONDAY))
    last = begun(Target(within=HOUR, calendar=once))
    assert (MONDAY + HOUR, None) == (last.due_at, last.breach_at)


def test_a_due_instant_beyond_the_days_looked_up_is_marked() -> None:
    """A clock is uncertain if it is due after the last date whose holidays are known, and not on that date itself."""
    until = at(2026, 3, 3).date()
    calendar = Calendar(timezone="UTC", weekly=WEEK, covered_until=until)
    marks = [begun(Target(within=hours * HOUR, calendar=calendar)).uncertain for hours in (8, 16, 17)]
    assert [False, False, True] == marks
