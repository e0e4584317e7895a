"""
A ticket while a command is being decided: the events so far, what was written, and who will be told.

A draft lives inside one pure decision. Everything in it follows from what it is given; ids are derived from the ticket
and the position, so that deciding again decides the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from supportcore.definition.model import Definition
from supportcore.definition.parts import Recipient
from supportcore.ids import derived
from supportcore.knowledge.article import Suggestion
from supportcore.knowledge.postings import Indexing
from supportcore.sla.policy import Rung, ServiceLevels
from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.events import (
    ApprovalAsked,
    ClockBreached,
    ClockWarned,
    Content,
    ContentRef,
    DeadlineSet,
    Event,
    Merged,
    Moved,
    NoteAdded,
    Rated,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    Triaged,
    Voted,
)
from supportcore.tickets.evolve import evolve, opened
from supportcore.tickets.files import FILE, File, content_of, taken
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.timekeeping import follow
from supportcore.workflow.definition import Audience

NOTICE_NAMES: dict[type, str] = {
    TicketOpened: "opened",
    Replied: "replied",
    NoteAdded: "noted",
    StateChanged: "state_changed",
    TicketAssigned: "assigned",
    Triaged: "triaged",
    DeadlineSet: "deadline_set",
    ClockWarned: "clock_warned",
    ClockBreached: "clock_breached",
    Rated: "rated",
    ApprovalAsked: "approval_asked",
    Voted: "voted",
    Merged: "merged",
}
"""What notice rules call the events; of others, such as timers that were refused, nobody is told."""


def content_digest(salt: str, body: str) -> str:
    """Return the digest an event keeps of a content record: sha256 of salt and text."""
    return hashlib.sha256((salt + body).encode()).hexdigest()


class Draft:
    """
    The changes of one ticket in one decision.

    Attributes:
        desk: Today's definition.
        rules: The rules the ticket runs under.
        levels: The service levels it is under; None if there are none.
        now: The instant it was advanced to; what is possible is asked as of then.
        ticket: The ticket as it is by now.
        before: The stored version; 0 for a new one.
        quiet: Nobody is told, as of what an importer brings in from the past.
    """

    def __init__(
        self,
        *,
        desk: Definition,
        rules: Definition,
        ticket: Ticket | None,
        recorded_at: datetime,
        levels: ServiceLevels | None = None,
        quiet: bool = False,
    ) -> None:
        self.rules = rules
        self.levels = levels
        self.now = recorded_at
        self.before = ticket.version if ticket is not None else 0
        self.recorded: list[Recorded] = []
        self.desk = desk
        self._ticket = ticket
        self._recorded_at = recorded_at
        self._quiet = quiet
        self._contents: list[Content] = []
        self._outbox: list[OutboxRow] = []
        self._files: list[File] = []
        self._indexing: list[Indexing] = []
        self._suggestions: list[Suggestion] = []

    @property
    def ticket(self) -> Ticket:
        """The ticket as it is by now."""
        assert self._ticket is not None, "a new ticket begins with open()"
        return self._ticket

    @property
    def written(self) -> tuple[Content, ...]:
        """What was written so far."""
        return tuple(self._contents)

    @property
    def position(self) -> int:
        """The position of the next event."""
        return (self._ticket.version if self._ticket is not None else 0) + 1

    def open(self, ticket_id: str, event: TicketOpened, command_id: str) -> None:
        """Begin a new ticket."""
        self._ticket = opened(self.desk.key, ticket_id, event)
        self._record(event, command_id)
        for following in follow(self.levels, None, event, self._ticket):
            self._add(following, command_id)

    def add(self, event: Event, command_id: str) -> None:
        """Let *event* happen, and to the clocks what follows from it."""
        before, former = self.ticket, self.levels
        self._add(event, command_id)
        if isinstance(event, Retargeted):
            self.levels = self.desk.levels
        if isinstance(event, Moved):
            self.rules = self.desk
        if self.levels is not None or before.clocks:
            for following in follow(self.levels, before, event, self.ticket, former=former):
                self._add(following, command_id)

    def _add(self, event: Event, command_id: str) -> None:
        self._ticket = evolve(self.ticket, event)
        self._record(event, command_id)

    def write(
        self,
        ticket_id: str,
        kind: str,
        body: str,
        *,
        author: str,
        audience: Audience,
        salt: str,
        content_id: str | None = None,
    ) -> ContentRef:
        """Keep what was written with the next event, and return the reference the event holds."""
        position = self.position
        content = Content(
            id=content_id or f"{ticket_id}-{position}-{kind}",
            ticket=ticket_id,
            position=position,
            kind=kind,
            audience=audience,
            author=author,
            body=body,
            salt=salt,
        )
        self._contents.append(content)
        return ContentRef(id=content.id, digest=content_digest(salt, body))

    def attach(
        self, ticket_id: str, files: Iterable[File], *, author: str, audience: Audience, salt: Callable[[], str]
    ) -> tuple[ContentRef, ...]:
        """Take drafts with the next event, and return the references the event holds."""
        refs = []
        for file in files:
            self._files.append(taken(file, ticket_id))
            told = content_of(file)
            ref = self.write(ticket_id, FILE, told, author=author, audience=audience, salt=salt(), content_id=file.id)
            refs.append(ref)
        return tuple(refs)

    def index(self, changes: Iterable[Indexing]) -> None:
        """Let the ticket be found by something else."""
        self._indexing.extend(changes)

    def came_of(self, suggestion: Suggestion) -> None:
        """Note what came of a suggestion."""
        self._suggestions.append(suggestion)

    def decision(self, receipt: Receipt | None = None) -> Decision:
        """Return everything as what is to be saved."""
        changes = (Change(before=self.before, ticket=self.ticket, recorded=tuple(self.recorded)),)
        return Decision(
            changes=changes if self.recorded else (),
            contents=tuple(self._contents),
            outbox=tuple(self._outbox),
            files=tuple(self._files),
            indexing=tuple(self._indexing),
            suggestions=tuple(self._suggestions),
            receipt=receipt,
        )

    def _record(self, event: Event, command_id: str) -> None:
        ticket = self.ticket
        recorded = Recorded(
            ticket=ticket.id,
            position=ticket.version,
            command_id=command_id,
            event=event,
            recorded_at=self._recorded_at,
        )
        self.recorded.append(recorded)
        self._tell(ticket, event, ticket.version)

    def _tell(self, ticket: Ticket, event: Event, position: int) -> None:
        name = NOTICE_NAMES.get(type(event))
        if name is None:
            return
        for rule in self.desk.notices_on.get(name, ()):
            if rule.actions and getattr(event, "action", "") not in rule.actions:
                continue
            if not rule.holds(ticket, None):
                continue
            told: set[tuple[str, str]] = set() if rule.author else {("person", event.actor)}
            for role, recipient in (one for to in rule.to for one in _recipients(ticket, to, rule.key)):
                who = (role if role in ("team", "subscriber") else "person", recipient)
                if who in told:
                    continue
                told.add(who)
                self._post(rule.key, role, recipient, channel=rule.channel, template=rule.template, position=position)

    def tell(self, rung: Rung, position: int) -> None:
        """Tell those whom a step of a ladder names, the ticket being as it is now, of the event at *position*."""
        told_already: set[tuple[bool, str]] = set()
        for told in rung.tell:
            recipient: str | None = told.id or getattr(self.ticket, told.role)
            who = (told.role == "team", recipient or "")
            if recipient is not None and who not in told_already:
                told_already.add(who)
                key = f"escalated-{rung.percent}"
                self._post(key, told.role, recipient, channel=rung.channel, template=rung.template, position=position)

    def _post(self, rule: str, role: str, recipient: str, *, channel: str, template: str, position: int) -> None:
        ticket = self.ticket
        if self._quiet or (ticket.imported_at is not None and ticket.updated_at < ticket.imported_at):
            return
        row = OutboxRow(
            id=derived(ticket.id, position, rule, role, recipient),
            ticket=ticket.id,
            position=position,
            rule=rule,
            role=role,
            recipient=recipient,
            channel=channel,
            template=template,
            due_at=ticket.updated_at,
        )
        self._outbox.append(row)


def _recipients(ticket: Ticket, to: Recipient, rule: str) -> Iterator[tuple[str, str]]:
    """Yield what each of those is to the ticket whom a rule names by *to*, and the id."""
    match to:
        case "followers":
            yield from (("follower", follower.person) for follower in ticket.followers)
        case "voters":
            asked = (approval for approval in ticket.approvals if approval.decided is None)
            for approval in asked:
                yield from (("voter", voter) for voter in approval.voters)
                if approval.nobody_asked and ticket.team is not None:  # or nobody would know that it waits
                    yield "team", ticket.team
        case "subscriber":
            yield "subscriber", rule
        case _:
            recipient: str | None = getattr(ticket, to)
            if recipient is not None:
                yield to, recipient
