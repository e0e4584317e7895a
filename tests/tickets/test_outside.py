"""Requests for time outside open hours, against the calendar that says what is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from supportcore.forms.fields import Outside
from supportcore.sla import Calendar
from supportcore.sla.working import HORIZON
from supportcore.text import instant_text
from supportcore.tickets.outside import closed_between, outside_faults, span_said
from tests.sla.calendars import Case, calendar_of, cases, spans

RULE = Outside(start="from", until="until", calendar="office")
OFFICE = Calendar(timezone="America/Bogota", weekly={day: [("07:00", "16:30")] for day in ("mon", "fri")})
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)  # a Monday, nine in Bogota
MS = timedelta(milliseconds=1)
LAST = datetime(2199, 12, 31, tzinfo=UTC)


def codes(start: datetime, until: datetime, calendar: Calendar = OFFICE, now: datetime = NOW) -> list[tuple[str, str]]:
    """What a span is refused for: path and code."""
    said = {"from": instant_text(start), "until": instant_text(until)}
    return [(fault.path, fault.code) for fault in outside_faults(RULE, said, calendar, now)]


CLOSING = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "until", "expected"),
    [
        (NOW, CLOSING, [("from", "inside_open_hours")]),
        (NOW, CLOSING + MS, []),
        (CLOSING, CLOSING + MS, []),
        (CLOSING - MS, CLOSING, [("from", "inside_open_hours")]),
        (CLOSING, CLOSING, [("until", "span_reversed")]),
        (CLOSING, NOW, [("until", "span_reversed")]),
        (NOW - MS, CLOSING + MS, [("from", "span_passed")]),
        (CLOSING, NOW + HORIZON, []),
        (CLOSING, NOW + HORIZON + MS, [("until", "span_too_far")]),
    ],
)
def test_a_span_is_refused_where_support_is_there_anyway(
    start: datetime, until: datetime, expected: list[tuple[str, str]]
) -> None:
    """A span is to lie ahead, to end after it begins, within 100 years, and not in open hours as a whole."""
    assert expected == codes(start, until)


def test_what_was_not_said_is_not_checked() -> None:
    """Where one of the two is missing, or wrong in itself, there is no span to be judged."""
    assert [] == outside_faults(RULE, {"from": instant_text(NOW)}, OFFICE, NOW)
    assert span_said(RULE, {}) is None


@given(case=cases(), length=spans(4), ahead=spans(2))
def test_a_span_ahead_is_refused_if_and_only_if_all_of_it_is_open(
    case: Case, length: timedelta, ahead: timedelta
) -> None:
    """Of every calendar: what is not open of a span is what it asks for, and of that there has to be some."""
    calendar = calendar_of(case.hours)
    start = case.at.replace(microsecond=0)
    length = length // MS * MS
    assume(length > timedelta(0) and start + length < LAST)
    now = max(start - ahead, datetime(1970, 1, 1, tzinfo=UTC))
    inside = calendar.between(start, start + length) == length
    event("inside" if inside else "outside")
    assert ([("from", "inside_open_hours")] if inside else []) == codes(start, start + length, calendar, now)
    assert timedelta(0) <= closed_between(calendar, start, start + length) <= length


@given(data=st.data(), case=cases(), length=spans(3))
def test_a_part_that_is_open_does_not_matter(data: st.DataObject, case: Case, length: timedelta) -> None:
    """A span that is taken is taken as well with more time before and after it."""
    calendar = calendar_of(case.hours)
    start = case.at.replace(microsecond=0)
    until = start + length // MS * MS
    assume(start < until < LAST - timedelta(days=9))
    now = start - timedelta(days=9)
    if codes(start, until, calendar, now):
        return
    before, after = (data.draw(spans(2)) // MS * MS for _ in range(2))
    assert [] == codes(start - before, until + after, calendar, now)
