"""What a desk says to a file that is handed in: before its bytes are read, and once they are counted."""

from __future__ import annotations

from datetime import timedelta

import attrs

from supportcore import text
from supportcore.definition.files import FILES
from supportcore.definition.model import Definition, FilePolicy
from supportcore.errors import Fault, Invalid, facts
from supportcore.forms.fields import Slot
from supportcore.tickets.filenames import kept_name, media_type

AVATAR = Slot(key="avatar", count=1, size=1_048_576, types=("image/gif", "image/jpeg", "image/png", "image/webp"))
"""The place for the picture of a person: 1 MiB of what every browser draws and none runs."""


@attrs.frozen(kw_only=True)
class Wanted:
    """
    A file that is to be handed in, checked as far as that can be done without its bytes.

    Attributes:
        limit: Bytes at most.
        size: Bytes that were announced, or None.
        keep: How long the draft is kept.
    """

    name: str
    description: str
    slot: str
    type: str
    limit: int
    size: int | None
    keep: timedelta

    def fault(self, counted: int) -> Fault | None:
        """Return what is wrong with the bytes, now that they are counted; up to one chunk beyond `limit` is."""
        if counted > self.limit:
            return Fault("file", "file_too_large", facts(limit=self.limit))
        if not counted:
            return Fault("file", "file_empty")
        if self.size is not None and self.size != counted:
            return Fault("file", "file_size", facts(counted=counted, said=self.size))
        return None


def slots_of(desk: Definition, policy: FilePolicy) -> tuple[Slot, ...]:
    """Return the places for files in the forms of a desk, that of replies, notes and actions, and that of a picture."""
    return (*(slot for form in desk.forms for slot in form.slots), policy.slot(FILES), AVATAR)


def wanted(desk: Definition, name: object, description: object, *, slot: object, size: object) -> Wanted:
    """
    Check what is told of a file before its bytes are read.

    A draft does not know yet which form it is for, so it may be what any of them takes; the command checks again.

    Raises:
        Invalid: All faults at once.
    """
    if desk.files is None:
        raise Invalid(Fault("file", "no_files"))
    faults: list[Fault] = []
    kept = ""
    try:
        kept = kept_name(name)
    except Invalid as error:
        faults += error.faults
    faults += filter(None, [text.text_fault(description, "description", limit=text.TITLE_LIMIT)])
    every = slots_of(desk, desk.files)
    slots = [one for one in every if one.key == slot]
    if not isinstance(slot, str):
        faults.append(Fault("slot", "wrong_type", facts(expected="text", expected_es="texto")))
    elif not slots:
        told = facts(slot=slot, options=", ".join(dict.fromkeys(one.key for one in every)))
        faults.append(Fault("slot", "unknown_slot", told))
    takers = [one for one in slots if one.takes(media_type(kept))]
    if kept and slots and not takers:
        options = dict.fromkeys(option for one in slots for option in one.types)
        faults.append(Fault("file", "file_type", facts(type=media_type(kept), options=", ".join(options))))
    limit = max((one.size for one in takers or slots), default=0)
    if size is not None and slots:
        faults += filter(None, [_size_fault(size, limit)])
    if faults:
        raise Invalid(*faults)
    assert isinstance(description, str)  # or there would be a fault, as with the others
    assert isinstance(slot, str)
    assert size is None or isinstance(size, int)
    return Wanted(
        name=kept,
        description=description,
        slot=slot,
        type=media_type(kept),
        limit=limit,
        size=size,
        keep=desk.files.keep,
    )


def _size_fault(size: object, limit: int) -> Fault | None:
    """Return what is wrong with a number of bytes that was announced."""
    fault = text.whole_fault(size, "size", minimum=0, maximum=limit)
    if fault is not None and isinstance(size, int) and size > limit:
        return Fault("file", "file_too_large", facts(limit=limit))
    return fault
