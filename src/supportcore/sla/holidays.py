"""
Public holidays of a country or of an iCalendar document, imported once.

Holidays are data of a calendar, never looked up while a due instant is computed: with the next release of a package, or
a change of law, instants that were promised would move. So an import gives plain `Holidays`, kept in a definition.

- Countries come from the package `holidays`. The names are in the language asked for; where a country has none in it,
  in the same language of another region; else in the country's own. Never in that of the machine.
- An iCalendar document (RFC 5545) gives every date on which one of its events, as recurring and as moved, holds some
  time; an event at a time of day takes the whole day. Cancelled events are left out. What cannot be understood is
  refused: a holiday left out in silence would be a wrong due instant. A rule without an end goes on until the day named
  by the caller; a list that ends earlier covers no more than the year of its last day.

The packages are imported by the functions that need them: extras ``holidays`` and ``ical``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from supportcore.errors import BackendMissing, Fault, Invalid, facts
from supportcore.sla.daysoff import Holidays, HolidaysError, one_line
from supportcore.sla.recurrence import Event, dates_of, read_event
from supportcore.text import TITLE_LIMIT

__all__ = ["Holidays", "HolidaysError", "import_holidays", "import_icalendar"]

_NAMELESS = "—"  # an event without SUMMARY, in any language

# -- countries ---------------------------------------------------------------------------------------------------------


def import_holidays(
    country: str, *, years: Iterable[int], subdivision: str | None = None, language: str = "es"
) -> Holidays:
    """
    Return the public holidays of a country as the package `holidays` knows them today.

    Args:
        country: ISO 3166 code, ``CO`` or ``COL``.
        years: One or more, without a gap.
        subdivision: Code or name the package knows, such as ``CT`` or ``Catalunya``; None for the national days.
        language: Of the names, such as ``es`` or ``en``; see the rule at the top of this module.

    Raises:
        HolidaysError: Unknown country, subdivision or language (names the near ones), or years that are not known.
        BackendMissing: The package is not installed.
    """
    try:
        import holidays
        from holidays.version import __version__
    except ImportError as error:
        raise BackendMissing(why=f"public holidays need: pip install 'supportcore[holidays]' ({error})") from error

    wanted = sorted(set(years))
    if not wanted or wanted != list(range(wanted[0], wanted[-1] + 1)):
        raise HolidaysError("bad_years", years=wanted)
    entity = _country(holidays, country)
    code = entity.country
    if not entity.start_year <= wanted[0] <= wanted[-1] <= entity.end_year:
        raise HolidaysError("years_not_known", country=code, first=entity.start_year, last=entity.end_year)
    part = None if subdivision is None else _subdivision(entity, subdivision)
    spoken = _language(holidays, entity, language)
    found = holidays.country_holidays(code, subdiv=part, years=wanted, expand=False, language=spoken)
    return Holidays(
        days=[(day, one_line(name)) for day, name in found.items() if wanted[0] <= day.year <= wanted[-1]],
        source="holidays",
        version=__version__,
        region=code if part is None else f"{code}-{part}",
        covered_from=date(wanted[0], 1, 1),
        covered_until=date(wanted[-1], 12, 31),
    )


def _country(package: Any, country: str) -> Any:
    """Return what the package knows of a country."""
    if country.upper() in package.list_supported_countries():
        return package.country_holidays(country.upper(), language="en_US")
    codes = package.list_supported_countries(include_aliases=False)
    # The package offers each country under its name too, such as Colombia, and in CamelCase.
    known = {name.casefold(): name for name in dir(package) if name[:1].isupper()}
    near = [str(getattr(getattr(package, known[name]), "country", "")) for name in _alike(country, known)]
    raise HolidaysError("unknown_country", country=country, near=_meant(country, near, codes))


def _subdivision(entity: Any, subdivision: str) -> str:
    """Return the code of a subdivision."""
    known: dict[str, str] = {name.casefold(): code for name, code in entity.subdivisions_aliases.items()}
    known |= {code.casefold(): code for code in entity.subdivisions}
    if subdivision.casefold() in known:
        return known[subdivision.casefold()]
    near = [known[name] for name in _alike(subdivision, known)]
    told = _meant(subdivision, near, entity.subdivisions)
    raise HolidaysError("unknown_subdivision", country=entity.country, subdivision=subdivision, near=told)


def _language(package: Any, entity: Any, language: str) -> str:
    """Return the language of names nearest to the one asked for."""
    wanted = language.replace("-", "_").casefold()
    own: str = entity.default_language or "en_US"
    # The country's own comes first, so that "en" means en_GB where that is its own.
    offered: dict[str, str] = {name.casefold(): name for name in (own, *sorted(entity.supported_languages))}
    if wanted in offered:
        return offered[wanted]
    same = [name for folded, name in offered.items() if folded.partition("_")[0] == wanted.partition("_")[0]]
    if same:
        return same[0]
    everywhere = {name for names in package.list_localized_countries().values() for name in names}
    if wanted.partition("_")[0] in {name.partition("_")[0] for name in everywhere}:
        return own
    near = _alike(wanted, everywhere)
    raise HolidaysError("unknown_language", language=language, near=_meant("", near, near or offered.values()))


def _alike(word: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word[:TITLE_LIMIT].casefold(), list(known), n=3)


def _meant(word: str, near: Iterable[str], codes: Collection[str]) -> str:
    """Return the codes that may have been meant, or those with the same first letter, or all."""
    close = [code for code in dict.fromkeys(near) if code in codes]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    alike = [code for code in sorted(codes) if code[:1].casefold() == word[:1].casefold()] or sorted(codes)
    return f"; there are {', '.join(alike)}" if alike else "; there are none"


# -- iCalendar documents -----------------------------------------------------------------------------------------------


def import_icalendar(
    data: bytes | str, *, until: date, since: date | None = None, timezone: str | None = None
) -> Holidays:
    """
    Return the days on which the events of an iCalendar document take place.

    Args:
        data: The document; bytes are UTF-8.
        until: The last day that is wanted.
        since: The first one; by default the first of January of the first year with an event.
        timezone: Clock on which instants with a zone are read, such as ``America/Bogota`` for events from 05:00 UTC to
            05:00 UTC; without it the date is that of the clock they are written in.

    Raises:
        HolidaysError: No such document, no event in it or in that stretch, or one that cannot be understood.
        Invalid: There is no such time zone.
        BackendMissing: The package `icalendar` is not installed.
    """
    calendars = _calendars(data)
    zone = None if timezone is None else _zone(timezone)
    events = _events(calendars)
    replaced: dict[str, list[date]] = {}
    for _, event in events:
        if event.replaces is not None:
            replaced.setdefault(event.uid, []).append(event.replaces)
    # To the end of that year, so that a list that goes on is known to do so if its next day comes after *until*.
    end = date(until.year, 12, 31)
    days: list[tuple[date, str]] = []
    for name, event in events:
        if event.cancelled:
            continue
        moved = replaced.get(event.uid, ()) if event.replaces is None else ()
        try:
            found = sorted(set(dates_of(event, replaced=moved, since=since or date.min, until=end, zone=zone)))
        except (ValueError, LookupError, OverflowError) as error:  # so dateutil tells of a rule, or of the year 10000
            raise HolidaysError("faulty_event", event=name, why=one_line(str(error))) from error
        days += [(day, name) for day in found]
    kept = [(day, name) for day, name in days if day <= until]
    if not kept:
        raise HolidaysError("no_days", since=since or "its beginning", until=until)
    first, last = min(kept)[0], max(days)[0]
    named = str(calendars[0].get("X-WR-CALNAME", "")).replace("\\,", ",")  # icalendar 7 keeps an X- value as written
    return Holidays(
        days=kept,
        source="icalendar",
        version=one_line(str(calendars[0].get("PRODID", "")))[:80],
        region=one_line(named)[:80],
        covered_from=since or date(first.year, 1, 1),
        covered_until=min(until, date(last.year, 12, 31)),
    )


def _calendars(data: bytes | str) -> list[Any]:
    """Return the calendars of a document, of which there is at least one."""
    try:
        from icalendar import Calendar
    except ImportError as error:
        raise BackendMissing(why=f"iCalendar documents need: pip install 'supportcore[ical]' ({error})") from error

    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        parsed: list[Any] = Calendar.from_ical(text.removeprefix("\ufeff"), multiple=True)
    except (ValueError, LookupError) as error:
        raise HolidaysError("no_calendar", why=one_line(str(error))[:100]) from error
    calendars = [part for part in parsed if part.name == "VCALENDAR"]
    if not calendars:
        raise HolidaysError("no_calendar", why="it has no VCALENDAR from BEGIN to END")
    return calendars


def _events(calendars: Iterable[Any]) -> list[tuple[str, Event]]:
    """Return all events with their names."""
    events = []
    for component in (event for calendar in calendars for event in calendar.walk("VEVENT")):
        told = component.get("SUMMARY", "")
        name = one_line(str(told[0] if isinstance(told, list) else told)) or _NAMELESS
        try:
            events.append((name, read_event(component)))
        except ValueError as error:
            raise HolidaysError("faulty_event", event=name, why=one_line(str(error))) from error
    if not events:
        raise HolidaysError("no_events")
    return events


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:  # a folder of the database is no zone
        raise Invalid(Fault("timezone", "unknown_zone", facts(zone=timezone))) from error
