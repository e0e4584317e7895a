"""
Open hours by example: a week, a night, a holiday, the two changes of clocks, and what is refused.
"""

from __future__ import annotations

import pickle
import sys
import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportcore.errors import CalendarExhausted, Invalid
from supportcore.sla import Calendar, tz_version
from supportcore.sla.zones import _release

MADRID = Calendar(
    timezone="Europe/Madrid",
    weekly={day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
    holidays={date(2026, 1, 1): "Año Nuevo", date(2026, 1, 6): "Reyes"},
    overrides={date(2026, 12, 24): [("09:00", "12:00")]},
)
NIGHTS = Calendar(timezone="Europe/Madrid", weekly={"sat": [("22:00", "06:00")]})
HOUR = timedelta(hours=1)


def madrid(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Madrid"))


def codes(**authored: object) -> list[tuple[str, str]]:
    """Where the faults of a calendar are, and their codes."""
    with pytest.raises(Invalid) as refused:
        Calendar(**{"timezone": "Europe/Madrid"} | authored)
    assert all(fault.text("en") and fault.text("es") for fault in refused.value.faults)
    return [(fault.path, fault.code) for fault in refused.value.faults]


# --- counting -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (madrid(2026, 1, 7, 10), 2, madrid(2026, 1, 7, 12)),
        (madrid(2026, 1, 7, 10), 7, madrid(2026, 1, 7, 17)),
        (madrid(2026, 1, 7, 10), 8, madrid(2026, 1, 8, 10)),
        (madrid(2026, 1, 9, 16), 2, madrid(2026, 1, 12, 10)),
        (madrid(2026, 1, 10, 3), 1, madrid(2026, 1, 12, 10)),
        (madrid(2026, 1, 5, 16), 2, madrid(2026, 1, 7, 10)),
        (madrid(2026, 12, 24, 11), 2, madrid(2026, 12, 25, 10)),
        (madrid(2026, 1, 10, 3), 0, madrid(2026, 1, 10, 3)),
    ],
    ids=["within", "to closing", "next day", "weekend", "closed", "holiday", "override", "nothing"],
)
def test_open_time_is_added(start: datetime, hours: int, end: datetime) -> None:
    """Work goes on in the next window, and work that ends at closing ends at the closing instant."""
    assert end == MADRID.add(start, hours * HOUR)
    assert UTC is MADRID.add(start, hours * HOUR).tzinfo
    assert hours * HOUR == MADRID.between(start, end) == -MADRID.between(end, start)


def test_a_night_of_a_change_is_shorter_or_longer() -> None:
    """A night shift has eight hours, seven as clocks go forward, nine as they go back."""
    evenings = [madrid(2026, *day, 12) for day in ((1, 10), (3, 28), (10, 24))]
    assert [8 * HOUR, 7 * HOUR, 9 * HOUR] == [NIGHTS.between(at, at + timedelta(days=2)) for at in evenings]


def test_the_tail_of_the_night_before_a_holiday_stays() -> None:
    """A holiday takes away what starts on its date, not the end of the window before."""
    nights = attrs.evolve(NIGHTS, holidays=[date(2026, 1, 11), date(2026, 1, 17)])
    assert 8 * HOUR == nights.between(madrid(2026, 1, 10), madrid(2026, 1, 20))


def test_the_next_opening_and_closing() -> None:
    """An opening instant is open, a closing instant is not, and closing comes after opening."""
    opening, closing = madrid(2026, 1, 7, 9), madrid(2026, 1, 7, 17)
    assert MADRID.is_open(opening)
    assert not MADRID.is_open(closing)
    assert opening == MADRID.next_opening(opening) == MADRID.next_opening(madrid(2026, 1, 6, 12))
    assert closing == MADRID.next_closing(opening) == MADRID.next_closing(madrid(2026, 1, 6, 12))
    assert madrid(2026, 1, 8, 17) == MADRID.next_closing(closing)


