"""A ticket that cannot be advanced is put back for longer each time, reported, and never holds up the others."""

from __future__ import annotations

import copy
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, Desk, FrozenClock
from supportcore.definition.loader import define
from supportcore.errors import StoreError
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import drive
from tests.desk.machine import START, equip

FOLDER = Path(__file__).parents[1] / "desks"
RULES = tomllib.loads((FOLDER / "small.toml").read_text(encoding="utf-8"))
LABELS = tomllib.loads((FOLDER / "small.labels.toml").read_text(encoding="utf-8"))


def desk_with(guard: Any) -> tuple[Desk, FrozenClock]:
    rules = copy.deepcopy(RULES)
    for step in rules["transitions"]:
        if step["action"] == "silence":
            step["guard"] = "host"
    clock = FrozenClock(START)
    desk = Desk(define(rules, LABELS, guards={"host": guard}), MemoryStore(), clock=clock)
    equip(desk)
    return desk, clock


def is_due(desk: Desk, clock: FrozenClock) -> bool:
    """Whether a worker that came by now would find something to do."""
    with desk.store.begin(write=False) as execute:
        return bool(drive(desk.store.ledger(desk.definition.key).due(clock(), 1), execute))


def test_a_broken_ticket_is_parked_and_the_others_go_on() -> None:
    """A host's guard that fails parks its ticket with the error; the next ticket is advanced all the same."""

    def guard(ticket: Any, actor: Any) -> bool:
        if ticket.subject == "bad":
            raise RuntimeError("the host's rule failed")
        return True

    desk, clock = desk_with(guard)
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}))
    bad, good = (ana.open({"subject": subject}).id for subject in ("bad", "good"))
    luis.act(bad, "ask", {"comment": "?"})
    clock.move(timedelta(seconds=1))
    luis.act(good, "ask", {"comment": "?"})
    clock.move(timedelta(hours=100))

    first = desk.run_due(limit=1)
    assert ((bad, "the host's rule failed"),) == first.parked
    second = desk.run_due(limit=1)
    assert (1, ()) == (second.tickets, second.parked)
    assert ("asking", "solved") == (luis.get(bad).state, luis.get(good).state)


def test_the_pauses_of_a_parked_ticket_double() -> None:
    """After one, two and three failures in a row a ticket rests for 1, 2 and 4 minutes."""

    def guard(ticket: Any, actor: Any) -> bool:
        raise RuntimeError("always")

    desk, clock = desk_with(guard)
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}))
    ticket = ana.open({"subject": "x"}).id
    luis.act(ticket, "ask", {"comment": "?"})
    clock.move(timedelta(hours=73))
    rests = []
    for _ in range(3):
        assert 1 == len(desk.run_due().parked)
        rested = timedelta(0)
        while not is_due(desk, clock):
            clock.move(timedelta(minutes=1))
            rested += timedelta(minutes=1)
        rests.append(rested)
    assert [timedelta(minutes=n) for n in (1, 2, 4)] == rests


def test_a_mended_ticket_is_no_longer_parked() -> None:
    """Once its rule works again, a parked ticket is advanced when its rest is over, and starts anew."""
    broken = [True]

    def guard(ticket: Any, actor: Any) -> bool:
        if broken[0]:
            raise RuntimeError("down")
        return True

    desk, clock = desk_with(guard)
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}))
    ticket = ana.open({"subject": "x"}).id
    luis.act(ticket, "ask", {"comment": "?"})
    clock.move(timedelta(hours=73))
    desk.run_due()
    broken[0] = False
    assert 0 == desk.run_due().events
    clock.move(timedelta(minutes=1))
    assert 1 == desk.run_due().events
    assert () == desk.verify().findings


def test_a_loop_of_timers_is_stopped_and_told() -> None:
    """Two timers of a millisecond that lead to each other are a loop, which parks the ticket instead of the worker."""
    rules = copy.deepcopy(RULES)
    states = {state["key"]: state for state in rules["states"]}
    states["asking"]["timer"]["after"] = "1ms"
    states["solved"]["timer"] = {"after": "1ms", "action": "silence"}
    for step in rules["transitions"]:
        if step["action"] == "silence":
            step["from"], step["to"] = ["asking"], "solved"
    rules["transitions"].append({"action": "back", "from": ["solved"], "to": "asking", "roles": ["system"]})
    states["solved"]["timer"]["action"] = "back"
    clock = FrozenClock(START)
    desk = Desk(define(rules, {**LABELS, "actions": {**LABELS["actions"], "back": LABELS["actions"]["take"]}}),
                MemoryStore(), clock=clock)  # fmt: skip
    equip(desk)
    ticket = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open({"subject": "x"}).id
    desk.acting_as(Actor(id="luis", roles={"agent"})).act(ticket, "ask", {"comment": "?"})
    clock.move(timedelta(days=1))
    ((parked, why),) = desk.run_due().parked
    assert ticket == parked
    assert "the rules loop" in why


def test_a_database_that_fails_parks_nothing() -> None:
    """What the database does wrong is told to the worker at once; no ticket is put back for it."""

    class Failing(MemoryStore):
        broken = False

        def begin(self, *, write: bool) -> Any:
            if self.broken and write:
                raise StoreError(why="the disk is gone")
            return super().begin(write=write)

    store, clock = Failing(), FrozenClock(START)
    desk = Desk(define(RULES, LABELS), store, clock=clock)
    equip(desk)
    ticket = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open({"subject": "x"}).id
    desk.acting_as(Actor(id="luis", roles={"agent"})).act(ticket, "ask", {"comment": "?"})
    clock.move(timedelta(hours=73))
    store.broken = True
    with pytest.raises(StoreError, match="disk"):
        desk.run_due()
    store.broken = False
    assert (1, ()) == (desk.run_due().events, desk.run_due().parked)


def test_a_ticket_whose_rules_are_missing_is_parked() -> None:
    """A ticket that holds on to rules nobody stored is put back, and the others go on."""
    store, clock = MemoryStore(), FrozenClock(START)
    old = Desk(define(RULES, LABELS), store, clock=clock)
    equip(old)
    ticket = old.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open({"subject": "x"}).id
    old.acting_as(Actor(id="luis", roles={"agent"})).act(ticket, "ask", {"comment": "?"})
    with store.begin(write=True) as execute:  # as if the rules had been lost
        execute(lambda unit: unit.put("rules", ("small", old.definition.rules_hash), {"document": None}))
    changed = copy.deepcopy(RULES)
    changed["zone"] = "Europe/Rome"
    new = Desk(define(changed, LABELS), store, clock=clock)
    new.install()
    clock.move(timedelta(hours=73))
    ((parked, why),) = new.run_due().parked
    assert ticket == parked
    assert why
