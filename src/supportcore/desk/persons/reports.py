"""What erasing a person reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs


@attrs.frozen(kw_only=True)
class Remainder:
    """
    Something about the person that stays, and why.

    Attributes:
        what: ``texts``, ``articles``, ``approvals``, ``rules`` or ``records``.
        count: How many there are.
        why: A sentence.
    """

    what: str
    count: int
    why: str


@attrs.frozen(kw_only=True)
class Erasure:
    """
    What `erase` did, or would do.

    Attributes:
        tombstone: Id that stands in the place of the person's from now on; empty where nothing was found, and where
            nothing was to be done yet.
        counts: How many entries were changed or removed, by kind (of `supportcore.storage.ports.ENTRY_KINDS`).
        tickets: Ids of the tickets that were rewritten, in order.
        stays: What is left, with reasons.
    """

    tombstone: str = ""
    counts: Mapping[str, int] = attrs.field(factory=dict)
    tickets: tuple[str, ...] = ()
    stays: tuple[Remainder, ...] = ()
    dry_run: bool = False


_WHY: Mapping[str, str] = {
    "texts": "what the person wrote as staff is the house's record; it is told without the person (texts=True empties "
    "it)",
    "articles": "articles are the house's; their author is the tombstone",
    "approvals": "open approvals wait for the person's vote, which never comes; where the others cannot settle it, "
    "change the ticket until its rule does not ask for it",
    "rules": "a stored definition names the person; tickets refer to it by its hash",
    "records": "the application keeps it itself; erase it there",
}


def remainders(left: Mapping[str, int], owned: int) -> Iterable[Remainder]:
    """Return what is left: so much of each, and as many records that the host keeps."""
    counts = {**left, "records": owned}
    return (Remainder(what=what, count=counts[what], why=why) for what, why in _WHY.items() if counts.get(what))
