"""What stands on a ticket beside its facts, and what happens to it: approvals, followers, links, tags, ratings."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.testing.strategies.values import _maybe, digests, host_ids, instants, integers, keys
from supportcore.tickets.bonds import DECIDED, LINKS, VERDICTS, Approval, Follower, Link, Vote
from supportcore.tickets.events import (
    ApprovalAsked,
    ApprovalWithdrawn,
    ContentRef,
    Event,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Rated,
    Tagged,
    Unfollowed,
    Unlinked,
    Voted,
)


def approvals() -> SearchStrategy[Approval]:
    """Return approvals, open and decided."""
    votes = st.lists(st.builds(Vote, person=host_ids(), verdict=st.sampled_from(VERDICTS)), max_size=2).map(tuple)
    voters = st.lists(host_ids(), max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
    decided = _maybe(st.sampled_from(DECIDED))
    return st.builds(Approval, key=keys(), voters=voters, needed=integers(1), votes=votes, decided=decided)


def _roles() -> SearchStrategy[tuple[str, ...]]:
    return st.lists(keys(), max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


def _tags() -> SearchStrategy[tuple[str, ...]]:
    return st.lists(keys(), max_size=3, unique=True).map(lambda found: tuple(sorted(found)))


def followers() -> SearchStrategy[Follower]:
    """Return those who follow a ticket."""
    return st.builds(Follower, person=host_ids(), roles=_roles())


def links() -> SearchStrategy[Link]:
    """Return links of a ticket."""
    return st.builds(Link, kind=st.sampled_from(LINKS), ticket=host_ids())


def bonds() -> dict[str, SearchStrategy[Any]]:
    """Return the fields of a ticket that are told here, by name."""
    ids = st.lists(host_ids(), max_size=2, unique=True).map(tuple)
    return {
        "reference": _maybe(host_ids()),
        "reassigned": st.booleans(),
        "confirmed": st.booleans(),
        "rating": _maybe(integers()),
        "rated": st.booleans(),
        "worded": st.booleans(),
        "approvals": st.lists(approvals(), max_size=2, unique_by=lambda one: one.key).map(tuple),
        "tags": _tags(),
        "followers": st.lists(followers(), max_size=2, unique_by=lambda one: one.person).map(tuple),
        "links": st.lists(links(), max_size=2, unique=True).map(tuple),
        "merged_into": _maybe(host_ids()),
        "merged": ids,
    }


def bond_events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return events of every class that is about these."""
    ref = _maybe(st.builds(ContentRef, id=host_ids(), digest=digests()))
    happened = {"at": instants(), "actor": host_ids(), **over}
    kind = st.sampled_from(LINKS)
    numbered = {**happened, "number": integers(1)}
    return st.one_of(
        st.builds(Rated, **happened, rating=integers(), comment=ref),
        st.builds(ApprovalAsked, **happened, approval=approvals()),
        st.builds(ApprovalWithdrawn, **happened, approval=keys()),
        st.builds(
            Voted,
            **happened,
            approval=keys(),
            verdict=st.sampled_from(VERDICTS),
            internal=ref,
            decided=_maybe(st.sampled_from(DECIDED)),
        ),
        st.builds(Tagged, **happened, tags=_tags()),
        st.builds(Followed, **happened, person=host_ids(), roles=_roles()),
        st.builds(Unfollowed, **happened, person=host_ids()),
        st.builds(Linked, **happened, kind=kind, other=host_ids()),
        st.builds(Unlinked, **happened, kind=kind, other=host_ids()),
        st.builds(Merged, **numbered, into=host_ids()),
        st.builds(MergedFrom, **numbered, ticket=host_ids()),
    )
