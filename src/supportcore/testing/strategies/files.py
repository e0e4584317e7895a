"""Files: drafts, and those that tickets took."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.testing.strategies.values import digests, host_ids, instants, integers, keys, titles
from supportcore.tickets.files import File, taken


def files(*, draft: bool | None = None, **over: SearchStrategy[Any]) -> SearchStrategy[File]:
    """Return files: with *draft* true only drafts, false only those that a ticket took."""
    fields = {
        "id": host_ids(),
        "owner": host_ids(),
        "slot": keys(),
        "name": titles(),
        "description": titles(),
        "type": titles(),
        "size": integers(0),
        "sha256": digests(),
        "blob": titles(),
        "made_at": instants(),
        "expires_at": instants(),
    }
    drafts = st.builds(File, **{**fields, **over})
    if draft:
        return drafts
    of_tickets = st.builds(taken, drafts, over.get("ticket") or host_ids())
    return of_tickets if draft is False else drafts | of_tickets
