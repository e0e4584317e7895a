"""
From the bytes of a CSV file to the fields of its records, so that one bad line stays one fault.

Bytes are cut into physical lines before anything is decoded, so a byte that is not UTF-8 spoils its own record only.
An opening quote whose partner is missing would swallow the lines behind it. So a record over several lines must be
flawless: every quote in its place (RFC 4180), as many fields as the header, within `MOST_LINES` and `MOST_BYTES`.
Otherwise the fault is its first line's, and reading resumes at the line after that one. The price: the other lines of a
long text that was broken are read as records too, and become faults of their own.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from supportcore.replay.faults import RowFault, row_fault

MOST_BYTES = 1_048_576
"""How long a record may be; the largest body is 256 KiB, and a log also quotes."""
MOST_LINES = 1_000
"""How many physical lines a record may have."""


class _Lines:
    """The physical lines of a file, with their numbers; lines that were taken can be given back."""

    __slots__ = ("_file", "_waiting", "number")

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: deque[bytes] = deque()
        self.number = 0

    def take(self) -> bytes:
        """Return the next line with its end, at most a byte longer than a record may be; empty at the end."""
        line = self._waiting.popleft() if self._waiting else self._file.readline(MOST_BYTES + 1)
        if line:
            self.number += 1
        return line

    def give_back(self, lines: Sequence[bytes]) -> None:
        """Make *lines*, the last ones taken, the next ones to be taken."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def pass_over_rest(self) -> None:
        """Pass over the rest of a line that was too long to be taken whole."""
        while (piece := self._file.readline(MOST_BYTES)) and not piece.endswith(b"\n"):
            pass


def records(file: BinaryIO) -> Iterator[tuple[int, list[str]] | RowFault]:
    """Yield the line and the fields of each record; the first one says how many fields a record has."""
    lines = _Lines(file)
    width = 0
    while line := lines.take():
        start = lines.number
        if len(line) > MOST_BYTES:
            if not line.endswith(b"\n"):
                lines.pass_over_rest()
            yield row_fault(start, "record_too_long", limit=MOST_BYTES)
            continue
        if start == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        record, bad_byte = _decode(start, line)
        if not record and width:
            continue
        ended = line.endswith(b"\n")
        fields = _split(record) if '"' in record else record.split(",")
        if fields is None:
            more = _rest(lines, len(line))
            record, bad_byte_in_all = _decode(start, line, *more)
            fields = _split(record, strict=True)
            if fields is None or (width and len(fields) != width):
                lines.give_back(more)
                yield bad_byte or row_fault(start, "unclosed_quote" if ended else "truncated")
                continue
            bad_byte = bad_byte_in_all
        width = width or len(fields)
        if bad_byte is not None:
            yield bad_byte
        elif len(fields) == width:
            yield start, fields
        elif len(fields) > width:
            yield row_fault(start, "too_many_columns", found=len(fields), expected=width)
        else:
            code = "too_few_columns" if ended else "truncated"
            yield row_fault(start, code, found=len(fields), expected=width)


def _rest(lines: _Lines, size: int) -> list[bytes]:
    """
    Take the lines up to the one that closes the quoted field which the line before them left open.

    When there is no such line within the limits of a record, all lines that were looked at are given back and
    the result is empty.
    """
    taken: list[bytes] = []
    while line := lines.take():
        taken.append(line)
        size += len(line)
        if size > MOST_BYTES or len(taken) >= MOST_LINES:
            break
        # An open field goes on as if the line had started with its quote. Only quotes and commas matter here,
        # so bytes that are not UTF-8 pass.
        if b'"' in line and _split('"' + line.decode("latin-1")) is not None:
            return taken
    lines.give_back(taken)
    return []


def _decode(start: int, *lines: bytes) -> tuple[str, RowFault | None]:
    """Return the text of a record without its line end, and the fault of its first byte that is not UTF-8."""
    record = b"".join(lines).rstrip(b"\r\n")
    try:
        return record.decode(), None
    except UnicodeDecodeError as error:
        byte, line = f"0x{record[error.start]:02x}", start + record.count(b"\n", 0, error.start)
        return record.decode(errors="surrogateescape"), row_fault(start, "not_utf8", byte=byte, at_line=line)


def _split(record: str, *, strict: bool = False) -> list[str] | None:
    """
    Return the fields of a record, or None when its last quoted field is not closed.

    Args:
        record: The text; a line end behind it counts as part of the last field.
        strict: Also return None when a quote stands where RFC 4180 has none.
    """
    fields = []
    start = 0
    while True:
        if record.startswith('"', start):
            close = record.find('"', start + 1)
            while close >= 0 and record.startswith('"', close + 1):
                close = record.find('"', close + 2)
            if close < 0:
                return None
            comma = record.find(",", close)
            tail = record[close + 1 : comma] if comma >= 0 else record[close + 1 :]
            if strict and tail:
                return None
            fields.append(record[start + 1 : close].replace('""', '"') + tail)
        else:
            comma = record.find(",", start)
            field = record[start:comma] if comma >= 0 else record[start:]
            if strict and '"' in field:
                return None
            fields.append(field)
        if comma < 0:
            return fields
        start = comma + 1
