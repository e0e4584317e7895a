"""
Erasing a person: no stored byte of him is left on the desk, and nothing else is lost.

In the place of the person stands a tombstone: a random id, the same wherever he stood, that leads to nobody. Every
ticket is rewritten in one transaction in which it is locked, so a command comes before it or after it; everything else
in batches, locked likewise. All of the desk is looked through, and once more after that, until nothing is found; a
ticket that was rewritten is looked at again when something was written in it since. So what somebody wrote meanwhile is
found as well; that it goes on for too long is told.

What is under way stands in an entry of its own, with the tombstone and by what the person is known. If it breaks off,
the same call goes on from there; the entry is the last that is removed.

Each use case is a generator that yields requests to the store, every one a transaction of its own, and what is to be
done with bytes that lie elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import attrs

from supportcore.analysis import language_of
from supportcore.definition.model import Definition
from supportcore.desk.hands import Remove
from supportcore.desk.persons import reading
from supportcore.desk.persons.changes import Change, change_batch
from supportcore.desk.persons.checking import check_person
from supportcore.desk.persons.marks import Marks
from supportcore.desk.persons.noting import Noted
from supportcore.desk.persons.positions import mentions
from supportcore.desk.persons.reports import Erasure, remainders
from supportcore.desk.persons.rewriting import Eraser, Kept, Rewritten
from supportcore.desk.requests import Request
from supportcore.errors import Busy, StoreError
from supportcore.knowledge.postings import TICKETS, difference
from supportcore.storage import codec
from supportcore.storage.blobs import drop_unused
from supportcore.storage.ports import Entry, Key, Ledger, Steps
from supportcore.text import ID_LIMIT
from supportcore.tickets.commands import Decision
from supportcore.tickets.events import Content
from supportcore.tickets.indexed import postings_of
from supportcore.tickets.ticket import Ticket

TITLES: Mapping[str, str] = {"en": "Erased", "es": "Datos borrados"}
"""What a ticket is about whose title was erased, by language."""
_ROUNDS = 5  # times that a desk is looked through; twice, unless somebody goes on as the person, or naming him
_SCANNED = ("ticket", "event", "content", "file")
_NAMING = frozenset({"outbox", "parked", "receipt"})
"""Kinds of entries that follow from what others did, too."""


def erase(
    desk: Definition,
    person: object,
    *,
    names: object,
    texts: bool,
    dry_run: bool,
    salt: Callable[[], str],
    in_store: bool,
) -> Steps[Erasure]:
    """
    Erase a person.

    Args:
        names: What else the person is called: names, addresses, numbers.
        texts: Whether what the person wrote as staff is emptied too.
        salt: Makes salts, and the tombstone.
        in_store: Whether bytes of files lie in the desk's own store.
    """
    who, called = check_person(person, names)
    eraser = Eraser(
        person=who,
        tombstone=f"erased-{salt()}"[:ID_LIMIT],
        marks=Marks(),
        texts=texts,
        title=TITLES.get(language_of(desk.languages[0]), TITLES["en"]),
        salt=salt,
    )
    return (yield from Erasing(eraser=eraser, in_store=in_store, dry_run=dry_run, names=called).run())


@attrs.define
class Erasing(Noted):
    """
    The erasing of a person.

    Args:
        in_store: Whether bytes of files lie in the desk's own store.
        dry_run: Whether nothing is written.
        round: How often the desk was looked through.
        met: How much this round met that had to be written.
        acted: Whether this round met the person's own id.
        todo: The tickets that hold the person in this round.
        looked: The version that each ticket had when it was looked at last.
        unvoted: How many open approvals wait for the person, by ticket.
        files: Keys of files that were dealt with.
    """

    in_store: bool
    dry_run: bool
    round: int = 0
    met: int = 0
    acted: bool = False
    counts: Counter[str] = attrs.field(factory=Counter)
    left: Counter[str] = attrs.field(factory=Counter)
    tickets: set[str] = attrs.field(factory=set)
    todo: set[str] = attrs.field(factory=set)
    looked: dict[str, int] = attrs.field(factory=dict)
    unvoted: dict[str, int] = attrs.field(factory=dict)
    files: set[Key] = attrs.field(factory=set)

    def run(self) -> Steps[Erasure]:
        """Erase the person, and report."""
        owned = yield from self.identify()
        while True:
            self.met, self.acted = 0, False
            yield from self._walk()
            self.round += 1
            if not self.met:
                break
            if self.round == _ROUNDS:
                what = "acts as this person" if self.acted else "writes about this person"
                raise Busy(f"Somebody {what} all the while ({_ROUNDS} rounds); end that, and erase again.")
        if self.begun and not self.dry_run:
            yield from self.end()
        yield from self._rules()
        self.left["articles"] = len(self.articles)
        self.left["approvals"] = sum(self.unvoted.values())
        found = self.begun or bool(self.counts)
        return Erasure(
            tombstone=self.eraser.tombstone if self.begun else "",
            counts={kind: self.counts[kind] for kind in sorted(self.counts) if self.counts[kind]},
            tickets=tuple(sorted(self.tickets)),
            stays=tuple(remainders(self.left, owned)) if found or owned else (),
            dry_run=self.dry_run,
        )

    # -- looking through the desk

    def _walk(self) -> Steps[None]:
        """Look through all of the desk once."""
        self.todo.clear()
        for kind in _SCANNED:
            yield from reading.each(kind, self._scan)
        for ticket_id in sorted(self.todo | self.told):
            if ticket_id in self.todo or (yield from self._moved(ticket_id)):
                yield from self._ticket(ticket_id)
        yield from self._sweep("outbox", self.outbox)
        yield from self._sweep("read", lambda entry: () if entry.key[0] == self.eraser.person else None)
        yield from self._sweep("suggestion", self.plainly)
        yield from self._sweep("reading", self.reading)
        yield from self._sweep("revision", self.revision)
        yield from self._drafts()
        yield from self._sweep("file", lambda entry: None if entry.key in self.files else self.plainly(entry))
        yield from self._sweep("parked", self.parked)
        yield from self._sweep("receipt", self.receipt)
        yield from self._sweep("record", self.record)

    def _scan(self, entry: Entry) -> None:
        """Note the ticket of an entry that holds the person, or his tombstone."""
        form = entry.form["form"] if entry.kind == "event" else entry.form
        ticket = form.get("ticket") if entry.kind == "file" else entry.key[0]
        if ticket is None:
            return
        if mentions(form, self.eraser.person):
            self.todo.add(str(ticket))
            self.told.add(str(ticket))
        elif self.begun and mentions(form, self.eraser.tombstone):
            self.told.add(str(ticket))

    def _sweep(self, kind: str, change: Change) -> Steps[None]:
        """Change all entries of a kind, a batch in one transaction."""
        after: Key | None = None
        while found := (yield Request(partial(reading.page, kind=kind, after=after))):
            changed = sum(change(entry) is not None for entry in found)
            if changed and not self.dry_run:
                yield from self.begin()
                self.met += changed
                self.acted |= kind not in _NAMING
                write = partial(change_batch, kind=kind, after=after, last=found[-1].key, change=change)
                changed = yield Request(write, write=True)
            self.counts[kind] += changed
            after = found[-1].key

    # -- tickets

    def _moved(self, ticket_id: str) -> Steps[bool]:
        """Whether something was written in a ticket since it was looked at, or it was not looked at yet."""
        if ticket_id not in self.looked:
            return True
        ticket: Ticket | None = yield Request(lambda ledger: ledger.ticket(ticket_id))
        return ticket is not None and ticket.version > self.looked[ticket_id]

    def _ticket(self, ticket_id: str) -> Steps[None]:
        """Rewrite a ticket; bytes that lie elsewhere go before the entry by which they are known."""
        kept: Kept = yield Request(partial(reading.kept_of, ticket_id=ticket_id))
        done = self.eraser.ticket(kept)
        if ticket_id not in self.todo and not any(done.counts().values()):
            self._note_receipts(ticket_id, done)
            return
        if not self.dry_run:
            self.met += 1
            self.acted |= ticket_id in self.todo
            yield from self.begin()
            removed = yield from self._remove(done.gone, frozenset())
            done = yield Request(partial(self._rewrite, ticket_id=ticket_id), write=True)
            yield from self._remove(done.gone, removed)
        self.files.update(one.key for one in (*done.gone, *done.replaced["file"]))
        self.tickets.add(ticket_id)
        self.counts.update(done.counts())
        self.left["texts"] += done.left
        self._note_receipts(ticket_id, done)

    def _note_receipts(self, ticket_id: str, done: Rewritten) -> None:
        """Note up to where a ticket was looked at, and which receipts tell what it told of the person."""
        self.looked[ticket_id] = done.version
        if ticket_id in self.until:
            self.commands.update(str(one.form["command_id"]) for one in done.replaced["event"])
        self.until.setdefault(ticket_id, done.version)
        if done.unvoted:
            self.unvoted[ticket_id] = done.unvoted

    def _rewrite(self, ledger: Ledger, ticket_id: str) -> Steps[Rewritten]:
        before = yield from ledger.ticket(ticket_id, lock=True)
        kept = yield from reading.kept_of(ledger, ticket_id)
        done = self.eraser.ticket(kept)
        for entries in done.replaced.values():
            yield from ledger.replace_entries(entries)
        yield from ledger.drop_entries("file", [one.key for one in done.gone])
        if self.in_store:
            for blob in sorted({one.form["blob"] for one in done.gone}):
                yield from drop_unused(ledger, blob)
        if before is not None and done.ticket is not None:
            after: Ticket = codec.load(Ticket, dict(done.ticket.form))
            due = postings_of(after, _loaded(done.contents))
            indexing = difference(TICKETS, postings_of(before, _loaded(kept.contents)), due)
            if indexing:
                yield from ledger.save(Decision(indexing=indexing))
        return done

    def _remove(self, gone: Sequence[Entry], removed: frozenset[str]) -> Steps[frozenset[str]]:
        """Remove the bytes of files that lie elsewhere, without those that were; return which are by then."""
        blobs = frozenset(str(one.form["blob"]) for one in gone)
        if self.in_store:
            for one in gone:
                if one.form["blob"] != one.form["sha256"]:
                    why = f"the bytes of file {one.key[0]} do not lie in the store; open the desk with files="
                    raise StoreError(why=why)
            return blobs
        for blob in sorted(blobs - removed):
            yield Remove(blob)
        return blobs | removed

    # -- everything else

    def _drafts(self) -> Steps[None]:
        """Remove the files that the person handed in and no ticket took, and that no page shows."""
        found: list[Entry] = []

        def look(entry: Entry) -> None:
            if entry.form["owner"] == self.eraser.person and entry.form.get("ticket") is None:
                found.append(entry)

        yield from reading.each("file", look)
        for entry in found:
            if not self.dry_run:
                self.met += 1
                self.acted = True
                yield from self.begin()
                yield from self._remove([entry], frozenset())
                yield Request(partial(self._drop_draft, entry=entry), write=True)
            self.files.add(entry.key)
            self.counts["file"] += 1

    def _drop_draft(self, ledger: Ledger, entry: Entry) -> Steps[None]:
        blob = entry.form["blob"]
        if self.in_store:
            yield from ledger.blob(blob, lock=True)
        if (yield from ledger.drop_draft(str(entry.key[0]))) and self.in_store:
            yield from drop_unused(ledger, blob)

    def _rules(self) -> Steps[None]:
        said = json.dumps(self.eraser.person, ensure_ascii=False)

        def look(entry: Entry) -> None:
            self.left["rules"] += said in entry.form["document"]

        yield from reading.each("rules", look)


def _loaded(contents: Iterable[Entry]) -> list[Content]:
    return [codec.load(Content, dict(one.form)) for one in contents]
