"""No stored byte of a person who was erased is left, on any store, and nothing of anybody else is lost."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from supportcore import Agent, Contact, Customer, Desk, FrozenClock, Invalid
from supportcore.copying import copy_store
from supportcore.desk.erasing import Erasing
from supportcore.desk.persons import reading
from supportcore.desk.persons.changes import ERASED, PENDING
from supportcore.desk.persons.rewriting import Kept
from supportcore.desk.requests import Request
from supportcore.errors import Busy, CommandReused, JoinedOnly, NotFound, StoreError
from supportcore.storage import DirectoryBlobs
from supportcore.storage.memory import MemoryLedger, MemoryStore
from supportcore.storage.owned import HostOwned, Owned
from supportcore.storage.ports import ENTRY_KINDS, Entry, Ledger, Steps
from supportcore.tickets.commands import Assign, Reply, digest
from supportcore.tickets.draft import content_digest
from tests.conftest import selected_stores
from tests.erasing.office import ANA, AT, BO, HELLO, LUIS, MAR, OF_ANA, OF_LUIS, OWN, PORTAL, SHARED, STAYS, fill
from tests.erasing.scanning import Place, everything, found, of_file, spellings
from tests.stores import open_desk_named, reported_as, server_url

STORES = ("memory", "memory-async", "sqlite", "sqlite-async", "postgresql", "mariadb", "mongodb")


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.store(reported_as(name)))
        for name in STORES
        if reported_as(name) in selected_stores()
    ]
)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    url = server_url(request, request.param)
    with open_desk_named(request.param, PORTAL, tmp_path, server_url=url, clock=FrozenClock(AT)) as desk:
        desk.__dict__.update(ticket=fill(desk), server=url)
        yield desk


@pytest.fixture
def office() -> Desk:
    """The same desk in memory."""
    desk = Desk(PORTAL, MemoryStore(), clock=FrozenClock(AT))
    fill(desk)
    return desk


def entries(desk: Any) -> dict[str, list[Entry]]:
    """Return all entries of the desk, by kind."""

    def steps(ledger: Ledger) -> Steps[dict[str, list[Entry]]]:
        kept: dict[str, list[Entry]] = {}
        for kind in ENTRY_KINDS:
            some: list[Entry] = []
            while page := (yield from ledger.entries(kind, after=some[-1].key if some else None, limit=1000)):
                some += page
            kept[kind] = some
        return kept

    kept: dict[str, list[Entry]] = desk._run(Request(steps))
    return kept


def of_ticket(desk: Any, number: int) -> list[Entry]:
    """Return what is kept of a ticket under its own key."""
    kept = entries(desk)
    (ticket,) = (one.key[0] for one in kept["ticket"] if one.form["number"] == number)
    return [one for kind in ("ticket", "event", "content") for one in kept[kind] if one.key[0] == ticket]


def left(desk: Any, marks: dict[str, str]) -> set[tuple[str, str]]:
    """Return which marks the stored bytes of a desk hold, and where."""
    return found(marks, everything(desk.store, getattr(desk, "server", "")))


def test_no_byte_of_a_contact_is_left(desk: Any, tmp_path: Path) -> None:
    """All that the scanner finds before is gone, the desk is sound and moves elsewhere, and others lost nothing."""
    assert set(OF_ANA) == {what for _, what in left(desk, OF_ANA)}
    mar, before, untouched = desk.acting_as(MAR), entries(desk), of_ticket(desk, 2)
    assert 1 == len(mar.listing(search="zarzaparrilla").rows)
    assert () == desk.verify().findings
    dry = desk.erase(ANA.id, dry_run=True)
    assert before == entries(desk)
    done = desk.erase(ANA.id)
    assert (dict(dry.counts), dry.tickets, dry.stays) == (dict(done.counts), done.tickets, done.stays)
    assert (desk.ticket,) == done.tickets
    assert set() == left(desk, OF_ANA)
    assert set(STAYS) == {what for _, what in left(desk, {one: one for one in STAYS})}
    assert () == desk.verify().findings
    assert 0 == desk.reindex()
    assert 0 == len(mar.listing(search="zarzaparrilla").rows)
    assert 1 == len(mar.listing(search="borrados").rows)
    assert "Anabela" not in str(mar.page(1))
    after = entries(desk)
    assert untouched == of_ticket(desk, 2)
    assert [one.form["sequence"] for one in before["event"]] == [one.form["sequence"] for one in after["event"]]
    assert Contact(id=done.tombstone, name="", active=False) == desk.catalogue.get("contact", done.tombstone)
    again = desk.erase(ANA.id)
    assert ("", {}, (), ()) == (again.tombstone, dict(again.counts), again.tickets, again.stays)
    assert after == entries(desk)
    assert [1, 2] == sorted({one.sequence for one in desk.feed(0, limit=2)})
    if not hasattr(desk.store, "behind"):
        target = MemoryStore()
        assert 0 == copy_store(desk.store, target).differing
        assert () == Desk(PORTAL, target).verify().findings
    if desk.store.url.startswith("sqlite"):
        stored = of_file(next(tmp_path.glob("*.db"))).lower()
        assert [] == [what for what, mark in OF_ANA.items() if any(one in stored for one in spellings(mark))]


def test_no_byte_of_an_agent_is_left(desk: Any) -> None:
    """His texts stay without him, or go if that is asked for; nobody is a member or main contact any more."""
    assert set(OF_LUIS) == {what for _, what in left(desk, OF_LUIS)}
    done = desk.erase(LUIS.id)
    assert set() == left(desk, OF_LUIS)
    assert {"texts": 3, "articles": 1, "approvals": 1} == {one.what: one.count for one in done.stays}
    assert () == desk.verify().findings
    assert ("mar",) == desk.catalogue.get("team", "desk").members
    assert desk.catalogue.get("customer", "acme").main_contact is None
    assert done.tombstone == desk.catalogue.get("article", "how").author
    assert Agent(id=done.tombstone, name="", active=False) == desk.catalogue.get("agent", done.tombstone)
    bodies = [one.form["body"] for one in entries(desk)["content"]]
    assert any("La serie es 4711000" in body and "Luisandro" not in body for body in bodies)


# -- what is decided


def test_texts_of_staff_go_if_that_is_asked_for(office: Desk) -> None:
    """With texts, what an agent wrote is emptied and his files go, and nothing of it is reported to stay."""
    done = office.erase(LUIS.id, texts=True)
    marks = {"words": "serie es 4711000", "other words": "guacamole, dice", "bytes": "manual for customers"}
    assert set() == left(office, marks)
    assert {"articles", "approvals"} == {one.what for one in done.stays}
    assert () == office.verify().findings


def test_nothing_can_be_guessed(office: Desk) -> None:
    """No digest of what is known to have been written, with or without its salt, is left, nor one of a command."""
    kept = entries(office)
    ticket = str(kept["ticket"][0].key[0]) if kept["ticket"][0].form["number"] == 1 else str(kept["ticket"][1].key[0])
    said = Reply(command_id="reply-1", ticket=ticket, document={"text": HELLO}, files=())
    named = Assign(command_id="assign-1", ticket=ticket, document={"assignee": LUIS.id})
    guesses = [digest(named, LUIS.id, None), hashlib.sha256(OWN).hexdigest()]
    guesses += [content_digest(one.form["salt"], one.form["body"]) for one in kept["content"] if one.key[0] == ticket]
    guesses += [one.form["digest"] for one in kept["receipt"] if one.form["id"] == ticket]
    assert digest(said, LUIS.id, None) not in guesses  # it took a file
    marks = {f"{number}": guess for number, guess in enumerate(guesses)}
    assert len(left(office, marks)) > 20
    for person in (ANA.id, LUIS.id):
        office.erase(person, texts=True)
    unsaid = content_digest(
        next(one.form["salt"] for one in kept["content"] if one.form["body"] == "Nada más"), "Nada más"
    )
    marks = {number: guess for number, guess in marks.items() if guess != unsaid}
    assert set() == left(office, marks)


def test_a_command_that_comes_again_meets_its_receipt(office: Desk) -> None:
    """It is not carried out twice: somebody who sends it once more is told that its id was used."""
    ticket = str(of_ticket(office, 1)[0].key[0])
    office.erase(ANA.id)
    before = entries(office)
    for actor, command_id in ((ANA, "reply-2"), (LUIS, "reply-1")):
        with pytest.raises((CommandReused, NotFound)):
            office.acting_as(actor).reply(ticket, "Son berenjenas", command_id=command_id)
    assert before == entries(office)
    receipts = office.receipts(["open-1", "reply-2"])
    assert [ERASED, ERASED] == [one and one.digest for one in receipts]


def test_a_file_is_gone_for_everybody(office: Desk) -> None:
    """The page tells that there was one; nobody fetches it, and equal bytes of somebody else stay."""
    mar, bo = office.acting_as(MAR), office.acting_as(BO)
    ids = {str(one.form["id"]) for one in of_ticket(office, 1) if one.kind == "content" and one.form["kind"] == "file"}
    office.erase(ANA.id)
    shown = [file for entry in mar.page(1).thread for file in entry.files]
    assert ids == {file.id for file in shown}
    gone = [file.id for file in shown if file.name == "…"]
    assert 2 == len(gone)
    for file_id in gone:
        with pytest.raises(NotFound):
            mar.open_file(file_id)
    (theirs,) = (file.id for entry in bo.page(2).thread for file in entry.files)
    assert SHARED == b"".join(bo.open_file(theirs))


def test_names_that_the_host_knows_go_too(office: Desk) -> None:
    """What a person is called elsewhere is taken out of what others wrote."""
    ticket = str(of_ticket(office, 1)[0].key[0])
    office.acting_as(MAR).note(ticket, "Dice la Chabela que vive en Calle Mayor 7")
    office.erase(ANA.id, names=["Chabela", "Calle Mayor 7"])
    assert set() == left(office, {"name": "chabela", "street": "Calle Mayor 7"})
    assert left(office, {"rest": "que vive en"})


def test_rules_and_what_the_host_keeps_are_told() -> None:
    """A definition that names the person stays, as tickets refer to it; so does a record that is not ours."""
    contact = Contact(id=ANA.id, name="Anabela Quiroga")

    def read(ids: tuple[str, ...]) -> Steps[list[Contact]]:
        return [contact] if ANA.id in ids else []
        yield

    def page(after: str, limit: int) -> Steps[list[Contact]]:
        return [contact] if after < ANA.id else []
        yield

    store = HostOwned(MemoryStore(), {"contact": Owned(read=read, page=page)})
    desk = Desk(PORTAL, store, clock=FrozenClock(AT))
    desk.install(customers=[Customer(id="acme", name="ACME")])
    desk._run(Request(lambda ledger: ledger.put_rules("a" * 64, f'{{"to":"{ANA.id}"}}'), write=True))
    asked = {"subject": "Una cosa", "type": "problem", "steps": "x", "origin": "web", "priority": "normal"}
    ticket = desk.acting_as(ANA).open(asked).id
    desk.acting_as(LUIS).reply(ticket, "Hola Anabela")
    done = desk.erase(ANA.id)
    assert {"rules": 1, "records": 1} == {one.what: one.count for one in done.stays}
    assert set() == left(desk, {"name": "anabela"}) - {("rules", "name")}
    assert () == desk.verify().findings


# -- the scanner sees what is skipped

SKIPPED = {
    "ticket": "tickets", "event": "by_ticket", "content": "contents", "outbox": "outbox", "parked": "parked",
    "file": "files", "read": "reads", "reading": "readings", "revision": "revisions", "suggestion": "suggestions",
    "record": "records", "chunk": "chunks", "posting": "postings",
}  # fmt: skip
"""Kinds of entries, and the tables of the store in memory."""


@pytest.mark.parametrize("kind", SKIPPED)
def test_the_scanner_finds_what_is_skipped(office: Desk, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kind of entries is left alone, something of the person is found there, and only there."""

    def nothing(*args: object, **given: object) -> Steps[None]:
        return
        yield

    def but(steps: Callable[..., Steps[None]]) -> Callable[..., Steps[None]]:
        def skipping(ledger: object, first: Any, *rest: Any) -> Steps[None]:
            keys = rest[0] if rest else [one.key for one in first]
            of = first if rest else next((one.kind for one in first), "")
            skips = of == kind and all(key[0] != PENDING for key in keys)
            return nothing() if skips else steps(ledger, first, *rest)

        return skipping

    for name in ("replace_entries", "drop_entries", "put_entries"):
        monkeypatch.setattr(MemoryLedger, name, but(getattr(MemoryLedger, name)))
    for of, name in (("chunk", "drop_blob"), ("posting", "save"), ("file", "drop_draft")):
        if of == kind:
            monkeypatch.setattr(MemoryLedger, name, nothing)
    for person in (ANA.id, LUIS.id):
        with suppress(Busy):  # what is met again and again
            office.erase(person)
    monkeypatch.undo()
    notes = [(PENDING, ANA.id), (PENDING, LUIS.id)]
    office._run(Request(lambda ledger: ledger.drop_entries("record", notes), write=True))
    where = {table for marks in (OF_ANA, OF_LUIS) for table, _ in left(office, marks)}
    assert {SKIPPED[kind]} == where - ({"feed"} if kind == "event" else set()) - (
        {"chunks"} if kind == "file" else set()
    )


