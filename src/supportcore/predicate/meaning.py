"""What a predicate means: a function of a ticket and an actor, and what is left of it once the actor is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from supportcore.predicate.fields import FIELDS, FORM
from supportcore.predicate.tree import (
    ALWAYS,
    NEVER,
    All,
    AnyOf,
    Eq,
    Fact,
    Has,
    In,
    Missing,
    Ne,
    Predicate,
    Range,
    Scalar,
    Value,
)

Test = Callable[[Any, Any], bool]
"""A compiled predicate: takes a ticket and an actor."""


def _read(name: str) -> Callable[[Any, Any], Any]:
    if name.startswith("@actor."):
        get_fact = attrgetter(name.removeprefix("@actor."))
        return lambda ticket, actor: get_fact(actor)
    if name.startswith(FORM):
        key = name.removeprefix(FORM)
        return lambda said, actor: said.get(key)
    get_field = attrgetter(name)
    return lambda ticket, actor: get_field(ticket)


def _operand(value: Value | tuple[Scalar, ...]) -> Callable[[Any, Any], Any]:
    return _read(value.name) if isinstance(value, Fact) else lambda ticket, actor: value


def to_python(predicate: Predicate) -> Test:
    """Return *predicate* as a function of a ticket (or of what was said in a form, by key) and an actor."""
    match predicate:
        case All(parts):
            every = tuple(to_python(part) for part in parts)
            return lambda ticket, actor: all(test(ticket, actor) for test in every)
        case AnyOf(parts):
            some = tuple(to_python(part) for part in parts)
            return lambda ticket, actor: any(test(ticket, actor) for test in some)
        case Missing(name, missing):
            read = _read(name)
            if name in FIELDS and FIELDS[name].kind == "set":
                return lambda ticket, actor: (not read(ticket, actor)) is missing
            return lambda ticket, actor: (read(ticket, actor) is None) is missing
        case Range(name, start, before):
            read = _read(name)

            def inside(ticket: Any, actor: Any) -> bool:
                value = read(ticket, actor)
                return value is not None and (start is None or start <= value) and (before is None or value < before)

            return inside
        case Eq(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: (found := read(ticket, actor)) is not None and found == operand(ticket, actor)
        case Ne(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: read(ticket, actor) != operand(ticket, actor)
        case In(name, values):
            read, operand = _read(name), _operand(values)
            return lambda ticket, actor: (found := read(ticket, actor)) is not None and found in operand(ticket, actor)
        case Has(name, value):
            read, operand = _read(name), _operand(value)
            return lambda ticket, actor: operand(ticket, actor) in read(ticket, actor)


def bind(predicate: Predicate, actor: Any) -> Predicate:
    """
    Return *predicate* with the facts of *actor* put in: only ticket fields and plain values are left.

    What is settled by the facts alone is folded away, so that ``ALWAYS`` and ``NEVER`` are recognised.
    """
    match predicate:
        case All(parts):
            return _join(All, ALWAYS, NEVER, (bind(part, actor) for part in parts))
        case AnyOf(parts):
            return _join(AnyOf, NEVER, ALWAYS, (bind(part, actor) for part in parts))
    if predicate.field.startswith("@"):
        return ALWAYS if to_python(predicate)(None, actor) else NEVER
    match predicate:
        case Eq(name, Fact() as fact):
            return Eq(name, _read(fact.name)(None, actor))
        case Ne(name, Fact() as fact):
            return Ne(name, _read(fact.name)(None, actor))
        case In(name, values):
            known = tuple(sorted(_read(values.name)(None, actor))) if isinstance(values, Fact) else values
            return In(name, known) if known else NEVER
    return predicate


def _join(
    kind: type[All] | type[AnyOf], neutral: Predicate, settled: Predicate, parts: Iterable[Predicate]
) -> Predicate:
    kept: list[Predicate] = []
    for part in parts:
        if part == settled:
            return settled
        if isinstance(part, kind):
            kept.extend(part.parts)
        elif part != neutral:
            kept.append(part)
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def both(*predicates: Predicate) -> Predicate:
    """Return the predicate that all of *predicates* hold."""
    return _join(All, ALWAYS, NEVER, predicates)
