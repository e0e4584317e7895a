"""
The two ends of a copy: where entries come from, and where they go.

An end is read section by section: one for each desk and kind, in the order of desks and of
`supportcore.storage.ports.ENTRY_KINDS`, and by key within. What has to be asked of a store is yielded (`Ask`), so that
the same code copies between synchronous and asynchronous stores; files are read and written on the spot.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from supportcore.copying.reports import CopyError, refused, shown
from supportcore.errors import Busy
from supportcore.storage.ports import ENTRY_KINDS, AsyncStore, Entry, Key, Ledger, Steps, Store

T = TypeVar("T")

READ_AT_ONCE = 500
_READ_AT_ONCE = {"rules": 8, "record": 100, "content": 64, "chunk": 8, "revision": 64}
"""Entries of a kind read at once, where one may be large: a text has 256 KiB at most, a chunk 340 KB."""
WRITTEN_AT_ONCE = 500
WEIGHT_AT_ONCE = 2 * 1024 * 1024  # characters; what is written in one transaction


class Ask(NamedTuple):
    """Steps to be executed in one transaction of a store."""

    store: Any
    steps: Callable[[], Steps[Any]]
    write: bool = False


Asks = Generator[Ask, Any, T]
"""A computation that yields what it asks of stores and returns a ``T``."""


def ask(store: Store | AsyncStore, steps: Callable[[], Steps[T]], *, write: bool = False) -> Asks[T]:
    """Return what *steps*, made anew for each attempt, come to in one transaction of *store*."""
    answer: T = yield Ask(store, steps, write)
    return answer


class Pass(Protocol):
    """One reading of an end, from its beginning on."""

    def fill(self, desk: str, kind: str, after: Key | None) -> Asks[Sequence[Entry]]:
        """Return the next entries of a section with a key greater than *after*; none at its end; sections in order."""

    def end(self) -> None:
        """
        Make sure that nothing is wrong with what was not asked for.

        Raises:
            CopyError: The rest of a file is damaged.
        """

    def close(self) -> None:
        """Let go of files."""


class Source(Protocol):
    """Where entries come from."""

    name: str

    def desks(self) -> Asks[tuple[str, ...]]:
        """Return the keys of its desks, ascending."""

    def read(self) -> Pass:
        """Begin to read."""


class Target(Protocol):
    """Where entries go."""

    name: str

    def prepare(self, desks: Sequence[str]) -> Asks[None]:
        """Look at what is there of an earlier run; changes nothing."""

    def present(self) -> Pass:
        """Begin to read what is there of an earlier run."""

    def last(self, desk: str, kind: str) -> Asks[Key | None]:
        """Return the greatest key that is there of a section."""

    def put(self, desk: str, entries: Sequence[Entry], *, after: Key | None) -> Asks[None]:
        """Store entries of one kind, the next ones behind *after*: all of them or none."""

    def finish(self) -> None:
        """Say that this is all."""

    def close(self) -> None:
        """Let go of files."""

    def read(self) -> Pass:
        """Begin to read the whole, which is finished."""


def sections(desks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield desk and kind of each section, in order."""
    for desk in desks:
        for kind in ENTRY_KINDS:
            yield desk, kind


def read_at_once(kind: str) -> int:
    """Return how many entries of a kind are read at once."""
    return _READ_AT_ONCE.get(kind, READ_AT_ONCE)


def weight(entry: Entry) -> int:
    """Return about how many characters an entry has; what is long stands at the top of its form, or of one in it."""
    return 200 + _length(entry.form)


def _length(form: Mapping[str, Any]) -> int:
    found = 0
    for value in form.values():
        if isinstance(value, str):
            found += len(value)
        elif isinstance(value, dict):
            found += _length(value)
    return found


