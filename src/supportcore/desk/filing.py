"""
Files that people hand in and fetch: checked, kept as drafts until a command takes them, removed when nobody did.

Each use case is a generator that yields what is to be done, a request to the store or something with bytes;
`supportcore.desk.hands` does it. The order is: what can be told without the bytes; the bytes, counted while they are
read; then the row that tells of them.

Locks, where bytes lie in the store: the blob first, then the draft. Whoever hands in a file locks its blob and finds it
still there, or writes it again; whoever removes a draft locks the blob, removes the draft, and the blob if no file has
it any more, all in one transaction. A command that takes a draft locks its row alone; of one that takes it and one that
removes it the later finds it gone. In a joined desk, where a host may still roll back, no bytes are removed: a draft
that is dropped there expires at once, and `run_due` removes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from supportcore import text
from supportcore.clock import Clock
from supportcore.desk.hands import Fill, Keep, Remove
from supportcore.desk.requests import Request, Requests
from supportcore.desk.views.filing import draft_list, file_of_content, file_of_draft
from supportcore.desk.views.records import DraftList, FileView
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Busy, Fault, Invalid, NotFound, SupportError, facts
from supportcore.ids import Ids
from supportcore.storage.blobs import Spool, drop_unused
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.files import FILE, File
from supportcore.tickets.handing import wanted
from supportcore.tickets.permissions import sees

MOST_DRAFTS = 100
"""Drafts of one owner at most; a few more if they are handed in at the same moment."""
_READ = 10 * MOST_DRAFTS  # drafts of one owner that are looked at, with those that expired and that no worker removed
_TRIES = 5  # times that bytes are written which somebody else removes at once
_SWEPT = 100  # expired drafts that are asked for at once


class Filing:
    """
    What one actor does with files.

    Args:
        in_store: Whether bytes lie in the desk's own store.
        joined: Whether the desk is.
    """

    def __init__(self, requests: Requests, *, clock: Clock, ids: Ids, in_store: bool, joined: bool) -> None:
        self._requests, self._clock, self._ids = requests, clock, ids
        self._in_store, self._joined = in_store, joined

    def draft(
        self, stream: object, name: object, description: object, *, slot: object, size: object
    ) -> Steps[FileView]:
        """Hand in a file."""
        viewer = self._viewer()
        asked = wanted(viewer.desk, name, description, slot=slot, size=size)
        owner = viewer.actor.id
        yield Request(lambda ledger: self._require_room(ledger, owner))
        with Spool() as spool:
            yield Fill(stream=stream, spool=spool, limit=asked.limit)
            if fault := asked.fault(spool.length):
                raise Invalid(fault)
            file_id, made_at = self._ids(), self._clock()
            for _ in range(_TRIES):
                file = File(
                    id=file_id,
                    owner=owner,
                    slot=asked.slot,
                    name=asked.name,
                    description=asked.description,
                    type=asked.type,
                    size=spool.length,
                    sha256=spool.sha256,
                    blob=(yield Keep(file_id=file_id, spool=spool)),
                    made_at=made_at,
                    expires_at=made_at + asked.keep,
                )
                if (yield from self._put(file)):
                    return file_of_draft(viewer, file)
        raise Busy(f"The bytes of {asked.name} were removed {_TRIES} times while they were stored; hand it in again.")

    def drafts(self) -> Request[DraftList]:
        """Return the actor's drafts."""
        viewer = self._viewer()

        def steps(ledger: Ledger) -> Steps[DraftList]:
            return draft_list(viewer, (yield from self._open_drafts(ledger, viewer.actor.id)))

        return Request(steps)

    def drop_draft(self, file_id: object) -> Steps[None]:
        """Remove a draft of the actor's."""
        viewer, now = self._viewer(), self._clock()
        wanted_id = _checked_id(file_id)

        def steps(ledger: Ledger) -> Steps[str]:
            (file,) = yield from ledger.files((wanted_id,))
            if file is None or file.expires_at is None or not _is_mine(file, viewer, now):  # a picture is no draft
                raise NotFound(kind="file", id=wanted_id)
            removed = self._expire if self._joined else self._remove
            if not (yield from removed(ledger, file, now)):
                raise NotFound(kind="file", id=wanted_id)  # a ticket took it at this moment
            return file.blob

        blob = yield Request(steps, write=True)
        if not (self._in_store or self._joined):
            yield Remove(blob)

    def open_file(self, file_id: object) -> Request[Mapping[str, Any]]:
        """Return what is told of a file that the actor may fetch, as the fields of `Fetched`."""
        viewer, now = self._viewer(), self._clock()
        wanted_id = _checked_id(file_id)

        def steps(ledger: Ledger) -> Steps[Mapping[str, Any]]:
            (file,) = yield from ledger.files((wanted_id,))
            view = None if file is None else (yield from _shown(ledger, viewer, file, now))
            if file is None or view is None:
                raise NotFound(kind="file", id=wanted_id)
            told = {"name": view.name, "type": view.type, "size": file.size, "sha256": file.sha256}
            return {"id": file.id, **told, "blob": file.blob, "desk": viewer.desk.key}

        return Request(steps)

    def _viewer(self) -> Viewer:
        """Return the actor, or refuse somebody without a role."""
        return self._requests.viewer({})

    def _put(self, file: File) -> Steps[bool]:
        """Store a draft whose bytes are written; False if they are gone. If it cannot be stored, they do not stay."""

        def steps(ledger: Ledger) -> Steps[bool]:
            if self._in_store and (yield from ledger.blob(file.blob, lock=True)) is None:
                return False
            yield from self._require_room(ledger, file.owner)
            yield from ledger.put_draft(file)
            return True

        try:
            stored: bool = yield Request(steps, write=True)
        except GeneratorExit:
            raise
        except BaseException:
            with suppress(SupportError):
                yield from self._forget(file)
            raise
        return stored

    def _forget(self, file: File) -> Steps[None]:
        """Remove bytes whose draft was not stored; it may have been, where a connection broke during the commit."""
        if self._in_store:
            if not self._joined:
                yield Remove(file.blob)
        elif not (yield Request(lambda ledger: ledger.is_blob_used(file.blob))):
            yield Remove(file.blob)

    def _require_room(self, ledger: Ledger, owner: str) -> Steps[None]:
        if len((yield from self._open_drafts(ledger, owner))) >= MOST_DRAFTS:
            raise Invalid(Fault("file", "too_many_drafts", facts(limit=MOST_DRAFTS)))

    def _open_drafts(self, ledger: Ledger, owner: str) -> Steps[tuple[File, ...]]:
        """Return the drafts of somebody that have not expired."""
        now = self._clock()
        found = yield from ledger.drafts(owner, limit=_READ)
        return tuple(file for file in found if file.expires_at is not None and file.expires_at > now)

    def _remove(self, ledger: Ledger, file: File, now: datetime) -> Steps[bool]:
        return (yield from remove(ledger, file=file, in_store=self._in_store))

    def _expire(self, ledger: Ledger, file: File, now: datetime) -> Steps[bool]:
        """Let a draft expire now."""
        if not (yield from ledger.drop_draft(file.id)):
            return False
        yield from ledger.put_draft(attrs.evolve(file, expires_at=now))
        return True


