"""Spans of time as documents write them: definitions, scenarios, traces."""

from __future__ import annotations

import re
from datetime import timedelta

_SPAN = re.compile(r"(?:[0-9]{1,9}(?:ms|d|h|m|s))+").fullmatch
_SPANS = re.compile(r"([0-9]+)(ms|d|h|m|s)").findall
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def span_of(said: str) -> timedelta | None:
    """
    Return a span written as ``71h59m``; None for what is none.

    >>> span_of("71h59m"), span_of("soon")
    (datetime.timedelta(days=2, seconds=86340), None)
    """
    if not _SPAN(said):
        return None
    return sum((int(count) * _UNITS[unit] for count, unit in _SPANS(said)), timedelta())


def span_text(span: timedelta) -> str:
    """
    Return a span in the largest unit that counts it whole.

    >>> span_text(timedelta(days=7)), span_text(timedelta(hours=36)), span_text(timedelta(milliseconds=1500))
    ('7d', '36h', '1500ms')
    """
    unit = next(unit for unit, size in _UNITS.items() if not span % size)
    return f"{span // _UNITS[unit]}{unit}"
