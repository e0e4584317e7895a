"""What `supportcore.storage.ports.Files` promises, and what `Histories.save` promises of files."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Conflict, Ledger, Steps, Store
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import (
    AT,
    draft,
    entries_of,
    everything,
    given_receipt,
    opened_ticket,
    taking,
)
from supportcore.testing.strategies.values import _TRICKY, _TRICKY_INSTANTS
from supportcore.text import FIRST_INSTANT
from supportcore.tickets.commands import Decision
from supportcore.tickets.files import File, taken


@st.composite
def handed_in(draw: st.DrawFn) -> tuple[File, ...]:
    """Return files of few owners and instants, some of them taken."""
    few, moments = st.sampled_from(_TRICKY[:8]), st.sampled_from(_TRICKY_INSTANTS)
    fields: dict[str, Any] = {"owner": few, "blob": few, "made_at": moments, "expires_at": st.none() | moments}
    ids = draw(st.lists(st.sampled_from(_TRICKY) | strategies.host_ids(), max_size=8, unique=True))
    return tuple([draw(strategies.files(id=st.just(file_id), **fields)) for file_id in ids])


def kept_files(store: Store, files: Iterable[File]) -> Ledger:
    """Hand files in on a fresh desk, and have those taken that are."""
    ledger = store.ledger(fresh_desk())
    files = tuple(files)
    took = [file for file in files if file.ticket is not None]
    drafts = [attrs.evolve(file, ticket=None, expires_at=FIRST_INSTANT) if file in took else file for file in files]
    write(store, _put_all(ledger, drafts))
    for file in took:
        write(store, ledger.save(Decision(files=(file,))))
    return ledger


class FilesConformance(Conformance):
    """What `supportcore.storage.ports.Files` promises, and `Histories.save` of files."""

    @fewer()
    @given(files=handed_in(), data=st.data())
    def test_files_come_in_the_order_asked_for(
        self, store: Store, files: tuple[File, ...], data: st.DataObject
    ) -> None:
        """As they were stored, twice if asked for twice, None where there is none; none is none."""
        ledger = kept_files(store, files)
        there = {file.id: file for file in files}
        ids = data.draw(st.lists(st.sampled_from([*there, "gone", "Gone", "a", "A", "a "]), max_size=12))
        assert tuple(there.get(file_id) for file_id in ids) == read(store, ledger.files(ids))
        assert () == read(store, ledger.files([]))
        assert (None,) * len(ids) == read(store, store.ledger(fresh_desk()).files(ids))

    @fewer()
    @given(files=handed_in(), limit=st.integers(1, 4))
    def test_drafts_are_those_of_their_owner(self, store: Store, files: tuple[File, ...], limit: int) -> None:
        """By when they were made, then by the bytes of the id, up to a limit; no other's and none that was taken."""
        ledger = kept_files(store, files)
        for owner in {"a", "A", *(file.owner for file in files)}:
            mine = [file for file in files if file.owner == owner and file.ticket is None]
            expected = tuple(sorted(mine, key=lambda file: (file.made_at, file.id.encode())))
            assert expected == read(store, ledger.drafts(owner, limit=100))
            assert expected[:limit] == read(store, ledger.drafts(owner, limit=limit))
            assert () == read(store, store.ledger(fresh_desk()).drafts(owner, limit=100))

    @fewer()
    @given(files=handed_in(), limit=st.integers(1, 4))
    def test_drafts_expire_earliest_first(self, store: Store, files: tuple[File, ...], limit: int) -> None:
        """Of whomever, at the instant itself, ties by the bytes of the id; what was taken never does."""
        ledger = kept_files(store, files)
        for now in _TRICKY_INSTANTS:
            gone = [file for file in files if file.ticket is None and _expired(file, now)]
            expected = tuple(sorted(gone, key=lambda file: (file.expires_at, file.id.encode())))
            assert expected == read(store, ledger.expired_drafts(now, limit=100))
            assert expected[:limit] == read(store, ledger.expired_drafts(now, limit=limit))
            assert () == read(store, store.ledger(fresh_desk()).expired_drafts(now, limit=100))

    def test_a_draft_is_put_once(self, store: Store) -> None:
        """Again changes nothing; another one of its id is a conflict, and so is a draft that was taken meanwhile."""
        ledger = store.ledger(fresh_desk())
        file = draft()
        for _ in range(2):
            write(store, ledger.put_draft(file))
            assert (file,) == read(store, ledger.files(["f1"]))
        for other in (attrs.evolve(file, name="b"), attrs.evolve(file, owner="eva"), attrs.evolve(file, expires_at=AT)):
            with pytest.raises(Conflict):
                write(store, ledger.put_draft(other))
            assert (file,) == read(store, ledger.files(["f1"]))
        write(store, ledger.save(taking("t1", file)))
        with pytest.raises(Conflict):
            write(store, ledger.put_draft(file))
        assert (taken(file, "t1"),) == read(store, ledger.files(["f1"]))

    def test_a_draft_is_dropped_once(self, store: Store) -> None:
        """Then it is gone; what is not there, was taken or is another desk's cannot be dropped."""
        ledger, other = store.ledger(fresh_desk()), store.ledger(fresh_desk())
        for file_id in ("f1", "F1", "f2"):
            write(store, ledger.put_draft(draft(file_id)))
        write(store, ledger.save(taking("t1", draft("f2"))))
        assert not write(store, other.drop_draft("f1"))
        assert [True, False, False, False] == [
            write(store, ledger.drop_draft(file_id)) for file_id in ("f1", "f1", "f2", "gone")
        ]
        assert (None, draft("F1"), taken(draft("f2"), "t1")) == read(store, ledger.files(["f1", "F1", "f2"]))
        write(store, ledger.put_draft(draft("f1")))

    @fewer()
    @given(file=strategies.files(draft=True), kept=strategies.files(draft=False))
    def test_a_draft_becomes_what_was_taken(self, store: Store, file: File, kept: File) -> None:
        """Saved with a decision, it holds the form told, whatever changed, and is a draft no more."""
        desk = fresh_desk()
        ledger, kept = store.ledger(desk), attrs.evolve(kept, id=file.id)
        write(store, ledger.put_draft(file))
        write(store, ledger.save(attrs.evolve(everything(desk), files=(kept,))))
        assert (kept,) == read(store, ledger.files([file.id]))
        for owner in (file.owner, kept.owner):
            assert () == read(store, ledger.drafts(owner, limit=10))
        assert () == read(store, ledger.expired_drafts(strategies.LAST_INSTANT, limit=10))
        assert read(store, ledger.is_blob_used(kept.blob))
        assert (file.blob == kept.blob) == read(store, ledger.is_blob_used(file.blob))
        assert "t1" in read(store, ledger.ticket_ids("", 10))

    @pytest.mark.parametrize("why", ["taken", "dropped", "unknown", "elsewhere", "twice"])
    def test_what_is_no_draft_is_not_taken(self, store: Store, why: str) -> None:
        """It is a conflict, and nothing of the decision is stored: neither ticket nor receipt nor another file."""
        desk = fresh_desk()
        ledger, files = store.ledger(desk), (draft("f1"), draft("f2"))
        write(store, ledger.put_draft(files[0]))
        write(store, (store.ledger(fresh_desk()) if why == "elsewhere" else ledger).put_draft(files[1]))
        if why == "taken":
            write(store, ledger.save(taking("t0", files[1])))
        if why in ("dropped", "unknown"):
            write(store, ledger.drop_draft("f2"))
        named = (files[0], draft("gone") if why == "unknown" else files[0] if why == "twice" else files[1])
        before = read(store, _files_of(ledger))
        with pytest.raises(Conflict):
            write(store, ledger.save(_opening_with(desk, "t1", *named)))
        assert before == read(store, _files_of(ledger))
        assert () == read(store, ledger.ticket_ids("", 10))
        assert (None,) == read(store, ledger.receipts(["open-t1"]))

    def test_decisions_saved_together_share_no_file(self, store: Store) -> None:
        """Of several saved at once or one after the other in a transaction, two that take one draft are a conflict."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.put_draft(draft()))
        ours = [_opening_with(desk, f"t{number}", draft(), number=number) for number in (1, 2)]

        def one_by_one() -> Steps[None]:
            for decision in ours:
                yield from ledger.save(decision)

        for steps in (ledger.save(*ours), one_by_one()):
            with pytest.raises(Conflict):
                write(store, steps)
        assert (draft(),) == read(store, ledger.files(["f1"]))

    def test_many_files_at_once(self, store: Store) -> None:
        """Three hundred drafts are taken by one decision and read in one call."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        files = [draft(f"f{number}") for number in range(300)]
        write(store, _put_all(ledger, files))
        write(store, ledger.save(_opening_with(desk, "t1", *files)))
        ids = [file.id for file in files]
        assert tuple(taken(file, "t1") for file in reversed(files)) == read(store, ledger.files(ids[::-1]))

    def test_of_many_takers_one_has_the_file(self, store: Store) -> None:
        """Whoever asks at once, one ticket takes a draft, and the others learn that it is taken."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.put_draft(draft()))

        def take(number: int) -> Steps[bool]:
            (file,) = yield from ledger.files(["f1"])
            assert file is not None
            if file.ticket is not None:
                return False
            yield from ledger.save(_opening_with(desk, f"t{number}", draft(), number=number + 1))
            return True

        took = at_once(lambda number: write_among_others(store, lambda: take(number)), 4)
        (winner,) = [f"t{number}" for number, mine in enumerate(took) if mine]
        assert (taken(draft(), winner),) == read(store, ledger.files(["f1"]))
        assert (winner,) == read(store, ledger.ticket_ids("", 10))


def _put_all(ledger: Ledger, files: Iterable[File]) -> Steps[None]:
    for file in files:
        yield from ledger.put_draft(file)


def _opening_with(desk: str, ticket_id: str, *files: File, number: int = 1) -> Decision:
    """Return the decision that opens a ticket with files."""
    decision = opened_ticket(desk, ticket_id, number)
    receipt = given_receipt(decision.changes[0].ticket, f"open-{ticket_id}")
    return attrs.evolve(decision, files=taking(ticket_id, *files).files, receipt=receipt)


def _files_of(ledger: Ledger) -> Steps[list[Any]]:
    return (yield from entries_of(ledger, "file"))


def _expired(file: File, now: datetime) -> bool:
    return file.expires_at is not None and file.expires_at <= now
