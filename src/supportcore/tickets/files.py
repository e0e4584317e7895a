"""
Files that people hand in: a draft until a command takes it, then part of a ticket.

The bytes lie apart, under the key of a blob. What a file is called and what it shows is kept with the draft, and with
the ticket as content once it is taken, so that there is one place to erase it in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore import text
from supportcore.errors import Fault, facts
from supportcore.forms.fields import Slot

FILE = "file"
"""Kind of the content that tells of a file."""


@attrs.frozen(kw_only=True)
class File:
    """
    A file that was handed in.

    Attributes:
        owner: Actor id of who handed it in.
        slot: Key of the slot it is meant for.
        name: What it is called, without a path; empty once it is taken.
        description: What it shows, in its owner's words; empty once it is taken.
        type: Media type, after its name.
        size: Bytes, as counted.
        sha256: Of its bytes, in lower hexadecimal digits.
        blob: What its bytes are kept under.
        expires_at: When a draft that nobody took goes; None once it is taken.
        ticket: Id of the ticket that took it, or None.
    """

    id: str = text.host_id()
    owner: str = text.host_id()
    slot: str = text.key()
    name: str = text.title("")
    description: str = text.title("")
    type: str = text.title()
    size: int = text.integer()
    sha256: str = text.host_id()
    blob: str = text.title()
    made_at: datetime = text.instant_at()
    expires_at: datetime | None = text.instant_at(None)
    ticket: str | None = text.host_id(None)


def taken(file: File, ticket_id: str) -> File:
    """Return a draft as it is kept once a ticket has taken it."""
    return attrs.evolve(file, ticket=ticket_id, expires_at=None, name="", description="")


def content_of(file: File) -> str:
    """Return what a ticket keeps of a file beside its bytes, as JSON text."""
    said = {key: getattr(file, key) for key in ("slot", "name", "description", "type", "size", "sha256")}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def of_content(body: str) -> Mapping[str, Any]:
    """Return ``slot``, ``name``, ``description``, ``type``, ``size`` and ``sha256`` of a file that a ticket keeps."""
    said: Mapping[str, Any] = json.loads(body)
    return said


def file_faults(
    slots: Sequence[Slot], ids: Sequence[str], found: Sequence[File | None], *, owner: str, at: datetime
) -> list[Fault]:
    """
    Return what is wrong with the drafts that a command names, all of it.

    Args:
        slots: What the form takes.
        ids: As given.
        found: The file of each id, or None.
        owner: Who gives the command; drafts of others are unknown to him.
        at: The instant the drafts must still be there at.
    """
    faults: list[Fault] = []
    counts = dict.fromkeys((slot.key for slot in slots), 0)
    for place, (file_id, file) in enumerate(zip(ids, found, strict=True)):
        path = f"files.{place}"
        if file_id in ids[:place]:
            faults.append(Fault(path, "file_twice", facts(id=file_id)))
        elif file is None or file.owner != owner:
            faults.append(Fault(path, "unknown_file", facts(id=file_id)))
        elif file.ticket is not None:
            faults.append(Fault(path, "file_taken", facts(id=file_id)))
        elif file.expires_at is not None and file.expires_at <= at:
            faults.append(Fault(path, "file_expired", facts(id=file_id)))
        elif file.slot not in counts:
            told = facts(slot=file.slot, options=", ".join(counts))
            faults.append(Fault(path, "unknown_slot", told) if counts else Fault(path, "no_files"))
        else:
            counts[file.slot] += 1
            faults.extend(_size_faults(path, file, next(slot for slot in slots if slot.key == file.slot)))
    for slot in slots:
        if counts[slot.key] > slot.count:
            faults.append(Fault(slot.key, "too_many_files", facts(limit=slot.count)))
        elif slot.required and not counts[slot.key]:
            faults.append(Fault(slot.key, "required"))
    return faults


def _size_faults(path: str, file: File, slot: Slot) -> list[Fault]:
    """The slot of one form may take less than that of another for which the draft was made."""
    faults = []
    if file.size > slot.size:
        faults.append(Fault(path, "file_too_large", facts(limit=slot.size)))
    if not slot.takes(file.type):
        faults.append(Fault(path, "file_type", facts(type=file.type, options=", ".join(slot.types))))
    return faults
