"""What a ticket refers to: which field names which kind of record, and whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportcore.errors import Fault, facts
from supportcore.forms.fields import Form
from supportcore.knowledge.article import Article
from supportcore.tickets.ticket import Ticket

REFERENCES = (
    "customer", "product", "module", "product_version", "service", "project",
    "type", "priority", "urgency", "area", "origin", "agreement", "reference",
)  # fmt: skip
"""Fields of a ticket taken over from the intake form, customer first."""
CLASSIFIED = tuple(key for key in REFERENCES if key != "customer")
"""Those that a triage may change."""
_KIND = {
    "customer": "customer",
    "product": "product",
    "module": "module",
    "product_version": "version",
    "service": "service",
    "project": "project",
    "agreement": "agreement",
    "assignee": "agent",
    "responsible": "agent",
    "team": "team",
    "article": "article",
}

_PARENTS = {
    "module": ("product",),
    "product_version": ("product", "customer"),
    "service": ("customer",),
    "project": ("customer",),
    "agreement": ("customer",),
}


def refs_of(values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return kind and id of each record that *values* name, by field."""
    return {key: (_KIND[key], str(value)) for key, value in values.items() if key in _KIND}


def naming(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *values* that name records, and not merely have the key of a field that elsewhere does."""
    records = {field.key for field in form.fields if field.kind == "record"} | dict(form.sets).keys()
    return {key: value for key, value in values.items() if key in _KIND and key in records}


def record_faults(values: Mapping[str, Any], known: Mapping[str, Any], only: set[str] | None = None) -> list[Fault]:
    """
    Return what is wrong with the records that *values* name.

    Args:
        known: The record found for each field, or None.
        only: Fields that changed; None means all. A retired record is kept where it is not named anew, and what a
            field and its parents name is kept, whatever became of the records, where none of them is.
    """
    faults: list[Fault] = []
    for key, kind in _KIND.items():
        if key not in values or (only is not None and only.isdisjoint((key, *parents_of(key)))):
            continue
        record = known.get(key)
        if record is None:
            faults.append(Fault(key, "unknown_record", facts(kind=kind, id=values[key])))
        elif not record.active and (only is None or key in only):
            faults.append(Fault(key, "retired_record", facts(kind=kind, id=values[key])))
        else:
            faults.extend(_belongs(key, record, values))
    return faults


def _belongs(key: str, record: Any, values: Mapping[str, Any]) -> list[Fault]:
    """A module or version is of the ticket's product; a project, service, agreement or version is the customer's."""
    for parent in parents_of(key):
        owner = values.get(parent)
        if not belongs(parent, record, owner):
            if owner is None:
                return [Fault(key, "needs_field", facts(field=parent))]
            return [Fault(key, "not_of", facts(kind=_KIND[key], id=record.id, owner=owner))]
    return []


def citation_faults(article: Article, ticket: Ticket) -> list[Fault]:
    """Return why an article cannot be what solved a ticket: it is not published, or for another customer alone."""
    if article.state != "published":
        return [Fault("article", "not_published", facts(id=article.id))]
    if article.customer not in (None, ticket.customer):
        return [Fault("article", "not_of", facts(kind="article", id=article.id, owner=ticket.customer or ticket.id))]
    return []


def parents_of(key: str) -> tuple[str, ...]:
    """Return the fields that say which records may be named in a field."""
    return _PARENTS.get(key, ())


def owners_of(parent: str, record: Any) -> frozenset[str] | None:
    """Return the ids of the products or customers that a record belongs to; None if it is for everybody."""
    if parent == "product":
        return frozenset((record.product,))
    several: frozenset[str] | None = getattr(record, "customers", None)
    return frozenset((record.customer,)) if several is None else several or None


def belongs(parent: str, record: Any, owner: str | None) -> bool:
    """Return whether a record may be named together with *owner*, a product or customer; a product is needed."""
    if owner is None:
        return parent != "product"
    owners = owners_of(parent, record)
    return owners is None or owner in owners


def kind_of_field(key: str) -> str:
    """Return the kind of record that a field names."""
    return _KIND[key]
