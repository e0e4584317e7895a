"""
The catalogue of a desk: customers, contacts, agreements; agents, teams; products, modules, versions; services,
projects.

Records are put and retired, never deleted: tickets go on naming them. A record may only name others that are there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.desk.requests import Request
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, facts
from supportcore.people.agents import Team
from supportcore.storage.ports import KIND_OF, RECORD_KINDS, Ledger, Record, Ref, Steps


def _named(record: Record) -> tuple[tuple[str, Ref], ...]:
    """Return the records that *record* names, with the field that does."""
    found: list[tuple[str, Ref]] = []
    for name in ("customer", "product"):
        value = getattr(record, name, None)
        if isinstance(value, str):
            found.append((name, (name, value)))
    found.extend(("customers", ("customer", value)) for value in sorted(getattr(record, "customers", ())))
    found.extend(("products", ("product", value)) for value in sorted(getattr(record, "products", ())))
    if isinstance(record, Team):
        found.extend(("members", ("agent", value)) for value in record.members)
    return tuple(found)


def kind_of(record: object) -> str:
    """Return the kind a record is stored under, or raise `Invalid`."""
    kind = KIND_OF.get(type(record))
    if kind is None:
        told = facts(expected=f"one of {', '.join(RECORD_KINDS)}", expected_es=f"uno de {', '.join(RECORD_KINDS)}")
        raise Invalid(Fault("record", "wrong_type", told))
    return kind


def put(records: Iterable[Record]) -> Request[None]:
    """Store records, in an order that lets them name one another; one that is the same already is left alone."""
    wanted = list(records)
    for record in wanted:
        kind_of(record)
    order = list(RECORD_KINDS)
    wanted.sort(key=lambda record: order.index(KIND_OF[type(record)]))

    def steps(ledger: Ledger) -> Steps[None]:
        for record in wanted:
            kind = KIND_OF[type(record)]
            named = _named(record)
            found = yield from ledger.records(((kind, record.id), *(ref for _, ref in named)))
            faults = [
                Fault(f"{kind} {record.id}.{field}", "unknown_record", facts(kind=ref[0], id=ref[1]))
                for (field, ref), other in zip(named, found[1:], strict=True)
                if other is None
            ]
            if faults:
                raise Invalid(*faults)
            if found[0] != record:
                yield from ledger.put_record(record)

    return Request(steps, write=True)


def install(definition: Definition, records: Iterable[Record]) -> Request[None]:
    """Store the rules of a desk, and records with them."""
    storing = put(records)

    def steps(ledger: Ledger) -> Steps[None]:
        for digest, document in definition.documents:
            if (yield from ledger.rules(digest)) is None:
                yield from ledger.put_rules(digest, document)
        yield from storing.steps(ledger)

    return Request(steps, write=True)


def retire(kind: str, record_id: str) -> Request[None]:
    """Stop offering a record; tickets that name it keep it."""

    def steps(ledger: Ledger) -> Steps[None]:
        (record,) = yield from ledger.records(((kind, record_id),))
        if record is None:
            raise NotFound(kind=kind, id=record_id)
        if kind == "agent":
            yield from _not_in_a_team(ledger, record_id)
        if record.active:
            retired: Any = attrs.evolve(record, active=False)
            yield from ledger.put_record(retired)

    return Request(steps, write=True)


def _not_in_a_team(ledger: Ledger, agent_id: str) -> Steps[None]:
    """A team goes on routing to its members, so one of them has to leave it first."""
    after = ""
    while teams := (yield from ledger.records_of("team", after=after)):
        for team in teams:
            if isinstance(team, Team) and team.active and agent_id in team.members:
                raise Refused(Reason("still_used", facts(record=f"agent {agent_id}", by=f"team {team.id}")))
        after = teams[-1].id


def get(kind: str, record_id: str) -> Request[Record]:
    """Return one record."""

    def steps(ledger: Ledger) -> Steps[Record]:
        (record,) = yield from ledger.records(((kind, record_id),))
        if record is None:
            raise NotFound(kind=kind, id=record_id)
        return record

    return Request(steps)


def listing(kind: str, after: str, limit: int) -> Request[tuple[Record, ...]]:
    """Return records of one kind, by id."""
    if kind not in RECORD_KINDS:
        raise Invalid(Fault("kind", "not_an_option", facts(options=", ".join(RECORD_KINDS))))
    return Request(lambda ledger: ledger.records_of(kind, after=after, limit=limit))
