"""
What people ask for, in the imperative, and what comes of it.

Every command has a `command_id`, unique on the desk: the same id with the same content returns the first receipt, with
other content it is refused. `seen_version` is the version the person saw; where order matters, a ticket that has moved
on since is refused with what happened meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import attrs

from supportcore import text
from supportcore.errors import Fault, Invalid, facts
from supportcore.forms.fields import DEFAULT_FORM, Plain
from supportcore.knowledge.article import Article, Revision, Suggestion
from supportcore.knowledge.postings import Indexing
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket

Document = tuple[tuple[str, Plain | None], ...]
"""A filled-in form: pairs of field key and plain value, sorted by key."""
Names = tuple[str, ...]
MOST_FILES = 500
"""Drafts that one command may name at all; what it may take is for its form to say."""


def as_document(values: object) -> Document:
    """
    Convert a mapping into sorted pairs.

    What a text may hold, and how much, is left to the field it is for.

    Raises:
        Invalid: A key that none has, a number outside the domain, or no plain value; all such faults at once.
    """
    if isinstance(values, tuple):
        values = dict(values)
    if not isinstance(values, Mapping):
        told = facts(expected="a mapping of field keys to values", expected_es="un objeto de campos y valores")
        raise Invalid(Fault("", "wrong_type", told))
    pairs: list[tuple[str, Plain | None]] = []
    faults: list[Fault] = []
    for key, value in values.items():
        if text.key_fault(key, "") is not None:
            faults.append(Fault(str(key)[:40], "unknown_field"))
        elif value is None or isinstance(value, (bool, str)):
            pairs.append((key, value))
        elif isinstance(value, (int, float)):
            fault = text.number_fault(value, key)
            faults.append(fault) if fault else pairs.append((key, value))
        else:
            told = facts(expected="a plain value", expected_es="un valor simple")
            faults.append(Fault(key, "wrong_type", told))
    if faults:
        raise Invalid(*faults)
    return tuple(sorted(pairs))


def as_files(values: object) -> Names:
    """
    Convert a list of ids of drafts into a tuple.

    Raises:
        Invalid: It is no list of ids, or a very long one.
    """
    if not isinstance(values, (list, tuple)):
        told = facts(expected="a list of ids of drafts", expected_es="una lista de identificadores")
        raise Invalid(Fault("files", "wrong_type", told))
    if len(values) > MOST_FILES:
        raise Invalid(Fault("files", "too_many_files", facts(limit=MOST_FILES)))
    faults = [fault for place, value in enumerate(values) if (fault := text.id_fault(value, f"files.{place}"))]
    if faults:
        raise Invalid(*faults)
    return tuple(values)


@attrs.frozen(kw_only=True)
class OpenTicket:
    """
    Open a ticket.

    Attributes:
        document: The desk's intake form.
        contact: Actor id of the person it is opened for; None means the one who opens it. Only staff may name another.
        form: Key of the form that was filled in.
        files: Ids of drafts to take.
        suggestion: Id of what was suggested before it was opened; empty if nothing was.
    """

    commutative: ClassVar[bool] = True
    command_id: str = text.host_id()
    document: Document = attrs.field(converter=as_document)
    contact: str | None = text.host_id(None)
    form: str = text.key(DEFAULT_FORM)
    files: Names = attrs.field(default=(), converter=as_files)
    suggestion: str = text.title("")


@attrs.frozen(kw_only=True)
class _OnTicket:
    commutative: ClassVar[bool] = False
    command_id: str = text.host_id()
    ticket: str = text.host_id()
    seen_version: int | None = text.seen_version()


@attrs.frozen(kw_only=True)
class Reply(_OnTicket):
    """Write a public message."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)
    files: Names = attrs.field(default=(), converter=as_files)


