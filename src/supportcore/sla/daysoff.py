"""
Days off as plain data: which dates, what they are called, where they come from, and how far they are known.

An import (`supportcore.sla.holidays`) makes them; a calendar takes them as they are. From ``covered_from`` until
``covered_until`` a date that is not listed is known to be no holiday; outside nothing is known, and a due instant there
is worth a warning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import attrs

from supportcore.errors import Fault, Invalid, SupportError, facts
from supportcore.text import TITLE_LIMIT, text_fault, title


class HolidaysError(SupportError, ValueError):
    """
    Holidays that cannot be imported.

    Attributes:
        code: ``unknown_country unknown_subdivision unknown_language bad_years years_not_known nothing_in_common
            document_unreadable no_calendar no_events no_days faulty_event``.
        params: The facts behind the message, by name.
    """

    code = "no_days"

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        super().__init__(None, **{name: str(value) for name, value in params.items()})


def _in_order(days: Iterable[tuple[date, str]]) -> tuple[tuple[date, str], ...]:
    """Return days sorted, each once; the names of one day are joined as `holidays` joins them."""
    named: dict[date, dict[str, None]] = {}
    for day, name in days:
        if type(day) is not date:
            raise Invalid(Fault("days", "wrong_type", facts(expected="dates", expected_es="fechas")))
        fault = text_fault(name, f"days.{day}", limit=TITLE_LIMIT)
        if fault is not None:
            raise Invalid(fault)
        named.setdefault(day, {})[name] = None
    return tuple((day, "; ".join(named[day])[:TITLE_LIMIT]) for day in sorted(named))


@attrs.frozen(kw_only=True)
class Holidays:
    """
    Days off and what they are called, frozen.

    Attributes:
        days: Date and name, sorted, each date once.
        source: ``holidays`` or ``icalendar``; of merged ones, the labels of both.
        version: Release of the package, or the PRODID of the document.
        region: ``CO``, ``ES-CT``, or the name a document gives itself.
        covered_from: First day on which a date that is not listed is known to be no holiday.
        covered_until: The last such day.

    >>> local = Holidays(days=[(date(2026, 9, 24), "La Mercè")], source="icalendar",
    ...                  covered_from=date(2026, 1, 1), covered_until=date(2026, 12, 31))
    >>> print(local.as_toml(), end="")
    holidays = [
        { date = 2026-09-24, name = "La Mercè" },
    ]
    covered_until = 2026-12-31
    source = "icalendar"
    """

    days: tuple[tuple[date, str], ...] = attrs.field(converter=_in_order)
    source: str = title()
    version: str = title("")
    region: str = title("")
    covered_from: date
    covered_until: date

    @property
    def label(self) -> str:
        """Where the days come from, in one line: source, version and region."""
        return one_line(f"{self.source} {self.version} {self.region}")

    def merge(self, other: Holidays) -> Holidays:
        """
        Return the days of both, such as those of a country and those of a town.

        Both are known only where both cover; a day known to one of them beyond that is kept, as it is still a holiday.

        Raises:
            HolidaysError: There is no day that both cover.
        """
        since = max(self.covered_from, other.covered_from)
        until = min(self.covered_until, other.covered_until)
        if since > until:
            first, second = sorted((self, other), key=lambda part: part.covered_until)
            raise HolidaysError("nothing_in_common", one=first.label, other=second.label, since=since, until=until)
        return Holidays(
            days=self.days + other.days,
            source=one_line(f"{self.label} + {other.label}"),
            covered_from=since,
            covered_until=until,
        )

    def as_toml(self) -> str:
        """Return the lines to be pasted into the table of a calendar in a desk definition."""
        days = "".join(f"    {{ date = {day}, name = {_quoted(name)} }},\n" for day, name in self.days)
        listed = f"[\n{days}]" if days else "[]"
        return f"holidays = {listed}\ncovered_until = {self.covered_until}\nsource = {_quoted(self.label)}\n"


def _quoted(text: str) -> str:
    """Return *text* as a basic string of TOML, which is one of JSON but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def one_line(text: str) -> str:
    """Return *text* without NUL and line breaks, as long as a title may be."""
    return " ".join(text.replace("\0", " ").split())[:TITLE_LIMIT]
