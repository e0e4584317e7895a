"""Public holidays: frozen figures, the laws of an import, iCalendar documents as they are found, and TOML."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.errors import BackendMissing, Invalid
from supportcore.sla.calendar import Calendar
from supportcore.sla.holidays import Holidays, HolidaysError, import_holidays, import_icalendar

END = date(2030, 12, 31)


def days(*texts: str) -> set[date]:
    """Return dates of 2026, written as month and day, or in full."""
    return {date.fromisoformat(text if len(text) > 5 else f"2026-{text}") for text in texts}


def listed(found: Holidays) -> set[date]:
    """Return the bare dates of an import."""
    return {day for day, _ in found.days}


def document(*events: str, head: str = "PRODID:-//town//days//ES\n") -> str:
    """Return an iCalendar document with these events."""
    told = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{told}END:VCALENDAR\n".replace("\n", "\r\n")


def read(*events: str, until: date = END, **more: Any) -> set[date]:
    """Return the dates of a document with these events."""
    return listed(import_icalendar(document(*events), until=until, **more))


# -- countries

FIGURES = [
    # Ley 51 de 1983; Ley 2578 de 2026 added the 9th of July, kept on the Monday after it
    ("CO", None, ["01-01", "01-12", "04-03", "05-01", "06-29", "07-13", "07-20", "08-07", "12-08", "12-25"], ["07-09"]),
    # Ley Federal del Trabajo, art. 74
    ("MX", None, ["01-01", "02-02", "03-16", "05-01", "09-16", "11-16", "12-25"], ["02-05", "11-20"]),
    # the yearly lists of the Boletín Oficial del Estado, of Catalonia and of Madrid
    ("ES", None, ["01-01", "01-06", "04-03", "05-01", "08-15", "10-12", "12-08", "12-25"], ["04-06", "05-02", "09-11"]),
    ("ES", "CT", ["01-01", "04-06", "06-24", "09-11", "12-25", "12-26"], ["04-02", "05-02"]),
    ("ES", "MD", ["01-01", "04-02", "05-02", "11-02", "12-07", "12-25"], ["04-06", "09-11"]),
]


@pytest.mark.parametrize(("country", "subdivision", "holidays", "workdays"), FIGURES)
def test_figures_of_2026(country: str, subdivision: str | None, holidays: list[str], workdays: list[str]) -> None:
    """Days the law names are holidays, and days it moved away from, or of another region, are not."""
    found = listed(import_holidays(country, subdivision=subdivision, years=[2026]))
    assert set() == days(*holidays) - found
    assert set() == days(*workdays) & found


@pytest.mark.parametrize(
    ("country", "holidays"),
    [
        ("CO", ["01-01", "05-01", "07-20", "08-07", "12-08", "12-25"]),
        ("MX", ["01-01", "05-01", "09-16", "12-25"]),
        ("ES", ["01-06", "05-01", "10-12", "12-25"]),
        ("AR", ["05-25", "07-09"]),
        ("CL", ["05-21", "09-18"]),
        ("PE", ["07-28", "07-29"]),
    ],
)
def test_days_without_a_move_recur(country: str, holidays: list[str]) -> None:
    """A holiday with a date of its own is found in a year of the past."""
    found = listed(import_holidays(country, years=[2024]))
    assert set() == {day.replace(year=2024) for day in days(*holidays)} - found


@pytest.mark.parametrize("country", ["CO", "MX", "ES", "AR", "US"])
def test_an_import_covers_its_years(country: str) -> None:
    """Days are sorted, each once, within the years asked for, and the same as those of each year by itself."""
    found = import_holidays(country, years=range(2020, 2026))
    assert sorted(listed(found)) == [day for day, _ in found.days]
    assert (date(2020, 1, 1), date(2025, 12, 31)) == (found.covered_from, found.covered_until)
    assert found.covered_from <= found.days[0][0] <= found.days[-1][0] <= found.covered_until
    assert found.days == sum((import_holidays(country, years=[year]).days for year in range(2020, 2026)), ())


def test_a_label_says_where_days_come_from() -> None:
    """Package, release and region are told; a country of three letters or in small ones is the same country."""
    found = import_holidays("es", subdivision="catalunya", years=[2026])
    assert ("holidays", "ES-CT") == (found.source, found.region)
    assert f"holidays {found.version} ES-CT" == found.label
    assert import_holidays("COL", years=[2026]) == import_holidays("CO", years=[2026])


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("CO", "es", "Año Nuevo"),
        ("CO", "es-CO", "Año Nuevo"),
        ("CO", "en", "New Year's Day"),
        ("CO", "EN_us", "New Year's Day"),
        ("GB", "en", "New Year's Day"),
        ("FR", "es", "Jour de l'an"),
        ("NZ", "es", "New Year's Day"),
    ],
)
def test_names_are_in_the_language_asked_for(
    monkeypatch: pytest.MonkeyPatch, country: str, language: str, name: str
) -> None:
    """Names follow the argument, then the country, and never the language of the machine."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, "uk_UA.UTF-8")
    assert name == dict(import_holidays(country, years=[2026], language=language).days)[date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"country": "Colombia"}, "unknown_country", "did you mean CO"),
        ({"country": "CQ"}, "unknown_country", "there are CA, CC, "),
        ({"country": ""}, "unknown_country", " AD, "),
        ({"country": "ES", "subdivision": "Cataluna"}, "unknown_subdivision", "did you mean CT?"),
        ({"country": "ES", "subdivision": "ZZ"}, "unknown_subdivision", "ES has no subdivision 'ZZ'; there are AN, "),
        ({"country": "CO", "subdivision": "CT"}, "unknown_subdivision", "there are none"),
        ({"country": "CO", "language": "qq"}, "unknown_language", "there are en_US, es"),
        ({"country": "CO", "years": []}, "bad_years", "[] are not years in a row"),
        ({"country": "CO", "years": [2024, 2026]}, "bad_years", "[2024, 2026] are not years in a row"),
        ({"country": "CO", "years": [1800]}, "years_not_known", "the holidays of CO are known for the years 1901 to "),
    ],
)
def test_what_cannot_be_imported(asked: dict[str, Any], code: str, said: str) -> None:
    """What the package does not know is refused by name, with the near ones, instead of giving no days."""
    with pytest.raises(HolidaysError) as caught:
        import_holidays(**{"years": [2026], **asked})
    assert code == caught.value.code
    assert said in str(caught.value)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package of an import the error says what to install."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(BackendMissing, match=r"pip install 'supportcore\[holidays\]'"):
        import_holidays("CO", years=[2026])
    with pytest.raises(BackendMissing, match=r"pip install 'supportcore\[ical\]'"):
        import_icalendar(document(), until=END)


