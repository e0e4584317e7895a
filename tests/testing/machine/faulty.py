"""Subjects with one planted fault each, as systems have them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.loader import define
from supportcore.definition.model import Definition
from supportcore.storage.memory import MemoryLedger
from supportcore.testing.machine.course import ALIKE, OFFERED
from supportcore.testing.subjects import DeskSubject
from supportcore.tickets import evolve, moves, permissions
from supportcore.tickets.ticket import Timer

_DESK = Path(__file__).parents[2] / "desks" / "small.toml"
RULES = tomllib.loads(_DESK.read_text(encoding="utf-8"))
LABELS = tomllib.loads(_DESK.with_suffix(".labels.toml").read_text(encoding="utf-8"))
SMALL = define(RULES, LABELS)
TOLD = ("state", "waiting_on", "assignee", "history")


def changed(change: Callable[[dict[str, Any]], object]) -> Definition:
    """Return the small desk with its rules changed."""
    rules = deepcopy(RULES)
    change(rules)
    return define(rules, LABELS)


def of(rules: dict[str, Any], section: str, key: str) -> dict[str, Any]:
    """Return the state or transition of that name."""
    name = "action" if section == "transitions" else "key"
    return next(one for one in rules[section] if one[name] == key)


class Observed(DeskSubject):
    """A desk that tells what people see of a ticket, and its history."""

    def observe(self) -> Mapping[str, Any]:
        return {name: value for name, value in super().observe().items() if name in TOLD}


def otherwise(change: Callable[[dict[str, Any]], object]) -> Callable[[], DeskSubject]:
    """Return what makes a desk that goes by other rules."""
    definition = changed(change)
    return lambda: Observed(definition)


class Patched(Observed):
    """A desk whose code is wrong in one place."""

    where: Any
    name: str
    wrong: Any

    @contextmanager
    def _wrong(self) -> Iterator[None]:
        with patch.object(self.where, self.name, self.wrong):
            yield

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        with self._wrong():
            super().act(who, do, said)

    def observe(self) -> Mapping[str, Any]:
        with self._wrong():
            return super().observe()

    def reasons(self, who: str) -> Mapping[str, tuple[str, ...]]:
        with self._wrong():
            return super().reasons(who)

    def work(self) -> None:
        with self._wrong():
            super().work()


def patched(where: Any, name: str, wrong: Any) -> Callable[[], DeskSubject]:
    """Return what makes a desk in whose code *wrong* stands in the place of what *where* calls *name*."""
    kind = type("Wrong", (Patched,), {"where": where, "name": name, "wrong": staticmethod(wrong)})
    return lambda: kind(SMALL)


def patched_value(where: Any, name: str, wrong: Any) -> Callable[[], DeskSubject]:
    """Return what makes a desk for which what *where* calls *name* has another value."""
    kind = type("Wrong", (Patched,), {"where": where, "name": name, "wrong": wrong})
    return lambda: kind(SMALL)


# -- rules that are applied wrongly


def _by_wall_time(state: Any, at: Any) -> tuple[Timer, ...]:
    """Time of the wall is added to, and not time that passes."""
    if state.timer is None:
        return ()
    due = at.astimezone(ZoneInfo("Europe/Madrid")) + state.timer.after
    return (Timer(action=state.timer.action, due_at=due.astimezone(ZoneInfo("UTC"))),)


TICK = timedelta(milliseconds=1)
_TIMERS, _ENTERED, _SAVE = moves.timers_of, evolve._entered, MemoryLedger._save


def _keeping_timers(ticket: Any, event: Any) -> dict[str, Any]:
    """A state that is left leaves its timer running."""
    found = _ENTERED(ticket, event)
    return {**found, "timers": found["timers"] or ticket.timers} if event.category == "open" else found


def _dropping(self: MemoryLedger, unit: Any, decision: Any) -> None:
    """Of several events of one command, the last is lost."""
    changes = tuple(
        attrs.evolve(one, recorded=one.recorded[:-1]) if len(one.recorded) > 1 else one for one in decision.changes
    )
    _SAVE(self, unit, attrs.evolve(decision, changes=changes))


# -- systems that lose, repeat or forget


class Remembering(Observed):
    """Knows what was stored before the last command."""

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        before = deepcopy(self._store._tables)  # type: ignore[union-attr]
        super().act(who, do, said)
        self._before = before if do != "open" else None

    def _forget(self) -> None:
        if self._before is not None:
            self._store._tables = self._before  # type: ignore[union-attr]
            self._before = None


class LosesAnUpdate(Remembering):
    """A second worker writes what it read before the last command."""

    def work(self) -> None:
        self._forget()
        super().work()


class LosesOnRestart(Remembering):
    """The last command was not on the disk yet."""

    def restart(self) -> None:
        self._forget()
        super().restart()


class FiresTwice(Observed):
    """A second worker records once more what the first one did."""

    def reset(self, cast: Any) -> None:
        super().reset(cast)
        self._more: tuple[Any, ...] = ()

    def work(self) -> None:
        before = len(self.desk.history(self.ticket or ""))
        super().work()
        new = self.desk.history(self.ticket or "")[before:]
        self._more += tuple((type(one.event).__name__, one.event.at, one.event.actor) for one in new)

    def observe(self) -> Mapping[str, Any]:
        found = dict(super().observe())
        return {**found, "history": (*found["history"], *self._more)}


class WorksAhead(Observed):
    """The clock of a second worker is an hour fast."""

    def work(self) -> None:
        self._clock.move(timedelta(hours=1))
        super().work()
        self._clock.move(-timedelta(hours=1))


class TakesTwice(Observed):
    """A command that arrives twice is carried out twice."""

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        super().act(who, do, said)
        self._said = (who, do, said)

    def again(self) -> None:
        who, do, said = self._said
        if do == "reply":
            super().act(who, do, said)


class OffersTooMuch(Observed):
    """Who may reply is offered to reply also when the ticket is closed."""

    def actions(self, who: str) -> Iterable[str]:
        found = [*super().actions(who)]
        return [*found, "reply"] if who == "customer" and found == ["reopen"] else found


class OffersTooLittle(Observed):
    """A second agent is not offered what is the first one's."""

    def actions(self, who: str) -> Iterable[str]:
        return [name for name in super().actions(who) if not (who == "agent-2" and name == "wait_for")]


