"""The changes of an article, one by one, and what two of them differ in; for staff alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from supportcore.articles.permissions import ACTION_LABELS, WRITE, action_label, state_label
from supportcore.desk.checks import check_whole
from supportcore.desk.knowledge.listing import readable
from supportcore.desk.views.names import Names, load_names
from supportcore.desk.views.records import (
    DifferenceView,
    FieldChange,
    LineChange,
    OptionView,
    RevisionList,
    RevisionView,
)
from supportcore.desk.views.viewer import SIDE_LABELS, VISIBILITY_LABELS, Viewer
from supportcore.errors import NotFound, Refused
from supportcore.knowledge.article import Article, Revision
from supportcore.knowledge.difference import Value, fields, hunks
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import SAFE_INT
from supportcore.tickets.permissions import role_refusals

LIMIT = 200
"""Changes on a page, at most."""
_TITLE = ("Changes", "Cambios")
_DIFFERENCE = ("Differences", "Diferencias")
_PUT = ("Loaded", "Cargado")  # what a host did, which is no action
_KINDS = {
    "customer": "customer", "category": "category", "translation_of": "article", "products": "product",
    "services": "service",
}  # fmt: skip
"""Kinds of the records that fields name."""


def revisions(ledger: Ledger, viewer: Viewer, key: str, *, after: int, limit: int) -> Steps[RevisionList]:
    """
    Return up to *limit* changes of an article that come after one, oldest first.

    Raises:
        NotFound: There is none of this id, or none that the actor may read.
        Refused: The actor is not of staff.
        Invalid: *limit* is not between 1 and `LIMIT`, or *after* is no ``next`` of a list.
    """
    check_whole(limit, "limit", 1, LIMIT)
    check_whole(after, "after", 0, SAFE_INT)
    article = yield from _of_staff(ledger, viewer, key)
    found = yield from ledger.revisions(article.id, after=after, limit=limit + 1)
    shown = found[:limit]
    people = [revision.actor for revision in shown if revision.actor is not None]
    names = yield from load_names(ledger, viewer, people=people)
    return RevisionList(
        title=f"{viewer.say(*_TITLE)}: {article.title}",
        items=tuple(_view(viewer, names, revision) for revision in shown),
        next=shown[-1].n if len(found) > limit else 0,
    )


def difference(ledger: Ledger, viewer: Viewer, key: str, *, before: int, after: int) -> Steps[DifferenceView]:
    """
    Return what two revisions of an article differ in.

    Args:
        before: Number of a revision, or 0 for nothing.

    Raises:
        NotFound: There is no such article or revision, or none that the actor may read.
        Refused: The actor is not of staff.
        Invalid: A number that cannot be.
    """
    check_whole(before, "before", 0, SAFE_INT)
    check_whole(after, "after", 1, SAFE_INT)
    article = yield from _of_staff(ledger, viewer, key)
    old = (yield from _revision(ledger, article.id, before)).form if before else None
    new = (yield from _revision(ledger, article.id, after)).form
    changed = fields(old, new)
    refs = [(_KINDS[name], id_) for name, *values in changed if name in _KINDS for one in values for id_ in _ids(one)]
    names = yield from load_names(ledger, viewer, refs=refs)
    return DifferenceView(
        title=f"{viewer.say(*_DIFFERENCE)}: {new.title}",
        before=before,
        after=after,
        fields=tuple(
            FieldChange(
                label=viewer.article_field(name),
                before=_told(viewer, names, name, one),
                after=_told(viewer, names, name, two),
            )
            for name, one, two in changed
        ),
        hunks=tuple(
            tuple(LineChange(kind=line.kind, text=line.text) for line in hunk)
            for hunk in hunks("" if old is None else old.body, new.body)
        ),
    )


def _of_staff(ledger: Ledger, viewer: Viewer, key: object) -> Steps[Article]:
    """Return an article to somebody of staff; others are told that it is not theirs, or not there."""
    article = yield from readable(ledger, viewer, key)
    if reasons := role_refusals(viewer.desk, viewer.actor, lambda role: role.side == "staff"):
        raise Refused(*reasons)
    return article


def _revision(ledger: Ledger, article: str, n: int) -> Steps[Revision]:
    found = yield from ledger.revisions(article, after=n - 1, limit=1)
    if not found or found[0].n != n:
        raise NotFound(kind="revision", id=n)
    return found[0]


def _view(viewer: Viewer, names: Names, revision: Revision) -> RevisionView:
    """Return a change; what the host did was done by nobody."""
    author = viewer.say(*SIDE_LABELS["desk"]) if revision.actor is None else names.person(revision.actor, "staff")
    return RevisionView(
        n=revision.n,
        when=viewer.when(revision.at),
        author=author,
        action=OptionView(value=revision.action, title=_action(viewer, revision.action)),
        comment=revision.comment,
    )


def _action(viewer: Viewer, name: str) -> str:
    known = WRITE if name == "create" else name
    return action_label(viewer.desk, known, viewer.actor.locale) if known in ACTION_LABELS else viewer.say(*_PUT)


def _ids(value: Value) -> Iterator[str]:
    yield from () if value is None else (value,) if isinstance(value, str) else sorted(value)


def _told(viewer: Viewer, names: Names, name: str, value: Value) -> str:
    """Return the value of a field in words; empty for none."""
    wordings: Mapping[str, Any] = {
        "visibility": lambda one: viewer.say(*VISIBILITY_LABELS[one]),
        "state": lambda one: state_label(viewer.desk, one, viewer.actor.locale),
    }
    if name in _KINDS:
        return ", ".join(names.record(_KINDS[name], id_) for id_ in _ids(value))
    return ", ".join(wordings.get(name, str)(one) for one in _ids(value))
