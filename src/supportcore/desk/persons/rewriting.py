"""
What becomes of one ticket when a person is erased: pure, from what is kept to what is kept instead.

Everything that the person wrote as a customer is emptied, and files that he handed in go. What he wrote as staff is the
house's record, and only told without him, unless that is asked for too. What others wrote in the ticket is told without
him. The id becomes that of the tombstone wherever it stands, in the ticket and its events alike, so the history folds
to the ticket as before. A text that is changed gets another salt and digest: the old ones would let one guess it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from supportcore.definition.files import FILES
from supportcore.desk.persons.marks import Marks
from supportcore.desk.persons.positions import renamed, retold
from supportcore.knowledge.redaction import HIDDEN
from supportcore.storage.codec import NAME_OF
from supportcore.storage.ports import Entry
from supportcore.tickets.draft import content_digest
from supportcore.tickets.events import INTERNAL, TicketOpened
from supportcore.tickets.files import FILE

Form = Mapping[str, Any]
NO_SALT = "0"
"""The salt of what was emptied: there is nothing left to be guessed."""
_INTERNAL = frozenset(NAME_OF[kind][0] for kind in INTERNAL)
_OPENED = NAME_OF[TicketOpened][0]
_ANSWERS = "answers"
_OF_FILES = ("name", "description")
"""What somebody says of a file that he hands in."""


@attrs.frozen(kw_only=True)
class Kept:
    """
    What is kept of one ticket.

    Attributes:
        ticket: None where only a history is left.
        files: Those that its contents name, as far as they are there.
    """

    ticket: Entry | None
    events: tuple[Entry, ...] = ()
    contents: tuple[Entry, ...] = ()
    files: tuple[Entry, ...] = ()


@attrs.frozen(kw_only=True)
class Rewritten:
    """
    What is kept of it instead.

    Attributes:
        replaced: Entries that are others than before, by kind.
        contents: All contents as they are then.
        gone: Files that go.
        left: How many texts of the person are left, told without him.
        unvoted: How many open approvals wait for the vote of the person.
        version: The ticket's; 0 where only a history is left.
    """

    ticket: Entry | None
    replaced: Mapping[str, tuple[Entry, ...]]
    contents: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    left: int
    unvoted: int
    version: int

    def counts(self) -> dict[str, int]:
        """Return how many entries change or go, by kind."""
        found = {kind: len(entries) for kind, entries in self.replaced.items()}
        found["file"] = found.get("file", 0) + len(self.gone)
        return found


@attrs.frozen(kw_only=True)
class Eraser:
    """
    How a person is erased.

    Attributes:
        tombstone: Id that stands in the place of the person's.
        texts: Whether what the person wrote as staff is emptied too.
        title: What a ticket is about whose title was the person's.
        salt: Makes the salts of texts that are told otherwise.
    """

    person: str
    tombstone: str
    marks: Marks
    texts: bool
    title: str
    salt: Callable[[], str]

    def renamed(self, form: Any) -> Any:
        """Return a stored form with the tombstone in the place of the person."""
        return renamed(form, self.person, self.tombstone)

    def ticket(self, kept: Kept) -> Rewritten:
        """Return what is kept of a ticket instead."""
        events = {entry.key[1]: entry for entry in kept.events}
        own = self._is_own(kept)
        refs: dict[str, str] = {}
        contents: list[Entry] = []
        emptied: set[str] = set()
        left = 0
        for entry in kept.contents:
            event = events.get(entry.key[1])
            is_mine = entry.form["author"] == self.person
            goes = is_mine and (self.texts or event is None or not self._as_staff(entry.form, event.form))
            left += is_mine and not goes
            form = self._emptied(entry.form) if goes else self._told(entry.form)
            if goes:
                emptied.add(str(entry.key[2]))
            if (form["salt"], form["body"]) != (entry.form["salt"], entry.form["body"]):
                refs[form["id"]] = content_digest(form["salt"], form["body"])
            contents.append(attrs.evolve(entry, form=form))
        title = self._title(kept, own=own)
        told = [attrs.evolve(one, form=self._event(one.form, refs, title)) for one in kept.events]
        ticket = kept.ticket
        if ticket is not None:
            ticket = attrs.evolve(ticket, form=self._retold(ticket.form, title))
        gone = tuple(one for one in kept.files if one.key[0] in emptied)
        files = [attrs.evolve(one, form=self.renamed(one.form)) for one in kept.files if one not in gone]
        return Rewritten(
            ticket=ticket,
            replaced={
                "ticket": _changed((kept.ticket,), (ticket,)),
                "event": _changed(kept.events, told),
                "content": _changed(kept.contents, contents),
                "file": _changed(tuple(one for one in kept.files if one not in gone), files),
            },
            contents=tuple(contents),
            gone=gone,
            left=left,
            unvoted=0 if ticket is None else self._unvoted(ticket.form),
            version=0 if ticket is None else ticket.form["version"],
        )

    def _unvoted(self, form: Form) -> int:
        """Return how many open approvals of an open ticket, as it is told now, wait for the tombstone."""
        open_ = (
            [] if form["category"] == "closed" else [one for one in form.get("approvals", ()) if not one.get("decided")]
        )
        voted = [{vote["person"] for vote in one.get("votes", ())} for one in open_]
        return sum(
            self.tombstone in one.get("voters", ()) and self.tombstone not in those
            for one, those in zip(open_, voted, strict=True)
        )

    # -- whose it is

    def _is_own(self, kept: Kept) -> bool:
        """Whether a ticket was opened for the person."""
        opening: Form = next((one.form["form"] for one in kept.events if one.form["name"] == _OPENED), {})
        contact = opening.get("contact") if kept.ticket is None else kept.ticket.form.get("contact")
        return bool(self.person == (opening.get("actor") if contact is None else contact))

    def _as_staff(self, content: Form, event: Form) -> bool:
        """Whether the person wrote something as one of the staff; where nothing tells, he did not."""
        form = event["form"]
        if event["name"] == _OPENED:
            return form.get("contact") not in (None, self.person)
        return form.get("side") == "staff" or event["name"] in _INTERNAL or content["audience"] == "internal"

    def _title(self, kept: Kept, *, own: bool) -> Callable[[str], str]:
        """Return what the title of a ticket becomes; one by staff is a text of staff."""
        openings = [one.form["form"] for one in kept.events if one.form["name"] == _OPENED]
        if own or (self.texts and any(form["actor"] == self.person for form in openings)):
            return lambda subject: self.title
        return self.marks.without

    # -- what is written instead

    def _event(self, form: Form, refs: Mapping[str, str], title: Callable[[str], str]) -> Form:
        return {**form, "form": _refer(self._retold(form["form"], title), refs)}

    def _retold(self, form: Form, title: Callable[[str], str]) -> Form:
        """Return the stored form of a ticket or an event without the person."""
        without = self.marks.without
        found: dict[str, Any] = {}
        for name, value in self.renamed(form).items():
            if name == "subject":
                found[name] = title(value)
            elif name != "tags":
                found[name] = retold(value, without, name)
            elif tags := [tag for tag in value if without(tag) == tag]:
                found[name] = tags  # without any, it is left out, as is every field that has its default
        return found

    def _emptied(self, form: Form) -> Form:
        body = ""
        if form["kind"] == _ANSWERS:
            body = "{}"
        elif form["kind"] == FILE:
            nothing = {"name": HIDDEN, "description": "", "type": "application/octet-stream", "size": 0, "sha256": ""}
            body = _json({"slot": (_said(form["body"]) or {}).get("slot", FILES), **nothing})
        return {**self.renamed(form), "body": body, "salt": NO_SALT}

    def _told(self, form: Form) -> Form:
        """Return what somebody wrote, told without the person."""
        without, body = self.marks.without, form["body"]
        said = _said(body) if form["kind"] in (_ANSWERS, FILE) else None
        if said is None:
            told = without(body)
        else:
            keys = said if form["kind"] == _ANSWERS else _OF_FILES
            kept = {key: without(said[key]) for key in keys if isinstance(said.get(key), str)}
            told = _json({**said, **kept}) if any(said[key] != text for key, text in kept.items()) else body
        return {**self.renamed(form), "body": told, "salt": form["salt"] if told == body else self.salt()}


def _said(body: str) -> dict[str, Any] | None:
    """Return what JSON text says, if it is an object."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _refer(value: Any, refs: Mapping[str, str]) -> Any:
    """Return a stored form in which references to contents hold the digests of *refs*."""
    if isinstance(value, list):
        return [_refer(part, refs) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"id", "digest"}:
        return {**value, "digest": refs.get(value["id"], value["digest"])}
    return {name: _refer(part, refs) for name, part in value.items()}


def _changed(before: tuple[Entry | None, ...], after: Any) -> tuple[Entry, ...]:
    return tuple(new for old, new in zip(before, after, strict=True) if new is not None and new != old)


def _json(said: Form) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
