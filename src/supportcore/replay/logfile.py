"""
Another helpdesk's event log, a CSV file, read as a stream of rows and faults in the order of the file.

Rules:

- A *physical line* ends with LF or CRLF and has a number, the first being 1. A *record* is one line, or
  several when a quoted field holds line ends. Rows and faults name the line their record starts on.
- The first record is the header. What is wrong with it, or with the way the caller describes the log, is a
  `LogError` and nothing is read. What is wrong with a later record is a `RowFault`, and reading goes on
  behind it.
- A record has exactly as many fields as the header. Blank lines are passed over. Quotes mean what they mean
  to the `csv` module; a quote inside a field that did not start with one is a plain character.
- Text is kept as it stands, never trimmed. An empty resource is no resource.
- A stamp without an offset is wall time of the given zone: of a repeated hour the first pass; an hour the
  clocks left out is counted on with the offset from before it. An offset in the stamp wins over the zone.

How one bad line stays one fault stands in `supportcore.replay.records`. Memory holds one record, and about
`MOST_BYTES` of lines that wait to be read again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import attrs

from supportcore.errors import Invalid
from supportcore.replay.faults import MESSAGES, LogError, RowFault, listed, row_fault, shown
from supportcore.replay.records import MOST_BYTES, MOST_LINES, records
from supportcore.replay.stamps import parser_of, zone_of
from supportcore.text import TITLE_LIMIT, instant

__all__ = ["MESSAGES", "MOST_BYTES", "MOST_LINES", "Columns", "LogError", "Row", "RowFault", "read"]


@attrs.frozen(kw_only=True)
class Columns:
    """
    Which columns of a log say what; names as in its header, to the letter.

    Attributes:
        case: Names the case a row belongs to.
        activity: Say what was done; several are joined with ``+``.
        at: Says when.
        resource: Says who did it, if the log knows.
    """

    case: str
    activity: tuple[str, ...] = attrs.field(
        validator=[attrs.validators.instance_of(tuple), attrs.validators.min_len(1)]
    )
    at: str
    resource: str | None = None


@attrs.frozen(kw_only=True)
class Row:
    """
    One event of the log.

    Attributes:
        line: Physical line its record starts on; the header is on line 1.
        case: The case, as the log names it.
        activity: What was done; several columns joined with ``+``.
        at: Aware UTC instant, cut to the millisecond.
        resource: Who did it, or None.
    """

    line: int
    case: str
    activity: str
    at: datetime
    resource: str | None


def read(
    path: str | os.PathLike[str],
    columns: Columns,
    *,
    at_format: str | None = None,
    timezone: str | None = None,
) -> Iterator[Row | RowFault]:
    """
    Yield each record of the log at *path*, readable or not, in the order of the file.

    Nothing is opened or checked before the first row is asked for.

    Args:
        path: A CSV file in UTF-8, with or without a byte order mark.
        columns: Which columns say what.
        at_format: How instants are written, in the directives of `datetime.strptime`; None means ISO 8601.
        timezone: IANA name of the zone in which stamps without an offset are read; None means UTC.

    Raises:
        LogError: The file, its header, *at_format* or *timezone* cannot be used.
    """
    name = os.fspath(path)
    parse = parser_of(at_format)
    form = "ISO 8601" if at_format is None else f"the format {at_format!r}"
    zone = zone_of(timezone)
    try:
        file = Path(path).open("rb")  # noqa: SIM115  # it is one below, where only reading can fail
    except OSError as error:
        raise LogError("log_unreadable", path=name, why=error.strerror or str(error)) from error
    with file:
        lines = records(file)
        header = next(lines, None)
        if header is None:
            raise LogError("empty_log", path=name)
        if isinstance(header, RowFault):
            raise LogError("bad_header", path=name, why=header.message)
        places = _places(name, header[1], columns)
        case_place, at_place = places[columns.case], places[columns.at]
        activity_places = [places[column] for column in columns.activity]
        activity_name = "+".join(columns.activity)
        resource_place = None if columns.resource is None else places[columns.resource]

        for record in lines:
            if isinstance(record, RowFault):
                yield record
                continue
            line, fields = record
            case = fields[case_place]
            parts = [fields[place] for place in activity_places]
            activity = "+".join(parts) if any(map(str.strip, parts)) else ""
            resource = None if resource_place is None else fields[resource_place] or None
            fault = (
                _text_fault(line, columns.case, case, empty="empty_case")
                or _text_fault(line, activity_name, activity, empty="empty_activity")
                or (resource and _text_fault(line, columns.resource or "", resource))
            )
            if fault:
                yield fault
                continue
            stamp = fields[at_place]
            try:
                at = parse(stamp)
                at = instant(at.replace(tzinfo=zone) if at.tzinfo is None else at)
            except Invalid:
                yield row_fault(line, "instant_out_of_range", column=columns.at, value=shown(stamp))
            except ValueError:
                yield row_fault(line, "unreadable_instant", column=columns.at, value=shown(stamp), form=form)
            else:
                yield Row(line=line, case=case, activity=activity, at=at, resource=resource)


def _places(path: str, header: list[str], columns: Columns) -> dict[str, int]:
    """Return where the used columns stand; a name may occur twice among those that are not used."""
    if header == [""]:
        raise LogError("empty_log", path=path)
    used = dict.fromkeys([columns.case, *columns.activity, columns.at])
    if columns.resource is not None:
        used[columns.resource] = None
    missing = [column for column in used if column not in header]
    if missing:
        raise LogError("missing_column", path=path, missing=listed(missing), present=listed(header))
    for column in used:
        if header.count(column) > 1:
            raise LogError("duplicate_column", path=path, column=column, times=str(header.count(column)))
    return {column: header.index(column) for column in used}


def _text_fault(line: int, column: str, value: str, *, empty: str | None = None) -> RowFault | None:
    """Return what is wrong with *value*; *empty* is the code for nothing, or nothing but white space."""
    if empty and not value.strip():
        return row_fault(line, empty, column=column)
    if len(value) > TITLE_LIMIT:
        return row_fault(line, "value_too_long", column=column, length=len(value), limit=TITLE_LIMIT)
    if "\0" in value:
        return row_fault(line, "bad_text", column=column)
    return None
