"""What a ticket is found by: its number, its title and its first public message, whenever that is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock
from supportcore.ids import seeded_ids
from supportcore.knowledge.indexing import ticket_postings
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import drive
from supportcore.testing import strategies
from supportcore.tickets.indexed import LONGEST_MESSAGE, SOLVED, first_message, postings_of
from supportcore.tickets.indexed import solved_postings as solved
from tests.desk.machine import SMALL, START, equip

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
IMPORTER = Actor(id="luis", roles={"agent", "importer"})
PUBLIC, EITHER = ["public"], ["public", "internal"]
KINDS = {"description": PUBLIC, "answers": PUBLIC, "message": PUBLIC, "comment": EITHER, "note": ["internal"]}
"""Who may read what is written."""


def stored(desk: Any, ticket: str) -> dict[tuple[str, str], int]:
    """Return kind, term and impact of all that the index has of a ticket."""
    ledger = desk.store.ledger(desk.definition.key)
    with desk.store.begin(write=False) as execute:
        entries = drive(ledger.entries("posting", after=None, limit=10_000), execute)
    return {(e.key[0], e.key[1]): e.form["impact"] for e in entries if e.key[0] != "article" and e.key[3] == ticket}


def due(desk: Any, ticket: str) -> dict[tuple[str, str], int]:
    """Return what the index ought to have of it, from the ticket and what was written in it."""
    ledger = desk.store.ledger(desk.definition.key)
    with desk.store.begin(write=False) as execute:
        record, contents = drive(ledger.ticket(ticket), execute), drive(ledger.contents(ticket), execute)
    by_kind = (("ticket", postings_of(record, contents)), (SOLVED, solved(record)))
    return {(kind, posting.term): posting.impact for kind, found in by_kind for posting in found}


@pytest.fixture
def desk() -> Desk:
    """The small desk in memory, where a description need not be given."""
    found = Desk(SMALL, MemoryStore(), clock=FrozenClock(START), ids=seeded_ids(5))
    equip(found)
    return found


def test_a_ticket_is_found_by_what_it_was_opened_with(desk: Desk) -> None:
    """Number, title and description stand in the index once it is open; notes and replies never do."""
    ticket = desk.acting_as(ANA).open({"subject": "Impresora E-1042", "description": "No imprime nada"})
    expected = ticket_postings(ticket.id, number=ticket.number, subject="Impresora E-1042", message="No imprime nada")
    assert {("ticket", posting.term): posting.impact for posting in expected} == stored(desk, ticket.id)
    assert {("ticket", f"#:{ticket.number}"), ("ticket", "#:e1042"), ("ticket", "es:imprim")} <= set(
        stored(desk, ticket.id)
    )
    desk.acting_as(LUIS).note(ticket.id, "cable")
    desk.acting_as(LUIS).reply(ticket.id, "tinta")
    assert {("ticket", posting.term): posting.impact for posting in expected} == stored(desk, ticket.id)


def test_without_a_description_the_first_public_message_counts(desk: Desk) -> None:
    """A note before it does not count, and no message after it."""
    ticket = desk.acting_as(ANA).open({"subject": "Impresora"}).id
    desk.acting_as(LUIS).note(ticket, "cable secreto")
    assert {("ticket", "#:1"), ("ticket", "es:impresor"), ("ticket", "en:impresora")} == set(stored(desk, ticket))
    desk.acting_as(ANA).reply(ticket, "No sale el papel de la bandeja")
    assert ("ticket", "es:papel") in stored(desk, ticket)
    assert ("ticket", "en:impresora") not in stored(desk, ticket)  # it is Spanish, as is known by now
    assert due(desk, ticket) == stored(desk, ticket)
    desk.acting_as(LUIS).reply(ticket, "¿Hay tinta en la bandeja?")
    assert ("ticket", "es:tint") not in stored(desk, ticket)
    assert due(desk, ticket) == stored(desk, ticket)


def test_a_comment_may_be_the_first_message(desk: Desk) -> None:
    """What is said publicly with an action counts as a reply does, and what is said internally does not."""
    ticket = desk.acting_as(ANA).open({"subject": "Hola"}).id
    desk.acting_as(LUIS).act(ticket, "ask", {"comment": "Which browser was it?"})
    assert ("ticket", "en:browser") in stored(desk, ticket)
    assert due(desk, ticket) == stored(desk, ticket)


def test_what_is_opened_together_or_imported_is_found_like_anything_else(desk: Desk) -> None:
    """Tickets of `open_all` and of an importer have the same postings as those opened one by one."""
    documents = [{"subject": f"Caso {n}", "description": "Se apaga"} for n in range(3)]
    many = [receipt.id for receipt in desk.acting_as(ANA).open_all(documents)]
    before = desk.acting_as(IMPORTER, at=START - timedelta(days=9))
    old = before.open({"subject": "Viejo", "customer": "acme"}).id
    before.reply(old, "Se rompió el cajón")
    for ticket in (*many, old):
        assert due(desk, ticket) == stored(desk, ticket) != {}
    assert ("ticket", "es:cajon") in stored(desk, old)


TEXTS = st.sampled_from(["la impresora no imprime", "it does not print E-1042", "año", "🦤", "x" * 300, "a b " * 90])


@settings(max_examples=25)
@given(data=st.data())
def test_the_index_follows_from_what_is_stored(data: st.DataObject) -> None:
    """Whatever is said and done, the index has what ticket and contents tell, not more and not less."""
    desk = Desk(SMALL, MemoryStore(), clock=FrozenClock(START), ids=seeded_ids(5))
    equip(desk)
    document = {"subject": data.draw(TEXTS)[:200].strip()}
    if data.draw(st.booleans()):
        document["description"] = data.draw(TEXTS)
    ticket = desk.acting_as(ANA).open(document).id
    luis = desk.acting_as(LUIS)
    doing = {
        "reply": lambda: luis.reply(ticket, data.draw(TEXTS)),
        "answer": lambda: desk.acting_as(ANA).reply(ticket, data.draw(TEXTS)),
        "note": lambda: luis.note(ticket, data.draw(TEXTS)),
        "triage": lambda: luis.triage(ticket, {"priority": data.draw(st.sampled_from(["low", "high"]))}),
        "take": lambda: luis.act(ticket, "take"),
        "cite": lambda: luis.cite(
            ticket, data.draw(st.sampled_from(["how-to", "why-not"])), solved=data.draw(st.booleans())
        ),
    }
    for name in data.draw(st.lists(st.sampled_from(sorted(doing)), max_size=6)):
        doing[name]()
        assert due(desk, ticket) == stored(desk, ticket)


@given(ticket=strategies.tickets(), data=st.data())
def test_the_order_of_what_was_written_does_not_count(ticket: Any, data: st.DataObject) -> None:
    """The description is the first message, else the public one with the lowest position; erased words are none."""
    positions = data.draw(st.lists(st.integers(1, 99), max_size=5, unique=True))
    written = []
    for position in positions:
        kind = data.draw(st.sampled_from(sorted(KINDS)))
        content = data.draw(strategies.contents(position=st.just(position), kind=st.just(kind)))
        written.append(attrs.evolve(content, audience=data.draw(st.sampled_from(KINDS[kind]))))
    described = [one.body for one in written if one.kind == "description"]
    public = (one for one in written if one.audience == "public")
    said = sorted((one.position, one.body) for one in public if one.kind in ("message", "comment"))
    first = first_message(written)
    if described:
        assert first in described
    else:
        assert first == (said[0][1] if said else "")
    assert postings_of(ticket, written) == postings_of(ticket, list(reversed(written)))


def test_of_a_long_message_the_beginning_counts(desk: Desk) -> None:
    """What stands behind the part that is looked at is not found."""
    words = "palabra " * (LONGEST_MESSAGE // 8)
    ticket = desk.acting_as(ANA).open({"subject": "Largo", "description": f"{words}escondida"}).id
    assert ("ticket", "es:palabr") in stored(desk, ticket)
    assert ("ticket", "es:escond") not in stored(desk, ticket)
