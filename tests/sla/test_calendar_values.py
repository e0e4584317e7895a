"""
A calendar is a value: equal by content, the same whatever was asked before and by whom, one instant or many.
"""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.sla import Calendar
from tests.sla.calendars import NIGHTS, OFFICE, Case, at, calendar_of, cases, instants, spans

HOUR, DAY, ZERO = timedelta(hours=1), timedelta(days=1), timedelta()


# --- whatever was asked before ------------------------------------------------------------------------------


def answers(calendar: Calendar, instant: datetime) -> tuple[object, ...]:
    """What a calendar says at one instant."""
    return (
        calendar.is_open(instant),
        calendar.next_opening(instant),
        calendar.next_closing(instant),
        calendar.add(instant, 100 * HOUR),
        calendar.between(instant, instant + 40 * DAY),
        calendar.between(instant, at(2026)),
    )


def combined() -> Calendar:
    """A calendar of three."""
    return (calendar_of(OFFICE) | calendar_of(NIGHTS)) - Calendar(
        timezone="Asia/Tokyo", weekly={"tue": [("09:00", "33:00")]}
    )


SOME = [lambda: calendar_of(OFFICE), lambda: calendar_of(NIGHTS), combined]


@given(st.sampled_from(SOME), st.lists(instants(at(2018), at(2034)), min_size=2, max_size=3))
def test_answers_do_not_depend_on_the_order_of_questions(fresh: Callable[[], Calendar], asked: list[datetime]) -> None:
    """A calendar that was asked forward, backward or as it came says what one says that was never asked before."""
    alone = {instant: answers(fresh(), instant) for instant in asked}
    for order in (sorted(asked), sorted(asked, reverse=True), asked):
        calendar = fresh()
        assert alone == {instant: answers(calendar, instant) for instant in order}


@pytest.mark.parametrize("fresh", SOME, ids=["plain", "nights", "combined"])
def test_threads_share_a_calendar(fresh: Callable[[], Calendar]) -> None:
    """Threads that ask one calendar at once, years apart, are all told the truth."""
    asked = [at(year, 3, 27, 12) for year in range(2000, 2050, 4)]
    alone = [answers(fresh(), instant) for instant in asked]
    wrong: list[object] = []

    def ask(calendar: Calendar, together: threading.Barrier, order: Iterable[int]) -> None:
        together.wait()
        try:
            wrong.extend(asked[n] for n in order if answers(calendar, asked[n]) != alone[n])
        except Exception as error:
            wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(3):
            numbers = list(range(len(asked)))
            orders = [numbers, numbers[::-1], numbers[6:] + numbers[:6], numbers[1::2] + numbers[::2]]
            calendar, together = fresh(), threading.Barrier(len(orders))
            threads = [threading.Thread(target=ask, args=(calendar, together, order)) for order in orders]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert [] == wrong


# --- what a calendar is -------------------------------------------------------------------------------------


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_authoring_does_not_matter(case: Case, random: Any) -> None:
    """Calendars authored in another order are equal and have the same digest."""

    def shuffled(items: Iterable[Any]) -> list[Any]:
        return random.sample(found := list(items), len(found))

    hours = case.hours
    again = Calendar(
        timezone=hours.timezone,
        weekly={day: shuffled(windows) for day, windows in shuffled(hours.weekly.items())},
        holidays=shuffled([*hours.holidays, *hours.holidays]),
        overrides={day: shuffled(windows) for day, windows in shuffled(hours.overrides.items())},
    )
    assert case.calendar == again
    assert hash(case.calendar) == hash(again)
    assert case.calendar.digest == again.digest


@pytest.mark.parametrize(
    "weekly",
    [
        {"mon": [("22:00", "06:00")], "tue": [("09:00", "24:00")]},
        {"tue": [("09:00:00", "24:00")], "mon": [("22:00", "30:00")]},
        {"mon": [(clock(22), clock(6))], "tue": [(clock(9), clock(0))]},
        {"mon": [["22:00", "06:00"]], "tue": [["09:00", "00:00"]], "wed": []},
    ],
)
def test_spelling_does_not_matter(weekly: dict[str, Any]) -> None:
    """The same windows, however written, make the same calendar."""
    plain = Calendar(timezone="Europe/Madrid", weekly={"mon": [("22:00", "06:00")], "tue": [("09:00", "24:00")]})
    assert plain == Calendar(timezone="Europe/Madrid", weekly=weekly)
    assert plain.digest == Calendar(timezone="Europe/Madrid", weekly=weekly).digest


