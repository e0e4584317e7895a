"""
What articles may be narrowed by: the filters of lists and of searches, as marks that an article must have.

A filter takes one value or a list of values, of which an article has one. An id that is not known is no fault: nothing
is found. A category stands for all that lies below it as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Fault, Invalid, facts
from supportcore.knowledge.article import STATES, VISIBILITIES, Category
from supportcore.knowledge.search import required
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import id_fault

FILTERS = ("language", "category", "product", "service", "tag", "visibility")
"""What everybody may narrow articles by; staff may narrow lists by ``state`` as well."""
MOST_VALUES = 100
"""Values of one filter, at most."""
_OPTIONS: Mapping[str, tuple[str, ...]] = {"visibility": VISIBILITIES, "state": STATES}
_READ = 500  # categories that are read at once
_SAID = facts(expected="an id or a list of ids", expected_es="un identificador o una lista de identificadores")
_MAPPING = facts(expected="a mapping of filters to values", expected_es="filtros con sus valores")
_NONE = ""  # no value of a mark: what has to have it is not found


def required_of(
    ledger: Ledger, viewer: Viewer, where: object, *, states: bool = False
) -> Steps[tuple[tuple[str, ...], ...]]:
    """
    Return the marks that filters come to: for each filter, marks of which an article must have one.

    Args:
        where: Filter to value or list of values; None narrows by nothing.
        states: Whether staff may filter by ``state``. Then the state is always asked for; without a filter, and for
            everybody else, it is published.

    Raises:
        Invalid: Filters that are not known and values that cannot be, all at once, with paths such as ``where.tag``.
    """
    known = (*FILTERS, "state") if states and viewer.is_staff else FILTERS
    said = _read(where, known)
    if categories := said.get("category"):
        said["category"] = yield from _with_those_below(ledger, categories)
    if states:
        said.setdefault("state", {"published"})
    return required(said)


def category_tree(ledger: Ledger) -> Steps[Mapping[str, Category]]:
    """Return all categories of the desk by id, ascending."""
    found: dict[str, Category] = {}
    after = ""
    while True:
        read = yield from ledger.records_of("category", after=after, limit=_READ)
        found |= {record.id: record for record in read if isinstance(record, Category)}
        if len(read) < _READ:
            return found
        after = read[-1].id


def categories_above(ledger: Ledger, ids: Iterable[str]) -> Steps[Mapping[str, Category]]:
    """Return categories and all that they are part of, by id; a round trip for each level."""
    found: dict[str, Category] = {}
    wanted = tuple(dict.fromkeys(ids))
    while wanted:
        read = yield from ledger.records([("category", id_) for id_ in wanted])
        found |= {record.id: record for record in read if isinstance(record, Category)}
        parents = (one.parent for one in read if isinstance(one, Category) and one.parent is not None)
        wanted = tuple(dict.fromkeys(parent for parent in parents if parent not in found))
    return found


def _read(where: object, known: Sequence[str]) -> dict[str, set[str]]:
    """Return the values of each filter, which are text that an id may be."""
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise Invalid(Fault("where", "wrong_type", _MAPPING))
    found: dict[str, set[str]] = {}
    faults: list[Fault] = []
    for key, value in where.items():
        path = f"where.{str(key)[:60]}"
        if key not in known:
            faults.append(Fault(path, "cannot_filter", facts(options=", ".join(known))))
            continue
        values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        wrong = _fault(key, values, path)
        if wrong is None:
            found[key] = set(values) or {_NONE}
        else:
            faults.append(wrong)
    if faults:
        raise Invalid(*faults)
    return found


def _fault(key: str, values: Collection[object], path: str) -> Fault | None:
    if len(values) > MOST_VALUES:
        return Fault(path, "too_long", facts(limit=MOST_VALUES, unit="values", unit_es="valores"))
    for value in values:
        if not isinstance(value, str):
            return Fault(path, "wrong_type", _SAID)
        options = _OPTIONS.get(key, ())
        if options and value not in options:
            return Fault(path, "not_an_option", facts(options=", ".join(options)))
        if (fault := id_fault(value, path)) is not None:
            return fault
    return None


def _with_those_below(ledger: Ledger, chosen: Collection[str]) -> Steps[set[str]]:
    """Return ids of categories and of all that lie below one of them."""
    below: dict[str, list[str]] = defaultdict(list)
    for category in (yield from category_tree(ledger)).values():
        if category.parent is not None:
            below[category.parent].append(category.id)
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below[one]
    return found