def test_a_closing_at_the_turn_of_a_year_is_one() -> None:
    """What closes with the year closes there, and what goes on does not."""
    newyear = datetime(2027, 1, 1, tzinfo=UTC)
    evening = Calendar(timezone="UTC", weekly={"thu": [("20:00", "24:00")]})
    assert newyear == evening.next_closing(newyear - HOUR)
    night = Calendar(timezone="UTC", weekly={"thu": [("20:00", "24:00")], "fri": [("00:00", "02:00")]})
    assert newyear + 2 * HOUR == night.next_closing(newyear - HOUR)


def test_days_are_twenty_four_hours_when_always_open() -> None:
    """The calendar that never closes counts time as it passes, and never closes."""
    start = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert start + timedelta(days=20_000) == Calendar.always().add(start, timedelta(days=20_000))
    assert start == Calendar.always().next_opening(start)
    with pytest.raises(CalendarExhausted):
        Calendar.always().next_closing(start)


def test_calendars_combine_across_zones() -> None:
    """Bogotá is seven hours behind in summer: one is open or the other is, and never both."""
    bogota = attrs.evolve(MADRID, timezone="America/Bogota")
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    day = (noon - 12 * HOUR, noon + 12 * HOUR)
    assert 15 * HOUR == (MADRID | bogota).between(*day)
    assert HOUR == (MADRID & bogota).between(*day)
    assert 7 * HOUR == (MADRID - bogota).between(*day)
    assert (MADRID | bogota).digest == (bogota | MADRID).digest != (MADRID & bogota).digest


def test_the_horizon_is_a_hundred_years_whatever_was_asked_before() -> None:
    """An opening beyond a hundred years is not found, also when a later question has reached it."""
    once = Calendar(timezone="UTC", overrides={date(2150, 1, 1): [("09:00", "10:00")]})
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    for _ in range(2):
        for ask in (once.next_opening, once.next_closing, lambda at: once.add(at, HOUR)):
            with pytest.raises(CalendarExhausted, match="100 years after 2026"):
                ask(early)
        assert datetime(2150, 1, 1, 10, tzinfo=UTC) == once.add(late, HOUR)


def test_threads_get_the_same_answers() -> None:
    """Threads that grow one table from both ends never see a torn one."""
    shared = attrs.evolve(MADRID)
    starts = [madrid(year, 5, 5, 12) for year in range(1975, 2075)]
    expected = [MADRID.add(start, 100 * HOUR) for start in starts]
    answers: dict[int, list[datetime]] = {}

    def ask(number: int) -> None:
        order = starts[number * 10 :] + starts[: number * 10]
        found = {start: shared.add(start, 100 * HOUR) for start in (order if number % 2 else reversed(order))}
        answers[number] = [found[start] for start in starts]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert dict.fromkeys(range(6), expected) == answers


# --- what it is ---------------------------------------------------------------------------------------------


def test_the_order_of_authoring_does_not_matter() -> None:
    """Calendars that say the same are equal, hash alike and have one digest, which names and source leave alone."""
    same = Calendar(
        timezone="Europe/Madrid",
        weekly={day: [(time(9), time(17))] for day in ("fri", "thu", "wed", "tue", "mon")},
        holidays=[date(2026, 1, 6), date(2026, 1, 1), date(2026, 1, 6)],
        overrides={date(2026, 12, 24): [("09:00:00", "12:00")]},
        source="by hand",
    )
    assert MADRID.digest == same.digest
    named = attrs.evolve(same, holidays=MADRID.holidays, source="")
    assert named == MADRID == pickle.loads(pickle.dumps(MADRID))
    assert 1 == len({named, MADRID})
    assert timedelta(hours=40) == MADRID.open_in_a_week
    assert "<Calendar Europe/Madrid: 40 h a week, 2 holidays, 1 override>" == repr(MADRID)


def test_an_overnight_end_is_kept_past_midnight() -> None:
    """06:00 on the next day and 30:00 are the same end."""
    assert (("sat", (("22:00", "30:00"),)),) == NIGHTS.weekly
    assert NIGHTS == Calendar(timezone="Europe/Madrid", weekly={"sat": [("22:00", "30:00")]})


