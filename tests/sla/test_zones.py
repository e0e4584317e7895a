"""
The changes of clocks: every one of them as the time zone database has it, and what open hours make of the oddest.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from supportcore.sla import Calendar
from supportcore.sla.zones import stretches
from tests.sla.calendars import ZONES, at
from tests.sla.pointwise import EPOCH, SECOND, WEEKDAYS
from tests.sla.tzif import DAY, Change, changes

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
YEARS = [(at(year) - EPOCH) // SECOND for year in range(1970, 2201)]
"""The first second of every year of instants, and the second after the last."""


def seen(zone: str, first: int, last: int) -> list[Change]:
    """The changes between the stretches of constant offset, asked year by year from *first* to before *last*."""
    found: list[tuple[int, int, int]] = []
    for start, end in zip(YEARS[first - 1970 : last - 1970], YEARS[first - 1969 : last - 1969], strict=True):
        year = list(stretches(ZoneInfo(zone), start, end))
        assert [] == [pair for pair in pairwise(year) if pair[0][1] != pair[1][0] or pair[0][2] == pair[1][2]]
        assert (start, end) == (year[0][0], year[-1][1])
        found += year
    return [Change(later[0], earlier[2], later[2]) for earlier, later in pairwise(found) if earlier[2] != later[2]]


def of_the_file(zone: str, first: int, last: int) -> list[Change]:
    """The changes that the file of the zone has in these years; one at the very first second is no change within."""
    return [change for change in changes(zone) if YEARS[first - 1970] < change.at < YEARS[last - 1970]]


@pytest.mark.parametrize("part", range(4))
def test_every_change_of_every_zone_is_seen(part: int) -> None:
    """From 1970 to 2037 the stretches of constant offset meet exactly at the changes in the file of each zone."""
    for zone in ZONES[part::4]:
        assert (zone, of_the_file(zone, 1970, 2038)) == (zone, seen(zone, 1970, 2038))


RULES = (
    "Africa/Cairo",  # Friday and Thursday at midnight
    "Africa/Casablanca",  # listed year by year until 2087
    "America/Asuncion",
    "America/New_York",
    "America/Nuuk",  # at an hour before the day
    "America/Santiago",
    "Asia/Gaza",  # fifty hours after a Thursday
    "Asia/Jerusalem",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Madrid",
    "Pacific/Chatham",
)


@pytest.mark.parametrize("zone", RULES)
def test_changes_under_the_rule_for_later_years_are_seen(zone: str) -> None:
    """Until 2199 the stretches meet where the footer of the file says."""
    assert of_the_file(zone, 2037, 2200) == seen(zone, 2037, 2200)


@pytest.mark.parametrize(("zone", "years"), [(zone, (2038, 2087, 2100, 2199)) for zone in RULES], ids=RULES)
def test_no_hour_of_a_later_year_has_another_offset(zone: str, years: tuple[int, ...]) -> None:
    """Asked hour by hour, the zone has the offset of the stretch."""
    info = ZoneInfo(zone)
    for year in years:
        for start, end, offset in stretches(info, YEARS[year - 1970], YEARS[year - 1969]):
            hours = range(start, end, 3600)
            assert {offset * SECOND} == {(EPOCH + second * SECOND).astimezone(info).utcoffset() for second in hours}


def test_no_zone_changes_twice_within_six_days() -> None:
    """Changes lie more than six days apart, which is what looking for them at steps rests on."""
    assert [] == [zone for zone in ZONES for one, next_ in pairwise(changes(zone)) if next_.at - one.at <= 6 * DAY]


@pytest.mark.parametrize("step", [1, 7, 100])
@pytest.mark.parametrize("zone", ["Europe/Madrid", "Pacific/Apia", "Africa/Monrovia", "Australia/Lord_Howe"])
def test_a_change_at_an_end_of_what_is_asked_is_not_lost(zone: str, step: int) -> None:
    """A span that begins or ends at, before or after a change has the stretches that lie in it, and no others."""
    change = next(change for change in changes(zone) if change.at > YEARS[1] and change.before != change.after)
    info = ZoneInfo(zone)
    for start, end in ((change.at, change.at + step), (change.at - step, change.at)):
        offset = change.after if start == change.at else change.before
        assert [(start, end, offset)] == list(stretches(info, start, end))
    across = list(stretches(info, change.at - step, change.at + step))
    assert [
        (change.at - step, change.at, change.before),
        (change.at, change.at + step, change.after),
    ] == across


# --- what open hours make of them ---------------------------------------------------------------------------


def daily(zone: str, *windows: tuple[str, str], holidays: tuple[date, ...] = ()) -> Calendar:
    """The same windows on every weekday."""
    return Calendar(timezone=zone, weekly=dict.fromkeys(WEEKDAYS, windows), holidays=holidays)


def on(zone: str, day: date, *windows: tuple[str, str]) -> Calendar:
    """These windows on one date."""
    return Calendar(timezone=zone, weekly={}, overrides={day: windows})


def of_the_date(calendar: Calendar, day: date) -> timedelta:
    """Open time around one date, wide enough for any zone."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return calendar.between(noon - 60 * HOUR, noon + 60 * HOUR)