@pytest.mark.parametrize("module", ["supportcore", "supportcore.sla", "supportcore.sla.holidays"])
def test_nothing_is_imported_before_it_is_needed(module: str) -> None:
    """Neither the library nor its SLA part loads the packages that holidays come from."""
    heavy = "{'holidays', 'icalendar', 'dateutil', 'numpy'}"
    told = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "[]\n" == told.stdout


# -- iCalendar documents

YEARLY = "UID:1\nDTSTART;VALUE=DATE:20260720\nRRULE:FREQ=YEARLY"
SAME = ("07-20", "2027-07-20", "2028-07-20", "2029-07-20", "2030-07-20")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["DTSTART;VALUE=DATE:20260720"], ["07-20"]),
        (["DTSTART;VALUE=DATE:20260720\nDTEND;VALUE=DATE:20260720"], ["07-20"]),
        (["DTSTART;VALUE=DATE:20261231\nDTEND;VALUE=DATE:20270102"], ["12-31", "2027-01-01"]),
        (["DTSTART;VALUE=DATE:20261231\nDURATION:P2D"], ["12-31", "2027-01-01"]),
        (["DTSTART:20260720T090000"], ["07-20"]),
        (["DTSTART:20260720T000000\nDTEND:20260721T000000"], ["07-20"]),
        (["DTSTART:20260720T220000\nDTEND:20260721T020000"], ["07-20", "07-21"]),
        (["DTSTART;TZID=America/Bogota:20260720T000000\nDURATION:P1D"], ["07-20"]),
        ([YEARLY], SAME),
        ([f"{YEARLY};COUNT=2"], SAME[:2]),
        ([f"{YEARLY};UNTIL=20280720"], SAME[:3]),
        ([f"{YEARLY};UNTIL=20280719"], SAME[:2]),
        ([f"{YEARLY};UNTIL=20280720T000000Z"], SAME[:3]),
        (["DTSTART;TZID=America/Bogota:20260720T000000\nRRULE:FREQ=YEARLY;UNTIL=20280720T045959Z"], SAME[:2]),
        (["DTSTART;TZID=America/Bogota:20260720T000000\nRRULE:FREQ=YEARLY;UNTIL=20280720T050000Z"], SAME[:3]),
        (["DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2"], ["11-26", "2027-11-25"]),
        (["DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"], ["2024-02-29", "2028-02-29"]),
        (["DTSTART;VALUE=DATE:20260720\nRDATE;VALUE=DATE:20270601,20280601"], ["07-20", "2027-06-01", "2028-06-01"]),
        ([f"{YEARLY}\nEXDATE;VALUE=DATE:20270720\nEXDATE;VALUE=DATE:20290720,20300720"], ["07-20", "2028-07-20"]),
        (["DTSTART:20260720T090000Z\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE;VALUE=DATE:20260720"], ["2027-07-20"]),
        (["DTSTART:20260720T090000Z\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20260720T090000Z"], ["2027-07-20"]),
        (
            [f"{YEARLY};COUNT=2", "UID:1\nRECURRENCE-ID;VALUE=DATE:20270720\nDTSTART;VALUE=DATE:20270722"],
            ["07-20", "2027-07-22"],
        ),
        (
            [f"{YEARLY};COUNT=2", "UID:1\nRECURRENCE-ID;VALUE=DATE:20260720\nDTSTART:20260720\nSTATUS:CANCELLED"],
            ["2027-07-20"],
        ),
        (["DTSTART;VALUE=DATE:20260720", "DTSTART;VALUE=DATE:20260807\nSTATUS:CANCELLED"], ["07-20"]),
    ],
)
def test_events_become_days(events: list[str], expected: Iterable[str]) -> None:
    """An event takes each date on which it holds some time: as written, recurring or moved, and not as cancelled."""
    assert days(*expected) == read(*events)


