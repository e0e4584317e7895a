"""
What becomes of the entries of a desk, but for its tickets, when a person is erased: each by itself.

A change is told an entry and returns what is kept instead: several, none, or None for the entry itself.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from supportcore.desk.persons import reading
from supportcore.desk.persons.positions import mentions
from supportcore.desk.persons.records import Records
from supportcore.desk.persons.rewriting import Eraser
from supportcore.knowledge.postings import ARTICLES
from supportcore.storage.ports import Entry, Key, Ledger, Steps

PENDING = "erasure"
"""Under this, in the place of a kind of record, stands what is under way."""
ERASED = "erased"
"""The digest of a receipt whose command told of somebody who was erased; no command has it."""
Change = Callable[[Entry], tuple[Entry, ...] | None]
"""What is kept instead of an entry; None: the entry itself."""


@attrs.define
class Changes:
    """
    A person who is being erased.

    Args:
        eraser: How; its tombstone counts from when something is written.
        begun: Whether what is under way is noted.
        told: Ids of tickets that tell, or told, of the person.
        until: For each such ticket and article, the version up to which receipts may tell what was said of the person.
        commands: Ids of commands after that which told of the person.
        articles: Keys of articles of the person.
    """

    eraser: Eraser
    begun: bool = attrs.field(default=False, kw_only=True)
    told: set[str] = attrs.field(factory=set, kw_only=True)
    until: dict[str, int] = attrs.field(factory=dict, kw_only=True)
    commands: set[str] = attrs.field(factory=set, kw_only=True)
    articles: set[Key] = attrs.field(factory=set, kw_only=True)

    def plainly(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Put the tombstone in the place of the person."""
        if not mentions(entry.form, self.eraser.person):
            return None
        return (attrs.evolve(entry, form=self.eraser.renamed(entry.form)),)

    def outbox(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Remove notices to the person, whose very ids follow from the recipient; tell the errors of others without."""
        row = entry.form["row"]
        if row["recipient"] == self.eraser.person and row["role"] != "team":
            return ()
        return self._failure(entry) if row["ticket"] in self.told else None

    def parked(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Tell why a ticket is parked without the person."""
        return self._failure(entry) if entry.key[0] in self.told else None

    def _failure(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Return an entry whose error does not tell of the person."""
        error = self.eraser.marks.without(entry.form["error"])
        return None if error == entry.form["error"] else (attrs.evolve(entry, form={**entry.form, "error": error}),)

    def reading(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Put the tombstone in the place of a reader."""
        if entry.key[1] != self.eraser.person:
            return None
        key = (entry.key[0], self.eraser.tombstone)
        return (attrs.evolve(entry, key=key, form=self.eraser.renamed(entry.form)),)

    def revision(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Put the tombstone in the place of an author, and tell what he said about it without him."""
        person, form = self.eraser.person, entry.form
        article, n = str(entry.key[0]), int(entry.key[1])
        if self.begun and mentions(form, self.eraser.tombstone):
            self.until[article] = max(n, self.until.get(article, 0))
        if not mentions(form, person):
            return None
        self.until[article] = max(n, self.until.get(article, 0))
        changed = self.eraser.renamed(form)
        if form.get("actor") == person and form.get("comment"):
            changed["comment"] = "" if self.eraser.texts else self.eraser.marks.without(form["comment"])
            if not changed["comment"]:
                del changed["comment"]
        return (attrs.evolve(entry, form=changed),)

    def receipt(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Take away the digest of what was said about tickets and articles that told of the person."""
        form = entry.form
        told = form["version"] <= self.until.get(form["id"], 0) or form["command_id"] in self.commands
        if not told or form["digest"] == ERASED:
            return None
        return (attrs.evolve(entry, form={**entry.form, "digest": ERASED}),)

    def record(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Change a record; see `supportcore.desk.persons.records`."""
        if entry.key[0] == PENDING:
            return None
        changed = Records(self.eraser.person, self.eraser.tombstone).changed(entry)
        if changed and entry.key[0] == ARTICLES:
            self.articles.add(entry.key)
        return changed


def change_batch(ledger: Ledger, *, kind: str, after: Key | None, last: Key, change: Change) -> Steps[int]:
    """Change the entries behind *after*, up to *last*, and return how many were."""
    changed = 0
    gone: list[Key] = []
    replaced: list[Entry] = []
    come: list[Entry] = []
    while found := (yield from ledger.entries(kind, after=after, limit=reading.READ_AT_ONCE, lock=True)):
        for entry in found:
            new = change(entry) if entry.key <= last else None
            if new is None:
                continue
            changed += 1
            same = [one for one in new if one.key == entry.key]
            replaced += same
            come += (one for one in new if one.key != entry.key)
            gone += [] if same else [entry.key]
        after = found[-1].key
        if after >= last:
            break
    gone += (one.key for one in come)  # of an earlier round, if somebody acted as the person since
    yield from ledger.drop_entries(kind, gone)
    yield from ledger.replace_entries(replaced)
    yield from ledger.put_entries(come)
    return changed
