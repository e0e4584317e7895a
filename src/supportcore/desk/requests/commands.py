"""Commands as requests: each is decided by the rules and stored with all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore import text
from supportcore.articles.commands import ArticleCommand
from supportcore.articles.usecases import handle as handle_article
from supportcore.desk.answers import answer, answer_all, failing
from supportcore.desk.checks import as_many, check_kind, command_of, distinct, of_submit
from supportcore.desk.requests.asker import Asker
from supportcore.desk.requests.request import Request
from supportcore.desk.views.records import Submit
from supportcore.errors import Fault, Invalid, facts
from supportcore.forms.fields import DEFAULT_FORM
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decision,
    MoveTicket,
    OpenTicket,
    Receipt,
    Reply,
    Retarget,
    SetDeadline,
    Triage,
)
from supportcore.tickets.usecases import handle

TOGETHER = 1000
"""Tickets opened in one transaction at most."""
_UNDER_TODAYS = (OpenTicket, Retarget, MoveTicket)
"""Commands after which a ticket holds on to what today's definition says."""


def _receipt(decision: Decision) -> Receipt:
    assert decision.receipt is not None, "a command has a receipt"
    return decision.receipt


def _in_words(said: str) -> Mapping[str, object]:
    """Return the document of a message; where nothing is said, files may say it."""
    return {} if said == "" else {"text": said}


def _opening_or_faults(document: Any, contact: Any, command_id: Any) -> OpenTicket | Invalid:
    """Return the command, or what cannot be one: its faults are told beside those of others."""
    try:
        return OpenTicket(command_id=command_id, document=document, contact=contact)
    except Invalid as error:
        return error


class Commands(Asker):
    """The commands that one actor can give."""

    def command(self, command: Command | ArticleCommand) -> Request[Receipt]:
        """Return the request that carries a command out."""

        def steps(ledger: Ledger) -> Steps[Receipt]:
            if isinstance(command, _UNDER_TODAYS):
                yield from self._rules.require(ledger, joined=self._joined)
            context = self._context()
            asking = (
                handle_article(command, context) if isinstance(command, ArticleCommand) else handle(command, context)
            )
            decision = yield from answer(ledger, self._rules, asking)
            if not decision.repeated:
                yield from ledger.save(decision)
            return _receipt(decision)

        return Request(steps, write=True)

    def open(
        self,
        document: Mapping[str, object],
        *,
        contact: str | None = None,
        form: str = DEFAULT_FORM,
        files: Sequence[str] = (),
        suggestion: str = "",
        command_id: str | None = None,
    ) -> Request[Receipt]:
        command_id = self.fresh_id(command_id)
        return self.command(
            OpenTicket(
                command_id=command_id,
                document=document,
                contact=contact,
                form=form,
                files=files,
                suggestion=suggestion,
            )
        )

    def open_all(
        self,
        documents: Sequence[Mapping[str, object]],
        *,
        contacts: Sequence[str | None] | None,
        command_ids: Sequence[str] | None,
    ) -> Request[tuple[Receipt, ...]]:
        check_kind(documents, (list, tuple), "documents", "a list of documents", "una lista de documentos")
        if len(documents) > TOGETHER:
            raise Invalid(Fault("documents", "too_long", facts(limit=TOGETHER, unit="documents", unit_es="documentos")))
        count = len(documents)
        commands = [
            _opening_or_faults(document, contact, command_id)
            for document, contact, command_id in zip(
                documents,
                [None] * count if contacts is None else as_many(contacts, count, "contacts"),
                [self._ids() for _ in documents] if command_ids is None else distinct(command_ids, count),
                strict=True,
            )
        ]

        def steps(ledger: Ledger) -> Steps[tuple[Receipt, ...]]:
            yield from self._rules.require(ledger, joined=self._joined)
            context = self._context()
            askings = [
                failing(command) if isinstance(command, Invalid) else handle(command, context) for command in commands
            ]
            decisions = yield from answer_all(ledger, self._rules, askings)
            yield from ledger.save(*(decision for decision in decisions if not decision.repeated))
            return tuple([_receipt(decision) for decision in decisions])

        return Request(steps, write=True)

    def reply(
        self, ticket: str, said: str, *, files: Sequence[str], command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(Reply(document=_in_words(said), files=files, **common))

    def note(
        self, ticket: str, said: str, *, files: Sequence[str], command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(AddNote(document=_in_words(said), files=files, **common))

    def assign(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self.command(Assign(document=document, **self._common(ticket, command_id, seen_version)))

    def triage(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self.command(Triage(document=document, **self._common(ticket, command_id, seen_version)))

    def act(
        self,
        ticket: str,
        action: str,
        document: Mapping[str, object] | None,
        *,
        files: Sequence[str],
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        said = {} if document is None else document
        return self.command(Act(action=action, document=said, files=files, **common))

    def set_deadline(
        self, ticket: str, deadline: datetime | None, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        said = None if deadline is None else text.instant_text(text.instant(deadline, "deadline"))
        common = self._common(ticket, command_id, seen_version)
        return self.command(SetDeadline(document={"deadline": said}, **common))

    def retarget(self, ticket: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        return self.command(Retarget(**self._common(ticket, command_id, seen_version)))

    def move(self, ticket: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        return self.command(MoveTicket(**self._common(ticket, command_id, seen_version)))

    def cite(
        self, ticket: str, article: str, *, solved: bool, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(CiteArticle(document={"article": article, "solved": solved}, **common))

    def submit(
        self,
        submit: Submit | Mapping[str, object],
        document: Mapping[str, object],
        *,
        files: Sequence[str],
        command_id: str | None,
    ) -> Request[Receipt]:
        """Return the command that *submit* of a form names."""
        command = command_of(submit, document, files=files, command_id=self.fresh_id(command_id))
        asked = self.command(command)

        def steps(ledger: Ledger) -> Steps[Receipt]:
            try:
                return (yield from asked.steps(ledger))
            except Invalid as error:
                raise Invalid(*(of_submit(fault, command) for fault in error.faults)) from error

        return attrs.evolve(asked, steps=steps)

    def on_ticket(
        self,
        kind: Any,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        """Return the request that gives a command of *kind*, which says nothing but a document."""
        return self.command(kind(document=document, **self._common(ticket, command_id, seen_version)))

    def fresh_id(self, given: str | None) -> str:
        """Return the id of a command: the one given, or a new one."""
        return self._ids() if given is None else given

    def _common(self, ticket: str, command_id: str | None, seen_version: int | None) -> dict[str, Any]:
        return {"ticket": ticket, "command_id": self.fresh_id(command_id), "seen_version": seen_version}
