"""What a ticket refers to: which field names which kind of record, and whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportcore.errors import Fault, facts

REFERENCES = (
    "customer", "product", "module", "product_version", "service", "project",
    "type", "priority", "urgency", "area", "origin", "agreement",
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
}


def refs_of(values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return kind and id of each record that *values* name, by field."""
    return {key: (_KIND[key], str(value)) for key, value in values.items() if key in _KIND}


def record_faults(values: Mapping[str, Any], known: Mapping[str, Any], only: set[str] | None = None) -> list[Fault]:
    """
    Return what is wrong with the records that *values* name.

    Args:
        known: The record found for each field, or None.
        only: Fields that changed; a retired record is kept where it is not named anew. None means all.
    """
    faults: list[Fault] = []
    for key, kind in _KIND.items():
        if key not in values:
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
    """A module or version is of the ticket's product; a project, service or agreement is the customer's."""
    if key in ("module", "product_version"):
        owner = values.get("product")
        if owner is not None and record.product != owner:
            return [Fault(key, "not_of", facts(kind=_KIND[key], id=record.id, owner=owner))]
    customer = values.get("customer")
    if key in ("project", "agreement") and customer is not None and record.customer != customer:
        return [Fault(key, "not_of", facts(kind=key, id=record.id, owner=customer))]
    if key == "service" and record.customers and customer is not None and customer not in record.customers:
        return [Fault(key, "not_of", facts(kind="service", id=record.id, owner=customer))]
    return []
