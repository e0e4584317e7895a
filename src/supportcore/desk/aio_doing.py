"""What one actor can do with tickets, awaited: a part of `AsyncActing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.desk.requests import Request, Requests
    from supportcore.desk.views.records import Submit
    from supportcore.tickets.commands import Receipt

T = TypeVar("T")


class AsyncDoing:
    """Commands about tickets: opened, answered, handed over, acted on."""

    _requests: Requests

    if TYPE_CHECKING:

        async def _run(self, request: Request[T]) -> T: ...

    async def open(
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
        return await self._run(asked)

    async def open_all(
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
        return await self._run(self._requests.open_all(documents, contacts=contacts, command_ids=command_ids))

    async def reply(
        self,
        ticket: str,
        text: str = "",
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Write a public message: *text*, *files* (ids of drafts to take) or both."""
        return await self._run(
            self._requests.reply(ticket, text, files=files, command_id=command_id, seen_version=seen_version)
        )

    async def note(
        self,
        ticket: str,
        text: str = "",
        *,
        files: Sequence[str] = (),
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Write an internal note: *text*, *files* (ids of drafts to take) or both."""
        return await self._run(
            self._requests.note(ticket, text, files=files, command_id=command_id, seen_version=seen_version)
        )

    async def assign(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Say who works on it: ``assignee``, ``responsible``, ``team``; absent keeps, None takes away."""
        return await self._run(
            self._requests.assign(ticket, document, command_id=command_id, seen_version=seen_version)
        )

    async def triage(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Classify it anew; absent keeps, None takes away."""
        return await self._run(
            self._requests.triage(ticket, document, command_id=command_id, seen_version=seen_version)
        )

    async def set_deadline(
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
        return await self._run(request)

    async def retarget(self, ticket: str, *, command_id: str | None = None, seen_version: int | None = None) -> Receipt:
        """Put a ticket under today's service levels; it keeps those it was opened under until then."""
        return await self._run(self._requests.retarget(ticket, command_id=command_id, seen_version=seen_version))

    async def move(self, ticket: str, *, command_id: str | None = None, seen_version: int | None = None) -> Receipt:
        """
        Put a ticket under today's rules, in the state where their ``[moves]`` have those of its state go.

        It keeps the rules it was opened under until then. Its service levels stay; see `retarget`.
        """
        return await self._run(self._requests.move(ticket, command_id=command_id, seen_version=seen_version))

    async def cite(
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
        return await self._run(request)

    async def act(
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
        return await self._run(request)

    async def submit(
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
        return await self._run(request)
