"""The tree itself: comparisons of fields, and what joins them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import attrs

from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate.fields import FIELDS, FORM


@attrs.frozen
class Fact:
    """A fact of the actor in the place of a value, such as ``@actor.id``."""

    name: str


Scalar = str | int | float | bool | datetime
"""What a field is compared with."""
Value = Scalar | Fact
"""That, or a fact of the actor, known when the predicate is bound."""


@attrs.frozen
class All:
    """True if every part is; true of no parts."""

    parts: tuple[Predicate, ...] = ()


@attrs.frozen
class AnyOf:
    """True if some part is; false of no parts."""

    parts: tuple[Predicate, ...] = ()


def _known(_: object, attribute: attrs.Attribute[str], name: object) -> None:
    if name not in FIELDS and not (isinstance(name, str) and name.startswith(FORM)):
        raise Invalid(Fault(str(name)[:60], "cannot_filter", facts(options=", ".join(FIELDS))))


@attrs.frozen
class Eq:
    """The field has this value."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class Ne:
    """The field has another value or none."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class In:
    """The field has one of these values."""

    field: str = attrs.field(validator=_known)
    values: tuple[Scalar, ...] | Fact


@attrs.frozen
class Range:
    """The field has a value from *start* on and before *before*."""

    field: str = attrs.field(validator=_known)
    start: Scalar | None = None
    before: Scalar | None = None


@attrs.frozen
class Has:
    """The set holds the value."""

    field: str = attrs.field(validator=_known)
    value: Value


@attrs.frozen
class Missing:
    """The field has no value (or, with ``missing=False``, has one)."""

    field: str = attrs.field(validator=_known)
    missing: bool = True


Predicate = All | AnyOf | Eq | Ne | In | Range | Has | Missing
"""A condition; frozen, and compared by value."""
ALWAYS = All()
"""What holds of every ticket."""
NEVER = AnyOf()
"""What holds of none."""


def leaves(predicate: Predicate) -> Iterator[Any]:
    """Yield the comparisons that a predicate is made of, in order."""
    if isinstance(predicate, (All, AnyOf)):
        for part in predicate.parts:
            yield from leaves(part)
    else:
        yield predicate


def shape(predicate: Predicate) -> tuple[Any, tuple[Any, ...]]:
    """
    Split a bound predicate into its form and its values, in order, so that a store can prepare one statement a form.

    >>> shape(All((Eq("state", "open"), Missing("team"))))
    (('All', (('Eq', 'state'), ('Missing', 'team', True))), ('open',))
    """
    match predicate:
        case All(parts) | AnyOf(parts):
            split = [shape(part) for part in parts]
            values = tuple(value for _, found in split for value in found)
            return (type(predicate).__name__, tuple(form for form, _ in split)), values
        case Eq(name, value) | Ne(name, value):
            return (type(predicate).__name__, name), (value,)
        case In(name, items):
            return ("In", name), (items,)
        case Range(name, start, before):
            ends = tuple(end for end in (start, before) if end is not None)
            return ("Range", name, start is not None, before is not None), ends
        case Missing(name, missing):
            return ("Missing", name, missing), ()
        case Has():
            raise TypeError("a set belongs to the actor; bind the predicate first")
