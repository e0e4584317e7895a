"""
``Acting``: what one actor can do and see on a desk.

Commands return a `Receipt`, questions the records themselves, views what a screen needs (`supportcore.desk.views`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from supportcore.desk.bonds.acting import Bonding
from supportcore.desk.knowledge.acting import Knowing
from supportcore.lazy import Later

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.desk import downloads, filing, hands, viewing
    from supportcore.desk import profile as saving
    from supportcore.desk.bonds import requests as bonds
    from supportcore.desk.desk import Desk
    from supportcore.desk.downloads import Download
    from supportcore.desk.filing import Filing
    from supportcore.desk.knowledge import requests as knowing
    from supportcore.desk.offers import Offer
    from supportcore.desk.profile import Saving
    from supportcore.desk.promises import Promise
    from supportcore.desk.requests import Filters, Request, Requests
    from supportcore.desk.timeline import Entry
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
        Submit,
        TicketPage,
    )
    from supportcore.errors import SupportError
    from supportcore.sla.clocks import Light
    from supportcore.storage import ports
    from supportcore.storage.blobs import Readable
    from supportcore.storage.ports import Page, Steps
    from supportcore.tickets.commands import Receipt
    from supportcore.tickets.measures import Measures
    from supportcore.tickets.ticket import Ticket
else:
    downloads, filing = Later("supportcore.desk.downloads"), Later("supportcore.desk.filing")
    hands, viewing = Later("supportcore.desk.hands"), Later("supportcore.desk.viewing")
    bonds = Later("supportcore.desk.bonds.requests")
    knowing = Later("supportcore.desk.knowledge.requests")
    saving = Later("supportcore.desk.profile")
    ports = Later("supportcore.storage.ports")

T = TypeVar("T")


class Acting(Knowing, Bonding):
    """What one actor can do and see on a desk. Commands return a `Receipt`; the same id returns the same one."""

    def __init__(self, desk: Desk, requests: Requests) -> None:
        self._desk = desk
        self._requests = requests
        self._views = viewing.Viewing(requests, desk._addresses)
        self._knowing = knowing.KnowledgeRequests(requests, desk._addresses)
        self._bonds = bonds.BondRequests(requests)

    def open(
        self,
        document: Mapping[str, object],
        *,
        contact: str | None = None,
        form: str = "default",
        files: Sequence[str] = (),
        suggestion: str = "",
        command_id: str | None = None,
    ) -> Receipt:
        """
        Open a ticket.

        Args:
            document: The intake form, by field key.
            contact: Whom staff opens it for; the actor itself otherwise.
            form: Key of the form that was filled in.
            files: Ids of drafts to take.
            suggestion: ``id`` of what `suggest` returned for it.
            command_id: Makes a retry harmless; a fresh one by default.

        Raises:
            Refused: The actor may not open tickets here.
            Invalid: Faults of the document, all at once.
        """
        asked = self._requests.open(
            document, contact=contact, form=form, files=files, suggestion=suggestion, command_id=command_id
        )
        return self._run(asked)

    def open_all(
        self,
        documents: Sequence[Mapping[str, object]],
        *,
        contacts: Sequence[str | None] | None = None,
        command_ids: Sequence[str] | None = None,
    ) -> tuple[Receipt, ...]:
        """
        Open many tickets in one transaction, all or none; each as `open` does, numbered in the order given.

        Args:
            documents: 1,000 at most.
            contacts: For each document, whom staff opens it for.
            command_ids: For each document; fresh ones by default.

        Raises:
            Refused: The actor may not open tickets here.
            Invalid: Faults of a document, all at once; each path begins with its place, from 0.
        """
        return self._run(self._requests.open_all(documents, contacts=contacts, command_ids=command_ids))

    def reply(
        self,
        ticket: str,
        text: str = "",
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Write a public message: *text*, *files* (ids of drafts to take) or both."""
        return self._run(
            self._requests.reply(ticket, text, files=files, command_id=command_id, seen_version=seen_version)
        )

    def note(
        self,
        ticket: str,
        text: str = "",
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Write an internal note: *text*, *files* (ids of drafts to take) or both."""
        return self._run(
            self._requests.note(ticket, text, files=files, command_id=command_id, seen_version=seen_version)
        )

    def assign(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Say who works on it: ``assignee``, ``responsible``, ``team``; absent keeps, None takes away."""
        return self._run(self._requests.assign(ticket, document, command_id=command_id, seen_version=seen_version))

    def triage(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Classify it anew; absent keeps, None takes away."""
        return self._run(self._requests.triage(ticket, document, command_id=command_id, seen_version=seen_version))

    def set_deadline(
        self,
        ticket: str,
        deadline: datetime | None,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Set by when the ticket is to be done (plazo), or with None take that away.

        Raises:
            Invalid: The instant has passed, or is naive.
        """
        request = self._requests.set_deadline(ticket, deadline, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def retarget(self, ticket: str, *, command_id: str | None = None, seen_version: int | None = None) -> Receipt:
        """Put a ticket under today's service levels; it keeps those it was opened under until then."""
        return self._run(self._requests.retarget(ticket, command_id=command_id, seen_version=seen_version))

    def move(self, ticket: str, *, command_id: str | None = None, seen_version: int | None = None) -> Receipt:
        """
        Put a ticket under today's rules, in the state where their ``[moves]`` have those of its state go.

        It keeps the rules it was opened under until then. Its service levels stay; see `retarget`.
        """
        return self._run(self._requests.move(ticket, command_id=command_id, seen_version=seen_version))

    def cite(
        self,
        ticket: str,
        article: str,
        *,
        solved: bool = True,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Name a published article, by id, as what solved a ticket, or take that back; saying it again changes nothing.

        Args:
            solved: False takes it back.
        """
        request = self._requests.cite(ticket, article, solved=solved, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def act(
        self,
        ticket: str,
        action: str,
        document: Mapping[str, object] | None = None,
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Take an action of the workflow.

        Args:
            document: The form of the action, by field key.
            files: Ids of drafts to take.

        Raises:
            Refused: With the reasons that `actions` shows.
            StaleVersion: The ticket changed since *seen_version*.
        """
        request = self._requests.act(
            ticket, action, document, files=files, command_id=command_id, seen_version=seen_version
        )
        return self._run(request)

    def submit(
        self,
        submit: Submit | Mapping[str, object],
        document: Mapping[str, object],
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
    ) -> Receipt:
        """
        Give the command a form was made for, whatever it is.

        Args:
            submit: `FormView.submit`, or what `dump` made of it.
            document: The form filled in, by field key; its schema is that of the `FormView`.
            files: Ids of drafts to take.

        Raises:
            Refused: The rules do not allow it; `Invalid` with all faults if the document, or *submit* itself, is wrong.
            StaleVersion: The ticket changed since the form was made.
        """
        request = self._requests.submit(submit, document, files=files, command_id=command_id)
        return self._run(request)

    def actions(self, ticket: str | int | None = None) -> tuple[Offer, ...]:
        """Return every command and action, and of those not allowed, why; without a ticket, of opening one."""
        return self._run(self._requests.actions(ticket))

    def get(self, ticket: str | int) -> Ticket:
        """Return a ticket by id or number, as it is stored."""
        return self._run(self._requests.get(ticket))

    def find(
        self,
        where: Filters = None,
        *,
        sort: str = "-updated_at",
        limit: int = 50,
        cursor: str | None = None,
        page: int | None = None,
        total: bool = True,
    ) -> Page[Ticket]:
        """
        Return a page of the tickets this actor may see.

        Args:
            where: Field to value, list of values, or None for "has none"; or a predicate.
            sort: One of the sort keys, with ``-`` before it for descending.
            cursor: ``next`` or ``previous`` of a page of the same list.
            page: Number of a page, from 1, instead of a cursor.
        """
        request = self._requests.find(where, sort=sort, limit=limit, cursor=cursor, page_number=page, total=total)
        return self._run(request)

    @overload
    def count(self, where: Filters = None) -> int: ...

    @overload
    def count(self, where: Filters = None, *, by: str) -> Mapping[str | bool | None, int]: ...

    def count(self, where: Filters = None, *, by: str | None = None) -> int | Mapping[str | bool | None, int]:
        """Return how many tickets this actor may see; with *by*, how many for each value of that field."""
        if by is None:
            return self._run(self._requests.count(where))
        return self._run(self._requests.count_by(by, where))

    def timeline(self, ticket: str | int) -> tuple[Entry, ...]:
        """Return what happened, oldest first, as far as this actor may see it."""
        return self._run(self._requests.timeline(ticket))

    def as_of(self, ticket: str | int, instant: datetime) -> Ticket:
        """Return a ticket as it was at *instant*, if this actor may see it now."""
        return self._run(self._requests.as_of(ticket, instant))

    def clocks(self, ticket: str | int, at: datetime | None = None) -> tuple[Promise, ...]:
        """
        Return what was promised to a ticket and how it stands: time used and left, light, met or not.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return self._run(self._requests.clocks(ticket, at))

    def measures(self, ticket: str | int, at: datetime | None = None) -> Measures:
        """
        Return what came of a ticket in open time: first response, resolution, what it was held, each clock's run.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return self._run(self._requests.measures(ticket, at))

    def light(self, ticket: str | int, at: datetime | None = None) -> Light:
        """Return the most pressing light of a ticket's clocks, now or as of *at*."""
        return self._run(self._requests.light(ticket, at))

    def lights(self, where: Filters = None, *, at: datetime | None = None) -> Mapping[Light, int]:
        """
        Return how many tickets this actor may see show which light.

        Args:
            where: As of `find`; there ``{"light": "red"}`` is a filter, too.
            at: As of then; None is now. The past is told from the histories, ticket by ticket, which takes its time.
        """
        return self._run(self._requests.lights(where, at))

    # -- views

    def home(self) -> Home:
        """Return the first screen: menu, greeting, boards with counts, unread notices, open questions."""
        return self._run(self._views.home())

    def listing(
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
        return self._run(asked)

    def form(self, *, area: str | None = None, service: str | None = None, variant: str = "") -> FormView:
        """
        Return the intake form for an area, a service and a variant: the one made for most of them.

        Raises:
            NotFound: There is none of that variant, or for that area or service; there is no such area; this actor may
                not name the service; or nothing could be sent with the form.
            Refused: The actor may not open tickets here.
        """
        return self._run(self._views.form(area=area, service=service, variant=variant))

    def page(self, ticket: str | int) -> TicketPage:
        """Return a ticket, by id or number, as its page shows it: head, state, thread, files, actions with forms."""
        return self._run(self._views.page(ticket))

    def notices(self, *, since: str = "", before: str = "", limit: int = 50) -> NoticeList:
        """
        Return in-app notices to this actor and the actor's teams, newest first, about tickets the actor may see.

        Args:
            since: ``since`` of an earlier list; only notices that are newer.
            before: ``next`` of the list before; only notices that are older.
        """
        return self._run(self._views.notices(since=since, before=before, limit=limit))

    def mark_read(self, notices: Sequence[str]) -> None:
        """Note that this actor has read notices, by id; those of others are left alone."""
        self._run(self._views.mark_read(notices))

    def profile(self) -> Profile:
        """Return what the desk knows of this actor."""
        return self._run(self._views.profile())

    def profile_form(self) -> FormView:
        """Return the profile as a form; `save_profile` takes its document."""
        return self._run(self._views.profile_form())

    def save_profile(self, document: Mapping[str, object], *, files: Sequence[str] = ()) -> Profile:
        """
        Store what the actor chose, all at once, and return the profile.

        Args:
            document: By field of `profile_form`: what is left out stays, None takes away.
            files: Id of a draft for the slot ``avatar``, if there is a new picture.

        Raises:
            Invalid: All faults at once; nothing was stored.
        """
        return self._hand(self._saving().save(document, files))

    def questions(self) -> QuestionList:
        """Return what this actor is asked about tickets, such as whether one was solved, oldest ticket first."""
        return self._run(self._views.questions())

    def files(self, *, before: int | None = None, limit: int = 50) -> FileList:
        """
        Return files of tickets that this actor may see, newest ticket first, drafts aside.

        Args:
            before: ``next`` of an earlier list; only files of tickets with a lower number.
            limit: Of files, after which no further ticket is looked at; 200 tickets are at most.
        """
        return self._run(self._views.files(before=before, limit=limit))

    def calendar(self, *, mine: bool = True) -> CalendarView:
        """
        Return by when open tickets are due, as entries and as iCalendar text; 1,000 at most, the earliest.

        Args:
            mine: Only tickets that name this actor: as contact, responsible or assignee; otherwise all he may see.
        """
        return self._run(self._views.calendar(mine=mine))

    def error(self, error: SupportError) -> ErrorView:
        """
        Return what a host answers this actor with where the library refuses or fails; nothing is read for it.

        It is told in the language of the actor's views and in the words of the desk, to somebody without a role too.

        Raises:
            Invalid: *error* is none of the library's.
        """
        return self._views.error(error)

    # -- files

    def draft(
        self,
        stream: Readable,
        name: str,
        description: str = "",
        *,
        slot: str = "files",
        size: int | None = None,
    ) -> FileView:
        """
        Hand in a file, before or beside the command that takes it; nobody else sees it until then.

        Args:
            stream: Open in binary; read part by part, and no further than one part beyond what is allowed.
            name: What it is called; of a path only the last part is kept. The type follows from its end.
            description: What it shows, 255 characters at most.
            slot: Key of the place in a form it is meant for.
            size: Bytes that were announced, if any.

        Raises:
            Invalid: A name, type or size that is not taken here, all faults at once; too many drafts. Nothing is kept.
            Refused: The actor has no role here.
        """
        return self._hand(self._filing().draft(stream, name, description, slot=slot, size=size))

    def drafts(self) -> DraftList:
        """Return the files this actor handed in and no command took, oldest first; not those that expired."""
        return self._run(self._filing().drafts())

    def drop_draft(self, file_id: str) -> None:
        """
        Remove a draft of this actor's; in a joined desk it expires at once instead.

        Raises:
            NotFound: This actor has no such draft.
        """
        self._hand(self._filing().drop_draft(file_id))

    def open_file(self, file_id: str) -> Download:
        """
        Return a file of a ticket, if this actor finds it on the ticket's page, or a draft of this actor's.

        Raises:
            NotFound: There is none, or none this actor may fetch.
        """
        return downloads.Download(source=self._desk._files, **self._run(self._filing().open_file(file_id)))

    def _run(self, request: Request[T]) -> T:
        return self._desk._run(request)

    def _hand(self, doing: Steps[T]) -> T:
        return ports.drive(doing, hands.Hands(self._desk).do)

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
