"""
Saving a profile: all of it at once, or nothing.

The picture is a file in the hand of its person: a draft that was handed in for the slot ``avatar`` stays where it is
and expires no more. A ticket cannot take it, as no form has that slot. Preferences are written first, which makes two
who save at once go one after the other; then every other picture of the person goes, so that the later leaves one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import attrs

from supportcore.clock import Clock
from supportcore.desk.filing import remove
from supportcore.desk.hands import Remove
from supportcore.desk.requests import Request
from supportcore.desk.views.profile import Person, fields_of, full_name, is_picture, localised, person_of, profile
from supportcore.desk.views.records import Profile
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Fault, Invalid, Refused, facts
from supportcore.forms.checking import check
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.commands import as_document, as_files
from supportcore.tickets.files import File, file_faults

_LOOKED_AT = 1000  # files of one person in which other pictures are looked for


class Saving:
    """
    Saves the profile of one actor.

    Args:
        in_store: Whether bytes of files lie in the desk's own store.
        joined: Whether the desk is.
    """

    def __init__(self, viewer: Viewer, *, clock: Clock, in_store: bool, joined: bool) -> None:
        self._viewer, self._clock, self._in_store, self._joined = viewer, clock, in_store, joined

    def save(self, document: object, files: object) -> Steps[Profile]:
        """Check and store a document and a picture, and return the profile that they make."""
        said = dict(as_document(document))
        ids = as_files(files)
        saved, gone = yield Request(lambda ledger: self._save(ledger, said, ids), write=True)
        if not (self._in_store or self._joined):
            for file in gone:
                yield Remove(file.blob)
        found: Profile = saved
        return found

    def _save(
        self, ledger: Ledger, said: dict[str, Any], ids: tuple[str, ...]
    ) -> Steps[tuple[Profile, tuple[File, ...]]]:
        viewer, now = self._viewer, self._clock()
        person = yield from person_of(ledger, viewer)
        values, faults = check(fields_of(viewer, person), said)
        avatar: str | None = str(values["avatar"]) if "avatar" in values else None
        asked, place = (avatar, "avatar") if avatar and not ids else (next(iter(ids), None), "files.0")
        kept = person.picture.id if person.picture is not None else None
        taken: File | None = None
        if asked is not None and asked != kept:
            taken, wrong = yield from self._draft(ledger, person, asked, place, now)
            faults += wrong
        if len(ids) > 1 or (ids and avatar not in (None, kept, *ids)):
            faults = (*faults, Fault("files", "too_many_files", facts(limit=1)))
        if faults:
            raise Invalid(*faults)
        picture = asked or (None if "avatar" in said else kept)
        changes: dict[str, Any] = {**values, **{key: "" for key, value in said.items() if value is None}}
        changes.pop("email", None)
        chosen = attrs.evolve(person.chosen, **{**changes, "avatar": picture})
        yield from ledger.put_record(chosen)
        yield from self._rename(ledger, chosen, said)
        gone = yield from self._keep(ledger, taken, picture, now)
        shown = yield from localised(ledger, viewer)
        return (yield from profile(ledger, shown)), gone

    def _draft(
        self, ledger: Ledger, person: Person, file_id: str, place: str, now: datetime
    ) -> Steps[tuple[File | None, tuple[Fault, ...]]]:
        """Return the draft that is to be the picture, and what is wrong with it."""
        found = yield from ledger.files((file_id,))
        slots = fields_of(self._viewer, person).slots
        wrong = file_faults(slots, (file_id,), found, owner=self._viewer.actor.id, at=now)
        return found[0], tuple(fault._replace(path=place) for fault in wrong)

    def _rename(self, ledger: Ledger, chosen: Preferences, said: dict[str, Any]) -> Steps[None]:
        """Let the catalogue call the person so, too, as far as the application does not keep it itself."""
        kinds: tuple[Literal["agent", "contact"], ...] = ("agent", "contact")
        for record in (yield from ledger.records([(kind, chosen.id) for kind in kinds])):
            if record is None:
                continue
            changed: Any = record
            if full_name(chosen) and not {"first_name", "last_name"}.isdisjoint(said):
                changed = attrs.evolve(changed, name=full_name(chosen))
            if "phone" in said:
                changed = attrs.evolve(changed, phone=chosen.phone)
            if changed != record:
                try:
                    yield from ledger.put_record(changed)
                except Refused as error:
                    if error.code != "owned_by_host":
                        raise

    def _keep(self, ledger: Ledger, taken: File | None, picture: str | None, now: datetime) -> Steps[tuple[File, ...]]:
        """Keep a draft as the picture, and return the other pictures, which are gone."""
        mine = yield from ledger.drafts(self._viewer.actor.id, limit=_LOOKED_AT)
        others = tuple(file for file in mine if is_picture(file, self._viewer.actor.id) and file.id != picture)
        yield from self._lock(ledger, [*others, *([] if taken is None else [taken])])
        if taken is not None:
            if not (yield from ledger.drop_draft(taken.id)):
                raise Invalid(Fault("files.0", "unknown_file", facts(id=taken.id)))
            yield from ledger.put_draft(attrs.evolve(taken, expires_at=None))
        for file in others:
            if not self._joined:
                yield from remove(ledger, file=file, in_store=self._in_store)
            elif (yield from ledger.drop_draft(file.id)):  # a host may roll back; the bytes go when a worker comes by
                yield from ledger.put_draft(attrs.evolve(file, expires_at=now))
        return others

    def _lock(self, ledger: Ledger, files: Iterable[File]) -> Steps[None]:
        """Lock the bytes of files before the files, in one order."""
        if self._in_store:
            for blob in sorted({file.blob for file in files}):
                yield from ledger.blob(blob, lock=True)
