"""
What is wrong with a log: with all of it (`LogError`), or with one record (`RowFault`).

The texts of a `LogError` stand in `supportcore.errors.CODES`, as those of every error; the faults of records, which are
told by line number and never by a host's form, have a table of their own here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from supportcore.errors import SupportError, facts

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "not_utf8": "byte {byte} in line {at_line} is not UTF-8",
        "record_too_long": "the line has more than {limit} bytes",
        "unclosed_quote": "a quoted field starts here and does not end as it should",
        "truncated": "the file ends in the middle of this record",
        "too_few_columns": "{found} columns instead of the header's {expected}",
        "too_many_columns": "{found} columns instead of the header's {expected}",
        "empty_case": "the column {column!r} is empty; every row belongs to a case",
        "empty_activity": "the column {column!r} is empty; every row says what was done",
        "bad_text": "the column {column!r} holds a NUL character",
        "value_too_long": "the column {column!r} holds {length} characters; at most {limit} are kept",
        "unreadable_instant": "the column {column!r} holds {value!r}, no instant in {form}",
        "instant_out_of_range": "the column {column!r} holds {value!r}, outside the years 1970 to 2199",
    }
)
"""What each code of a `RowFault` means."""


@attrs.frozen(kw_only=True)
class RowFault:
    """
    One record that cannot be read.

    Attributes:
        line: Physical line the record starts on.
        code: Stable name out of `MESSAGES`.
        params: The facts behind the message, as sorted pairs.
        message: What is wrong; it does not repeat the line.
    """

    line: int
    code: str
    params: tuple[tuple[str, str], ...]
    message: str


class LogError(SupportError, ValueError):
    """
    A log that cannot be read at all: its file, its header, or how the caller describes it.

    Attributes:
        code: ``log_unreadable empty_log bad_header missing_column duplicate_column unknown_zone bad_format``.
        params: The facts behind the message, by name.
    """

    code = "bad_header"

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        super().__init__(None, **params)


def row_fault(line: int, code: str, **params: object) -> RowFault:
    """Return the fault *code* of the record that starts on *line*."""
    return RowFault(line=line, code=code, params=facts(**params), message=MESSAGES[code].format_map(params))


def shown(value: str) -> str:
    """Return *value* as a message quotes it: briefly."""
    return value if len(value) <= 60 else value[:59] + "…"


def listed(values: list[str]) -> str:
    """Return *values* as a message lists them."""
    return ", ".join(repr(shown(value)) for value in dict.fromkeys(values))
