"""
Desks with promises of time, in memory: one bare, whose tickets move only by hand, and the timed one of `tests/desks`.

    place = bare(policies=[{"key": "all", "resolution": {"within": "8h", "calendar": "office"}}])
    case = place.open(at(2026, 3, 2, 9))
    place.act(case, "hold", at(2026, 3, 2, 10))

A ticket of the bare desk is open, held (its clocks pause), solved or closed; it has no timers and answers no reply by a
move. Its office opens from 09:00 to 17:00 UTC, Monday to Friday.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from supportcore import Actor, Agent, Agreement, Customer, Desk, FrozenClock, Refused, Team
from supportcore.definition.loader import define
from supportcore.definition.model import Definition
from supportcore.desk import Promise
from supportcore.ids import Ids, seeded_ids
from supportcore.notices.render import Notice
from supportcore.sla.clocks import Clock
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.events import Event
from supportcore.tickets.evolve import fold
from supportcore.tickets.ticket import Ticket

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta(milliseconds=1)
DESKS = Path(__file__).parents[1] / "desks"
OFFICE = {
    "key": "office",
    "zone": "UTC",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
ANA = Actor(id="ana", roles={"customer", "importer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent", "importer"})
BARE: Mapping[str, Any] = {
    "format": 1,
    "key": "bare",
    "zone": "UTC",
    "languages": ["en", "es"],
    "customer": "required",
    "triage": ["priority", "agreement", "type"],
    "initial": "open",
    "roles": [
        {"key": "customer", "side": "customer", "sees": "customers", "may": ["open", "reply"]},
        {
            "key": "agent",
            "side": "staff",
            "sees": "all",
            "may": ["open", "reply", "note", "assign", "triage", "set_deadline", "retarget"],
        },
    ],
    "vocabularies": {"priority": ["low", "normal", "high"], "type": ["question", "problem"]},
    "form": [{"key": "subject", "required": True}, {"key": "priority", "default": "normal"}, {"key": "type"}],
    "routing": {"team": "desk"},
    "states": [
        {"key": "open", "category": "open", "waiting_on": "support"},
        {"key": "held", "category": "pending", "waiting_on": "customer"},
        {"key": "solved", "category": "solved", "waiting_on": "customer"},
        {"key": "closed", "category": "closed", "outcome": "resolved"},
    ],
    "transitions": [
        {"action": name, "from": sources, "to": to, "roles": ["agent", "customer"], "accepts": ["comment"]}
        for name, sources, to in (
            ("hold", ["open"], "held"),
            ("go_on", ["held"], "open"),
            ("solve", ["open", "held"], "solved"),
            ("close", ["open", "held", "solved"], "closed"),
            ("reopen", ["solved", "closed"], "open"),
            ("file", ["closed"], "closed"),
        )
    ],
    "levels": {},
    "calendars": [OFFICE],
    "ladders": [],
    "policies": [],
}


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


MONDAY = at(2026, 3, 2, 9)
"""When the office opens on a Monday; no clocks change that week."""


def _labelled(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Labels for everything the bare desk can have: its own keys."""

    def named(keys: Any, second: str = "help") -> dict[str, Any]:
        return {key: {"label": {"en": key, "es": key}, second: {"en": key, "es": key}} for key in keys}

    steps = [step for ladder in rules["ladders"] for step in ladder["steps"] if step.get("tell")]
    return {
        "desk": {"name": {"label": {"en": "Bare", "es": "Escueta"}}},
        "roles": named(role["key"] for role in rules["roles"]),
        "states": named(state["key"] for state in rules["states"]),
        "actions": named(step["action"] for step in rules["transitions"]),
        "fields": named(["subject", "priority", "type", "agreement", "customer", "comment"]),
        "vocabularies": {key: named(names) for key, names in rules["vocabularies"].items()},
        "templates": named({step.get("template", "escalated") for step in steps}, "body"),
    }


def bare_rules(**changes: Any) -> Definition:
    """The bare desk with other sections, such as ``policies``, ``levels``, ``calendars``, ``ladders``, ``initial``."""
    rules = {**BARE, **changes}
    return define(rules, _labelled(rules))


def timed_rules(**changes: Any) -> Definition:
    """The timed desk of `tests/desks` with other sections."""
    rules = tomllib.loads((DESKS / "timed.toml").read_text(encoding="utf-8"))
    labels = tomllib.loads((DESKS / "timed.labels.toml").read_text(encoding="utf-8"))
    return define({**rules, **changes}, labels)


