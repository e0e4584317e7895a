"""
What a state machine drives: our Desk on any store, or a system of somebody else's, behind five methods.

A `Subject` has one ticket at a time. People are named as in the cast, and so are they where it tells of them. What else
it can do stands in a protocol of its own, and is used where a subject has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, Protocol, runtime_checkable

import attrs

from supportcore.clock import FrozenClock
from supportcore.definition.model import Definition
from supportcore.desk.desk import Desk
from supportcore.errors import NotFound, Refused
from supportcore.exploring.cast import AGREEMENT, Cast
from supportcore.exploring.filling import slots_of
from supportcore.exploring.world import COMMAND_ID, CONTACT, FILES, FORM, Node, World
from supportcore.forms.fields import Plain
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Store, drive
from supportcore.tickets.commands import Receipt
from supportcore.tickets.filenames import name_that
from supportcore.tickets.permissions import ON_TICKET
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.steps import AGAIN, LAPSE, OPEN, RENEW, RESTART, WAIT, WORK, Step

__all__ = ["DeskSubject", "Lapsing", "Reasoning", "Repeating", "Restarting", "Subject", "Working", "can", "give"]

Said = Mapping[str, Plain | None]
_ALL = 1000
TOLD = tuple(field.name for field in attrs.fields(Ticket))
"""What `DeskSubject` tells of a ticket: all of it."""


@runtime_checkable
class Subject(Protocol):
    """A system in which people handle one ticket at a time."""

    def reset(self, cast: Cast) -> object:
        """Begin anew: at `cast.now`, with its people and records, and without a ticket."""

    def act(self, who: str, do: str, said: Said) -> object:
        """
        Let somebody give a command.

        Args:
            who: Name of an actor of the cast.
            do: ``open``, a command such as ``reply``, or an action of the workflow.
            said: The form filled in, by field key. Keys that begin with ``@`` are about the form: ``@contact`` (for
                whom a ticket is opened), ``@form`` (another than the default one), ``@files`` (slots with a file).

        Raises:
            Refused: The rules do not allow it, and nothing was changed. Where it has reasons, they are compared, too.
                Any other error is a fault.
        """

    def observe(self) -> Mapping[str, Any]:
        """Return what the ticket is now: its ``state``, and whatever else of a `Ticket` it knows, by field."""

    def actions(self, who: str) -> Iterable[str]:
        """Return the names of the commands and actions that somebody is offered now; nothing he does not see."""

    def advance(self, span: timedelta) -> object:
        """Let time pass."""


@runtime_checkable
class Restarting(Protocol):
    """A subject that can be started anew."""

    def restart(self) -> object:
        """Throw away every object, and go on with what was kept."""


@runtime_checkable
class Working(Protocol):
    """A subject for which a worker does what time brings; until then it may be there for those who ask only."""

    def work(self) -> object:
        """Let a second worker do what has come due."""


@runtime_checkable
class Repeating(Protocol):
    """A subject whose commands may arrive twice."""

    def again(self) -> object:
        """Send the last command that was carried out once more, as it was."""


@runtime_checkable
class Lapsing(Protocol):
    """A subject that knows agreements with customers."""

    def lapse(self) -> object:
        """Let the agreement with the customer hold no more."""

    def renew(self) -> object:
        """Let it hold again."""


@runtime_checkable
class Reasoning(Protocol):
    """A subject that says why something is not offered."""

    def reasons(self, who: str) -> Mapping[str, tuple[str, ...]]:
        """Return the codes of the reasons against each command and action, none for those that are offered."""


_POWERS: Mapping[str, tuple[type, str]] = {
    RESTART: (Restarting, "restart"),
    WORK: (Working, "work"),
    AGAIN: (Repeating, "again"),
    LAPSE: (Lapsing, "lapse"),
    RENEW: (Lapsing, "renew"),
}


def can(subject: Subject, do: str) -> bool:
    """Return whether a subject has the method for something that befalls it, such as ``restart``."""
    return isinstance(subject, _POWERS[do][0])


def give(subject: Subject, step: Step) -> None:
    """
    Let a step happen to a subject; one that it has no method for does nothing.

    Raises:
        Refused: By the subject.
    """
    if step.after:
        subject.advance(step.after)
    if step.who:
        subject.act(step.who, step.do, dict(step.said))
    elif step.do != WAIT and can(subject, step.do):
        getattr(subject, _POWERS[step.do][1])()


class DeskSubject:
    """
    Our own desk on a store.

    Args:
        store: Makes an empty store, migrated.
        reopen: Closes a store and opens it anew, for a restart; by default only the objects above it are thrown away.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        store: Callable[[], Store] = MemoryStore,
        reopen: Callable[[Store], Store] | None = None,
    ) -> None:
        self.definition = definition
        self._make, self._reopen = store, reopen
        self._world, self._slots = World(definition), slots_of(definition)
        self._store: Store | None = None

    def reset(self, cast: Cast) -> None:
        """Install the desk and the records of the cast in a new store."""
        self.close()
        self._cast, self._clock = cast, FrozenClock(cast.now)
        self._store = self._make()
        self._ids = seeded_ids(0)
        self.ticket: str | None = None
        self._last: tuple[Callable[[], Receipt], Receipt] | None = None
        self.desk = self._desk()
        self.desk.install()
        self.desk.catalogue.put(*cast.records.values())

    def act(self, who: str, do: str, said: Said) -> None:
        """Give a command, as a form is sent."""
        acting = self.desk.acting_as(self._cast.actors[who])
        files = [
            acting.draft(BytesIO(b"x"), name_that(self._slots[slot].takes), slot=slot).id
            for slot in str(said.get(FILES) or "").split()
        ]
        document = {key: value for key, value in said.items() if not key.startswith("@")}
        submit: dict[str, Any] = {"command": do, "ticket": self.ticket}
        if do == OPEN:
            contact = said.get(CONTACT)
            submit = {"command": OPEN, "form": said.get(FORM)}
            submit["contact"] = None if contact is None else self._cast.actors[str(contact)].id
        elif do not in ON_TICKET:
            submit = {"command": "act", "ticket": self.ticket, "action": do}
        command_id = COMMAND_ID if do == OPEN else self._ids()

        def send() -> Receipt:
            me = self.desk.acting_as(self._cast.actors[who])
            return me.submit(submit, document, files=files, command_id=command_id)

        receipt = send()
        self.ticket, self._last = receipt.id, (send, receipt)

    def observe(self) -> Mapping[str, Any]:
        """Return the ticket as it stands, and its history as kinds of event, instants and actors."""
        assert self.ticket is not None, "a ticket is observed once it is opened"
        assert self._store is not None, "a desk is made by `reset`"
        ledger = self._store.ledger(self.definition.key)
        with self._store.begin(write=False) as execute:
            stored = drive(ledger.ticket(self.ticket), execute)
        draft = self._world.draft(Node(ticket=stored, now=self._clock()))
        recorded = (*self.desk.history(self.ticket), *draft.recorded)
        told = {name: getattr(draft.ticket, name) for name in TOLD}
        told["history"] = tuple((type(one.event).__name__, one.event.at, one.event.actor) for one in recorded)
        return told

    def actions(self, who: str) -> Iterable[str]:
        """Return what is offered."""
        return [name for name, reasons in self.reasons(who).items() if not reasons]

    def reasons(self, who: str) -> Mapping[str, tuple[str, ...]]:
        """Return the codes of the reasons against each command and action; of a ticket that is not seen, nothing."""
        try:
            offers = self.desk.acting_as(self._cast.actors[who]).actions(self.ticket)
        except (NotFound, Refused):
            return {}
        return {offer.name: tuple(reason.code for reason in offer.reasons) for offer in offers}

    def advance(self, span: timedelta) -> None:
        """Move the clock; nobody works meanwhile."""
        self._clock.move(span)

    def restart(self) -> None:
        """Go on with a new desk, on the store opened anew."""
        assert self._store is not None, "a desk is made by `reset`"
        if self._reopen is not None:
            self._store = self._reopen(self._store)
        self.desk = self._desk()

    def work(self) -> None:
        """Let another desk on the same store run what is due."""
        report = self._desk().run_due(limit=_ALL)
        assert not report.parked, f"what had come due could not happen: {report.parked[0][1]}"

    def again(self) -> None:
        """Send the last command again, under its id: it has the same receipt, and nothing happens."""
        if self._last is not None:
            send, receipt = self._last
            found = send()
            assert receipt == found, f"the receipt was {receipt}; sent again, it is {found}"

    def lapse(self) -> None:
        """Let the agreement hold no more, and a worker come by."""
        self._agree(on_hold=True)

    def renew(self) -> None:
        """Let the agreement hold again, and a worker come by."""
        self._agree(on_hold=False)

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _agree(self, *, on_hold: bool) -> None:
        agreement: Any = self._cast.records["agreement", AGREEMENT]
        self.desk.catalogue.put(attrs.evolve(agreement, on_hold=on_hold))
        self.work()

    def _desk(self) -> Desk:
        assert self._store is not None, "a desk is made by `reset`"
        return Desk(self.definition, self._store, clock=self._clock, ids=self._ids)
