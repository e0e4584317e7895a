"""A clock at its edges: the smallest target, what is never due, what is used up to the millisecond."""

from __future__ import annotations

import attrs
import pytest

from supportcore import Invalid
from supportcore.sla import Calendar, clocks
from supportcore.sla.policy import Target
from supportcore.sla.working import HORIZON
from tests.sla.test_clocks import ALWAYS, OFFICE, SPLIT, begun
from tests.sla.timed import HOUR, MONDAY, TICK, at

ONCE = Calendar(timezone="UTC", overrides={at(2026, 3, 2).date(): [("09:00", "10:00")]})
"""Open for an hour, and never again."""


def test_a_clock_begins_below_its_ladder() -> None:
    """No step was taken unless somebody says so."""
    assert 0 == begun(Target(within=HOUR, calendar=ALWAYS)).passed


def test_what_is_never_due_can_be_paused_and_stopped() -> None:
    """A clock whose target is out of reach counts what it uses up, and stays without a due instant."""
    target = Target(within=2 * HOUR, calendar=ONCE)
    clock = begun(target)
    paused = clocks.pause(clock, target, MONDAY + HOUR / 2)
    assert ("paused", HOUR / 2, None) == (paused.state, paused.elapsed, paused.due_at)
    stopped = clocks.stop(clock, target, MONDAY + HOUR)
    assert (HOUR, None, True) == (stopped.elapsed, stopped.due_at, stopped.met)


def test_a_clock_that_stops_before_it_was_in_sight_was_never_due() -> None:
    """Only one that was paused is told when it would have been due."""
    target = Target(within=HORIZON, calendar=SPLIT)
    clock = begun(target)
    assert None is clock.due_at
    near = attrs.evolve(clock, target=HOUR)  # as if years of open days had been added since
    assert None is clocks.stop(near, target, MONDAY + HOUR / 2).due_at


def test_the_smallest_target_is_prorated() -> None:
    """A target of a millisecond that is used up is all of another one."""
    small, long = Target(within=TICK, calendar=ALWAYS), Target(within=8 * HOUR, calendar=ALWAYS)
    used = clocks.retarget(begun(small), small, long, policy="long", how="prorate", at=MONDAY + TICK, ledger=())
    assert 8 * HOUR == used.elapsed


def test_a_target_that_is_just_used_up_in_another_calendar_is_due_now() -> None:
    """What was used in one calendar is all of a target in another: due at once, and late a millisecond after."""
    now, new = Target(within=8 * HOUR, calendar=ALWAYS), Target(within=4 * HOUR, calendar=OFFICE)
    monday = at(2026, 3, 2, 7)
    clock = begun(now, since=monday)
    when = monday + 4 * HOUR  # two hours of the office
    kept = clocks.retarget(clock, now, new, policy="short", how="keep", at=when, ledger=())
    assert (4 * HOUR, when, when, when + TICK) == (kept.elapsed, kept.due_at, kept.breach_at, kept.late_at)


def test_a_target_that_is_just_used_up_at_closing_time_is_late_when_it_opens() -> None:
    """The last instant that is not too late is the next opening."""
    now, new = Target(within=16 * HOUR, calendar=ALWAYS), Target(within=8 * HOUR, calendar=OFFICE)
    closing, opening = at(2026, 3, 2, 17), at(2026, 3, 3, 9)
    clock = begun(now, since=closing - 8 * HOUR)
    kept = clocks.retarget(clock, now, new, policy="short", how="keep", at=closing, ledger=())
    assert (closing, opening) == (kept.due_at, kept.breach_at)


def test_a_target_that_has_passed_already_is_amber_at_once() -> None:
    """Another target that is used up by then has its light turned at that instant, and nobody is warned of it later."""
    now, new = Target(within=8 * HOUR, calendar=ALWAYS), Target(within=HOUR, calendar=ALWAYS)
    when = MONDAY + 2 * HOUR
    late = clocks.retarget(begun(now), now, new, policy="short", how="keep", at=when, ledger=())
    assert (when, None, "red", "running") == (late.warned_at, late.warn_at, late.light(when), late.state)
    assert (MONDAY + HOUR, MONDAY + HOUR + TICK) == (late.due_at, late.late_at)


def test_what_is_known_to_be_late_stays_late_since_then() -> None:
    """The instant that was recorded rules, whatever was worked out before."""
    clock = attrs.evolve(begun(Target(within=HOUR, calendar=ALWAYS)), breached_at=MONDAY + 5 * HOUR)
    assert (MONDAY + HOUR, MONDAY + 5 * HOUR) == (clock.breach_at, clock.late_at)


def test_a_stopped_clock_has_no_step_to_come() -> None:
    """Nothing is left to wait for, and nothing is uncertain."""
    target = Target(within=HOUR, calendar=ALWAYS)
    stopped = clocks.stop(begun(target), target, MONDAY)
    assert (None, None, 0, False, None) == (
        stopped.warn_at,
        stopped.next_at,
        stopped.next_percent,
        stopped.uncertain,
        stopped.wake_at,
    )


def test_a_window_of_two_days_reaches_into_the_next_year() -> None:
    """West of Greenwich a UTC year begins in the evening of the day before, when such a window may still be open."""
    calendar = Calendar(timezone="Etc/GMT+12", weekly={"wed": [("23:00", "46:00")]})
    begins = at(2026, 1, 1, 11)  # a Wednesday there, 23:00; it ends on Thursday at 22:00
    assert [False, True, True, True, False] == [
        calendar.is_open(begins + hours * HOUR) for hours in (-1 / 60, 0, 12, 22, 23)
    ]
    other = Calendar(timezone="Etc/GMT+12", weekly={"tue": [("23:00", "46:00")]})
    assert [True, False] == [other.is_open(at(2026, 1, 1) + hours * HOUR) for hours in (9.9, 10)]


def test_the_digest_of_a_calendar_is_for_ever() -> None:
    """Stored clocks name their calendar by it."""
    assert "237eead13428c59b876d396e9e07a3062a56badeda52ec60eb4359c2c9c2c8c7" == OFFICE.digest


def test_a_holiday_without_a_name_has_an_empty_one() -> None:
    """A name that is given stays, whichever comes first."""
    new_year, other = at(2026, 1, 1).date(), at(2026, 1, 6).date()
    calendar = Calendar(timezone="UTC", holidays=[new_year, other, (other, "Epiphany")])
    assert ((new_year, ""), (other, "Epiphany")) == calendar.holidays


def test_a_zone_is_a_name() -> None:
    """Anything but text is told as such, and not looked for among the zones."""
    for zone in (7, None, ("UTC",)):
        with pytest.raises(Invalid) as refused:
            Calendar(timezone=zone)  # type: ignore[arg-type]
        assert [("timezone", "wrong_type")] == [(fault.path, fault.code) for fault in refused.value.faults]


def test_a_calendar_tells_a_source_that_is_too_long() -> None:
    """Where its days come from is a text for people, of one line."""
    for source in ("x" * 5_000, 7):
        with pytest.raises(Invalid) as refused:
            Calendar(timezone="UTC", source=source)  # type: ignore[arg-type]
        assert ["source"] == [fault.path for fault in refused.value.faults]