@pytest.mark.parametrize(
    ("timezone", "expected"), [(None, ["07-20", "07-21"]), ("America/Bogota", ["07-20"]), ("UTC", ["07-20", "07-21"])]
)
def test_instants_are_read_on_a_clock(timezone: str | None, expected: list[str]) -> None:
    """An event from 05:00 UTC to 05:00 UTC is one day in Bogotá, and two as it is written."""
    assert days(*expected) == read("DTSTART:20260720T050000Z\nDTEND:20260721T050000Z", timezone=timezone)


def test_a_clock_may_be_a_day_behind() -> None:
    """The last occurrence wanted may be written with the date after it: 03:00 UTC is the evening before in Bogotá."""
    events = "DTSTART:20261231T030000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    assert days("12-30", "12-31") == read(events, until=date(2026, 12, 31), timezone="America/Bogota")


def test_a_document_covers_what_it_tells() -> None:
    """An endless rule covers as far as is asked for, a list no more than its last year; days outside are left out."""
    endless = import_icalendar(document(YEARLY), until=date(2029, 3, 1))
    assert (date(2026, 1, 1), date(2029, 3, 1)) == (endless.covered_from, endless.covered_until)
    assert days(*SAME[:3]) == listed(endless)
    ending = import_icalendar(document(f"{YEARLY};COUNT=3"), since=date(2027, 7, 1), until=END)
    assert (date(2027, 7, 1), date(2028, 12, 31)) == (ending.covered_from, ending.covered_until)
    assert days(*SAME[1:3]) == listed(ending)


