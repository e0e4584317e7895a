"""
Everything that a desk keeps of one person, as data and files.

What others wrote is in it where it was written publicly in a ticket that was opened for the person; who they are is
not. Internal notes of others are not, and nothing that a password could be guessed by. Somebody who is no agent is told
nothing of what happened internally, nor what only staff sees of a ticket.

The use case is a generator that yields requests to the store, every one a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from supportcore.definition.screens import STAFF_ONLY
from supportcore.desk.downloads import AsyncDownload, Download
from supportcore.desk.persons import reading
from supportcore.desk.persons.checking import check_person
from supportcore.desk.persons.positions import CARDS, HOUSE, mentions, only
from supportcore.desk.persons.rewriting import Kept
from supportcore.desk.requests import Request
from supportcore.storage import codec
from supportcore.storage.ports import CREDENTIALS, Entry, Steps
from supportcore.text import instant_text
from supportcore.tickets.events import INTERNAL, Merged, MergedFrom
from supportcore.tickets.files import FILE, of_content

Form = Mapping[str, Any]
_FACTS = (
    "number", "subject", "state", "category", "outcome", "customer", "product", "module", "product_version", "service",
    "project", "type", "priority", "urgency", "area", "reference", "rating", "opened_at", "updated_at", "closed_at",
)  # fmt: skip
"""What is told of a ticket that was opened for the person."""
_UNTOLD = frozenset({"rules_hash", "levels", "priority_rank", "pausing", "actor", "at"})
_AMONG_STAFF = frozenset(codec.NAME_OF[kind][0] for kind in (*INTERNAL, Merged, MergedFrom))
"""Events of which only an agent is told; what is merged may be a ticket that nobody else sees."""
_OF_ACCOUNTS = ("id", "user_name", "changed_at")
_NOTICE = ("id", "ticket", "channel", "template", "role", "due_at")


@attrs.frozen(kw_only=True)
class Export:
    """
    What a desk keeps of one person.

    Attributes:
        data: JSON-safe, in a fixed order.
        files: Those that ``data["files"]`` tells of, in that order; iterating one yields its bytes.
    """

    data: Mapping[str, Any]
    files: tuple[Download, ...]


@attrs.frozen(kw_only=True)
class AsyncExport:
    """What a desk keeps of one person; iterating a file asynchronously yields its bytes; see `Export`."""

    data: Mapping[str, Any]
    files: tuple[AsyncDownload, ...]


def export(desk: str, person: object, *, at: datetime) -> Steps[tuple[Mapping[str, Any], list[Form]]]:
    """Return everything that a desk keeps of a person as data, and the fields of `Fetched` of each file."""
    who, _ = check_person(person, ())
    return (yield from Exporting(who).run(desk, at))


@attrs.define
class Exporting:
    """
    A person about whom everything is looked up.

    Args:
        staff: Whether the person is an agent.
        untold: Ids of notices of which the person is not told.
    """

    person: str
    staff: bool = False
    tickets: set[str] = attrs.field(factory=set)
    untold: set[str] = attrs.field(factory=set)
    data: dict[str, list[dict[str, Any]]] = attrs.field(factory=dict)
    files: list[Form] = attrs.field(factory=list)

    def run(self, desk: str, at: datetime) -> Steps[tuple[Mapping[str, Any], list[Form]]]:
        """Look everything up."""
        sections = ("records", "named_by", "tickets", "events", "texts", "files", "notices", "read_notices", "articles",
                    "readings", "suggestions")  # fmt: skip
        self.data = {name: [] for name in sections}
        yield from reading.each("record", self._record)
        wanted = tuple((kind, self.person) for kind in sorted(CARDS))
        there = {one["kind"] for one in self.data["records"]}
        for (kind, _), record in zip(wanted, (yield Request(lambda ledger: ledger.records(wanted))), strict=True):
            if record is not None and kind not in there:  # the host's own
                self.data["records"].append({"kind": kind, **codec.dump_record(record)[1]})
        self.staff = any(one["kind"] == "agent" for one in self.data["records"])
        for kind in ("ticket", "event", "content", "file"):
            yield from reading.each(kind, self._scan)
        for ticket_id in sorted(self.tickets):
            self._ticket(ticket_id, (yield Request(partial(reading.kept_of, ticket_id=ticket_id))))
        yield from reading.each("file", self._draft)
        yield from self._notices()
        yield from reading.each("read", self._read)
        yield from reading.each("revision", self._revision)
        yield from reading.each("reading", self._reading)
        yield from reading.each("suggestion", self._suggestion)
        files: list[Form] = [{**fetched, "desk": desk} for fetched in self.files]
        return {"desk": desk, "person": self.person, "made_at": instant_text(at), **self.data}, files

    def _record(self, entry: Entry) -> None:
        kind, form = str(entry.key[0]), entry.form
        if kind in CREDENTIALS.values():
            if entry.key[1] == self.person:
                told = {name: form[name] for name in _OF_ACCOUNTS if name in form}
                self.data["records"].append({"kind": kind, **told})
        elif kind not in HOUSE and entry.key[1] == self.person:
            self.data["records"].append({"kind": kind, **form})
        elif kind in HOUSE and mentions(form, self.person):
            name = form.get("name", form.get("title", ""))
            self.data["named_by"].append({"kind": kind, "id": entry.key[1], "name": name})

    def _scan(self, entry: Entry) -> None:
        form = entry.form["form"] if entry.kind == "event" else entry.form
        ticket = form.get("ticket") if entry.kind == "file" else entry.key[0]
        if ticket is not None and mentions(form, self.person):
            self.tickets.add(str(ticket))

    def _ticket(self, ticket_id: str, kept: Kept) -> None:
        form: Form = {} if kept.ticket is None else kept.ticket.form
        own = form.get("contact") == self.person
        roles = [name for name in ("contact", "assignee", "responsible") if form.get(name) == self.person]
        facts = {name: form[name] for name in (_FACTS if own else ("number",)) if name in form}
        told_before = [len(self.data[name]) for name in ("events", "texts", "files")]
        self._inside(ticket_id, kept, own=own)
        told_now = [len(self.data[name]) for name in ("events", "texts", "files")]
        if self.staff or roles or told_now != told_before:
            self.data["tickets"].append({"id": ticket_id, "as": roles, **facts})

    def _inside(self, ticket_id: str, kept: Kept, *, own: bool) -> None:
        """Tell what the person did and wrote in a ticket, and what was written to him."""
        unsaid = _UNTOLD if self.staff else _UNTOLD.union(STAFF_ONLY)
        at: dict[Any, str] = {}
        for entry in kept.events:
            told = entry.form["form"]
            at[entry.key[1]] = told["at"]
            if self._is_internal(entry):
                continue
            if told.get("actor") == self.person or told.get("person") == self.person:
                mine = only(told, self.person)
                plain = {name: value for name, value in mine.items() if not isinstance(value, (dict, list))}
                said = {name: value for name, value in plain.items() if name not in unsaid}
                place = {"ticket": ticket_id, "position": entry.key[1], "at": told["at"], "event": entry.form["name"]}
                self.data["events"].append({**place, "data": said})
        stored = {one.key[0]: one.form for one in kept.files}
        for entry in kept.contents:
            content = entry.form
            mine = content["author"] == self.person
            if not (mine or (own and content["audience"] == "public")):
                continue
            place = {"ticket": ticket_id, "position": entry.key[1], "at": at.get(entry.key[1], ""), "mine": mine}
            if content["kind"] == FILE:
                self._file({**of_content(content["body"]), "id": content["id"]}, stored.get(content["id"]), place)
            else:
                told = {"kind": content["kind"], "audience": content["audience"], "body": content["body"]}
                self.data["texts"].append({**place, **told})

    def _draft(self, entry: Entry) -> None:
        if entry.form["owner"] == self.person and entry.form.get("ticket") is None:
            self._file(entry.form, entry.form, {"ticket": None, "at": entry.form["made_at"], "mine": True})

    def _file(self, told: Form, stored: Form | None, place: Form) -> None:
        """Tell of a file, and note where its bytes lie, if they are there."""
        if stored is None:
            return
        fetched = {name: told[name] for name in ("id", "name", "type")}
        fetched |= {name: stored[name] for name in ("size", "sha256")}
        self.data["files"].append({**place, **fetched, "description": told.get("description", "")})
        self.files.append({**fetched, "blob": stored["blob"]})

    def _is_internal(self, event: Entry) -> bool:
        """Whether an event is not told to the person."""
        return not self.staff and event.form["name"] in _AMONG_STAFF

    def _notices(self) -> Steps[None]:
        """Tell of the notices to the person, without those of what he is not told."""
        found: list[Form] = []

        def look(entry: Entry) -> None:
            row = entry.form["row"]
            if row["recipient"] == self.person and row["role"] != "team":
                found.append(entry.form)

        yield from reading.each("outbox", look)
        hidden: set[tuple[str, int]] = set()
        for ticket_id in sorted({form["row"]["ticket"] for form in found}):
            kept: Kept = yield Request(partial(reading.kept_of, ticket_id=ticket_id))
            hidden.update((ticket_id, int(one.key[1])) for one in kept.events if self._is_internal(one))
        for form in found:
            row = form["row"]
            if (row["ticket"], row["position"]) in hidden:
                self.untold.add(row["id"])
                continue
            told = {name: row[name] for name in _NOTICE}
            self.data["notices"].append({**told, "status": form["status"], "sent_at": form["sent_at"]})

    def _read(self, entry: Entry) -> None:
        if entry.key[0] == self.person and entry.key[1] not in self.untold:
            self.data["read_notices"].append({"notice": entry.key[1], "at": entry.form["at"]})

    def _revision(self, entry: Entry) -> None:
        form = entry.form
        if form.get("actor") == self.person:
            told = {"article": entry.key[0], "n": entry.key[1], "at": form["at"], "action": form["action"]}
            written = {"title": form["form"]["title"], "body": form["form"].get("body", "")}
            self.data["articles"].append({**told, "comment": form.get("comment", ""), **written})

    def _reading(self, entry: Entry) -> None:
        if entry.key[1] == self.person:
            self.data["readings"].append(
                {"article": entry.key[0], "at": entry.form["at"], "vote": entry.form.get("vote", 0)}
            )

    def _suggestion(self, entry: Entry) -> None:
        if entry.form["person"] == self.person:
            self.data["suggestions"].append({name: entry.form[name] for name in sorted(entry.form) if name != "person"})
