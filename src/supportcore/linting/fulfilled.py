"""
Whether a condition can be fulfilled at all: by any ticket that there can be, and any actor.

Most conditions can, as is plain to see. The others are tried out on every kind of ticket that they can tell apart
(`supportcore.definition.cases`), up to `MOST`; where there are more, they are taken for ones that can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from types import SimpleNamespace
from typing import Any

from supportcore.definition.cases import SET_BY_STATE, Case, Domain, holds
from supportcore.definition.model import Definition
from supportcore.forms.fields import Field, Form
from supportcore.linting.given import Given, given_of
from supportcore.linting.shape import facts_of
from supportcore.predicate import FORM, All, AnyOf, Eq, Has, In, Missing, Ne, Predicate, Range, leaves, to_python

MOST = 20_000
"""Cases that are tried out at most."""


class Fulfilled:
    """Conditions of one desk, and whether they can be fulfilled."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self.given: Mapping[str, Given] = given_of(definition)
        self._states = [
            SimpleNamespace(
                state=state.key,
                category=state.category,
                outcome=state.outcome,
                is_open=not state.final,
                closed_at=state.key if state.final else None,
            )
            for state in definition.workflow.states
        ]

    def can(self, when: Predicate, but: Sequence[Predicate] = ()) -> bool:
        """Return whether *when* can hold of a ticket of which none of *but* holds; True where that is not known."""
        if _empty(when):
            return False
        if not but and self._plain(when):
            return True
        domain = Domain(self._definition, [when, *but])
        dimensions = domain.dimensions()
        if dimensions is None:
            return True
        left = [[case for case in dimension if self._may_be(case)] for dimension in dimensions]
        if prod(len(dimension) for dimension in left) > MOST:
            return True
        wanted, others = to_python(when), [to_python(one) for one in but]
        for parts in product(*left):
            case = {path: value for part in parts for path, value in part.items()}
            if holds(wanted, case) and not any(holds(other, case) for other in others):
                return True
        return False

    def _may_be(self, case: Case) -> bool:
        return all(path not in self.given or self.given[path].takes(value) for path, value in case.items())

    def _plain(self, when: Predicate) -> bool:
        """Return whether it is plain to see that a condition can hold: its parts can, and do not touch each other."""
        if isinstance(when, AnyOf):
            return any(self._plain(part) for part in when.parts)
        if isinstance(when, All):
            read = [{_group(leaf.field) for leaf in leaves(part) if not isinstance(leaf, Has)} for part in when.parts]
            apart = sum(map(len, read)) == len(set[str]().union(*read))
            return apart and all(self._plain(part) for part in when.parts)
        return self._possible(when)

    def _possible(self, leaf: Any) -> bool:
        if leaf.field.startswith("@"):
            return (
                isinstance(leaf, Has)
                or not isinstance(leaf, Missing)
                or leaf.field not in ("@actor.roles", "@actor.id")
            )
        if facts_of(leaf):
            return isinstance(leaf, Ne) or self.given.get(leaf.field, Given(None)).ever
        if leaf.field in SET_BY_STATE and not isinstance(leaf, Range) and leaf.field != "closed_at":
            test = to_python(leaf)
            return any(test(state, None) for state in self._states)
        given = self.given.get(leaf.field)
        if given is None:
            return True
        match leaf:
            case Missing(_, missing):
                return given.missing if missing else given.ever
            case Eq(_, value):
                return given.takes(value)
            case In(_, tuple() as values):
                return any(given.takes(value) for value in values)
            case Ne(_, value):
                return given.missing or given.values is None or bool(given.values - {value})
        return given.ever

    # -- conditions of fields of a form --------------------------------------------------------------------------------

    def asked(self, form: Form, field: Field) -> bool:
        """Return whether a field of a form can ever be asked; True where that is not known."""
        read = list(leaves(field.when))
        names = list(dict.fromkeys(leaf.field.removeprefix(FORM) for leaf in read if leaf.field.startswith(FORM)))
        if any(fact != "@actor.roles" for leaf in read for fact in facts_of(leaf)):
            return True
        options = [tuple(_said(one, read)) for one in form.fields if one.key in names]
        roles = [frozenset({role.key}) for role in self._definition.roles]
        roles += [frozenset(role.key for role in self._definition.roles)]
        if prod(map(len, options)) * len(roles) > MOST:
            return True
        test = to_python(field.when)
        keys = [one.key for one in form.fields if one.key in names]
        for values in product(*options):
            said = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
            if any(test(said, SimpleNamespace(roles=some)) for some in roles):
                return True
        return False


def _empty(when: Predicate) -> bool:
    """Return whether a condition asks for what lies in a range without an inside, whatever the field has."""
    if isinstance(when, All):
        return any(map(_empty, when.parts))
    if isinstance(when, AnyOf):
        return all(map(_empty, when.parts))
    if not isinstance(when, Range):
        return False
    start: Any = when.start
    before: Any = when.before
    return start is not None and before is not None and bool(start >= before)


def _group(field: str) -> str:
    return SET_BY_STATE[0] if field in SET_BY_STATE else field


def _said(field: Field, read: Sequence[Any]) -> Iterator[Any]:
    """Yield what a field can say, as far as comparisons tell that apart."""
    if field.fixed:
        yield field.default
        return
    if not (field.required or field.default is not None) or field.when != All():
        yield None
    if field.kind == "choice":
        yield from field.options
    elif field.kind == "flag":
        yield from (False, True)
    else:
        named = [value for leaf in read if leaf.field == FORM + field.key for value in _values(leaf)]
        if field.kind != "number":
            yield from [one for one in dict.fromkeys(named) if isinstance(one, str)] + ["\ue000"]
            return
        ends = {number + step for number in named if isinstance(number, (int, float)) for step in (-1, 0, 1)}
        near = {*ends, field.least, field.greatest}
        yield from sorted(number for number in near if field.least <= number <= field.greatest)


def _values(leaf: Any) -> tuple[Any, ...]:
    match leaf:
        case In(_, tuple() as values):
            return values
        case Range(_, start, before):
            return (start, before)
    return (getattr(leaf, "value", None),)