@pytest.mark.parametrize(
    ("zone", "day", "windows", "expected"),
    [
        # The clock goes from 02:00 to 03:00, and from 03:00 to 02:00.
        ("Europe/Madrid", date(2026, 3, 29), [("00:00", "24:00")], 23 * HOUR),
        ("Europe/Madrid", date(2026, 3, 29), [("02:15", "02:45")], 0 * HOUR),
        ("Europe/Madrid", date(2026, 3, 29), [("02:30", "03:30")], 30 * MINUTE),
        ("Europe/Madrid", date(2026, 3, 28), [("22:00", "06:00")], 7 * HOUR),
        ("Europe/Madrid", date(2026, 10, 25), [("00:00", "24:00")], 25 * HOUR),
        ("Europe/Madrid", date(2026, 10, 25), [("02:15", "02:45")], 1 * HOUR),
        ("Europe/Madrid", date(2026, 10, 25), [("02:30", "03:30")], 90 * MINUTE),
        ("Europe/Madrid", date(2026, 10, 25), [("01:00", "02:00"), ("03:00", "04:00")], 2 * HOUR),
        # By 30 minutes: from 02:00 to 02:30, and from 02:00 to 01:30.
        ("Australia/Lord_Howe", date(2024, 10, 6), [("01:00", "03:00")], 90 * MINUTE),
        ("Australia/Lord_Howe", date(2024, 10, 6), [("02:15", "04:00")], 90 * MINUTE),
        ("Australia/Lord_Howe", date(2024, 4, 7), [("01:00", "03:00")], 150 * MINUTE),
        ("Australia/Lord_Howe", date(2024, 4, 7), [("01:45", "02:15")], 45 * MINUTE),
        # Midnight becomes 00:44:30; before it 09:00 is 09:44:30 UTC.
        ("Africa/Monrovia", date(1972, 1, 7), [("00:00", "01:00")], timedelta(minutes=15, seconds=30)),
        ("Africa/Monrovia", date(1972, 1, 6), [("09:00", "17:00")], 8 * HOUR),
        # Summer time pauses in Ramadan: from 03:00 to 02:00, and five weeks later from 02:00 to 03:00.
        ("Africa/Casablanca", date(2024, 3, 10), [("02:00", "04:00")], 3 * HOUR),
        ("Africa/Casablanca", date(2024, 4, 14), [("02:00", "04:00")], 1 * HOUR),
        ("Africa/Casablanca", date(2024, 3, 31), [("00:00", "24:00")], 24 * HOUR),
        # Winter time is the exception in the database, which changes nothing on the wall.
        ("Europe/Dublin", date(2024, 3, 31), [("00:00", "24:00")], 23 * HOUR),
        ("Europe/Dublin", date(2024, 10, 27), [("01:00", "02:00")], 2 * HOUR),
        # By two hours: from 01:00 to 03:00, and from 03:00 to 01:00.
        ("Antarctica/Troll", date(2024, 3, 31), [("00:00", "24:00")], 22 * HOUR),
        ("Antarctica/Troll", date(2024, 3, 31), [("01:30", "02:30")], 0 * HOUR),
        ("Antarctica/Troll", date(2024, 10, 27), [("00:00", "24:00")], 26 * HOUR),
        ("Antarctica/Troll", date(2024, 10, 27), [("01:30", "02:30")], 2 * HOUR),
        # Dates that never were: the one after Thursday the 29th is Saturday the 31st.
        ("Pacific/Apia", date(2011, 12, 30), [("00:00", "24:00")], 0 * HOUR),
        ("Pacific/Apia", date(2011, 12, 30), [("22:00", "06:00")], 6 * HOUR),
        ("Pacific/Apia", date(2011, 12, 29), [("22:00", "06:00")], 2 * HOUR),
        ("Pacific/Kiritimati", date(1994, 12, 31), [("00:00", "24:00")], 0 * HOUR),
        ("Pacific/Kiritimati", date(1994, 12, 30), [("22:00", "06:00")], 2 * HOUR),
        ("Pacific/Kwajalein", date(1993, 8, 21), [("09:00", "17:00")], 0 * HOUR),
        # Midnight itself is skipped.
        ("America/Sao_Paulo", date(2018, 11, 4), [("00:00", "01:00")], 0 * HOUR),
        ("America/Sao_Paulo", date(2018, 11, 3), [("23:00", "24:00")], 1 * HOUR),
        ("America/Sao_Paulo", date(2019, 2, 16), [("23:00", "24:00")], 2 * HOUR),
    ],
)
def test_a_window_lasts_as_long_as_the_wall_clock_shows_it(
    zone: str, day: date, windows: list[tuple[str, str]], expected: timedelta
) -> None:
    """A wall time that is skipped is never open, and one that comes twice is open twice."""
    assert expected == of_the_date(on(zone, day, *windows), day)


