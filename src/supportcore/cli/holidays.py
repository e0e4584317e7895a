"""``supportcore holidays``: public holidays as TOML, to be pasted into the calendar of a desk."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import click

from supportcore.sla.holidays import Holidays, HolidaysError, import_holidays, import_icalendar

_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?").fullmatch
_DAY = click.DateTime(formats=["%Y-%m-%d"])


def _years(ctx: click.Context, param: click.Parameter, value: str | None) -> range | None:
    if value is None:
        return None
    found = _YEARS(value)
    if found is None or (found[2] or found[1]) < found[1]:
        raise click.BadParameter(f"{value!r} is neither a year nor a first and a last one, such as 2026-2030")
    return range(int(found[1]), int(found[2] or found[1]) + 1)


@click.command()
@click.argument("country", required=False)
@click.option("--years", metavar="FIRST-LAST", callback=_years, help="A year, or the first and the last one.")
@click.option("--subdivision", metavar="S", help="State or region of the country, such as CT.")
@click.option("--language", default="es", show_default=True, metavar="L", help="Of the names.")
@click.option("--ical", type=click.Path(path_type=Path), metavar="FILE", help="An iCalendar document instead.")
@click.option("--until", type=_DAY, metavar="DATE", help="The last day wanted of the document.")
@click.option("--since", type=_DAY, metavar="DATE", help="The first one; by default the year of its first event.")
@click.option("--timezone", metavar="ZONE", help="Clock on which the document's instants are read.")
def holidays(
    country: str | None,
    years: range | None,
    subdivision: str | None,
    language: str,
    ical: Path | None,
    until: datetime | None,
    since: datetime | None,
    timezone: str | None,
) -> None:
    """
    Print public holidays as TOML, to be pasted into the calendar of a desk.

    Either those of COUNTRY (ISO 3166 code) for --years, or those of the document --ical up to --until.
    """
    if country is not None and ical is None and years is not None and not (until or since or timezone):
        found = import_holidays(country, years=years, subdivision=subdivision, language=language)
    elif ical is not None and country is None and until is not None and not (years or subdivision):
        found = _document(ical, until=until.date(), since=since.date() if since else None, timezone=timezone)
    else:
        raise click.UsageError(
            "give either a country with --years (and --subdivision, --language), "
            "or --ical FILE with --until (and --since, --timezone)"
        )
    click.echo(found.as_toml().encode(), nl=False)  # bytes: TOML is UTF-8, whatever the terminal is


def _document(path: Path, *, until: date, since: date | None, timezone: str | None) -> Holidays:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HolidaysError("document_unreadable", path=path, why=error.strerror) from error
    return import_icalendar(data, until=until, since=since, timezone=timezone)