@attrs.frozen(kw_only=True)
class AddNote(_OnTicket):
    """Write an internal note."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)
    files: Names = attrs.field(default=(), converter=as_files)


@attrs.frozen(kw_only=True)
class Assign(_OnTicket):
    """Say who works on it: assignee, responsible, team. Absent keeps, null takes away."""

    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Triage(_OnTicket):
    """Classify it anew. Absent keeps, null takes away."""

    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Act(_OnTicket):
    """Take an action of the workflow."""

    action: str = text.key()
    document: Document = attrs.field(default=(), converter=as_document)
    files: Names = attrs.field(default=(), converter=as_files)


@attrs.frozen(kw_only=True)
class SetDeadline(_OnTicket):
    """Set the deadline (plazo) by hand; null takes it away."""

    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Retarget(_OnTicket):
    """Put it under the service levels of today."""


@attrs.frozen(kw_only=True)
class MoveTicket(_OnTicket):
    """Put it under the rules of today, in the state where they have those of its state go."""


@attrs.frozen(kw_only=True)
class CiteArticle(_OnTicket):
    """Name an article as what solved it, or take that back. Saying it again changes nothing."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Rate(_OnTicket):
    """Rate the resolution, once."""

    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Decide(_OnTicket):
    """Say yes or no as one of a committee, once."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Tag(_OnTicket):
    """Add tags and take tags away. Saying it again changes nothing."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Follow(_OnTicket):
    """Be told of what happens to it, or no more. Saying it again changes nothing."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(default=(), converter=as_document)


@attrs.frozen(kw_only=True)
class LinkTickets(_OnTicket):
    """Link it with another ticket, or take that back. Saying it again changes nothing."""

    commutative: ClassVar[bool] = True
    document: Document = attrs.field(converter=as_document)


@attrs.frozen(kw_only=True)
class Merge(_OnTicket):
    """Let another ticket go on in its place."""

    document: Document = attrs.field(converter=as_document)


OnTicket = (
    Reply
    | AddNote
    | Assign
    | Triage
    | Act
    | SetDeadline
    | Retarget
    | MoveTicket
    | CiteArticle
    | Rate
    | Decide
    | Tag
    | Follow
    | LinkTickets
    | Merge
)
Command = OpenTicket | OnTicket


def digest(command: attrs.AttrsInstance, actor: str, at: datetime | None) -> str:
    """Return the sha256 of what *command*, of any kind, says: two commands of one id must agree in it."""
    kind = type(command)
    said = {name: getattr(command, name) for name in _said(kind)}
    stamp = at.isoformat() if at else None
    return hashlib.sha256(_encode([kind.__name__, actor, stamp, said]).encode()).hexdigest()


_UNSAID = ("command_id", "seen_version", "suggestion")
_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


@cache
def _said(kind: type[attrs.AttrsInstance]) -> tuple[str, ...]:
    """Return the fields that two commands of one id must agree in."""
    return tuple(field.name for field in attrs.fields(kind) if field.name not in _UNSAID)


@attrs.frozen(kw_only=True)
class Receipt:
    """
    What a command came to, stored with it.

    Attributes:
        id: The ticket's id.
        version: The ticket's version after the command.
        at: When it happened.
    """

    command_id: str = text.host_id()
    digest: str = attrs.field(validator=attrs.validators.instance_of(str), repr=False)
    id: str = text.host_id()
    number: int = text.integer()
    version: int = text.integer()
    state: str = text.key()
    at: datetime = text.instant_at()


@attrs.frozen(kw_only=True)
class OutboxRow:
    """
    One notice to one recipient, decided with the command and rendered when it is delivered.

    Attributes:
        id: Follows from ticket, position, rule and recipient; the deduplication key of the notice.
        rule: Key of the notice rule.
        role: What the recipient is to the ticket: ``contact``, ``assignee``, ``responsible`` or ``team``.
        recipient: Id of a person, or of a team.
    """

    id: str = text.host_id()
    ticket: str = text.host_id()
    position: int = text.integer()
    rule: str = text.key()
    role: str = text.key()
    recipient: str = text.host_id()
    channel: str = text.key()
    template: str = text.key()
    due_at: datetime = text.instant_at()


@attrs.frozen(kw_only=True)
class Change:
    """
    A ticket and what happened to it.

    Attributes:
        before: The version it had; 0 for a new one.
        ticket: As it is now.
        recorded: The events between, in order.
    """

    before: int
    ticket: Ticket
    recorded: tuple[Recorded, ...]


@attrs.frozen(kw_only=True)
class Decision:
    """
    All that a command comes to; saved in one transaction or not at all.

    Attributes:
        files: Drafts that a ticket takes, as they are kept from now on; each must still be a draft.
        articles: Articles as they are from now on, each with the revision that it comes with.
        indexing: Changes of what records are found by.
        suggestions: Suggestions of which something came.
        receipt: None for what the desk does by itself.
        repeated: The command was carried out before; there is nothing to save.
    """

    changes: tuple[Change, ...] = ()
    contents: tuple[Content, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    files: tuple[File, ...] = ()
    articles: tuple[tuple[Article, Revision], ...] = ()
    indexing: tuple[Indexing, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    receipt: Receipt | None = None
    repeated: bool = False

    def and_of(self, other: Decision) -> Decision:
        """Return a decision of all that this one and *other* hold; the receipt is that of this one."""
        joined: Any = {name: getattr(self, name) + getattr(other, name) for name in _PARTS}
        return attrs.evolve(self, **joined)


_PARTS = tuple(field.name for field in attrs.fields(Decision) if field.default == ())
