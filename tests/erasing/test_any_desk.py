"""Whatever a desk keeps: nobody who is erased stands anywhere, and everything else is as it was."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args, get_origin

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Desk, FrozenClock
from supportcore.desk.persons.changes import ERASED
from supportcore.desk.persons.marks import marks_of
from supportcore.desk.persons.positions import (
    CARDS,
    HOUSE,
    LITERALS,
    NAMES,
    OTHERS,
    PEOPLE,
    TOLD,
    mentions,
    only,
    renamed,
)
from supportcore.knowledge.article import Reading, Revision, Suggestion
from supportcore.storage import codec
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import CREDENTIALS, ENTRY_KINDS, RECORD_KINDS, Entry
from supportcore.testing.conformance.driving import fewer, read
from supportcore.testing.conformance.portable import Kept, desks_kept, every_entry
from supportcore.tickets.commands import OutboxRow, Receipt
from supportcore.tickets.events import SYSTEM_ACTOR, Content
from supportcore.tickets.evolve import fold
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket
from tests.erasing.office import AT, PORTAL

# -- where people stand

STORED = (
    Ticket, *codec.EVENTS.values(), Content, Receipt, OutboxRow, File, Reading, Revision, Suggestion,
    *RECORD_KINDS.values(), *CREDENTIALS,
)  # fmt: skip
"""Everything that has a stored form."""


def texts_of(kind: Any, field: str, seen: set[Any]) -> Iterator[str]:
    """Yield the fields, in a class and in all that it is made of, that hold text."""
    if attrs.has(kind):
        if kind not in seen:
            seen.add(kind)
            attrs.resolve_types(kind)
            for part in attrs.fields(kind):
                yield from texts_of(part.type, part.name, seen)
    elif kind is str or get_origin(kind) is typing.Literal:
        yield field
    elif get_origin(kind) in (tuple, frozenset, list, dict, typing.Union, UnionType):
        for part in get_args(kind):
            yield from texts_of(part, field, seen)


def test_every_field_is_known() -> None:
    """Of each field of text of every stored class it is said whether it holds people; a new one has to be, too."""
    seen: set[Any] = set()
    fields = {field for kind in STORED for field in texts_of(kind, "", seen)}
    assert len(fields) > 80
    assert fields == PEOPLE | TOLD | OTHERS
    assert [] == sorted(PEOPLE & TOLD | PEOPLE & OTHERS | TOLD & OTHERS)
    assert OTHERS > {*NAMES, *LITERALS}


def test_every_kind_of_record_is_known() -> None:
    """It tells who somebody is, is about nobody, or goes with the person it is about."""
    gone = {"preferences", *CREDENTIALS.values()}
    assert {*RECORD_KINDS, *CREDENTIALS.values()} == CARDS | HOUSE | gone
    assert len(CARDS) + len(HOUSE) + len(gone) == len(CARDS | HOUSE | gone)


def test_a_field_nobody_heard_of_may_hold_a_person() -> None:
    """An id is found and renamed wherever it is not said to be something else."""
    form = {"watcher": "ana", "deep": [{"x": ["bo", "ana"]}], "state": "ana", "customer": "ana", "subject": "ana"}
    assert mentions(form, "ana")
    assert {**form, "watcher": "t", "deep": [{"x": ["bo", "t"]}]} == renamed(form, "ana", "t")
    assert not mentions(renamed(form, "ana", "t"), "ana")
    assert {"person": "ana", "state": "s"} == only(
        {"person": "ana", "actor": "bo", "voters": ["ana"], "state": "s"}, "ana"
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hola Ana María, ¿qué tal?", "Hola …, ¿qué tal?"),
        ("mail Ana.Maria@x.example, +57 301 555 0101", "mail …, …"),
        ("3015550101 o 301-555-0101", "… o …"),
        ("serie 4711000, año 2026, b@y.example", "serie 4711000, año 2026, b@y.example"),
        ("ana_maria, u-77 y U-77.", "…, … y …."),
        ("la mañana de Anacleto", "la mañana de Anacleto"),
        ("", ""),
    ],
)
def test_others_are_told_without_the_person_alone(said: str, left: str) -> None:
    """Names, the id, addresses and numbers of the person go, whosever else's stay."""
    record = {"name": "Ana María", "email": "ana.maria@x.example", "phone": "+57 301 555 0101"}
    assert left == marks_of("u-77", [record]).without(said)