def test_a_wall_time_that_comes_twice_opens_twice() -> None:
    """A window of which the end is repeated closes, opens again and closes again."""
    calendar = on("Australia/Lord_Howe", date(2024, 4, 7), ("01:45", "02:00"))  # the change is at 15:00 UTC
    first, again = at(2024, 4, 6, 14, 45), at(2024, 4, 6, 15, 15)
    assert first == calendar.next_opening(at(2024, 4, 1))
    assert at(2024, 4, 6, 15) == calendar.next_closing(first) == calendar.add(first, 15 * MINUTE)
    assert again == calendar.next_opening(at(2024, 4, 6, 15))
    assert at(2024, 4, 6, 15, 30) == calendar.next_closing(again) == calendar.add(first, 30 * MINUTE)


def test_work_passes_over_a_date_that_never_was() -> None:
    """Work begun on the Friday before goes on on the Sunday, since there was no Saturday."""
    calendar = daily("Pacific/Kiritimati", ("09:00", "17:00"))
    friday_at_four = at(1994, 12, 31, 2)  # ten hours behind UTC, and from 10:00 UTC on fourteen before it
    assert at(1994, 12, 31, 20) == calendar.add(friday_at_four, 2 * HOUR)
    assert at(1994, 12, 31, 19) == calendar.next_opening(at(1994, 12, 31, 3))
    without = daily("Pacific/Kiritimati", ("09:00", "17:00"), holidays=(date(1994, 12, 31),))
    assert calendar.between(at(1994), at(1996)) == without.between(at(1994), at(1996))


def test_seconds_of_an_offset_count() -> None:
    """Nine o'clock in Monrovia was 09:44:30 UTC until January 1972, and is 09:00 UTC since."""
    calendar = daily("Africa/Monrovia", ("09:00", "17:00"))
    assert at(1972, 1, 6, 9, 44) + 30 * SECOND == calendar.next_opening(at(1972, 1, 6, 9, 44))
    assert at(1972, 1, 6, 17, 44) + 30 * SECOND == calendar.next_closing(at(1972, 1, 6, 12))
    assert at(1972, 1, 7, 9) == calendar.next_opening(at(1972, 1, 6, 20))


def test_an_exception_leaves_the_end_of_the_night_before() -> None:
    """A holiday, or before it an override, replaces what starts on its date; the night begun the day before stays."""
    nights = dict.fromkeys(WEEKDAYS, (("22:00", "06:00"),))
    wednesday = date(2026, 3, 18)
    for calendar, opens in (
        (Calendar(timezone="UTC", weekly=nights, holidays=[wednesday]), at(2026, 3, 19, 22)),
        (Calendar(timezone="UTC", weekly=nights, overrides={wednesday: []}), at(2026, 3, 19, 22)),
        (Calendar(timezone="UTC", weekly=nights, overrides={wednesday: [("23:00", "24:00")]}), at(2026, 3, 18, 23)),
        (
            Calendar(timezone="UTC", weekly=nights, holidays=[wednesday], overrides={wednesday: [("21:00", "01:00")]}),
            at(2026, 3, 18, 21),
        ),
    ):
        assert calendar.is_open(at(2026, 3, 18, 5, 59))
        assert at(2026, 3, 18, 6) == calendar.next_closing(at(2026, 3, 17, 23))
        assert opens == calendar.next_opening(at(2026, 3, 18, 6))