def test_a_document_in_bytes_with_its_names() -> None:
    """Bytes are UTF-8 with or without a mark; names, PRODID and the name of the calendar are kept as one line each."""
    head = "PRODID:-//town//days//ES\nX-WR-CALNAME:Villa de Leyva\n"
    text = document("DTSTART;VALUE=DATE:20260720\nSUMMARY:Grito\\, de\\nlibertad", "DTSTART:20260721", head=head)
    for data in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        found = import_icalendar(data, until=END)
        assert ((date(2026, 7, 20), "Grito, de libertad"), (date(2026, 7, 21), "—")) == found.days
        assert "icalendar -//town//days//ES Villa de Leyva" == found.label


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("", "it has no DTSTART"),
        ("DTSTART;VALUE=DATE:2026xx01", "DTSTART: Wrong date format"),
        ("DTSTART;VALUE=DATE:20260101\nDTSTART;VALUE=DATE:20260102", "it has DTSTART more than once"),
        ("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20251231", "it ends before it begins"),
        ("DTSTART;VALUE=DATE:20260101\nDTEND:20260102T000000", "are not of one kind"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=NEVER", "RRULE"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE FREQ=YEARLY", "RRULE"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:yearly", "RRULE: FREQ is one of YEARLY, "),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SECONDLY", "RRULE: FREQ is one of YEARLY, "),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;INTERVAL=0", "RRULE: INTERVAL is 1 or more"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;RSCALE=CHINESE", "RSCALE"),
        ("DTSTART;VALUE=DATE:20260101\nEXRULE:FREQ=YEARLY", "EXRULE is not read"),
        ("DTSTART;VALUE=DATE:20260101\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101", "RANGE is not read"),
    ],
)
def test_an_event_that_cannot_be_understood_is_refused(event: str, said: str) -> None:
    """An event is never left out in silence: the error names it and says why."""
    with pytest.raises(HolidaysError, match=r"the event 'Grito' cannot be understood: ") as caught:
        read(f"SUMMARY:Grito\n{event}")
    assert ("faulty_event", True) == (caught.value.code, said in str(caught.value))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "no_calendar"),
        ("holidays = []", "no_calendar"),
        (b"\xff\xfe", "no_calendar"),
        (document(YEARLY)[:-20], "no_calendar"),
        (document(), "no_events"),
        (document("DTSTART;VALUE=DATE:20310101"), "no_days"),
        (document(f"{YEARLY}\nSTATUS:CANCELLED"), "no_days"),
    ],
)
def test_a_document_without_days_is_refused(data: bytes | str, code: str) -> None:
    """What is no calendar, or tells of no day in the stretch asked for, is an error and not an empty list."""
    with pytest.raises(HolidaysError) as caught:
        import_icalendar(data, until=END)
    assert code == caught.value.code


def test_an_unknown_time_zone_is_refused() -> None:
    """A clock that does not exist is an input fault; so is a folder of the database."""
    for zone in ("Bogota", "America", "../etc"):
        with pytest.raises(Invalid, match="there is no time zone of this name"):
            read(YEARLY, timezone=zone)


@st.composite
def series(draw: st.DrawFn) -> tuple[str, set[date]]:
    """A series of events every so many days, some left out, some moved; and the dates it takes until END."""
    start = draw(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
    length = draw(st.integers(1, 5))
    every = draw(st.integers(1, 400))
    count = draw(st.none() | st.integers(1, 12))
    begins = [start + number * timedelta(every) for number in range(count or 2200)]
    begins = [begin for begin in begins if begin <= END]
    gone = draw(st.sets(st.sampled_from(begins), max_size=3))
    moved = {
        begin: draw(st.dates(date(2025, 1, 1), END))
        for begin in begins[:2]
        if begin not in gone and draw(st.booleans())
    }
    rule = f"RRULE:FREQ=DAILY;INTERVAL={every}" + (f";COUNT={count}" if count else "")
    without = "".join(f"\nEXDATE;VALUE=DATE:{day:%Y%m%d}" for day in sorted(gone))
    span = f"DURATION:P{length}D"
    events = [f"UID:x\nDTSTART;VALUE=DATE:{start:%Y%m%d}\n{span}\n{rule}{without}"]
    events += [
        f"UID:x\nRECURRENCE-ID;VALUE=DATE:{begin:%Y%m%d}\nDTSTART;VALUE=DATE:{there:%Y%m%d}\n{span}"
        for begin, there in moved.items()
    ]
    kept = [moved.get(begin, begin) for begin in begins if begin not in gone]
    taken = {begin + timedelta(number) for begin in kept for number in range(length)}
    return document(*draw(st.permutations(events))), {day for day in taken if day <= END}


@given(series())
def test_a_series_takes_the_dates_of_its_occurrences(series: tuple[str, set[date]]) -> None:
    """The dates are those of each occurrence that is not left out or moved away, in whatever order events come."""
    text, expected = series
    if expected:
        found = import_icalendar(text, until=END)
        assert expected == listed(found)
        assert found.covered_from <= min(expected) <= max(expected) <= found.covered_until <= END
    else:
        with pytest.raises(HolidaysError, match="has no event"):
            import_icalendar(text, until=END)


# -- days off as data

LINES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@st.composite
def holidays(draw: st.DrawFn) -> Holidays:
    """Days off with any names and any source."""
    return Holidays(
        days=draw(st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2029, 12, 31)), LINES), max_size=12)),
        source=draw(LINES),
        version=draw(LINES),
        covered_from=date(2020, 1, 1),
        covered_until=draw(st.dates(date(2025, 1, 1), date(2030, 1, 1))),
    )


