"""
What an actor asks of the knowledge base, as requests; `Acting` and `AsyncActing` differ only in how they are executed.

What takes more than one transaction (a page that is read, and then noted as read) is a generator of requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from supportcore.articles.commands import ReviseArticle, StepArticle, WriteArticle
from supportcore.desk.requests import Request, Requests
from supportcore.desk.views.viewer import Viewer
from supportcore.lazy import Later

if TYPE_CHECKING:
    from supportcore.desk.knowledge import forms, listing, pages, revisions, searching, suggesting
    from supportcore.desk.views import profile
    from supportcore.desk.views.records import (
        ArticleList,
        ArticlePage,
        DifferenceView,
        FormView,
        RevisionList,
        SearchView,
        SuggestionView,
        TicketHits,
    )
    from supportcore.storage.ports import Ledger, Steps
    from supportcore.tickets.commands import Receipt
else:
    forms, listing, pages, revisions, searching, suggesting = (
        Later(f"supportcore.desk.knowledge.{name}")
        for name in ("forms", "listing", "pages", "revisions", "searching", "suggesting")
    )
    profile = Later("supportcore.desk.views.profile")

T = TypeVar("T")


class KnowledgeRequests:
    """
    What one actor can ask of the knowledge base.

    Args:
        requests: What the actor can ask of the desk.
        addresses: Where entries of the menu lead that are the host's, by key.
    """

    def __init__(self, requests: Requests, addresses: Mapping[str, str]) -> None:
        self._requests = requests
        self._addresses = addresses

    # -- commands

    def write(
        self, document: Mapping[str, object], *, article: str, origin: str | None, command_id: str | None
    ) -> Request[Receipt]:
        """Begin an article."""
        id_ = self._requests.fresh_id(command_id)
        return self._requests.command(WriteArticle(command_id=id_, article=article, fields=document, origin=origin))

    def revise(
        self,
        article: str,
        document: Mapping[str, object],
        *,
        comment: str,
        seen_version: int | None,
        command_id: str | None,
    ) -> Request[Receipt]:
        """Change what an article says."""
        id_ = self._requests.fresh_id(command_id)
        command = ReviseArticle(
            command_id=id_, article=article, fields=document, comment=comment, seen_version=seen_version
        )
        return self._requests.command(command)

    def step(
        self, article: str, action: str, *, comment: str, seen_version: int | None, command_id: str | None
    ) -> Request[Receipt]:
        """Take an action of an article's lifecycle."""
        id_ = self._requests.fresh_id(command_id)
        command = StepArticle(
            command_id=id_, article=article, action=action, comment=comment, seen_version=seen_version
        )
        return self._requests.command(command)

    # -- views

    def articles(self, *, after: str, limit: int, where: Mapping[str, object] | None) -> Request[ArticleList]:
        """Return articles."""
        return self._shown(
            lambda ledger, viewer: listing.articles(ledger, viewer, after=after, limit=limit, where=where or {})
        )

    def article(self, key: str, *, suggestion: str) -> Steps[ArticlePage]:
        """Return an article, and note that it was read."""
        viewer = yield from self._localised()
        return (yield from pages.read(viewer, self._requests, key, suggestion=suggestion))

    def article_form(self, key: str | None, *, origin: str | None) -> Request[FormView]:
        """Return the form of an article."""
        return self._shown(
            lambda ledger, viewer: forms.article_form(ledger, viewer, self._requests, key, origin=origin)
        )

    def revisions(self, key: str, *, after: int, limit: int) -> Request[RevisionList]:
        """Return the changes of an article."""
        return self._shown(lambda ledger, viewer: revisions.revisions(ledger, viewer, key, after=after, limit=limit))

    def difference(self, key: str, before: int, after: int) -> Request[DifferenceView]:
        """Return what two revisions differ in."""
        return self._shown(lambda ledger, viewer: revisions.difference(ledger, viewer, key, before=before, after=after))

    def vote(self, key: str, helpful: bool | None) -> Request[None]:
        """Say whether an article helped."""
        return Request(lambda ledger: pages.vote(ledger, self._viewer(), key, helpful), write=True)

    def search(
        self, asked: str, *, where: Mapping[str, object] | None, product: str | None, page: int, limit: int
    ) -> Request[SearchView]:
        """Return articles that answer a question."""
        return self._shown(
            lambda ledger, viewer: searching.search(
                ledger, viewer, asked, where=where or {}, product=product, page=page, limit=limit
            )
        )

    def suggest(self, title: str, *, product: str | None, typing: bool, limit: int) -> Steps[SuggestionView]:
        """Return what may answer the question of a ticket, and note what was suggested."""
        viewer = yield from self._localised()
        asked = suggesting.suggest(viewer, self._requests, title, product=product, typing=typing, limit=limit)
        return (yield from asked)

    def search_tickets(self, asked: str, *, limit: int) -> Request[TicketHits]:
        """Return tickets that have every word asked for."""
        return self._shown(lambda ledger, viewer: searching.search_tickets(ledger, viewer, asked, limit=limit))

    def _shown(self, view: Callable[[Ledger, Viewer], Steps[T]]) -> Request[T]:
        """Return the request of a view; see `supportcore.desk.views.profile.shown`."""
        return Request(lambda ledger: profile.shown(ledger, self._viewer(), view))

    def _localised(self) -> Steps[Viewer]:
        """Return the viewer of what takes more than one transaction."""
        viewer = self._viewer()
        if viewer.actor.locale:
            return viewer
        found: Viewer = yield Request(lambda ledger: profile.localised(ledger, viewer))
        return found

    def _viewer(self) -> Viewer:
        """Return whom the view is for, or refuse somebody without a role."""
        return self._requests.viewer(self._addresses)
