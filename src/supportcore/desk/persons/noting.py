"""
Who is being erased, and what is noted of it while it is under way.

The note holds the tombstone, and by what the person is known: the records that tell it may be gone when the erasing
goes on after it broke off. It is the first that is written and the last that is removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from supportcore.desk.persons import reading
from supportcore.desk.persons.changes import PENDING, Changes
from supportcore.desk.persons.marks import Marks, marks_of
from supportcore.desk.persons.positions import CARDS, HOUSE
from supportcore.desk.requests import Request
from supportcore.storage import codec
from supportcore.storage.ports import Entry, Key, Ledger, Steps


@attrs.define
class Noted(Changes):
    """
    A person who is being erased, as far as it is noted.

    Args:
        names: What else the person is called.
    """

    names: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    def identify(self) -> Steps[int]:
        """Find out by what the person is known; return how many of his records are kept by the host."""
        person = self.eraser.person
        forms: list[Mapping[str, Any]] = []
        pending: list[Mapping[str, Any]] = []
        cards: set[str] = set()

        def look(entry: Entry) -> None:
            kind, record_id = entry.key
            if kind == PENDING:
                pending.extend([entry.form] if record_id == person else [])
            elif kind not in HOUSE and (record_id == person or entry.form.get("person") == person):
                forms.append(entry.form)
                cards.update([str(kind)] if kind in CARDS else [])

        yield from reading.each("record", look)
        wanted = tuple((kind, person) for kind in sorted(CARDS))
        found = yield Request(lambda ledger: ledger.records(wanted))
        owned = [record for (kind, _), record in zip(wanted, found, strict=True) if record and kind not in cards]
        forms += [codec.dump_record(record)[1] for record in owned]
        marks = marks_of(person, forms, self.names)
        for form in pending:
            self._go_on(form, marks)
            marks = self.eraser.marks
        self.eraser = attrs.evolve(self.eraser, marks=marks)
        return len(owned)

    def _go_on(self, form: Mapping[str, Any], marks: Marks) -> None:
        """Take up what is under way."""
        self.begun = True
        together = {
            field: tuple(dict.fromkeys([*getattr(marks, field), *form[field]])) for field in ("names", "literally")
        }
        self.eraser = attrs.evolve(self.eraser, tombstone=form["tombstone"], marks=Marks(**together))

    def begin(self) -> Steps[None]:
        """Note what is under way, before anything is written."""
        if not self.begun:
            form = yield Request(self._note, write=True)
            self._go_on(form, self.eraser.marks)

    def _note(self, ledger: Ledger) -> Steps[Mapping[str, Any]]:
        """Store what is under way, unless somebody else has begun it."""
        after: Key = (PENDING, "")
        while (found := (yield from reading.page(ledger, "record", after))) and found[0].key[0] == PENDING:
            for entry in found:
                if entry.key == (PENDING, self.eraser.person):
                    return entry.form
            after = found[-1].key
        marks = self.eraser.marks
        form = {
            "id": self.eraser.person,
            "tombstone": self.eraser.tombstone,
            "names": list(marks.names),
            "literally": list(marks.literally),
        }
        yield from ledger.put_entries([Entry("record", (PENDING, self.eraser.person), form)])
        return form

    def end(self) -> Steps[None]:
        """Remove the note."""
        yield Request(lambda ledger: ledger.drop_entries("record", [(PENDING, self.eraser.person)]), write=True)