class Crashes(Observed):
    """A reply to a solved ticket ends in an error of the programme."""

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        if do == "reply" and super().observe()["state"] == "solved":
            raise KeyError("solved")
        super().act(who, do, said)


@attrs.frozen
class Fault:
    """A system with a fault, and the rule that it is found by."""

    rule: str
    make: Callable[[], DeskSubject]


FAULTS: Mapping[str, Fault] = {
    "a helper may take a ticket": Fault(
        OFFERED, otherwise(lambda r: of(r, "transitions", "take")["roles"].append("helper"))
    ),
    "an agent may not take a ticket": Fault(
        OFFERED, otherwise(lambda r: of(r, "transitions", "take").update(roles=["helper"]))
    ),
    "whose ticket it is does not matter": Fault(
        OFFERED, otherwise(lambda r: of(r, "transitions", "solve").pop("when"))
    ),
    "an urgent ticket expires": Fault(ALIKE, otherwise(lambda r: of(r, "transitions", "expire").pop("when"))),
    "a question needs no comment": Fault(ALIKE, otherwise(lambda r: of(r, "transitions", "ask").pop("requires"))),
    "a solution leads elsewhere": Fault(ALIKE, otherwise(lambda r: of(r, "transitions", "solve").update(to="asking"))),
    "silence comes an hour early": Fault(
        ALIKE, otherwise(lambda r: of(r, "states", "asking")["timer"].update(after="71h"))
    ),
    "silence comes a millisecond late": Fault(
        ALIKE,
        patched(
            moves,
            "timers_of",
            lambda state, at: tuple(attrs.evolve(one, due_at=one.due_at + TICK) for one in _TIMERS(state, at)),
        ),
    ),
    "a timer goes by the clock on the wall": Fault(ALIKE, patched(moves, "timers_of", _by_wall_time)),
    "a timer outlives its state": Fault(ALIKE, patched(evolve, "_entered", _keeping_timers)),
    "an answer leaves the ticket waiting": Fault(ALIKE, otherwise(lambda r: of(r, "states", "asking").pop("on_reply"))),
    "nobody is waited for": Fault(ALIKE, otherwise(lambda r: of(r, "states", "asking").update(waiting_on="support"))),
    "who takes a ticket does not get it": Fault(ALIKE, otherwise(lambda r: of(r, "transitions", "take").pop("assign"))),
    "a closed ticket takes replies": Fault(OFFERED, patched_value(permissions, "_WHILE_OPEN", ("assign", "triage"))),
    "an event is dropped": Fault(ALIKE, patched(MemoryLedger, "_save", _dropping)),
    "a second worker undoes a command": Fault(ALIKE, lambda: LosesAnUpdate(SMALL)),
    "a second worker fires a timer again": Fault(ALIKE, lambda: FiresTwice(SMALL)),
    "a second worker is an hour ahead": Fault(ALIKE, lambda: WorksAhead(SMALL)),
    "a restart loses a command": Fault(ALIKE, lambda: LosesOnRestart(SMALL)),
    "a command that arrives twice is done twice": Fault(ALIKE, lambda: TakesTwice(SMALL)),
    "too much is offered": Fault(OFFERED, lambda: OffersTooMuch(SMALL)),
    "too little is offered": Fault(OFFERED, lambda: OffersTooLittle(SMALL)),
    "a reply ends in an error": Fault(ALIKE, lambda: Crashes(SMALL)),
}
"""Systems with a fault, by what is wrong."""
