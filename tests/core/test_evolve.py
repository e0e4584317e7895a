"""Events are the only way a ticket changes, and a history folds without anything else."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import attrs
import pytest

from supportcore import Actor, Desk, FrozenClock
from supportcore.errors import TicketBroken
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.events import Recorded
from supportcore.tickets.evolve import fold
from tests.desk.machine import SMALL, START, equip


@pytest.fixture
def history() -> tuple[Recorded, ...]:
    clock = FrozenClock(START)
    desk = Desk(SMALL, MemoryStore(), clock=clock)
    equip(desk)
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}))
    ticket = ana.open({"subject": "x"}).id
    clock.move(timedelta(hours=1))
    luis.act(ticket, "ask", {"comment": "?"})
    ana.reply(ticket, "!")
    luis.triage(ticket, {"type": "problem"})
    luis.assign(ticket, {"assignee": None})
    luis.act(ticket, "cancel", {"reason": "mistake"})
    return desk.history(ticket)


def test_the_version_counts_the_events(history: tuple[Recorded, ...]) -> None:
    """Every prefix folds to a ticket whose version is its length, and whose instant is its last event's."""
    for length in range(1, len(history) + 1):
        ticket = fold("small", history[:length])
        assert (length, history[length - 1].event.at) == (ticket.version, ticket.updated_at)


def test_closing_and_its_instant(history: tuple[Recorded, ...]) -> None:
    """A final state has an outcome and the instant it was entered, and no timer."""
    ticket = fold("small", history)
    assert ("cancelled", history[-1].event.at, (), None) == (
        ticket.outcome,
        ticket.closed_at,
        ticket.timers,
        ticket.waiting_on,
    )


@pytest.mark.parametrize("wrong", ["nothing", "a gap", "no opening", "backwards", "opened twice"])
def test_a_history_that_cannot_be_is_told(history: tuple[Recorded, ...], wrong: str) -> None:
    """A gap, a missing opening, a second opening or time running backwards breaks the fold, loudly."""
    early = attrs.evolve(history[1], event=attrs.evolve(history[1].event, at=START - timedelta(days=1)))
    histories = {
        "nothing": (),
        "a gap": (history[0], *history[2:]),
        "no opening": (attrs.evolve(history[1], position=1),),
        "backwards": (history[0], early),
        "opened twice": (history[0], attrs.evolve(history[0], position=2)),
    }
    with pytest.raises(TicketBroken):
        fold("small", histories[wrong])


def test_folding_loads_no_engine_and_no_zones() -> None:
    """What folds a history imports neither `transitions` nor the loader of definitions."""
    code = (
        "import sys, supportcore.tickets.evolve;"
        "print([n for n in ('transitions', 'tomllib', 'supportcore.definition', 'supportcore.workflow.engine')"
        " if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_importing_the_library_loads_no_heavy_one() -> None:
    """`import supportcore` and a loaded definition need neither databases, Hypothesis nor `transitions`."""
    code = (
        "import sys; from supportcore import Desk, load_definition; load_definition('noova');"
        "print([n for n in ('sqlalchemy', 'pymongo', 'hypothesis', 'pytest', 'transitions', 'click', 'rich')"
        " if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
