"""What one actor can do and see of the knowledge base, awaited: a part of `AsyncActing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from supportcore.desk.knowledge.requests import KnowledgeRequests
    from supportcore.desk.requests import Request
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
    from supportcore.storage.ports import Steps
    from supportcore.tickets.commands import Receipt

T = TypeVar("T")


class AsyncKnowing:
    """Articles: found, read, written; search and suggestions."""

    _knowing: KnowledgeRequests

    if TYPE_CHECKING:

        async def _run(self, request: Request[T]) -> T: ...

        async def _hand(self, doing: Steps[T]) -> T: ...

    async def write_article(
        self,
        document: Mapping[str, object],
        *,
        article: str = "",
        origin: str | None = None,
        command_id: str | None = None,
    ) -> Receipt:
        """
        Begin an article, as a draft.

        Args:
            document: ``title``, ``body`` (Markdown), ``language``, ``visibility``, ``customer``, ``category``,
                ``translation_of``, and lists of ids ``products``, ``services``, ``tags``; see `article_form`.
            article: Its id; one that is made up by default.
            origin: Id of the resolved ticket it is made of.

        Raises:
            Refused: The actor does not write articles here, or the ticket is not resolved.
            Invalid: Faults of the document, all at once.
        """
        return await self._run(self._knowing.write(document, article=article, origin=origin, command_id=command_id))

    async def revise_article(
        self,
        article: str,
        document: Mapping[str, object],
        *,
        comment: str = "",
        seen_version: int | None = None,
        command_id: str | None = None,
    ) -> Receipt:
        """
        Change what an article says; what is absent stays.

        Raises:
            Refused: The actor may not revise it in this state.
            StaleVersion: It changed since *seen_version*.
            Invalid: Faults of the document, all at once.
        """
        return await self._run(
            self._knowing.revise(article, document, comment=comment, seen_version=seen_version, command_id=command_id)
        )

    async def act_on_article(
        self,
        article: str,
        action: str,
        *,
        comment: str = "",
        seen_version: int | None = None,
        command_id: str | None = None,
    ) -> Receipt:
        """
        Take an action: ``submit``, ``send_back``, ``publish``, ``confirm``, ``retire`` or ``restore``.

        Raises:
            Refused: The actor may not take it, or not in this state.
            StaleVersion: It changed since *seen_version*.
        """
        return await self._run(
            self._knowing.step(article, action, comment=comment, seen_version=seen_version, command_id=command_id)
        )

    async def articles(
        self, *, after: str = "", limit: int = 50, where: Mapping[str, object] | None = None
    ) -> ArticleList:
        """
        Return articles this actor may read, by id.

        Args:
            after: ``next`` of the list before.
            where: Filter to value or list of values: ``language``, ``category`` (with what is below it), ``product``,
                ``service``, ``tag``, ``visibility``, and, for staff, ``state``; published ones by default.

        Raises:
            Invalid: A limit, cursor or filter that cannot be.
        """
        return await self._run(self._knowing.articles(after=after, limit=limit, where=where))

    async def article(self, key: str, *, suggestion: str = "") -> ArticlePage:
        """
        Return an article this actor may read, and note that it was read.

        Args:
            suggestion: ``id`` of the suggestion that led here.

        Raises:
            NotFound: There is none of this id, or none that the actor may read.
        """
        return await self._hand(self._knowing.article(key, suggestion=suggestion))

    async def article_form(self, key: str | None = None, *, origin: str | None = None) -> FormView:
        """
        Return the form of a new article, or of one that is to be revised.

        Args:
            key: Id of the article.
            origin: Id of the resolved ticket that a new one is made of: the form holds its question and answer, without
                what tells of the customer.
        """
        return await self._run(self._knowing.article_form(key, origin=origin))

    async def revisions(self, key: str, *, after: int = 0, limit: int = 50) -> RevisionList:
        """
        Return the changes of an article, oldest first; for staff.

        Args:
            after: ``next`` of the list before.
        """
        return await self._run(self._knowing.revisions(key, after=after, limit=limit))

    async def difference(self, key: str, before: int, after: int) -> DifferenceView:
        """
        Return what two revisions of an article differ in; for staff.

        Args:
            before: Number of a revision, or 0 for nothing.
            after: Number of a revision.
        """
        return await self._run(self._knowing.difference(key, before, after))

    async def vote(self, key: str, helpful: bool | None) -> None:
        """
        Say whether an article helped; None takes it back. A person has one vote.

        Raises:
            NotFound: There is no such article, or none that the actor may read.
        """
        await self._run(self._knowing.vote(key, helpful))

    async def search(
        self,
        asked: str,
        *,
        where: Mapping[str, object] | None = None,
        product: str | None = None,
        page: int = 1,
        limit: int = 10,
    ) -> SearchView:
        """
        Return articles this actor may read that answer a question, best first.

        Args:
            asked: Words and codes; there are no operators.
            where: Filters, as `articles` takes them, but ``state``: only what is published is found.
            product: Id of a product; articles about it count by a quarter more.
            page: From 1.
            limit: Articles on a page, 50 at most.

        Raises:
            Invalid: A page, limit, filter or *product* that cannot be. A question without words finds nothing.
        """
        return await self._run(self._knowing.search(asked, where=where, product=product, page=page, limit=limit))

    async def suggest(
        self, title: str, *, product: str | None = None, typing: bool = False, limit: int = 5
    ) -> SuggestionView:
        """
        Return articles that may answer what a ticket is about to be opened for, and similar tickets that were resolved.

        Args:
            title: Of the ticket.
            product: Id of its product; articles about it count by a quarter more.
            typing: The title is not complete: its last word may go on. Nothing is recorded then.
            limit: Articles, and tickets, at most; 20 at most.

        Raises:
            Invalid: A limit or *product* that cannot be.
        """
        return await self._hand(self._knowing.suggest(title, product=product, typing=typing, limit=limit))

    async def search_tickets(self, asked: str, *, limit: int = 25) -> TicketHits:
        """
        Return tickets this actor may see that have every word asked for in title, number or first public message.

        Args:
            asked: Words, codes, or a number such as ``#968``.
            limit: Tickets at most, newest first; 100 at most.
        """
        return await self._run(self._knowing.search_tickets(asked, limit=limit))
