"""
A desk without a store: one ticket, taken from step to step by the same pure functions that carry out commands.

A `Node` is a ticket at an instant; `World.take` gives a step to it and returns what came of that. Nothing is kept
between steps, so that a node can be gone on from as often as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Invalid, NotFound, Reason, Refused, SupportError
from supportcore.exploring.cast import AGREEMENT, Cast, cast_of
from supportcore.exploring.filling import slots_of
from supportcore.forms.fields import DEFAULT_FORM, Slot
from supportcore.people.access import Actor
from supportcore.tickets import asks
from supportcore.tickets.advance import advance
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decide,
    Follow,
    LinkTickets,
    Merge,
    OpenTicket,
    Rate,
    Reply,
    Retarget,
    SetDeadline,
    Tag,
    Triage,
)
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import SYSTEM_ACTOR, Event, StateChanged
from supportcore.tickets.files import File
from supportcore.tickets.moves import THE_DESK, take
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases.context import Context
from supportcore.tickets.usecases.handling import handle
from supportcore.workflow.steps import LAPSE, OF_THE_SYSTEM, OPEN, RENEW, WAIT, Step

T = TypeVar("T")
CONTACT, FORM, FILES = "@contact", "@form", "@files"
"""What a step says beside the fields of a form: for whom a ticket is opened, by which form, and slots with a file."""
COMMAND_ID = "step"
_OTHER = "2"
"""Number of the other ticket there is, which ours can be merged into or linked to."""
_OF = "/"
_FILE_ENDS = datetime.fromisoformat("2199-01-01T00:00:00Z")
_COMMANDS: Mapping[str, Callable[..., Command]] = MappingProxyType(
    {
        "reply": Reply, "note": AddNote, "assign": Assign, "triage": Triage, "set_deadline": SetDeadline,
        "cite": CiteArticle, "rate": Rate, "decide": Decide, "tag": Tag, "follow": Follow, "link": LinkTickets,
        "merge": Merge,
    }
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Node:
    """
    A ticket at an instant.

    Attributes:
        ticket: None before it is opened.
        lapsed: The agreement with its customer does not hold.
        held: The desk itself put it on hold for that.
    """

    ticket: Ticket | None = None
    now: datetime
    lapsed: bool = False
    held: bool = False


@attrs.frozen(kw_only=True)
class Taken:
    """
    What came of a step.

    Attributes:
        actor: Who took it; None where time passed.
        events: What happened, in order; nothing where it was refused.
        refused: Why it was not taken.
        error: What was raised instead, where it was not taken.
    """

    before: Node
    step: Step
    actor: Actor | None
    events: tuple[Event, ...] = ()
    after: Node
    refused: tuple[Reason, ...] = ()
    error: SupportError | None = None

    @property
    def now(self) -> datetime:
        """The instant it was taken at."""
        return self.after.now


class World:
    """
    One desk with one ticket.

    Attributes:
        definition: The rules.
        cast: Who and what there is.
        start: The node before the ticket is opened.
    """

    def __init__(self, definition: Definition, *, cast: Cast | None = None) -> None:
        self.definition = definition
        self.cast = cast or cast_of(definition)
        self.start = Node(now=self.cast.now)
        self._lapsed = _lapsed(self.cast)
        self._slots = slots_of(definition)

    def take(self, node: Node, step: Step) -> Taken:
        """Return what comes of *step*; what is refused changes nothing."""
        actor = self.cast.actors[step.who] if step.who else None
        if step.after:
            node = attrs.evolve(node, now=node.now + step.after)
        if actor is None and step.do in OF_THE_SYSTEM:
            return Taken(before=node, step=step, actor=None, after=node)
        if actor is None:
            assert step.do in (WAIT, LAPSE, RENEW), f"{step.do} is a command, which somebody gives"
            return self._pass(node, step)
        context = Context(desk=self.definition, actor=actor, now=node.now, salt=_no_salt)
        answer = self.answering(node, actor)
        try:
            decision = answered(handle(self.command(node, step), context), answer)
        except (Invalid, Refused, NotFound) as error:
            reasons = error.reasons if isinstance(error, Refused) else ()
            return Taken(before=node, step=step, actor=actor, after=node, refused=reasons, error=error)
        for change in decision.changes:
            if node.ticket is None or change.ticket.id == node.ticket.id:
                events = tuple(one.event for one in change.recorded)
                after = attrs.evolve(node, ticket=change.ticket, held=self._held(node.held, events))
                return Taken(before=node, step=step, actor=actor, events=events, after=after)
        return Taken(before=node, step=step, actor=actor, after=node)

    def draft(self, node: Node) -> Draft:
        """Return the ticket of *node* as a draft, advanced to its instant."""
        draft = Draft(
            desk=self.definition,
            rules=self.definition,
            levels=self.definition.levels,
            ticket=node.ticket,
            recorded_at=node.now,
        )
        advance(draft, node.now)
        return draft

    def command(self, node: Node, step: Step) -> Command:
        """Return the command that a step gives."""
        said = {key: value for key, value in step.said if not key.startswith("@")}
        about = {key: value for key, value in step.said if key.startswith("@")}
        slots = str(about.get(FILES) or "").split()
        files = tuple(f"{slot}{_OF}{place}" for place, slot in enumerate(slots))
        if step.do == OPEN:
            contact, form = about.get(CONTACT), about.get(FORM) or DEFAULT_FORM
            spoken = self.cast.actors.get(str(contact))
            named = spoken.id if spoken is not None else None if contact is None else str(contact)
            return OpenTicket(command_id=COMMAND_ID, document=said, contact=named, form=str(form), files=files)
        ticket = "" if node.ticket is None else node.ticket.id
        if step.do == "retarget":
            return Retarget(command_id=COMMAND_ID, ticket=ticket)
        if step.do in _COMMANDS:
            more = {"files": files} if step.do in ("reply", "note") else {}
            return _COMMANDS[step.do](command_id=COMMAND_ID, ticket=ticket, document=said, **more)
        return Act(command_id=COMMAND_ID, ticket=ticket, action=step.do, document=said, files=files)

    def _pass(self, node: Node, step: Step) -> Taken:
        """Let time pass, or the agreement of the customer lapse or be renewed."""
        after = node if step.do == WAIT else attrs.evolve(node, lapsed=step.do == LAPSE)
        if after.ticket is None:
            return Taken(before=node, step=step, actor=None, after=after)
        draft = self.draft(after)
        hold = self.definition.hold
        if step.do == LAPSE and hold is not None and self._leads(draft, hold.begin):
            take(draft, hold.begin, actor=THE_DESK, at=node.now, command_id=COMMAND_ID)
        if step.do == RENEW and hold is not None and self._held(after.held, _events(draft)):
            take(draft, hold.end, actor=THE_DESK, at=node.now, command_id=COMMAND_ID)
        events = _events(draft)
        after = attrs.evolve(after, ticket=draft.ticket, held=self._held(after.held, events))
        return Taken(before=node, step=step, actor=None, events=events, after=after)

    def _leads(self, draft: Draft, action: str) -> bool:
        """Return whether an action leads to another state; the desk itself takes no other."""
        step = self.definition.workflow.by_action.get((action, draft.ticket.state))
        return step is not None and step.to not in (None, draft.ticket.state)

    def _held(self, held: bool, events: tuple[Event, ...]) -> bool:
        """Return whether the last move between states was the desk's, to put the ticket on hold."""
        hold = self.definition.hold
        if hold is None:
            return False
        for event in events:
            if isinstance(event, StateChanged) and event.source != event.state:
                held = event.actor == SYSTEM_ACTOR and event.action == hold.begin
        return held

    def answering(self, node: Node, actor: Actor) -> Callable[[Any], Any]:
        """Return what answers the asks of a command that *actor* gives."""
        records = self._lapsed if node.lapsed else self.cast.records

        def answer(ask: Any) -> Any:
            match ask:
                case asks.LoadRecords(refs):
                    return tuple([records.get(ref) for ref in refs])
                case asks.LoadTicket(id_):
                    return node.ticket if node.ticket is not None and id_ == node.ticket.id else self._other(node)
                case asks.LoadRules():
                    return self.definition
                case asks.LoadLevels():
                    return self.definition.levels
                case asks.NextNumber():
                    return 1
                case asks.FindByNumber(number):
                    return self._other(node) if number == int(_OTHER) else None
                case asks.LoadFiles(ids):
                    return tuple([_file(id_, self._slots[id_.partition(_OF)[0]], actor, node.now) for id_ in ids])
                case asks.LastAssigned(team):
                    return (None if node.ticket is None or node.ticket.team != team else node.ticket.assignee), 0
                case asks.CountOpen(agents):
                    busy = None if node.ticket is None or not node.ticket.is_open else node.ticket.assignee
                    return {agent: int(agent == busy) for agent in agents}
                case asks.LoadHistory() | asks.LoadContents():
                    return ()
            return None  # no command was given before, and nothing was suggested

        return answer

    def _other(self, node: Node) -> Ticket | None:
        """Return another ticket of the same people, unlinked: open, in the same state where that is."""
        if node.ticket is None:
            return None
        workflow = self.definition.workflow
        state = workflow.by_key[node.ticket.state if node.ticket.is_open else workflow.initial]
        return attrs.evolve(
            node.ticket,
            id=f"{node.ticket.id[:-1]}{'0' if node.ticket.id[-1] == '1' else '1'}",
            number=int(_OTHER),
            state=state.key,
            category=state.category,
            outcome=None,
            closed_at=None,
            timers=(),
            clocks=(),
            links=(),
            merged_into=None,
            merged=(),
        )


def answered(asking: asks.Asking[T], answer: Callable[[Any], Any]) -> T:
    """Return what a computation comes to whose asks are answered by a function."""
    try:
        ask = next(asking)
        while True:
            ask = asking.send(answer(ask))
    except StopIteration as stop:
        result: T = stop.value
        return result


def _events(draft: Draft) -> tuple[Event, ...]:
    return tuple(one.event for one in draft.recorded)


def _lapsed(cast: Cast) -> Mapping[tuple[str, str], Any]:
    """Return the records where the agreement does not hold."""
    agreement = cast.records.get(("agreement", AGREEMENT))
    changed = {} if agreement is None else {("agreement", AGREEMENT): attrs.evolve(agreement, on_hold=True)}
    return MappingProxyType({**cast.records, **changed})


def _file(file_id: str, slot: Slot, actor: Actor, now: datetime) -> File:
    kind = slot.types[0].replace("/*", "/plain") if slot.types else "text/plain"
    return File(
        id=file_id, owner=actor.id, slot=slot.key, name="x", type=kind, size=1, sha256="0" * 64, blob=file_id,
        made_at=now, expires_at=_FILE_ENDS,
    )  # fmt: skip


def _no_salt() -> str:
    return "salt"
