"""
What must hold of open time over any span, and what is refused or cannot be answered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.errors import CalendarExhausted, Invalid
from supportcore.sla import Calendar
from tests.sla.calendars import MICROSECOND, NIGHTS, OFFICE, Case, at, calendar_of, cases, instants, spans
from tests.sla.pointwise import Hours

HOUR, DAY, ZERO = timedelta(hours=1), timedelta(days=1), timedelta()


# --- adding and measuring -----------------------------------------------------------------------------------


@st.composite
def stages(draw: st.DrawFn) -> tuple[Calendar, list[datetime]]:
    """A calendar, and three instants in order, days or years apart."""
    case = draw(cases())
    later = spans(3) | spans(60) | spans(1500)
    found = [case.at]
    for _ in range(2):
        found.append(min(found[-1] + draw(later), at(2199, 12, 31)))
    return case.calendar, found


@given(stages())
def test_measuring_is_additive_and_antisymmetric(stage: tuple[Calendar, list[datetime]]) -> None:
    """An interval is its parts, and the same interval reversed is negative."""
    calendar, (first, middle, last) = stage
    whole = calendar.between(first, last)
    assert ZERO <= whole <= last - first
    assert whole == calendar.between(first, middle) + calendar.between(middle, last)
    assert -whole == calendar.between(last, first)
    assert ZERO == calendar.between(middle, middle)


@given(stages())
def test_what_was_measured_leads_back(stage: tuple[Calendar, list[datetime]]) -> None:
    """As much work as an interval holds ends in it, and nothing is open between there and its end."""
    calendar, (first, _, last) = stage
    work = calendar.between(first, last)
    reached = calendar.add(first, work)
    assert reached <= last
    assert work == calendar.between(first, reached)
    assert ZERO == calendar.between(reached, last)


@given(stages(), st.integers(0, 15), st.integers(0, 16))
def test_work_adds_up(stage: tuple[Calendar, list[datetime]], sixteenths: int, share: int) -> None:
    """What was added is measured again, and work in two parts ends where the whole ends."""
    calendar, (first, _, last) = stage
    sixteenth = calendar.between(first, last) // 16
    done, more = sixteenths * sixteenth, share * sixteenth // 16
    paused = calendar.add(first, done)
    assert done == calendar.between(first, paused)
    assert calendar.add(first, done + more) == calendar.add(paused, more)


@given(stages(), st.integers(0, 15))
def test_more_work_or_a_later_start_ends_no_earlier(stage: tuple[Calendar, list[datetime]], sixteenths: int) -> None:
    """The end of work never moves back when its start or its amount grows."""
    calendar, (first, middle, last) = stage
    work = calendar.between(middle, last) * sixteenths // 16
    assert first <= calendar.add(first, work) <= calendar.add(middle, work) <= last
    if calendar.between(middle, last) > work:
        assert calendar.add(middle, work) < calendar.add(middle, work + MICROSECOND)


@given(cases())
def test_no_work_ends_where_it_starts(case: Case) -> None:
    """No work moves nothing, open or closed, and no calendar is exhausted by it."""
    assert case.at == case.calendar.add(case.at, ZERO)


@given(instants(), spans(4000))
def test_always_is_elapsed_time(start: datetime, work: timedelta) -> None:
    """A calendar that is always open counts what the clock counts."""
    calendar = Calendar.always()
    assert start + work == calendar.add(start, work)
    end = min(start + work, at(2199, 12, 31))
    assert end - start == calendar.between(start, end)
    assert calendar.is_open(start)
    assert start == calendar.next_opening(start)
    with pytest.raises(CalendarExhausted):
        calendar.next_closing(start)


# --- what is refused ----------------------------------------------------------------------------------------


@given(cases(), st.integers(-(10**15), -1))
def test_negative_work_is_refused(case: Case, microseconds: int) -> None:
    """Work less than nothing is a ValueError, however little less."""
    with pytest.raises(ValueError):
        case.calendar.add(case.at, timedelta(microseconds=microseconds))


NAIVE = datetime(2026, 3, 2, 12)
QUESTIONS: dict[str, Callable[[Any, Any], object]] = {
    "add": lambda calendar, at: calendar.add(at, HOUR),
    "add nothing": lambda calendar, at: calendar.add(at, ZERO),
    "between, the start": lambda calendar, at: calendar.between(at, datetime(2026, 3, 3, tzinfo=UTC)),
    "between, the end": lambda calendar, at: calendar.between(datetime(2026, 3, 3, tzinfo=UTC), at),
    "is_open": lambda calendar, at: calendar.is_open(at),
    "next_opening": lambda calendar, at: calendar.next_opening(at),
    "next_closing": lambda calendar, at: calendar.next_closing(at),
    "add_many": lambda calendar, at: calendar.add_many([datetime(2026, 3, 3, tzinfo=UTC), at], HOUR),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "calendar",
    [calendar_of(OFFICE), calendar_of(OFFICE) - calendar_of(NIGHTS), Calendar.always()],
    ids=["plain", "combined", "always"],
)
def test_naive_instants_are_refused(calendar: Calendar, question: str) -> None:
    """An instant without a zone is a fault of the input, also where the answer is already known."""
    calendar.between(at(2026), at(2027))
    with pytest.raises(Invalid) as refused:
        QUESTIONS[question](calendar, NAIVE)
    assert "naive_instant" == refused.value.code


@cache
def _known_throughout() -> Calendar:
    """A calendar that was asked about the first year and the last, and what lies beyond."""
    calendar = calendar_of(OFFICE)
    calendar.between(at(1970), at(1971))
    calendar.add(at(2199, 12, 30), 300 * HOUR)
    return calendar


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "outside",
    [at(1970) - MICROSECOND, at(2200), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)],
    ids=str,
)
def test_instants_out_of_range_are_refused(outside: datetime, question: str) -> None:
    """An instant before 1970 or after 2199 is a fault of the input, also where the table reaches so far."""
    calendar = _known_throughout()
    with pytest.raises(Invalid) as refused:
        QUESTIONS[question](calendar, outside)
    assert "instant_out_of_range" == refused.value.code


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(timezone="Europe/Madrid", weekly={}),
        Calendar(timezone="Europe/Madrid", weekly={}, overrides={date(2020, 5, 4): [("09:00", "17:00")]}),
        Calendar(timezone="Europe/Madrid", weekly={}, overrides={date(2199, 5, 4): [("09:00", "17:00")]}),
        calendar_of(OFFICE) - Calendar.always(),
        calendar_of(OFFICE) & calendar_of(Hours("Europe/Madrid", {"sun": (("09:00", "17:00"),)})),
    ],
    ids=["empty", "past", "far", "nothing left", "nothing common"],
)
def test_a_calendar_with_nothing_open_is_exhausted(calendar: Calendar) -> None:
    """Where nothing opens within a hundred years, looking for it ends, and soon."""
    began = perf_counter()
    for ask in (
        lambda: calendar.add(at(2026), MICROSECOND),
        lambda: calendar.add(at(2026), 1000 * DAY),
        lambda: calendar.next_opening(at(2026)),
        lambda: calendar.next_closing(at(2026)),
        lambda: calendar.add_many([at(2026)], HOUR),
    ):
        with pytest.raises(CalendarExhausted):
            ask()
    assert at(2026) == calendar.add(at(2026), ZERO)
    assert ZERO == calendar.between(at(2026), at(2030))
    assert perf_counter() - began < 10  # ten times what a slow machine needs


def test_the_horizon_is_a_hundred_years() -> None:
    """Open time within a hundred years is found, later open time is not, whatever was asked before."""
    calendar = Calendar(timezone="UTC", weekly={}, overrides={date(2125, 12, 30): [("09:00", "17:00")]})
    for _ in range(2):
        assert at(2125, 12, 30, 9) == calendar.next_opening(at(2026))
        assert at(2125, 12, 30, 17) == calendar.add(at(2026), 8 * HOUR) == calendar.next_closing(at(2026))
        with pytest.raises(CalendarExhausted):
            calendar.add(at(2026), 8 * HOUR + MICROSECOND)
        for ask in (calendar.next_opening, calendar.next_closing, lambda start: calendar.add(start, HOUR)):
            with pytest.raises(CalendarExhausted):
                ask(at(2025, 6))
        assert 8 * HOUR == calendar.between(at(2025), at(2199))