def sweep(now: datetime, *, limit: int, in_store: bool) -> Steps[int]:
    """Remove up to *limit* drafts that expired by *now*, and return how many that were."""
    seen = removed = 0
    while seen < limit:
        at_once = min(limit - seen, _SWEPT)
        found: tuple[File, ...] = yield Request(partial(_expired, now=now, limit=at_once))
        for file in found:
            gone = yield Request(partial(remove, file=file, in_store=in_store), write=True)
            if gone and not in_store:
                yield Remove(file.blob)
            removed += gone
        seen += len(found)
        if len(found) < at_once:
            break
    return removed


def remove(ledger: Ledger, *, file: File, in_store: bool) -> Steps[bool]:
    """Remove a draft, and its bytes if they lie in the store and no file has them; False if it is a draft no more."""
    if in_store:
        yield from ledger.blob(file.blob, lock=True)
    if not (yield from ledger.drop_draft(file.id)):
        return False
    if in_store:
        yield from drop_unused(ledger, file.blob)
    return True


def _expired(ledger: Ledger, *, now: datetime, limit: int) -> Steps[tuple[File, ...]]:
    return ledger.expired_drafts(now, limit=limit)


def _checked_id(file_id: object) -> str:
    fault = text.id_fault(file_id, "file")
    if fault is not None or not isinstance(file_id, str):
        raise Invalid(*filter(None, [fault]))
    return file_id


def _has_expired(file: File, now: datetime) -> bool:
    return file.expires_at is not None and file.expires_at <= now


def _is_mine(file: File, viewer: Viewer, now: datetime) -> bool:
    """Whether a file is a draft of the viewer's, and still there for him."""
    return file.ticket is None and file.owner == viewer.actor.id and not _has_expired(file, now)


def _shown(ledger: Ledger, viewer: Viewer, file: File, now: datetime) -> Steps[FileView | None]:
    """Return a file as the viewer is shown it, on a page or among drafts; None if he is not."""
    if file.ticket is None:
        return file_of_draft(viewer, file) if _is_mine(file, viewer, now) else None
    ticket = yield from ledger.ticket(file.ticket)
    if ticket is None or not sees(viewer.desk, viewer.actor, ticket):
        return None
    for content in (yield from ledger.contents(ticket.id)):
        if content.kind == FILE and content.id == file.id:
            return file_of_content(viewer, content)  # which refuses what is internal, as the page does
    return None
