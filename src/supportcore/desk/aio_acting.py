"""
``AsyncActing``: what one actor can do and see on a desk, awaited.

Commands return a `Receipt`, questions the records themselves, views what a screen needs (`supportcore.desk.views`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from supportcore.desk.aio_asking import AsyncAsking
from supportcore.desk.aio_doing import AsyncDoing
from supportcore.desk.bonds.aio_acting import AsyncBonding
from supportcore.desk.knowledge.aio_acting import AsyncKnowing
from supportcore.lazy import Later

if TYPE_CHECKING:
    from supportcore.desk import downloads, filing, hands, viewing
    from supportcore.desk import profile as saving
    from supportcore.desk.aio import AsyncDesk
    from supportcore.desk.bonds import requests as bonds
    from supportcore.desk.downloads import AsyncDownload
    from supportcore.desk.filing import Filing
    from supportcore.desk.knowledge import requests as knowing
    from supportcore.desk.profile import Saving
    from supportcore.desk.requests import Request, Requests
    from supportcore.desk.views.errors import ErrorView
    from supportcore.desk.views.records import (
        CalendarView,
        DraftList,
        FileList,
        FileView,
        FormView,
        Home,
        ListView,
        NoticeList,
        Profile,
        QuestionList,
        TicketPage,
    )
    from supportcore.errors import SupportError
    from supportcore.storage import ports
    from supportcore.storage.blobs import AsyncReadable
    from supportcore.storage.ports import Steps
else:
    downloads, filing = Later("supportcore.desk.downloads"), Later("supportcore.desk.filing")
    hands, viewing = Later("supportcore.desk.hands"), Later("supportcore.desk.viewing")
    bonds = Later("supportcore.desk.bonds.requests")
    knowing = Later("supportcore.desk.knowledge.requests")
    saving = Later("supportcore.desk.profile")
    ports = Later("supportcore.storage.ports")

T = TypeVar("T")


class AsyncActing(AsyncDoing, AsyncAsking, AsyncKnowing, AsyncBonding):
    """What one actor can do and see on a desk. Commands return a `Receipt`; the same id returns the same one."""

    def __init__(self, desk: AsyncDesk, requests: Requests) -> None:
        self._desk = desk
        self._requests = requests
        self._views = viewing.Viewing(requests, desk._addresses)
        self._knowing = knowing.KnowledgeRequests(requests, desk._addresses)
        self._bonds = bonds.BondRequests(requests)

    # -- views

    async def home(self) -> Home:
        """Return the first screen: menu, greeting, boards with counts, unread notices, open questions."""
        return await self._run(self._views.home())

    async def listing(
        self,
        key: str | None = None,
        *,
        board: str | None = None,
        cell: str | None = None,
        where: Mapping[str, object] | None = None,
        search: str = "",
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        page: int | None = None,
    ) -> ListView:
        """
        Return a page of a list of the desk.

        Args:
            key: Of the list; the desk's first, or that of the board, by default.
            board: Key of a board, whose box *cell* narrows the list.
            where: Filter to value; None for "has none". Only filters that the list has.
            search: Only tickets that have every word of this in title, number or first public message.
            sort: Key of a column that can be sorted by, with ``-`` before it for descending.
            limit: Rows a page; what the list says by default.
            cursor: ``next`` or ``previous`` of a page of the same list.
            page: Number of a page, from 1, instead of a cursor.

        Raises:
            NotFound: There is no such list, board or box for this actor.
            Invalid: A filter, sort key, limit, page or cursor that cannot be.
        """
        asked = self._views.listing(
            key,
            board=board,
            cell=cell,
            where=where,
            search=search,
            sort=sort,
            limit=limit,
            cursor=cursor,
            page=page,
        )
        return await self._run(asked)

    async def form(self, *, area: str | None = None, service: str | None = None, variant: str = "") -> FormView:
        """
        Return the intake form for an area, a service and a variant: the one made for most of them.

        Raises:
            NotFound: There is none of that variant, or for that area or service; there is no such area; this actor may
                not name the service; or nothing could be sent with the form.
            Refused: The actor may not open tickets here.
        """
        return await self._run(self._views.form(area=area, service=service, variant=variant))

    async def page(self, ticket: str | int) -> TicketPage:
        """Return a ticket, by id or number, as its page shows it: head, state, thread, files, actions with forms."""
        return await self._run(self._views.page(ticket))

    async def notices(self, *, since: str = "", before: str = "", limit: int = 50) -> NoticeList:
        """
        Return in-app notices to this actor and the actor's teams, newest first, about tickets the actor may see.

        Args:
            since: ``since`` of an earlier list; only notices that are newer.
            before: ``next`` of the list before; only notices that are older.
        """
        return await self._run(self._views.notices(since=since, before=before, limit=limit))

    async def mark_read(self, notices: Sequence[str]) -> None:
        """Note that this actor has read notices, by id; those of others are left alone."""
        await self._run(self._views.mark_read(notices))

    async def profile(self) -> Profile:
        """Return what the desk knows of this actor."""
        return await self._run(self._views.profile())

    async def profile_form(self) -> FormView:
        """Return the profile as a form; `save_profile` takes its document."""
        return await self._run(self._views.profile_form())

    async def save_profile(self, document: Mapping[str, object], *, files: Sequence[str] = ()) -> Profile:
        """Store what the actor chose, all at once, and return the profile."""
        return await self._hand(self._saving().save(document, files))

    async def questions(self) -> QuestionList:
        """Return what this actor is asked about tickets, such as whether one was solved, oldest ticket first."""
        return await self._run(self._views.questions())

    async def files(self, *, before: int | None = None, limit: int = 50) -> FileList:
        """
        Return files of tickets that this actor may see, newest ticket first, drafts aside.

        Args:
            before: ``next`` of an earlier list; only files of tickets with a lower number.
            limit: Of files, after which no further ticket is looked at; 200 tickets are at most.
        """
        return await self._run(self._views.files(before=before, limit=limit))

    async def calendar(self, *, mine: bool = True) -> CalendarView:
        """
        Return by when open tickets are due, as entries and as iCalendar text; 1,000 at most, the earliest.

        Args:
            mine: Only tickets that name this actor: as contact, responsible or assignee; otherwise all he may see.
        """
        return await self._run(self._views.calendar(mine=mine))

    def error(self, error: SupportError) -> ErrorView:
        """
        Return what a host answers this actor with where the library refuses or fails; nothing is read for it.

        It is told in the language of the actor's views and in the words of the desk, to somebody without a role too.

        Raises:
            Invalid: *error* is none of the library's.
        """
        return self._views.error(error)

    # -- files

    async def draft(
        self,
        stream: AsyncReadable,
        name: str,
        description: str = "",
        *,
        slot: str = "files",
        size: int | None = None,
    ) -> FileView:
        """
        Hand in a file, before or beside the command that takes it; nobody else sees it until then.

        Args:
            stream: Open in binary; read part by part, awaited or not, and no further than one part
                beyond what is allowed.
            name: What it is called; of a path only the last part is kept. The type follows from its end.
            description: What it shows, 255 characters at most.
            slot: Key of the place in a form it is meant for.
            size: Bytes that were announced, if any.

        Raises:
            Invalid: A name, type or size that is not taken here, all faults at once; too many drafts. Nothing is kept.
            Refused: The actor has no role here.
        """
        return await self._hand(self._filing().draft(stream, name, description, slot=slot, size=size))

    async def drafts(self) -> DraftList:
        """Return the files this actor handed in and no command took, oldest first; not those that expired."""
        return await self._run(self._filing().drafts())

    async def drop_draft(self, file_id: str) -> None:
        """
        Remove a draft of this actor's; in a joined desk it expires at once instead.

        Raises:
            NotFound: This actor has no such draft.
        """
        await self._hand(self._filing().drop_draft(file_id))

    async def open_file(self, file_id: str) -> AsyncDownload:
        """
        Return a file of a ticket, if this actor finds it on the ticket's page, or a draft of this actor's.

        Raises:
            NotFound: There is none, or none this actor may fetch.
        """
        return downloads.AsyncDownload(source=self._desk._files, **await self._run(self._filing().open_file(file_id)))

    async def _run(self, request: Request[T]) -> T:
        return await self._desk._run(request)

    async def _hand(self, doing: Steps[T]) -> T:
        return await ports.adrive(doing, hands.AsyncHands(self._desk).do)

    def _filing(self) -> Filing:
        desk = self._desk
        return filing.Filing(
            self._requests,
            clock=desk._clock,
            ids=desk._ids,
            in_store=desk._files.in_store,
            joined=desk.store.joined,
        )

    def _saving(self) -> Saving:
        desk = self._desk
        viewer = self._requests.viewer({})
        return saving.Saving(viewer, clock=desk._clock, in_store=desk._files.in_store, joined=desk.store.joined)
