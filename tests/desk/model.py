"""
What the small desk of `tests/desks` must do, written a second time by hand: plain dictionaries, no engine, no loader.

The property tests compare the library with this, so nothing here may come from the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SPAN = timedelta(hours=72)
FINAL = {"done": "resolved", "cancelled": "cancelled"}
CATEGORY = {
    "new": "new", "working": "open", "asking": "pending", "solved": "solved", "done": "closed", "cancelled": "closed",
}  # fmt: skip
WAITS = {"new": "support", "working": "support", "asking": "customer", "solved": "customer"}
OPEN = ("new", "working", "asking", "solved")
# action -> (from, to or None for staying, roles, what must be given)
ACTIONS: dict[str, tuple[tuple[str, ...], str | None, set[str], set[str]]] = {
    "take": (OPEN, "working", {"agent"}, set()),
    "ask": (("new", "working"), "asking", {"agent", "helper"}, {"comment"}),
    "solve": (("working",), "solved", {"agent", "helper"}, {"comment"}),
    "confirm": (("solved",), "done", {"customer"}, set()),
    "cancel": (OPEN, "cancelled", {"agent"}, {"reason"}),
    "wait_for": (("working",), None, {"agent"}, {"waiting_on"}),
    "reopen": (("done",), "working", {"customer"}, {"comment"}),
}
AUTOMATIC = {"silence", "answered", "expire"}
MAY = {
    "customer": {"open", "reply"},
    "agent": {"open", "reply", "note", "assign", "triage"},
    "helper": {"reply", "note"},
}


@dataclass(frozen=True)
class Person:
    id: str
    roles: frozenset[str]
    customers: frozenset[str] = frozenset()

    @property
    def known(self) -> set[str]:
        return set(self.roles) & set(MAY)

    @property
    def staff(self) -> bool:
        return bool(self.known & {"agent", "helper"})

    def may(self, command: str) -> bool:
        return any(command in MAY[role] for role in self.known)


@dataclass
class Case:
    number: int
    customer: str
    contact: str
    at: datetime
    priority: str | None
    state: str = "new"
    waiting_on: str | None = "support"
    assignee: str | None = None
    responsible: str | None = None
    team: str | None = "desk"
    type: str | None = None
    product: str | None = None
    area: str | None = None
    timer: tuple[str, datetime] | None = None
    events: list[tuple[str, datetime, str]] = field(default_factory=list)

    def happen(self, name: str, at: datetime, actor: str) -> None:
        self.events.append((name, at, actor))
        self.at = at

    def enter(self, state: str, at: datetime, actor: str, waiting_on: str | None = None) -> None:
        self.state = state
        self.waiting_on = None if state in FINAL else waiting_on or WAITS[state]
        self.timer = {"asking": ("silence", at + SPAN), "solved": ("expire", at + SPAN)}.get(state)
        self.happen("StateChanged", at, actor)

    def advance(self, now: datetime) -> None:
        while self.timer is not None and self.timer[1] <= now:
            action, due = self.timer
            if action == "silence":
                self.enter("solved", due, "system")
            elif self.priority != "high":
                self.enter("done", due, "system")
            else:
                self.timer = None
                self.happen("TimerRefused", due, "system")

    def seen_by(self, person: Person) -> bool:
        return (
            "agent" in person.known
            or ("customer" in person.known and self.customer in person.customers)
            or ("helper" in person.known and person.id in (self.assignee, self.responsible))
        )

    def refusal(self, person: Person, name: str) -> str | None:
        """The code of the first reason why *person* may not do *name* now, or None."""
        if name in ("reply", "note", "assign", "triage"):
            if not person.may(name):
                return "role_required"
            return "ticket_closed" if name != "note" and self.state in FINAL else None
        if name in AUTOMATIC:
            sources = {"silence": ("asking",), "answered": ("asking", "solved"), "expire": ("solved",)}[name]
            return "wrong_state" if self.state not in sources else "role_required"
        if name not in ACTIONS:
            return "unknown_action"
        sources, _, roles, _ = ACTIONS[name]
        if self.state not in sources:
            return "wrong_state"
        if not roles & person.known:
            return "role_required"
        if name == "solve" and self.assignee != person.id:
            return "condition_not_met"
        return None

    def act(self, person: Person, name: str, given: dict[str, str], at: datetime) -> None:
        _, to, _, _ = ACTIONS[name]
        if to is None:
            self.waiting_on = given["waiting_on"]
            self.happen("StateChanged", at, person.id)
        else:
            self.enter(to, at, person.id)
        if name == "take" and self.assignee != person.id:
            self.assignee = person.id
            self.happen("TicketAssigned", at, person.id)

    def reply(self, person: Person, at: datetime) -> None:
        self.waiting_on = "customer" if person.staff else "support"
        self.happen("Replied", at, person.id)
        if not person.staff and self.state in ("asking", "solved"):
            self.enter("working", at, person.id)
