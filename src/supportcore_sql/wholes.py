"""
Comparing whole numbers with fractions.

Numbers are stored as 63-bit integers, while a condition may compare them with any float. Engines differ in what they
make of that: they round it to an integer, refuse it, or compare inexactly. So a float becomes the integer that says the
same of whole numbers, or, where there is none, a condition that is always or never true.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from supportcore.predicate import ALWAYS, NEVER, All, AnyOf, Eq, In, Missing, Ne, Predicate, Range
from supportcore.text import INT_LIMIT


def whole(where: Predicate) -> Predicate:
    """
    Return a bound predicate that compares with no float and holds of the same whole numbers.

    >>> whole(Range("number", 1.5, 4.0))
    Range(field='number', start=2, before=4)
    """
    match where:
        case All(parts) | AnyOf(parts):
            return type(where)(tuple([whole(part) for part in parts]))
        case Eq(field, float() as value):
            return Eq(field, int(value)) if _is_whole(value) else NEVER
        case Ne(field, float() as value):
            return Ne(field, int(value)) if _is_whole(value) else ALWAYS
        case In(field, tuple() as values) if any(isinstance(one, float) for one in values):
            return AnyOf(tuple([whole(Eq(field, one)) for one in values]))
        case Range(field, start, before) if isinstance(start, float) or isinstance(before, float):
            return _range(field, start, before)
    return where


def _range(field: str, start: Any, before: Any) -> Predicate:
    if start is not None:
        start = ceil(start)
        if start > INT_LIMIT:
            return NEVER
        start = None if start < -INT_LIMIT else start
    if before is not None:
        before = ceil(before)
        if before < -INT_LIMIT:
            return NEVER
        before = None if before > INT_LIMIT else before
    return Missing(field, False) if start is None and before is None else Range(field, start, before)


def _is_whole(value: float) -> bool:
    return value.is_integer() and -INT_LIMIT <= value < INT_LIMIT