@dataclass
class Place:
    """A desk in memory, and its people; everything can be done at an instant named."""

    definition: Definition
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(MONDAY))
    store: MemoryStore = field(default_factory=MemoryStore)
    ids: Ids = field(default_factory=lambda: seeded_ids(7))

    def __post_init__(self) -> None:
        self.store.migrate()
        self.desk = Desk(self.definition, self.store, clock=self.clock, ids=self.ids, salts=lambda: "salt")
        self.desk.install(
            customers=[Customer(id="acme", name="ACME")],
            agreements=[Agreement(id="gold", name="Gold", customer="acme")],
            agents=[Agent(id=name, name=name.title()) for name in ("luis", "mar", "boss")],
            teams=[
                Team(id="desk", name="Desk", members=("luis", "mar")),
                Team(id="leads", name="Leads", members=("mar", "boss")),
            ],
        )

    def under(self, definition: Definition) -> Place:
        """The same store and clock, with other rules from now on."""
        return Place(definition, self.clock, self.store, self.ids)

    def by(self, actor: Actor, when: datetime | None = None) -> Any:
        """The desk as *actor*: the clock moves on to *when*, and what lies in the past is imported."""
        if when is not None and when < self.clock():
            return self.desk.acting_as(actor, at=when)
        if when is not None:
            self.clock.move(when - self.clock())
        return self.desk.acting_as(actor)

    def open(self, when: datetime | None = None, *, actor: Actor = ANA, **document: Any) -> str:
        """A new ticket's id."""
        given = {"subject": "x", **({"customer": "acme"} if actor is LUIS else {}), **document}
        found: str = self.by(actor, when).open(given).id
        return found

    def act(self, ticket: str, action: str, when: datetime | None = None, *, actor: Actor = LUIS, **given: Any) -> None:
        """Take an action."""
        self.by(actor, when).act(ticket, action, given)

    def reply(self, ticket: str, when: datetime | None = None, *, actor: Actor = LUIS) -> None:
        """Write a public message."""
        self.by(actor, when).reply(ticket, "…")

    def triage(self, ticket: str, when: datetime | None = None, **document: Any) -> None:
        """Classify anew."""
        self.by(LUIS, when).triage(ticket, document)

    def ticket(self, ticket: str) -> Ticket:
        """The ticket as it is stored."""
        found: Ticket = self.by(LUIS).get(ticket)
        return found

    def clock_of(self, ticket: str, kind: str = "resolution") -> Clock:
        """A clock as it is stored."""
        found = self.ticket(ticket).clock(kind)
        assert found is not None, f"no {kind}"
        return found

    def promise(self, ticket: str, kind: str = "resolution", when: datetime | None = None) -> Promise | None:
        """How a clock stands now or at an instant; None if there is none."""
        promises = self.by(LUIS).clocks(ticket, when)
        return next((promise for promise in promises if promise.kind == kind), None)

    def events(self, ticket: str, *kinds: type) -> list[Event]:
        """What happened to a ticket, of some kinds or all."""
        return [r.event for r in self.desk.history(ticket) if not kinds or isinstance(r.event, kinds)]

    def folded(self, ticket: str, length: int | None = None) -> Ticket:
        """What the history makes, or the first so many of its events."""
        return fold(self.definition.key, self.desk.history(ticket)[:length])

    def told(self) -> list[tuple[str, str]]:
        """Deliver what is to be told, and return as what (role) and who it was told, in order."""
        found: list[Notice] = []
        self.desk.deliver(found.append, limit=1_000)
        return [(notice.role, notice.recipient) for notice in found]


def bare(**changes: Any) -> Place:
    """A place of the bare desk; see `bare_rules`."""
    return Place(bare_rules(**changes))


# -- schedules -----------------------------------------------------------------------------------------------------

ONCE: Mapping[str, tuple[Actor, str, dict[str, Any]]] = {
    "take": (LUIS, "take", {}),
    "ask": (LUIS, "ask", {"comment": "?"}),
    "solve": (LUIS, "solve", {"comment": "!"}),
    "confirm": (ANA, "confirm", {}),
    "reopen": (ANA, "reopen", {"comment": "no"}),
    "cancel": (LUIS, "cancel", {"reason": "mistake"}),
}
TRIAGED: Mapping[str, dict[str, Any]] = {
    "raise": {"priority": "high"},
    "lower": {"priority": "normal"},
    "gold": {"agreement": "gold"},
    "no gold": {"agreement": None},
}
STEPS = (*ONCE, *TRIAGED, "answer", "reply", "deadline", "no deadline", "today")
"""What can be done to a ticket of the timed desk; ``today`` puts it under the other service levels of two."""


@dataclass
class Schedule:
    """A ticket of the timed desk, and what people do to it as far as they may."""

    rules: list[Definition]
    visits: bool = True  # whether a worker comes by before each step

    def __post_init__(self) -> None:
        self.place = Place(self.rules[0])
        self.case = self.place.open()

    def perform(self, gap: timedelta, name: str) -> None:
        """After *gap*, let a step be taken if it may be."""
        place, case = self.place, self.case
        place.clock.move(gap)
        if self.visits:
            place.desk.run_due()
        try:
            if name in ONCE:
                actor, action, given = ONCE[name]
                place.act(case, action, actor=actor, **given)
            elif name in TRIAGED:
                place.triage(case, **TRIAGED[name])
            elif name in ("deadline", "no deadline"):
                place.by(LUIS).set_deadline(case, place.clock() + 5 * HOUR if name == "deadline" else None)
            elif name == "today":
                self.rules.reverse()
                self.place = place.under(self.rules[0])
                self.place.by(LUIS).retarget(case)
            else:
                place.reply(case, actor=ANA if name == "answer" else LUIS)
        except Refused:
            pass

    def settle(self) -> Ticket:
        """Let everything happen that is due, and return the ticket."""
        while self.place.desk.run_due().tickets:
            pass
        return self.place.ticket(self.case)
