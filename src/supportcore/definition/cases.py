"""
The kinds of ticket, and of actor, that conditions can tell apart: a finite number of them.

For each field a condition reads there is a dimension: each value that is named, one other, and none where the field may
be missing. The state settles category, outcome, whether the ticket is open and whether it was closed; states, parties,
vocabularies and roles have no values but today's. Instants and numbers are tried at the ends of ranges and beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import ceil, floor
from types import SimpleNamespace
from typing import Any

from supportcore.definition.model import Definition
from supportcore.definition.values import WORDS, Leaf, comparisons, constants, known_values
from supportcore.predicate import (
    ACTOR_FIELDS,
    TICKET_FIELDS,
    Fact,
    In,
    Predicate,
    Range,
    Test,
    to_python,
)
from supportcore.sla.clocks import TICK
from supportcore.text import FIRST_INSTANT, INT_LIMIT

Case = Mapping[str, Any]
"""Values of fields of a ticket and facts of an actor, by path."""
SET_BY_STATE = ("state", "category", "outcome", "is_open", "closed_at")
"""Fields that the state settles; of `closed_at`, whether there is one."""
ID, ROLES = "@actor.id", "@actor.roles"
GROUPS = ("@actor.customers", "@actor.teams")
PRIVATE = "\ue000"
"""What values begin with that stand for any that no condition names."""
OTHER, YOU = f"{PRIVATE}other", f"{PRIVATE}you"
_NAMES_AT_MOST = 16
"""Values that facts of the actor are compared with; a set of them is tried in every combination."""


def holds(test: Test, case: Case) -> bool:
    """Return whether a condition holds in a case."""
    actor = {path.removeprefix("@actor."): value for path, value in case.items() if path.startswith("@")}
    ticket = {path: value for path, value in case.items() if not path.startswith("@")}
    return test(SimpleNamespace(**ticket), SimpleNamespace(**actor))


def _facts(leaf: Leaf) -> set[str]:
    """Return the facts that a field is compared with."""
    value = leaf.values if isinstance(leaf, In) else getattr(leaf, "value", None)
    return {value.name} if isinstance(value, Fact) else set()


class Domain:
    """What conditions can tell apart: one dimension for each field or fact, with its alternatives."""

    def __init__(self, definition: Definition, predicates: Sequence[Predicate]) -> None:
        self._definition = definition
        self._leaves = list(dict.fromkeys(leaf for predicate in predicates for _, leaf in comparisons(predicate)))
        self._used = {leaf.field for leaf in self._leaves} | {fact for leaf in self._leaves for fact in _facts(leaf)}
        ends = [end for leaf in self._leaves if isinstance(leaf, Range) for end in (leaf.start, leaf.before)]
        named = [value for leaf in self._leaves for _, value in constants(leaf)]
        instants = [value for value in (*named, *ends) if hasattr(value, "tzinfo")]
        self._instants = sorted({at for value in instants for at in (value - TICK, value, value + TICK)})
        compared = {leaf.field for leaf in self._leaves if leaf.field in (ID, *GROUPS) or _facts(leaf)}
        known = {value for path in compared for value in self._closed(path) or ()}
        self._names = sorted(
            known | {str(value) for leaf in self._leaves if leaf.field in compared for _, value in constants(leaf)}
        )
        self._groups = [fact for fact in GROUPS if fact in self._used]
        self._members = {
            f"{PRIVATE}member {place}": some
            for place, some in enumerate(
                some for size in range(1, len(self._groups) + 1) for some in combinations(self._groups, size)
            )
        }
        """Values that belong to some of the actor's sets, one for each choice of sets."""

    def dimensions(self) -> list[list[Case]] | None:
        """Return the alternatives of each dimension; None where that would lead too far."""
        strange = {leaf.field for leaf in self._leaves if isinstance(leaf, Range)} | set(SET_BY_STATE)
        if any(_facts(leaf) and leaf.field in strange for leaf in self._leaves) or len(self._names) > _NAMES_AT_MOST:
            return None
        found: list[list[Case]] = []
        if self._used & set(SET_BY_STATE):
            found.append(self._states())
        for path in sorted(self._used - set(SET_BY_STATE)):
            found.append([{path: value} for value in self._values(path)])
        return [self._distinct(dimension) for dimension in found]

    def _states(self) -> list[Case]:
        cases: list[Case] = []
        closings = self._instants or [FIRST_INSTANT]
        for state in self._definition.workflow.states:
            case: Case = {
                "state": state.key, "category": state.category, "outcome": state.outcome, "is_open": not state.final,
            }  # fmt: skip
            if "closed_at" in self._used:
                cases += [{**case, "closed_at": at} for at in (closings if state.final else (None,))]
            else:
                cases.append(case)
        return cases

    def _values(self, path: str) -> list[Any]:
        """Return the values of a field or fact that matter."""
        if path == ID:
            return [*self._names, YOU]
        if path == ROLES:
            return self._roles()
        if path in ACTOR_FIELDS:
            some = [*self._names, *([YOU] if ID in self._used else [])]
            always = frozenset(value for value, groups in self._members.items() if path in groups)
            return [frozenset(part) | more for part in _subsets(some) for more in (frozenset(), always)]
        missing = [None] if TICKET_FIELDS[path].nullable else []
        closed = self._closed(path)
        if closed is not None:
            return [*missing, *closed]
        if TICKET_FIELDS[path].kind == "instant":
            return [*missing, *(self._instants or [FIRST_INSTANT])]
        if TICKET_FIELDS[path].kind == "number":
            return self._numbers(path)
        if TICKET_FIELDS[path].kind == "flag":
            return [True, False]
        if path == "customer":
            missing = [] if self._definition.customer == "required" else missing
        return [*missing, *self._texts(path), OTHER]

    def _closed(self, path: str) -> Sequence[str] | None:
        """Return the values of a field that has no others; None for one that may have any."""
        if path == "customer" and self._definition.customer == "none":
            return ()
        return known_values(self._definition)[path] if path in ("waiting_on", "approval", *WORDS) else None

    def _texts(self, path: str) -> list[str]:
        """Return the texts that conditions on a field name, those beside the ends of ranges, and those of the actor."""
        leaves = [leaf for leaf in self._leaves if leaf.field == path]
        found = {value for leaf in leaves for _, value in constants(leaf)}
        ends = {str(end) for leaf in leaves if isinstance(leaf, Range) for end in (leaf.start, leaf.before) if end}
        found |= ends | {end + "\x01" for end in ends} | ({"\x01"} if ends else set())
        for fact in {fact for leaf in leaves for fact in _facts(leaf)}:
            found |= {role.key for role in self._definition.roles} if fact == ROLES else {*self._names, YOU}
            found |= {value for value, groups in self._members.items() if fact in groups}
        return sorted(found)

    def _numbers(self, path: str) -> list[int]:
        leaves = [leaf for leaf in self._leaves if leaf.field == path]
        ends = [end for leaf in leaves if isinstance(leaf, Range) for end in (leaf.start, leaf.before)]
        points: list[Any] = [value for leaf in leaves for _, value in constants(leaf)]
        points += [end for end in ends if end is not None]
        near = {number for point in points for number in (floor(point) - 1, floor(point), ceil(point), ceil(point) + 1)}
        return sorted(number for number in near | {1, INT_LIMIT} if 1 <= number <= INT_LIMIT)

    def _roles(self) -> list[frozenset[str]]:
        """Return which roles an actor may have: at least one of the desk's."""
        known = [role.key for role in self._definition.roles]
        leaves = [leaf for leaf in self._leaves if leaf.field == ROLES]
        if any(ROLES in _facts(leaf) for leaf in self._leaves) or any(_facts(leaf) for leaf in leaves):
            named = known
        else:
            named = [key for key in known if any(key == value for leaf in leaves for _, value in constants(leaf))]
        others = [key for key in known if key not in named][:1]
        return [frozenset(some) for some in _subsets([*named, *others]) if some]

    def _distinct(self, dimension: list[Case]) -> list[Case]:
        """Leave out alternatives that no condition tells from one before, where nothing else depends on them."""
        fields = set(dimension[0])
        leaves = [leaf for leaf in self._leaves if leaf.field in fields]
        if self._instants and fields & {name for name, field in TICKET_FIELDS.items() if field.kind == "instant"}:
            return dimension
        if any(path.startswith("@") for path in fields) or any(_facts(leaf) for leaf in leaves):
            return dimension
        tests = [to_python(leaf) for leaf in leaves]
        found: dict[tuple[bool, ...], Case] = {}
        for case in dimension:
            found.setdefault(tuple(holds(test, case) for test in tests), case)
        return list(found.values())


def _subsets(values: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(values) + 1):
        yield from combinations(values, size)
