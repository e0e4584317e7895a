"""What of all tickets a question is about: what the actor may see, and of it what the filters want."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supportcore.definition.screens import STAFF_ONLY
from supportcore.desk.checks import check_kind
from supportcore.desk.promises import light_is
from supportcore.desk.requests.asker import Asker
from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import (
    TICKET_FIELDS,
    AnyOf,
    Predicate,
    bind,
    both,
    conditions,
    leaves,
    shape,
)
from supportcore.tickets.permissions import require_role, side_of, visible

Filters = Mapping[str, Any] | Predicate | None
"""A list's filters: field to value, list of values or None for "has none"; or a predicate."""


class Scoped(Asker):
    """Filters as predicates, for the actor who asks."""

    def _scope(self, where: Filters) -> Predicate:
        return both(*self._parts(where, None))

    def _known_as(self, where: Filters) -> object:
        """Return what a cursor belongs to where the condition holds the present instant, as a light's does."""
        if not isinstance(where, Mapping) or "light" not in where:
            return None
        lights = where["light"] if isinstance(where["light"], (list, tuple, set, frozenset)) else [where["light"]]
        rest = {name: value for name, value in where.items() if name != "light"}
        return (shape(self._scope(rest)), sorted(str(light) for light in lights))

    @property
    def _known_fields(self) -> tuple[str, ...]:
        """The fields of a ticket by which the actor may ask."""
        if side_of(self._desk, self._actor) == "staff":
            return tuple(TICKET_FIELDS)
        return tuple(field for field in TICKET_FIELDS if field not in STAFF_ONLY)

    def _parts(self, where: Filters, at: datetime | None) -> tuple[Predicate, Predicate]:
        """Return what the actor may see, and what of it is wanted; lights are as of *at*, or now."""
        require_role(self._desk, self._actor)
        if where is None or isinstance(where, Mapping):
            plain = dict(where or {})
            asks_light, light = "light" in plain, plain.pop("light", None)
            wanted = conditions(plain, self._known_fields)
            if asks_light:
                lights = light if isinstance(light, (list, tuple, set, frozenset)) else (light or "none",)
                wanted = both(wanted, AnyOf(tuple(light_is(one, at or self._clock()) for one in lights)))
        else:
            check_kind(where, Predicate, "where", "a mapping of filters, or a predicate", "un objeto de filtros")
            wanted = bind(where, self._actor)
            hidden = {leaf.field for leaf in leaves(wanted)} - set(self._known_fields)
            if hidden:
                told = facts(options=", ".join(self._known_fields))
                raise Invalid(*(Fault(field, "cannot_filter", told) for field in sorted(hidden)))
        return visible(self._desk, self._actor), wanted
