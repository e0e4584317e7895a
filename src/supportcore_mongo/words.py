"""
Which tickets the index has under every word of a list's, without ever naming too many of them to the server.

A filter is a document, and no document is longer than 16 MB. So the word that fewest tickets have is looked at first.
If at most `MOST` have it, theirs are the only ids that can be meant, and the other words narrow them. Otherwise so many
tickets have every word, each by itself, that going through the list in its order soon meets those that have all: then
`among` is asked of each step of at most `MOST` tickets. Both are exact; the bound only chooses between them.
"""

from __future__ import annotations

from collections.abc import Sequence

from supportcore.knowledge.postings import TICKETS
from supportcore.storage.ports import Steps, Words
from supportcore_mongo.operations import Doc, Operation

MOST = 5000
"""Ids in one filter; with 64 characters of four bytes each they take less than a tenth of what a document may."""


def having(desk: str, words: Words) -> Steps[tuple[list[str] | None, Words]]:
    """
    Return the ids of the tickets that have one of the terms of each of *words*.

    Returns:
        The ids, in no order, or None if more than `MOST` have every single word; and the words, the rarest first.
    """
    sizes: dict[tuple[str, ...], int] = {}
    for word in dict.fromkeys(words):
        where = _under(desk, word)
        sizes[word] = yield Operation("postings", "count_documents", (where,), {"limit": MOST + 1})
    rarest, *others = ordered = sorted(sizes, key=sizes.__getitem__)
    if sizes[rarest] > MOST:
        return None, tuple(ordered)
    ids = yield from _records(_under(desk, rarest))
    return (yield from among(desk, others, sorted(ids))), tuple(ordered)


def among(desk: str, words: Sequence[tuple[str, ...]], ids: list[str]) -> Steps[list[str]]:
    """Return those of at most `MOST` tickets that have one of the terms of each of *words*, in the same order."""
    for word in words:
        if not ids:
            break
        found = yield from _records({**_under(desk, word), "record": {"$in": ids}})
        ids = [each for each in ids if each in found]
    return ids


def _under(desk: str, word: tuple[str, ...]) -> Doc:
    return {"desk": desk, "kind": TICKETS, "term": {"$in": list(word)}}


def _records(where: Doc) -> Steps[set[str]]:
    found = yield Operation("postings", "find", (where, {"_id": 0, "record": 1}))
    return {document["record"] for document in found}
