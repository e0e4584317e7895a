"""
What the desks of `tests/desks`, the small and the timed, must do, written a second time by hand: plain dictionaries, no
engine, no loader. What the timed one promises is worked out in `timekeeper.py`.

The property tests compare the library with this, so nothing here may come from the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.desk.promised import Line
from tests.desk.timekeeper import Keeper

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
COMMANDS = ("reply", "note", "assign", "triage", "set_deadline", "retarget", "cite")
AUTOMATIC = {"silence", "answered", "expire"}
MAY = {
    "customer": {"open", "reply"},
    "agent": {"open", "reply", "note", "assign", "triage", "cite"},
    "helper": {"reply", "note", "cite"},
}
MAY_IN_TIME = {**MAY, "agent": MAY["agent"] | {"set_deadline", "retarget"}}


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

    @property
    def side(self) -> str:
        return "staff" if self.staff else "customer"

    def may(self, command: str, table: Mapping[str, set[str]] = MAY) -> bool:
        return any(command in table[role] for role in self.known)


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
    agreement: str | None = None
    timer: tuple[str, datetime] | None = None
    solved_by: list[str] = field(default_factory=list)
    events: list[tuple[str, datetime, str]] = field(default_factory=list)
    keeper: Keeper | None = None
    """Keeps the promises of time; None on a desk that makes none."""

    def happen(
        self,
        name: str,
        at: datetime,
        actor: str,
        *,
        said: str | None = None,
        deadline: datetime | None = None,
        told: tuple[str, int] = ("", 0),
    ) -> None:
        self.events.append((name, at, actor))
        self.at = at
        if self.keeper is not None:
            line = Line(name, at, CATEGORY[self.state], self.waiting_on, self.agreement, self.priority, said=said,
                        deadline=deadline, told=told)  # fmt: skip
            self.events.extend((following, at, actor) for following in self.keeper.take(line))

    def enter(
        self, state: str, at: datetime, actor: str, waiting_on: str | None = None, said: str | None = None
    ) -> None:
        self.state = state
        self.waiting_on = None if state in FINAL else waiting_on or WAITS[state]
        self.timer = {"asking": ("silence", at + SPAN), "solved": ("expire", at + SPAN)}.get(state)
        self.happen("StateChanged", at, actor, said=said)

    def advance(self, now: datetime) -> None:
        """Let everything happen that comes by itself; at one instant promises come before the timer."""
        while True:
            coming = None if self.keeper is None else self.keeper.coming()
            rings = self.timer is not None and (coming is None or self.timer[1] < coming[0])
            if rings and self.timer is not None and self.timer[1] <= now:
                self._ring(*self.timer)
            elif not rings and coming is not None and coming[0] <= now:
                self._strike(*coming)
            else:
                return

    def _ring(self, action: str, due: datetime) -> None:
        if action == "silence":
            self.enter("solved", due, "system")
        elif self.priority != "high":
            self.enter("done", due, "system")
        else:
            self.timer = None
            self.happen("TimerRefused", due, "system")

    def _strike(self, due: datetime, kind: str, event: str, step: int) -> None:
        at = max(due, self.at)
        self.happen(event, at, "system", told=(kind, step))
        if step == 100 and self.team != "leads":
            self.team = "leads"
            self.happen("TicketAssigned", at, "system")
        if step == 150 and self.priority != "high":
            self.priority = "high"
            self.happen("Triaged", at, "system")

    def seen_by(self, person: Person) -> bool:
        return (
            "agent" in person.known
            or ("customer" in person.known and self.customer in person.customers)
            or ("helper" in person.known and person.id in (self.assignee, self.responsible))
        )

    def refusal(self, person: Person, name: str) -> str | None:
        """The code of the first reason why *person* may not do *name* now, or None."""
        if name in COMMANDS:
            if not person.may(name, MAY if self.keeper is None else MAY_IN_TIME):
                return "role_required"
            return "ticket_closed" if name not in ("note", "cite") and self.state in FINAL else None
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
        # what is said on cancelling is internal
        said = person.side if given.get("comment") is not None and name != "cancel" else None
        if to is None:
            self.waiting_on = given["waiting_on"]
            self.happen("StateChanged", at, person.id, said=said)
        else:
            self.enter(to, at, person.id, said=said)
        if name == "take" and self.assignee != person.id:
            self.assignee = person.id
            self.happen("TicketAssigned", at, person.id)

    def reply(self, person: Person, at: datetime) -> None:
        self.waiting_on = "customer" if person.staff else "support"
        self.happen("Replied", at, person.id, said=person.side)
        if not person.staff and self.state in ("asking", "solved"):
            self.enter("working", at, person.id)

    def set_deadline(self, person: Person, deadline: datetime | None, at: datetime) -> None:
        if self.keeper is not None and (deadline is not None or "deadline" in self.keeper.watches):
            self.happen("DeadlineSet", at, person.id, deadline=deadline)

    def cite(self, person: Person, article: str, at: datetime, *, solved: bool) -> None:
        if solved and article not in self.solved_by:
            self.solved_by.append(article)
            self.happen("ArticleCited", at, person.id)
        elif not solved and article in self.solved_by:
            self.solved_by.remove(article)
            self.happen("ArticleCited", at, person.id)

    def assign(self, document: Mapping[str, str | None], at: datetime, actor: str) -> None:
        self._change("TicketAssigned", document, at, actor)

    def classify(self, document: Mapping[str, str | None], at: datetime, actor: str) -> None:
        self._change("Triaged", document, at, actor)

    def _change(self, name: str, document: Mapping[str, str | None], at: datetime, actor: str) -> None:
        changes = any(getattr(self, key) != value for key, value in document.items())
        for key, value in document.items():
            setattr(self, key, value)
        if changes:
            self.happen(name, at, actor)
