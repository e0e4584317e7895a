"""
What an actor is shown, as requests: each view is read in one transaction and made by a function of its own.

`Acting` and `AsyncActing` differ only in how requests are executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from supportcore.desk.requests import Request, Requests
from supportcore.desk.views.viewer import Viewer
from supportcore.lazy import Later
from supportcore.storage.ports import Ledger, Steps

if TYPE_CHECKING:
    from supportcore.desk.views import forms, gathered, home, listing, notices, page, profile, questions, worded
    from supportcore.desk.views.errors import ErrorView
    from supportcore.desk.views.records import (
        CalendarView,
        FileList,
        FormView,
        Home,
        ListView,
        NoticeList,
        Profile,
        QuestionList,
        TicketPage,
    )
    from supportcore.errors import SupportError
else:
    forms, gathered, home, listing, notices, page, profile, questions, worded = (
        Later(f"supportcore.desk.views.{name}")
        for name in ("forms", "gathered", "home", "listing", "notices", "page", "profile", "questions", "worded")
    )

T = TypeVar("T")


class Viewing:
    """
    The views of one actor.

    Args:
        requests: What the actor can ask; views ask the same, so that they show no more.
        addresses: Where entries of the menu lead that are the host's, by key.
    """

    def __init__(self, requests: Requests, addresses: Mapping[str, str]) -> None:
        self._requests = requests
        self._addresses = addresses

    def home(self) -> Request[Home]:
        """Return the first screen."""
        return self._shown(lambda ledger, viewer: home.home(ledger, viewer))

    def listing(
        self,
        key: str | None,
        *,
        board: str | None,
        cell: str | None,
        where: Mapping[str, object] | None,
        search: str,
        sort: str | None,
        limit: int | None,
        cursor: str | None,
        page: int | None,
    ) -> Request[ListView]:
        """Return a page of a list."""
        asked = listing.Asked(
            key=key,
            board=board,
            cell=cell,
            where=where,
            search=search,
            sort=sort,
            limit=limit,
            cursor=cursor,
            page=page,
        )
        return self._shown(lambda ledger, viewer: listing.listing(ledger, viewer, asked))

    def form(self, *, area: str | None, service: str | None, variant: str) -> Request[FormView]:
        """Return an intake form."""
        return self._shown(
            lambda ledger, viewer: forms.intake(ledger, viewer, area=area, service=service, variant=variant)
        )

    def page(self, ticket: str | int) -> Request[TicketPage]:
        """Return the page of a ticket."""
        return self._shown(lambda ledger, viewer: page.page(ledger, viewer, self._requests, ticket))

    def notices(self, *, since: str, before: str, limit: int) -> Request[NoticeList]:
        """Return notices."""
        return self._shown(
            lambda ledger, viewer: notices.notices(ledger, viewer, since=since, before=before, limit=limit)
        )

    def mark_read(self, ids: Sequence[str]) -> Request[None]:
        """Note notices as read."""
        return Request(lambda ledger: notices.mark_read(ledger, self._viewer(), ids), write=True)

    def profile(self) -> Request[Profile]:
        """Return the profile."""
        return self._shown(lambda ledger, viewer: profile.profile(ledger, viewer))

    def profile_form(self) -> Request[FormView]:
        """Return the profile as a form."""
        return self._shown(profile.profile_form)

    def questions(self) -> Request[QuestionList]:
        """Return open questions."""
        return self._shown(lambda ledger, viewer: questions.questions(ledger, viewer, self._requests))

    def files(self, *, before: int | None, limit: int) -> Request[FileList]:
        """Return files of tickets."""
        return self._shown(lambda ledger, viewer: gathered.files(ledger, viewer, before=before, limit=limit))

    def calendar(self, *, mine: bool) -> Request[CalendarView]:
        """Return what is due when."""
        return self._shown(lambda ledger, viewer: gathered.calendar(ledger, viewer, mine=mine))

    def error(self, error: SupportError) -> ErrorView:
        """Return an error in words; nothing is read for it."""
        return worded.error_of(self._requests.reader(self._addresses), error)

    def _shown(self, view: Callable[[Ledger, Viewer], Steps[T]]) -> Request[T]:
        """Return the request of a view; see `supportcore.desk.views.profile.shown`."""
        return Request(lambda ledger: profile.shown(ledger, self._viewer(), view))

    def _viewer(self) -> Viewer:
        """Return whom the view is for, or refuse somebody without a role."""
        return self._requests.viewer(self._addresses)