def test_the_zone_database_says_its_release(tmp_path: Path) -> None:
    """The release stands in the first line of tzdata.zi, or in +VERSION."""
    assert "unknown" == _release(tmp_path)
    (tmp_path / "+VERSION").write_text("2024a\n")
    assert "2024a" == _release(tmp_path)
    (tmp_path / "tzdata.zi").write_text("# version 2025b\n# redo\n")
    assert "2025b" == _release(tmp_path)
    assert tz_version()


# --- what is refused ----------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once() -> None:
    """Every fault of a calendar is told, at its place."""
    assert [
        ("timezone", "misspelt_zone"),
        ("weekly.lunes", "unknown_weekday"),
        ("weekly.mon[1]", "window_overlap"),
        ("weekly.tue[0]", "bad_time"),
        ("weekly.tue[1]", "bad_window"),
        ("weekly.tue[2]", "empty_window"),
        ("weekly.tue[3]", "window_too_long"),
        ("holidays[1]", "bad_date"),
        ("overrides.2026-12-24[0]", "bad_time"),
        ("overrides.2026-12-25 00:00:00", "bad_date"),
        ("covered_until", "bad_date"),
    ] == codes(
        timezone="Europe/Madird",
        weekly={
            "lunes": [("09:00", "17:00")],
            "mon": [("09:00", "13:00"), ("12:00", "14:00")],
            "tue": [("9h", "13:00"), "09:00", ("09:00", "09:00"), ("08:00", "40:00")],
        },
        holidays=[date(2026, 1, 1), "2026-01-06"],
        overrides={date(2026, 12, 24): [("24:00", "26:00")], datetime(2026, 12, 25): []},
        covered_until=2026,
    )


@pytest.mark.parametrize("zone", ["Moon/Base", "", "Europe", "../etc/passwd", "a\0b", "x" * 5000, "é"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """What zoneinfo cannot open is no zone, however it fails."""
    assert [("timezone", "unknown_zone")] == codes(timezone=zone)


@pytest.mark.parametrize(("given", "meant"), [("bogota", "America/Bogota"), ("europe/madrid", "Europe/Madrid")])
def test_a_misspelt_zone_is_told_its_name(given: str, meant: str) -> None:
    """The nearest name is told, also for a city alone."""
    with pytest.raises(Invalid, match=f"perhaps {meant}"):
        Calendar(timezone=given)


def test_windows_may_touch_but_not_overlap_the_next_day() -> None:
    """An overnight window may end where the next weekday opens, Sunday's at Monday's; not later."""
    touching = {"sun": [("22:00", "06:00")], "mon": [("06:00", "09:00"), ("09:00", "12:00")]}
    assert timedelta(hours=14) == Calendar(timezone="UTC", weekly=touching).open_in_a_week
    assert [("weekly.mon[1]", "window_overlap")] == codes(
        weekly={"sun": [("22:00", "06:00")], "mon": [("10:00", "12:00"), ("05:59", "09:00")]}
    )


@pytest.mark.parametrize(
    ("start", "work", "fault"),
    [
        (datetime(2026, 1, 1), HOUR, ("start", "naive_instant")),
        (date(2026, 1, 1), HOUR, ("start", "wrong_type")),
        (datetime(2200, 1, 1, tzinfo=UTC), HOUR, ("start", "instant_out_of_range")),
        (datetime(1969, 12, 31, tzinfo=UTC), HOUR, ("start", "instant_out_of_range")),
        (datetime(2026, 1, 1, tzinfo=UTC), -HOUR, ("work", "negative_work")),
        (datetime(2026, 1, 1, tzinfo=UTC), 3600, ("work", "wrong_type")),
    ],
)
def test_what_cannot_be_counted_is_refused(start: datetime, work: timedelta, fault: tuple[str, str]) -> None:
    """Naive and far instants and negative work are refused, before and after a table is there."""
    for calendar in (attrs.evolve(MADRID), MADRID):
        with pytest.raises(Invalid) as refused:
            calendar.add(start, work)
        assert [fault] == [(found.path, found.code) for found in refused.value.faults]
    assert isinstance(refused.value, ValueError)