# -- others at work, and what breaks off


def writing(
    office: Desk, monkeypatch: pytest.MonkeyPatch, times: int, text: str, before: Callable[[], object] = list
) -> str:
    """Let an agent reply after each of the first walks of an erasure, and return the id of the ticket."""
    ticket = str(of_ticket(office, 1)[0].key[0])
    walk, walks = Erasing._walk, iter(range(1000))

    def meanwhile(erasing: Erasing) -> Steps[None]:
        before()
        yield from walk(erasing)
        if (number := next(walks)) < times:
            office.acting_as(MAR).reply(ticket, f"{number}: {text}", command_id=f"meanwhile-{number}")

    monkeypatch.setattr(Erasing, "_walk", meanwhile)
    return ticket


def test_who_is_named_meanwhile_is_found(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What others write into a ticket that was rewritten is told without the person, and its receipt tells nothing."""
    writing(office, monkeypatch, 2, "Sobre Anabela Quiroga")
    done = office.erase(ANA.id)
    assert set() == left(office, OF_ANA)
    assert [ERASED, ERASED] == [one and one.digest for one in office.receipts(["meanwhile-0", "meanwhile-1"])]
    assert 1 == len(done.tickets)
    assert () == office.verify().findings
    assert 0 == office.reindex()


def test_what_others_write_meanwhile_is_no_hit(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not tell of the person, nothing is changed, and the receipt serves a retry as ever."""
    ticket = writing(office, monkeypatch, 100, "Nada de nadie")
    office.erase(ANA.id)
    assert set() == left(office, OF_ANA)
    first = office.acting_as(MAR).reply(ticket, "0: Nada de nadie", command_id="meanwhile-0")
    assert first.version == office.receipts(["meanwhile-0"])[0].version  # type: ignore[union-attr]
    assert 2 == sum(one.form["body"].endswith("Nada de nadie") for one in of_ticket(office, 1) if one.kind == "content")


def test_others_who_go_on_naming_the_person_are_told_of(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with an error that says so; the same call finds what they wrote, though the id is nowhere any more."""
    writing(office, monkeypatch, 100, "Sobre Anabela")
    with pytest.raises(Busy, match="writes about this person"):
        office.erase(ANA.id)
    monkeypatch.undo()
    assert {("contents", "name")} <= left(office, OF_ANA)
    assert office.erase(ANA.id).tombstone
    assert set() == left(office, OF_ANA)
    assert () == office.verify().findings
    assert "" == office.erase(ANA.id).tombstone


def test_what_is_written_afterwards_is_found_by_the_tombstone(office: Desk) -> None:
    """The names are known no more then: they are told again, with the id that stands there now."""
    ticket = str(of_ticket(office, 1)[0].key[0])
    done = office.erase(ANA.id)
    office.acting_as(MAR).reply(ticket, "Sobre Anabela Quiroga")
    assert {} == dict(office.erase(ANA.id, names=["Anabela Quiroga"]).counts)
    again = office.erase(done.tombstone, names=["Anabela Quiroga"])
    assert (ticket,) == again.tickets
    assert set() == left(office, {**OF_ANA, "tombstone": done.tombstone})
    assert () == office.verify().findings


def test_an_approval_that_waits_for_the_person_is_told(office: Desk) -> None:
    """It is, of somebody who has not voted, and not of somebody who has."""
    assert {"approvals": 0} == {"approvals": sum(one.what == "approvals" for one in office.erase(ANA.id).stays)}
    (told,) = (one for one in office.erase(LUIS.id).stays if one.what == "approvals")
    assert 1 == told.count


def test_a_command_in_the_middle_is_not_lost(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written between reading a ticket and rewriting it stands in the ticket, without the person."""
    kept_of, times = reading.kept_of, iter(range(100))
    ticket = str(of_ticket(office, 1)[0].key[0])

    def meanwhile(ledger: Ledger, ticket_id: str) -> Steps[Kept]:
        found_ = yield from kept_of(ledger, ticket_id)
        if (number := next(times)) < 3:
            office.acting_as(MAR).note(ticket, f"Nota {number} sobre Anabela")
            office.acting_as(ANA).reply(ticket, f"Zarzaparrilla {number}")
        return found_

    monkeypatch.setattr(reading, "kept_of", meanwhile)
    office.erase(ANA.id)
    assert next(times) > 3
    assert set() == left(office, OF_ANA)
    assert () == office.verify().findings
    notes = [one.form["body"] for one in of_ticket(office, 1) if one.kind == "content" and one.form["kind"] == "note"]
    assert {"Nota 0 sobre …", "Nota 1 sobre …", "Nota 2 sobre …"} < set(notes)


def test_somebody_who_goes_on_as_the_person_is_told_of(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with an error and not with a report, and goes on once that has an end."""
    walk = Erasing._walk

    def meanwhile(erasing: Erasing) -> Steps[None]:
        yield from walk(erasing)
        office.acting_as(ANA).draft(io.BytesIO(b"x"), "anabela.txt")

    monkeypatch.setattr(Erasing, "_walk", meanwhile)
    with pytest.raises(Busy, match="acts as this person"):
        office.erase(ANA.id)
    monkeypatch.undo()
    assert office.erase(ANA.id).tombstone
    assert set() == left(office, OF_ANA)


def test_an_erasure_that_broke_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it was killed, calling it again ends it, with one tombstone for all."""
    for last in range(100):
        desk = Desk(PORTAL, MemoryStore(), clock=FrozenClock(AT))
        fill(desk)
        writes, run = iter(range(1000)), desk._run

        def dying(request: Request[Any], run: Any = run, writes: Any = writes, last: int = last) -> Any:
            if request.write and next(writes) == last:
                raise KeyboardInterrupt
            return run(request)

        desk._run = dying  # type: ignore[method-assign]
        try:
            desk.erase(ANA.id)
        except KeyboardInterrupt:
            desk._run = run  # type: ignore[method-assign]
            done = desk.erase(ANA.id)
        else:
            assert last > 10
            return
        assert set() == left(desk, OF_ANA)
        assert () == desk.verify().findings
        tombstones = {
            word for _, text in everything(desk.store) for word in text.split() if word.startswith(b"erased-")
        }
        assert {done.tombstone.encode()} == tombstones
        assert "" == desk.erase(ANA.id).tombstone


def test_files_elsewhere_go_too(tmp_path: Path) -> None:
    """The bytes in a directory are removed, and only those of the person; without the directory nothing is begun."""
    with open_desk_named("memory", PORTAL, tmp_path, clock=FrozenClock(AT), files=DirectoryBlobs(tmp_path)) as desk:
        fill(desk)

        def files() -> list[Place]:
            return [("directory", path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()]

        assert {("directory", what) for what in ("bytes", "last bytes", "draft")} <= found(OF_ANA, files())
        before = entries(desk)
        with pytest.raises(StoreError, match="files="):
            Desk(PORTAL, desk.store).erase(ANA.id)
        kept = entries(desk)
        kept["record"] = [one for one in kept["record"] if one.key[0] != PENDING]
        assert before == kept
        desk.erase(ANA.id)
        assert set() == found(OF_ANA, files()) | left(desk, OF_ANA)
        assert 2 == len(files())  # Bo's, and the agent's
        assert () == desk.verify().findings


# -- bad input


@pytest.mark.parametrize(
    ("person", "names", "codes"),
    [
        ("", (), ["empty"]),
        (7, (), ["wrong_type"]),
        ("x" * 65, (), ["too_long"]),
        ("system", (), ["not_a_person"]),
        ("system", 7, ["not_a_person", "wrong_type"]),
        ("ana", ["a", 7, None], ["wrong_type", "wrong_type"]),
    ],
)
def test_what_is_no_person_is_refused(office: Desk, person: Any, names: Any, codes: list[str]) -> None:
    """All faults at once, and nothing was touched."""
    before = entries(office)
    with pytest.raises(Invalid) as refused:
        office.erase(person, names=names)
    assert codes == [fault.code for fault in refused.value.faults]
    assert before == entries(office)


def test_somebody_unknown_leaves_nothing(office: Desk) -> None:
    """Nothing is found, changed or reported."""
    before = entries(office)
    done = office.erase("nobody-of-this-desk")
    assert ("", {}, (), ()) == (done.tombstone, dict(done.counts), done.tickets, done.stays)
    assert before == entries(office)


def test_two_desks_know_nothing_of_one_another() -> None:
    """A person of the same id on another desk of the store is somebody else."""
    import attrs

    store = MemoryStore()
    one, other = (Desk(attrs.evolve(PORTAL, key=key), store, clock=FrozenClock(AT)) for key in ("portal", "another"))
    for each in (one, other):
        fill(each)
    before = entries(other)
    one.erase(ANA.id)
    assert before == entries(other)
    assert set(OF_ANA) == {what for _, what in left(other, OF_ANA)}


@pytest.mark.store("sqlite")
def test_a_joined_desk_erases_nobody(tmp_path: Path) -> None:
    """Inside a host's transaction there are no transactions of a bounded size; to export it reads only."""
    import sqlalchemy as sa

    with open_desk_named("sqlite", PORTAL, tmp_path, clock=FrozenClock(AT)) as desk:
        fill(desk)
        engine = sa.create_engine(desk.store.url)
        with engine.begin() as connection:
            connection.execute(sa.text("select 1"))
            joined = desk.joined(connection)
            with pytest.raises(JoinedOnly):
                joined.erase(ANA.id)
            assert 4 == len(joined.export(ANA.id).files)
        engine.dispose()