# -- any desk


def people_of(entries: dict[str, list[Entry]]) -> list[str]:
    """Return everybody who stands in entries."""

    def found(value: Any, field: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, part in value.items():
                yield from found(part, name)
        elif isinstance(value, list):
            for part in value:
                yield from found(part, field)
        elif isinstance(value, str) and field in PEOPLE:
            yield value

    kept = [entry for some in entries.values() for entry in some]
    forms = [dict(one.form) for one in kept if one.kind != "outbox" or one.form["row"]["role"] != "team"]
    everybody = {one for form in forms for one in found(form, "")}
    everybody |= {str(entry.key[0]) for entry in entries["read"]}
    return sorted(everybody - {SYSTEM_ACTOR})


def folded(store: Any, ledger: Any) -> dict[str, Any]:
    """Return what every history of a desk folds to."""
    tickets = {str(entry.key[0]) for entry in read(store, every_entry(ledger))["ticket"]}
    return {one: fold(PORTAL.key, read(store, ledger.history(one))) for one in tickets}


@fewer(2)
@given(kept=desks_kept(), data=st.data())
def test_anybody_can_be_erased(kept: Kept, data: st.DataObject) -> None:
    """Of any desk, anybody: no position holds the person, histories fold, only what had to be changed is."""
    store = MemoryStore()
    drafts = tuple(attrs.evolve(one, blob=one.sha256) for one in kept.drafts)  # as bytes in the store have it
    ledger = attrs.evolve(kept, drafts=drafts).write(store, PORTAL.key)
    before = read(store, every_entry(ledger))
    everybody = people_of(before)
    if not everybody:
        return
    person = data.draw(st.sampled_from(everybody))
    desk = Desk(PORTAL, store, clock=FrozenClock(AT))
    texts = data.draw(st.booleans())
    planned = desk.erase(person, texts=texts, dry_run=True)
    assert before == read(store, every_entry(ledger))
    done = desk.erase(person, texts=texts)
    assert dict(planned.counts) == dict(done.counts)
    assert done.tombstone.startswith("erased-")
    after = read(store, every_entry(ledger))
    for kind in set(ENTRY_KINDS) - {"outbox", "parked", "rules"}:
        assert not any(mentions(dict(entry.form), person) for entry in after[kind]), kind
    assert person not in {
        entry.form["row"]["recipient"] for entry in after["outbox"] if entry.form["row"]["role"] != "team"
    }
    assert person not in {entry.key[0] for entry in after["read"]} | {entry.key[1] for entry in after["reading"]}
    assert [entry.key for entry in before["event"]] == [entry.key for entry in after["event"]]
    assert [entry.form["sequence"] for entry in before["event"]] == [entry.form["sequence"] for entry in after["event"]]
    tickets = {ticket.id: ticket for ticket in folded(store, ledger).values()}
    assert tickets == {one: read(store, ledger.ticket(one)) for one in tickets}
    for kind in ("ticket", "event", "content"):
        alone = [entry for entry in before[kind] if entry.key[0] not in done.tickets]
        assert alone == [entry for entry in after[kind] if entry.key[0] not in done.tickets]
    for entry in after["receipt"]:
        assert (entry.form["digest"] == ERASED) >= (entry.form["id"] in done.tickets)
    assert {} == dict(desk.erase(person).counts)
    assert after == read(store, every_entry(ledger))


def test_what_is_looked_at_is_every_kind() -> None:
    """A kind of entries that is added has to be looked at, or hold nobody."""
    looked_at = {"ticket", "event", "content", "file", "outbox", "read", "suggestion", "reading", "revision", "parked"}
    follows = {"posting", "blob", "chunk", "receipt"}
    assert set(ENTRY_KINDS) == looked_at | follows | {"record", "rules", "counter"}
