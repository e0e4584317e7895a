"""Workers may come by at any time, or never: the history is the same but for when it was recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock, Refused, StaleVersion
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.events import Recorded
from tests.desk.machine import SMALL, START, equip
from tests.desk.timed import BEGINNINGS, TIMED, equip_timed

DEEDS = ["take", "ask", "solve", "confirm", "reopen", "answer", "raise", "cancel"]
TIMED_DEEDS = [*DEEDS, "reply", "lower", "gold", "plain", "hurry", "relax", "wait", "go on"]


def steps(deeds: list[str], hours: list[float]) -> st.SearchStrategy[list[tuple[float, str, int]]]:
    """Hours before a deed, the deed, and which ticket it is done to."""
    return st.lists(
        st.tuples(st.sampled_from(hours), st.sampled_from(deeds), st.integers(0, 1)), min_size=1, max_size=12
    )


CLASSES: dict[str, dict[str, str | None]] = {
    "raise": {"priority": "high"}, "lower": {"priority": "low"}, "gold": {"agreement": "gold"},
    "plain": {"agreement": None},
}  # fmt: skip
WAITS = {"wait": "customer", "go on": "support"}
VISITS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0.5, 24, 100])), max_size=8)


class Run:
    def __init__(self, *, timed: bool = False, start: datetime = START) -> None:
        self.clock = FrozenClock(start)
        self.desk = Desk(TIMED if timed else SMALL, MemoryStore(), clock=self.clock, salts=lambda: "salt")
        (equip_timed if timed else equip)(self.desk)
        self.ana = self.desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
        self.luis = self.desk.acting_as(Actor(id="luis", roles={"agent"}))
        self.tickets = [self.ana.open({"subject": "x"}, command_id=f"open {n}").id for n in range(2)]

    def do(self, name: str, ticket: str, command_id: str) -> None:
        said: dict[str, Any] = {"comment": "so"} if name in ("ask", "solve", "reopen") else {}
        try:
            if name == "answer":
                self.ana.reply(ticket, "yes", command_id=command_id)
            elif name == "reply":
                self.luis.reply(ticket, "well", command_id=command_id)
            elif name in CLASSES:
                self.luis.triage(ticket, CLASSES[name], command_id=command_id)
            elif name in ("hurry", "relax"):
                deadline = self.clock() + timedelta(hours=30) if name == "hurry" else None
                self.luis.set_deadline(ticket, deadline, command_id=command_id)
            elif name in WAITS:
                self.luis.act(ticket, "wait_for", {"waiting_on": WAITS[name]}, command_id=command_id)
            elif name == "cancel":
                self.luis.act(ticket, name, {"reason": "mistake"}, command_id=command_id)
            else:
                who = self.ana if name in ("confirm", "reopen") else self.luis
                who.act(ticket, name, said, command_id=command_id)
        except Refused:
            pass

    def histories(self) -> list[list[Recorded]]:
        return [
            [attrs.evolve(recorded, recorded_at=START, sequence=0) for recorded in self.desk.history(ticket)]
            for ticket in self.tickets
        ]


def compare(lazy: Run, busy: Run, steps: list[tuple[float, str, int]], visits: list[tuple[int, float]]) -> None:
    """Do the same to both desks, with workers at random times at the one and one at the very end at the other."""
    for index, (hours, name, ticket) in enumerate(steps):
        before = busy.clock.at
        for _, part in sorted(visit for visit in visits if visit[0] == index):
            busy.clock.at = min(before + timedelta(hours=part), before + timedelta(hours=hours))
            busy.desk.run_due(limit=1)
        for run in (lazy, busy):
            run.clock.at = before + timedelta(hours=hours)
            run.do(name, run.tickets[ticket], f"step {index}")
    for run in (lazy, busy):
        run.clock.move(timedelta(days=60))
        run.desk.run_due()
        run.desk.run_due()
        assert () == run.desk.verify().findings
    assert lazy.histories() == busy.histories()


@given(steps=steps(DEEDS, [0, 1, 30, 72, 73, 200]), visits=VISITS)
def test_any_schedule_of_workers_gives_the_same_history(
    steps: list[tuple[float, str, int]], visits: list[tuple[int, float]]
) -> None:
    """A run with workers at random times and a run with one at the very end have equal histories."""
    compare(Run(), Run(), steps, visits)


@given(start=st.sampled_from(BEGINNINGS), steps=steps(TIMED_DEEDS, [0, 0.5, 1, 4, 30, 72, 200]), visits=VISITS)
def test_any_schedule_of_workers_gives_promises_the_same_history(
    start: datetime, steps: list[tuple[float, str, int]], visits: list[tuple[int, float]]
) -> None:
    """Warnings, breaches and escalations come at their own instants, whenever a worker comes by."""
    compare(Run(timed=True, start=start), Run(timed=True, start=start), steps, visits)


def test_a_breach_is_stamped_at_its_own_instant_not_at_the_workers() -> None:
    """A worker that comes ten days late finds what happened to a promise of eight hours, at the very instants."""
    run = Run(timed=True)
    run.luis.triage(run.tickets[0], {"priority": "high"}, command_id="no matter")
    run.luis.reply(run.tickets[0], "well", command_id="answered")
    run.ana.reply(run.tickets[0], "thanks", command_id="go on")
    before = run.luis.get(run.tickets[0]).version
    run.clock.move(timedelta(days=10))
    run.desk.run_due()
    found = [
        (type(r.event).__name__, r.event.clock.kind, r.event.at - START, r.recorded_at - START)
        for r in run.desk.history(run.tickets[0])[before:]
    ]
    late, tick = timedelta(days=10), timedelta(milliseconds=1)
    assert [
        ("ClockWarned", "next_response", timedelta(minutes=45), late),
        ("ClockBreached", "next_response", timedelta(hours=1) + tick, late),
        ("ClockWarned", "resolution", timedelta(hours=6), late),
        ("ClockBreached", "resolution", timedelta(hours=8) + tick, late),
    ] == found


def test_a_timer_is_stamped_at_its_own_instant_not_at_the_workers() -> None:
    """A worker that comes ten days late stamps the two timers 72 and 144 hours after the question."""
    run = Run()
    run.luis.act(run.tickets[0], "ask", {"comment": "which one?"})
    run.clock.move(timedelta(days=10))
    assert 2 == run.desk.run_due().events
    found = [(r.event.at - START, r.recorded_at - START) for r in run.desk.history(run.tickets[0])[2:]]
    assert [(timedelta(hours=72), timedelta(days=10)), (timedelta(hours=144), timedelta(days=10))] == found


def test_a_refused_timer_is_recorded_and_cleared() -> None:
    """`expire` is not allowed for high priority: the refusal is told once, and the timer does not come again."""
    run = Run()
    ticket = run.tickets[0]
    run.luis.triage(ticket, {"priority": "high"})
    run.luis.act(ticket, "ask", {"comment": "which one?"})
    run.clock.move(timedelta(days=10))
    run.desk.run_due()
    last = run.desk.history(ticket)[-1].event
    assert ("TimerRefused", "expire", ("condition_not_met",)) == (type(last).__name__, last.action, last.reasons)
    assert ("solved", ()) == (run.luis.get(ticket).state, run.luis.get(ticket).timers)
    assert 0 == run.desk.run_due().events


def test_a_timer_that_came_due_makes_what_was_seen_stale() -> None:
    """Nobody wrote since, but 72 hours passed: who saw the version before is told of the timer's event."""
    run = Run()
    ticket = run.tickets[0]
    seen = run.luis.act(ticket, "ask", {"comment": "which one?"}).version
    run.clock.move(timedelta(hours=73))
    with pytest.raises(StaleVersion) as stale:
        run.luis.act(ticket, "take", seen_version=seen)
    assert ["silence"] == [event.action for event in stale.value.events]
    assert seen + 1 == run.luis.act(ticket, "take", seen_version=seen + 1).version - 1


def test_a_reopened_ticket_is_not_closed() -> None:
    """Closing sets the instant of closing, reopening takes it away, closing again sets the later one."""
    run = Run()
    ticket = run.tickets[0]

    def solve() -> None:
        run.luis.act(ticket, "take")
        run.luis.act(ticket, "solve", {"comment": "so"})
        run.ana.act(ticket, "confirm")

    solve()
    assert START == run.luis.get(ticket).closed_at
    run.clock.move(timedelta(hours=1))
    run.ana.act(ticket, "reopen", {"comment": "again"})
    assert (None, True) == (run.luis.get(ticket).closed_at, run.luis.get(ticket).is_open)
    solve()
    assert START + timedelta(hours=1) == run.luis.get(ticket).closed_at
