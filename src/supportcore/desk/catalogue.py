"""
The catalogue of a desk: customers, contacts, agreements; agents, teams; products, modules, versions; services,
projects; articles and their categories.

Records are put and retired, never deleted: tickets go on naming them. A record may only name others that are there.
Articles that a host puts go the same way as those that people write: with a revision, of which nobody is the author,
and into the index, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.desk import shelving
from supportcore.desk.requests import Request
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, facts
from supportcore.knowledge.article import Article, Category
from supportcore.people.agents import Team
from supportcore.people.customers import Customer
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
    if isinstance(record, Customer) and record.main_contact is not None:
        found.append(("main_contact", ("agent", record.main_contact)))
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


def put(records: Iterable[Record], *, desk: Definition, now: datetime) -> Request[None]:
    """
    Store records, in an order that lets them name one another; one that is the same already is left alone.

    Args:
        now: Instant of the revisions of articles.
    """
    wanted = list(records)
    for record in wanted:
        kind_of(record)
    order = ["agent", *(kind for kind in RECORD_KINDS if kind != "agent")]  # a customer may name one
    wanted.sort(key=lambda record: order.index(KIND_OF[type(record)]))
    articles = [record for record in wanted if isinstance(record, Article)]
    categories = {record.id: record for record in wanted if isinstance(record, Category)}

    def steps(ledger: Ledger) -> Steps[None]:
        yield from shelving.check_categories(ledger, categories)
        for record in wanted:
            if not isinstance(record, Article):
                yield from _put(ledger, record)
        yield from shelving.put_articles(ledger, articles, desk=desk, now=now)

    return Request(steps, write=True)


def _put(ledger: Ledger, record: Record) -> Steps[None]:
    kind, named = KIND_OF[type(record)], _named(record)
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


def install(definition: Definition, records: Iterable[Record], *, now: datetime) -> Request[None]:
    """Store the rules of a desk, and records with them."""
    storing = put(records, desk=definition, now=now)

    def steps(ledger: Ledger) -> Steps[None]:
        for digest, document in definition.documents:
            if (yield from ledger.rules(digest)) is None:
                yield from ledger.put_rules(digest, document)
        yield from storing.steps(ledger)

    return Request(steps, write=True)


def retire(kind: str, record_id: str, *, desk: Definition, now: datetime) -> Request[None]:
    """
    Stop offering a record; tickets that name it keep it.

    A category may still have articles and categories in it: they stay there, and it is offered for no other.

    Args:
        now: Instant of the revision of an article.
    """

    def steps(ledger: Ledger) -> Steps[None]:
        (record,) = (yield from ledger.records(((kind, record_id),))) if kind in RECORD_KINDS else (None,)
        if record is None:
            raise NotFound(kind=kind, id=record_id)
        if kind == "agent":
            yield from _not_in_a_team(ledger, record_id)
        if isinstance(record, Article):
            yield from shelving.retire_article(ledger, record, desk=desk, now=now)
        elif record.active:
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
        (record,) = (yield from ledger.records(((kind, record_id),))) if kind in RECORD_KINDS else (None,)
        if record is None:
            raise NotFound(kind=kind, id=record_id)
        return record

    return Request(steps)


def listing(kind: str, after: str, limit: int) -> Request[tuple[Record, ...]]:
    """Return records of one kind, by id."""
    if kind not in RECORD_KINDS:
        raise Invalid(Fault("kind", "not_an_option", facts(options=", ".join(RECORD_KINDS))))
    return Request(lambda ledger: ledger.records_of(kind, after=after, limit=limit))