def test_digests_differ_where_the_content_does() -> None:
    """Another zone, window, holiday, override or way of combining is another digest; names of holidays are not."""
    one: dict[str, Any] = {
        "timezone": "Europe/Madrid",
        "weekly": {"mon": [("09:00", "17:00")]},
        "holidays": [date(2026, 1, 1)],
        "overrides": {date(2026, 12, 24): [("09:00", "12:00")]},
    }
    others = [
        {"timezone": "Europe/Paris"},
        {"weekly": {"tue": [("09:00", "17:00")]}},
        {"weekly": {"mon": [("09:00", "17:00:30")]}},
        {"holidays": []},
        {"holidays": [date(2026, 1, 2)]},
        {"overrides": {}},
        {"overrides": {date(2026, 12, 24): []}},
    ]
    calendars = [Calendar(**one), *(Calendar(**{**one, **other}) for other in others)]
    calendars += [
        combine
        for left in calendars[:1]
        for combine in (left | calendars[1], left & calendars[1], left - calendars[1], calendars[1] - left)
    ]
    assert len(calendars) == len({calendar.digest for calendar in calendars})
    assert {64} == {len(calendar.digest) for calendar in calendars}
    named = Calendar(**{**one, "holidays": {date(2026, 1, 1): "New Year"}})
    assert calendars[0].digest == named.digest


@given(cases(), st.booleans())
def test_a_calendar_survives_pickling(case: Case, asked: bool) -> None:
    """A pickled calendar comes back equal and says the same, whether it had been asked or not."""
    calendar = case.calendar
    if asked:
        calendar.between(case.at, case.at + DAY)
    for given_calendar in (calendar, calendar | calendar_of(OFFICE)):
        back = pickle.loads(pickle.dumps(given_calendar))
        assert given_calendar == back
        assert hash(given_calendar) == hash(back)
        assert given_calendar.digest == back.digest
        assert given_calendar.between(case.at, case.at + 9 * DAY) == back.between(case.at, case.at + 9 * DAY)


# --- instants of other zones, and many at once --------------------------------------------------------------


@given(cases(), st.sampled_from(["Europe/Madrid", "America/Santiago", "Australia/Lord_Howe"]), spans(3))
def test_the_zone_of_an_instant_does_not_matter(case: Case, zone: str, length: timedelta) -> None:
    """An instant is the same in every zone, also between two of one zone with a change of clocks between them."""
    first, last = case.at, case.at + length
    there = [instant.astimezone(ZoneInfo(zone)) for instant in (first, last)]
    calendar = case.calendar
    assert calendar.between(first, last) == calendar.between(*there)
    assert calendar.is_open(first) == calendar.is_open(there[0])
    work = calendar.between(first, last)
    ended = calendar.add(there[0], work)
    assert calendar.add(first, work) == ended
    assert ended.tzinfo is UTC


@given(st.sampled_from(SOME), st.lists(st.tuples(instants(at(2018), at(2030)), spans(9)), max_size=9))
def test_many_are_each_as_one(fresh: Callable[[], Calendar], asked: list[tuple[datetime, timedelta]]) -> None:
    """`add_many` says of each start what `add` says, with one span for all or one for each, in order."""
    starts, work, one = [start for start, _ in asked], [span for _, span in asked], fresh()
    assert [one.add(start, span) for start, span in asked] == fresh().add_many(starts, work)
    assert [one.add(start, HOUR) for start in starts] == fresh().add_many(starts, HOUR)
    many = starts * 40  # enough for another way of counting to pay
    assert [one.add(start, 7 * HOUR) for start in starts] * 40 == fresh().add_many(many, 7 * HOUR)


@given(st.sampled_from(SOME), st.lists(st.tuples(instants(at(2018), at(2030)), spans(9) | st.just(ZERO)), max_size=9))
def test_arrays_are_each_as_one(fresh: Callable[[], Calendar], asked: list[tuple[datetime, timedelta]]) -> None:
    """Of arrays of numpy, `add_many` makes an array that says what `add` says."""
    numpy = pytest.importorskip("numpy")
    naive = [start.replace(tzinfo=None) for start, _ in asked]
    starts = numpy.array(naive, dtype="datetime64[us]")
    work = numpy.array([span for _, span in asked], dtype="timedelta64[us]")
    calendar = fresh()
    for spans_given, each in ((work, [span for _, span in asked]), (HOUR, [HOUR] * len(asked))):
        ends = calendar.add_many(starts, spans_given)
        assert "datetime64[us]" == str(ends.dtype)
        expected = [calendar.add(start, span) for (start, _), span in zip(asked, each, strict=True)]
        assert expected == [end.replace(tzinfo=UTC) for end in ends.tolist()]
