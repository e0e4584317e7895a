"""
A calendar says what the wall clock says: every answer against the reference that asks instant by instant.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supportcore.sla import Calendar
from tests.sla.calendars import MICROSECOND, WORKDAYS, ZONES, Case, calendar_of, cases, hours_near, spans, zones
from tests.sla.pointwise import DAY, Combined, Hours, Sampled
from tests.sla.tzif import changes

# An override that reaches into the next morning, where the weekly hours have begun: open once, counted once.
OVERLAPPING = Case(
    Hours(
        timezone="Europe/Madrid",
        weekly=dict.fromkeys(WORKDAYS, (("05:00", "13:00"),)),
        overrides={date(2026, 3, 17): (("20:00", "08:00"),)},
    ),
    datetime(2026, 3, 17, tzinfo=UTC),
)
# A holiday takes the night that starts on it, not the end of the night before.
NIGHTS = Case(
    Hours(
        timezone="America/Bogota", weekly=dict.fromkeys(WORKDAYS, (("22:00", "06:00"),)), holidays=(date(2026, 3, 18),)
    ),
    datetime(2026, 3, 17, tzinfo=UTC),
)
# The last instants before 1970 and after 2199 are seen from inside the range.
FIRST_NIGHT = Case(
    Hours("Asia/Tokyo", {"wed": (("20:00", "36:00"),), "thu": (("20:00", "34:00"),)}), datetime(1970, 1, 3, tzinfo=UTC)
)
LAST_DAYS = Case(
    Hours("America/New_York", dict.fromkeys(WORKDAYS, (("22:00", "06:00"),))), datetime(2199, 12, 27, tzinfo=UTC)
)

BEFORE = spans(2)  # how long before the instant of the case a question begins, and how long after it it ends
AFTER = spans(2) | spans(8)


def instants_of(sampled: Sampled) -> list[datetime]:
    """The instants at which an answer changes, those just before and after, and the first of the span."""
    edges = [edge for run in sampled.open for edge in run]
    around = [edge + moved for edge in edges for moved in (-MICROSECOND, timedelta(), MICROSECOND)]
    return [at for at in (sampled.start, *around) if sampled.start <= at < sampled.end]


@given(cases(), BEFORE, AFTER)
@example(OVERLAPPING, timedelta(days=1), timedelta(days=4))
@example(NIGHTS, timedelta(days=1), timedelta(days=4))
@example(FIRST_NIGHT, timedelta(days=2), timedelta(days=4))
@example(LAST_DAYS, timedelta(days=1), timedelta(days=4))
def test_open_time_is_what_the_wall_clock_shows(case: Case, before: timedelta, after: timedelta) -> None:
    """The open time of an interval is that of the instants in it that lie in a window."""
    start, end = case.at - before, case.at + after
    assert Sampled(case.hours, start, end).between(start, end) == case.calendar.between(start, end)


@given(cases(), BEFORE, AFTER, st.integers(0, 8))
@example(OVERLAPPING, timedelta(days=1), timedelta(days=4), 8)
@example(NIGHTS, timedelta(days=1), timedelta(days=4), 8)
@example(FIRST_NIGHT, timedelta(days=2), timedelta(days=4), 5)
@example(LAST_DAYS, timedelta(days=1), timedelta(days=4), 7)
def test_work_ends_when_so_many_open_instants_have_passed(
    case: Case, before: timedelta, after: timedelta, eighths: int
) -> None:
    """Work ends at the first instant when so much open time has passed, which is the closing when it ends there."""
    start, end = case.at - before, case.at + after
    sampled = Sampled(case.hours, start, end)
    work = sampled.between(start, end) * eighths // 8
    assert sampled.add(start, work) == case.calendar.add(start, work)


@given(cases(), BEFORE, AFTER)
@example(OVERLAPPING, timedelta(days=1), timedelta(days=4))
@example(NIGHTS, timedelta(days=1), timedelta(days=4))
@example(FIRST_NIGHT, timedelta(days=2), timedelta(days=4))
def test_openings_and_closings_are_those_of_the_wall_clock(case: Case, before: timedelta, after: timedelta) -> None:
    """At, just before and just after every opening and closing, a calendar knows where it is and what comes next."""
    sampled, calendar = Sampled(case.hours, case.at - before, case.at + after), case.calendar
    for at in instants_of(sampled):
        assert case.hours.is_open(at) == calendar.is_open(at)
        opening, closing = sampled.next_opening(at), sampled.next_closing(at)
        if opening is not None:
            assert opening == calendar.next_opening(at)
        if closing is not None:
            assert closing == calendar.next_closing(at)


# --- combined -----------------------------------------------------------------------------------------------

WORDS: dict[str, Callable[[bool, bool], bool]] = {
    "union": operator.or_,
    "intersection": operator.and_,
    "difference": lambda left, right: left and not right,
}
SIGNS: dict[str, Callable[[Calendar, Calendar], Calendar]] = {
    "union": operator.or_,
    "intersection": operator.and_,
    "difference": operator.sub,
}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Case, Hours]:
    """Open hours at a hard instant, and others around the same instant, often of another zone."""
    case = draw(cases())
    zone = draw(st.just(case.hours.timezone) | zones())
    near = [change for change in changes(zone) if abs(change.instant() - case.at) < timedelta(days=4)]
    return case, draw(hours_near(zone, case.at, near[0] if near else None))


@given(pairs(), st.sampled_from(sorted(WORDS)), BEFORE, AFTER, st.integers(0, 8))
def test_combined_calendars_are_open_as_their_parts_say(
    pair: tuple[Case, Hours], how: str, before: timedelta, after: timedelta, eighths: int
) -> None:
    """A union is open when one is, an intersection when both are, a difference when the first only is."""
    case, other = pair
    start, end = case.at - before, case.at + after
    sampled = Sampled(Combined(case.hours, WORDS[how], other), start, end)
    calendar = SIGNS[how](case.calendar, calendar_of(other))
    total = sampled.between(start, end)
    assert total == calendar.between(start, end)
    assert -total == calendar.between(end, start)
    assert sampled.add(start, total * eighths // 8) == calendar.add(start, total * eighths // 8)
    named = getattr(case.calendar, how)(calendar_of(other))
    for at in instants_of(sampled):
        opening = sampled.next_opening(at)
        assert opening is None or opening == calendar.next_opening(at)
        assert WORDS[how](case.hours.is_open(at), other.is_open(at)) == calendar.is_open(at) == named.is_open(at)


@given(pairs(), zones(), BEFORE, AFTER, st.data())
def test_combined_calendars_combine(
    pair: tuple[Case, Hours], zone: str, before: timedelta, after: timedelta, data: st.DataObject
) -> None:
    """What is combined combines again, in the order in which it is written."""
    case, second = pair
    third = data.draw(hours_near(zone, case.at))
    start, end = case.at - before, case.at + after
    sampled = Sampled(Combined(Combined(case.hours, WORDS["union"], second), WORDS["difference"], third), start, end)
    calendar = (case.calendar | calendar_of(second)) - calendar_of(third)
    assert sampled.between(start, end) == calendar.between(start, end)


# --- every zone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_every_zone_counts_through_its_changes(part: int) -> None:
    """In every zone, hours that begin or end inside a change of clocks last as long as the wall clock shows them."""
    for number, zone in enumerate(ZONES[part::4]):
        found = changes(zone)
        # One in the middle of what has been and one under the rule for the years to come, another in every zone.
        for change in {found[(7 * number) % len(found)], found[-1 - number % min(4, len(found))]} if found else ():
            low, high = sorted((change.at + change.before, change.at + change.after))
            middle = (low + (high - low) // 2) // 30 * 30 % DAY
            told = f"{middle // 3600:02}:{middle // 60 % 60:02}:{middle % 60:02}"
            windows = ((told, "24:00"),) if number % 2 or not middle else (("00:00", told),)
            hours = Hours(zone, dict.fromkeys((*WORKDAYS, "sat", "sun"), windows))
            start, end = change.instant() - timedelta(hours=30), change.instant() + timedelta(hours=30)
            total = Sampled(hours, start, end).between(start, end)
            assert (zone, change, total) == (zone, change, calendar_of(hours).between(start, end))
