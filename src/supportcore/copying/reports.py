"""What a copy tells: how far it is, what came of it, and why it was refused."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from supportcore.errors import SupportError
from supportcore.storage.ports import Key

SHOWN = 20
"""How many differences a report lists; it counts all of them."""


class CopyError(SupportError, ValueError):
    """
    A copy that cannot be made.

    Attributes:
        code: ``copy_refused`` (what is asked, or what the target holds) or ``copy_unreadable`` (a damaged file).
        params: The facts behind the message: ``why``; of a damaged file also ``path`` and ``line``.
    """

    code = "copy_refused"

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        super().__init__(None, **params)


def refused(why: str) -> CopyError:
    """Return the error of a copy that is not made, and why."""
    return CopyError("copy_refused", why=why)


@attrs.frozen(kw_only=True)
class Progress:
    """
    How far a copy is.

    Attributes:
        stage: ``check``, ``copy`` or ``verify``.
        desk: The desk at work.
        kind: The kind of its entries, of `supportcore.storage.ports.ENTRY_KINDS`.
        entries: How many entries of that desk and kind this stage is through with.
        done: How many of all desks and kinds.
        total: How many there will be, where that is known.
    """

    stage: str
    desk: str
    kind: str
    entries: int
    done: int
    total: int | None = None


@attrs.frozen(kw_only=True)
class Difference:
    """An entry that is not the same on both sides."""

    desk: str
    kind: str
    key: Key
    what: str

    def __str__(self) -> str:
        return f"{self.desk}: {shown(self.kind, self.key)} {self.what}"


@attrs.frozen(kw_only=True)
class CopyReport:
    """
    What a copy came to.

    Attributes:
        source: What messages call the source; never holds a password.
        target: What messages call the target.
        counts: How many entries the source has, by desk and kind.
        copied: How many entries were written.
        already: How many were there, and the same, from an earlier run.
        compared: How many were compared afterwards.
        differences: The first `SHOWN` entries that are not the same on both sides; empty if the copy is one.
        differing: How many there are.
        seconds: How long the writing took.
    """

    source: str
    target: str
    counts: Mapping[str, Mapping[str, int]]
    copied: int
    already: int
    compared: int
    differences: tuple[Difference, ...]
    differing: int
    seconds: float

    @property
    def rate(self) -> float:
        """Entries written a second."""
        return self.copied / self.seconds if self.seconds else 0.0


def shown(kind: str, key: Key) -> str:
    """
    Return an entry as a message names it.

    >>> shown("event", ("t1", 3))
    'event t1/3'
    """
    return f"{kind} {'/'.join(str(part) for part in key)}"