class StoreEnd:
    """A store as either end."""

    def __init__(self, store: Store | AsyncStore) -> None:
        self.store = store
        self.name = store.url

    def desks(self) -> Asks[tuple[str, ...]]:
        """Return the keys of its desks."""
        return (yield from ask(self.store, self.store.desks))

    def read(self) -> StorePass:
        """Begin to read."""
        return StorePass(self.store)

    def prepare(self, desks: Sequence[str]) -> Asks[None]:
        """Find out whether it can be read at all."""
        yield from self.desks()

    def present(self) -> StorePass:
        """Begin to read what is there."""
        return StorePass(self.store)

    def last(self, desk: str, kind: str) -> Asks[Key | None]:
        """Return the greatest key of a section."""
        return (yield from ask(self.store, partial(self.store.ledger(desk).last_entry, kind)))

    def put(self, desk: str, entries: Sequence[Entry], *, after: Key | None) -> Asks[None]:
        """
        Store entries in one transaction; when nobody knows whether it was committed, it may be repeated.

        Raises:
            CopyError: Somebody else writes there, or an entry has not the form of its kind.
            StoreError: The store does not answer.
        """
        ledger = self.store.ledger(desk)
        first = shown(entries[0].kind, entries[0].key)
        try:
            yield from ask(self.store, partial(_put, ledger, entries, after, desk, self.name), write=True)
        except CopyError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            why = f"{first} of desk {desk}, or one that follows it, has not the form of its kind"
            raise refused(f"{why} ({type(error).__name__}: {error}); none of them was written") from error
        except Busy as error:
            yield from self.last(desk, entries[0].kind)  # raises if it is the store that is gone
            why = f"{first} of desk {desk} and what follows it cannot be written ({error.__cause__})"
            raise refused(f"{self.name}: {why}; {_ALONE}") from error

    def finish(self) -> None:
        """Do nothing: every transaction is complete."""

    def close(self) -> None:
        """Do nothing: the store is the caller's."""


_ALONE = "let nobody else write there while a copy runs, and run it again"


def _put(ledger: Ledger, entries: Sequence[Entry], after: Key | None, desk: str, name: str) -> Steps[None]:
    """Store entries, unless this very batch is there already."""
    kind = entries[0].kind
    last = yield from ledger.last_entry(kind)
    if last == entries[-1].key:
        return
    if last != after:
        there = "nothing" if last is None else shown(kind, last)
        due = "nothing" if after is None else shown(kind, after)
        raise refused(f"{name}: somebody else writes there: desk {desk} ends with {there} instead of {due}; {_ALONE}")
    yield from ledger.put_entries(entries)


class StorePass:
    """A store, read by key."""

    def __init__(self, store: Store | AsyncStore) -> None:
        self._store = store

    def fill(self, desk: str, kind: str, after: Key | None) -> Asks[Sequence[Entry]]:
        """Return the next entries of a section."""
        ledger = self._store.ledger(desk)
        steps = partial(ledger.entries, kind, after=after, limit=read_at_once(kind))
        found = yield from ask(self._store, steps)
        if found and after is not None and found[0].key <= after:
            raise refused(f"{self._store.url} does not keep desk {desk} in order: {shown(kind, found[0].key)} again")
        return found

    def end(self) -> None:
        """Do nothing: what was not asked for is not read."""

    def close(self) -> None:
        """Do nothing: no transaction stays open."""


class Cursor:
    """One section of a pass, entry by entry."""

    def __init__(self, of: Pass, desk: str, kind: str) -> None:
        self._of, self._desk, self._kind = of, desk, kind
        self._found: Sequence[Entry] = ()
        self._place = 0
        self._ended = False

    def peek(self) -> Asks[Entry | None]:
        """Return the next entry without passing over it; None at the end."""
        if self._place == len(self._found) and not self._ended:
            after = self._found[-1].key if self._found else None
            self._found = yield from self._of.fill(self._desk, self._kind, after)
            self._place, self._ended = 0, not self._found
        return None if self._ended else self._found[self._place]

    def skip(self) -> None:
        """Pass over the entry that `peek` returned."""
        self._place += 1


class Pairs:
    """Two passes over the same section side by side."""

    def __init__(self, ours: Pass, theirs: Pass, *, desk: str, kind: str) -> None:
        self._ours, self._theirs = Cursor(ours, desk, kind), Cursor(theirs, desk, kind)

    def next(self) -> Asks[tuple[Entry | None, Entry | None] | None]:
        """Return the entries under the next key, None for one that is not there; None after the last key."""
        ours = yield from self._ours.peek()
        theirs = yield from self._theirs.peek()
        if ours is None and theirs is None:
            return None
        if ours is not None and theirs is not None and ours.key != theirs.key:
            ours, theirs = (ours, None) if ours.key < theirs.key else (None, theirs)
        if ours is not None:
            self._ours.skip()
        if theirs is not None:
            self._theirs.skip()
        return ours, theirs