@given(holidays())
def test_toml_says_the_same(found: Holidays) -> None:
    """Days, names, cover and source read back from TOML as they were, whatever characters a name has."""
    told = tomllib.loads(found.as_toml())
    assert {"holidays", "covered_until", "source"} == set(told)
    assert list(found.days) == [(entry["date"], entry["name"]) for entry in told["holidays"]]
    assert (found.covered_until, found.label) == (told["covered_until"], told["source"])


def test_toml_escapes_names() -> None:
    """Quotes, backslashes and control characters are escaped; letters of any language are not."""
    name = 'El "puente"\\ \t\n\x1b\x7fÑandú'
    found = Holidays(days=[(date(2026, 1, 2), name)], source="x", covered_from=date(2026, 1, 1), covered_until=END)
    assert r'name = "El \"puente\"\\ \t\n\u001b\u007fÑandú" }' in found.as_toml()
    assert name == tomllib.loads(found.as_toml())["holidays"][0]["name"]


@given(holidays(), holidays())
def test_merging_keeps_the_days_of_both(one: Holidays, other: Holidays) -> None:
    """A merge has every day of both, sorted, each once, and is sure of no more than both are, whichever comes first."""
    merged = one.merge(other)
    assert sorted(listed(one) | listed(other)) == [day for day, _ in merged.days]
    assert min(one.covered_until, other.covered_until) == merged.covered_until
    swapped = other.merge(one)
    assert (listed(merged), merged.covered_until) == (listed(swapped), swapped.covered_until)


def test_a_country_and_a_town() -> None:
    """Days of a town join those of its country; a day both have keeps both names, and the label names both sources."""
    country = Holidays(
        days=[(date(2026, 1, 1), "Año Nuevo"), (date(2027, 1, 1), "Año Nuevo")],
        source="holidays",
        version="1",
        region="ES-CT",
        covered_from=date(2026, 1, 1),
        covered_until=date(2027, 12, 31),
    )
    town = import_icalendar(
        document("DTSTART;VALUE=DATE:20260924\nSUMMARY:La Mercè", "DTSTART:20260101\nSUMMARY:Fira"), until=END
    )
    merged = country.merge(town)
    assert ["Año Nuevo; Fira", "La Mercè", "Año Nuevo"] == [name for _, name in merged.days]
    assert (date(2026, 1, 1), date(2026, 12, 31)) == (merged.covered_from, merged.covered_until)
    assert "holidays 1 ES-CT + icalendar -//town//days//ES" == merged.label
    later = import_icalendar(document("DTSTART;VALUE=DATE:20290101"), until=END)
    with pytest.raises(HolidaysError, match="holidays 1 ES-CT ends on 2027-12-31"):
        later.merge(country)


def test_a_calendar_takes_an_import() -> None:
    """An import goes into a calendar as it is: on its days nothing is open, and cover and source come along."""
    found = import_holidays("CO", years=[2026])
    calendar = Calendar(
        timezone="America/Bogota",
        weekly={"mon": [("08:00", "18:00")]},
        holidays=dict(found.days),
        covered_until=found.covered_until,
        source=found.label,
    )
    assert not calendar.is_open(datetime(2026, 7, 20, 15, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 7, 27, 15, tzinfo=UTC))
    assert (date(2026, 12, 31), found.label) == (calendar.covered_until, calendar.source)


@pytest.mark.parametrize("day", [("2026-01-01", "x"), (date(2026, 1, 1), "\0"), (date(2026, 1, 1), "x" * 256)])
def test_days_are_dates_with_a_title(day: tuple[Any, str]) -> None:
    """A day is a date, and its name a text that every store keeps."""
    with pytest.raises(Invalid):
        Holidays(days=[day], source="x", covered_from=date(2026, 1, 1), covered_until=END)
