"""
The processes: those that write, that deliver notices, that let happen what came due, that follow the feed.

Each ends when the file ``stop`` is there and it has nothing left to do, or is killed before. What goes wrong with a
server is repeated under the same command id until the outcome is known; what must not go wrong is written down as
``broken``, which the judge finds.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import attrs

# Loaded once by the server that processes are forked from.
import pymongo  # noqa: F401
import sqlalchemy.orm  # noqa: F401

import supportcore_mongo.store  # noqa: F401
import supportcore_sql.store  # noqa: F401
from supportcore.clock import system_clock
from supportcore.errors import Busy, StoreError, TransactionLost
from supportcore.notices.render import Notice
from tests.stress.hosts import REFUSALS, Again, host_of
from tests.stress.journal import Journal, lines
from tests.stress.places import Place, opened
from tests.stress.work import ACTORS, Author, Order

PER_TICKET = 4
"""Orders a writer gives for each ticket it opens."""
IDLE = 0.1
"""Seconds before one who found nothing to do looks again."""
PATIENCE = 180.0
"""Seconds after which an order whose outcome is still unknown, or a worker that finds no database, is given up."""


@attrs.frozen(kw_only=True)
class Task:
    """
    What a process is told.

    Attributes:
        journal: Its file's name in the folder, without the ending; a follower's is taken up by the next one.
        seed: Of what it makes up.
        opens: Tickets a writer opens, among `PER_TICKET` times as many orders; None to go on until told to stop.
        hot: Among how many of the last tickets it chooses.
        rough: Servers are killed: an error of the database is no fault.
    """

    place: Place
    folder: Path
    journal: str
    seed: int = 0
    opens: int | None = None
    hot: int = 4
    rough: bool = False

    @property
    def file(self) -> Path:
        return self.folder / f"{self.journal}.journal"

    def stopped(self) -> bool:
        return (self.folder / "stop").exists()


def write(task: Task) -> None:
    """Give orders."""
    journal, author, host = Journal(task.file), Author(task.seed), host_of(task.place)
    tickets: list[tuple[str, int]] = []
    made = given = 0
    with opened(task.place) as desk:
        while not task.stopped():
            if given % 4 == 0:
                tickets = _patiently(task, journal, lambda: _hottest(desk, task.hot)) or tickets
            opening = 1 / PER_TICKET
            if task.opens is not None:
                left, due = task.opens - made, task.opens * PER_TICKET - given
                if left <= 0 and due <= 0:
                    break
                opening = 0.0 if left <= 0 else 1.0 if due <= left else left / due
            order = author.order(tickets, task.place.clock(), opening=opening)
            journal.write("try", order=order)
            outcome = settle(task, journal, order, lambda order: host.carry_out(desk, order))
            journal.write("end", id=order["id"], **outcome)
            given += 1
            made += order["verb"] == "open" and "receipt" in outcome
    host.close()
    journal.close()


def settle(task: Task, journal: Journal, order: Order, carry_out: Callable[[Order], Any]) -> dict[str, Any]:
    """Carry out an order until its outcome is known, and return that."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            receipt = carry_out(order)
        except REFUSALS as error:
            return {"refused": error.code}
        except (Busy, TransactionLost, Again) as error:
            journal.write("again", id=order["id"], why=type(error).__name__, told=str(error)[:200])
            time.sleep(0.002)
        except StoreError as error:
            if not task.rough:
                return {"broken": traceback.format_exc()[-1500:]}
            journal.write("again", id=order["id"], why=type(error).__name__, told=str(error)[:200])
            time.sleep(0.02)
        except Exception:
            return {"broken": traceback.format_exc()[-1500:]}
        else:
            return {"receipt": [receipt.id, receipt.number, receipt.version, receipt.state]}
        if time.monotonic() > end:
            return {"broken": f"no outcome within {PATIENCE:.0f} s"}


def _hottest(desk: Any, many: int) -> list[tuple[str, int]]:
    """Return the open tickets opened last, and the very first one."""
    luis = desk.acting_as(ACTORS["luis"])
    found = [*luis.find({"is_open": True}, sort="-number", limit=many, total=False).items]
    found += luis.find(sort="number", limit=1, total=False).items
    return [(ticket.id, ticket.version) for ticket in found]


def deliver(task: Task) -> None:
    """Deliver notices; one in thirty cannot be sent and is tried again later."""
    journal, chance = Journal(task.file), Random(task.seed)

    def send(notice: Notice) -> None:
        if chance.random() < 1 / 30:
            raise ConnectionRefusedError("no answer")
        journal.write("sent", id=notice.id)

    with opened(attrs.evolve(task.place, joined=False), system_clock) as desk:
        _work(task, journal, lambda: desk.deliver(send, limit=10).sent)
    journal.close()


def run_due(task: Task) -> None:
    """Let happen what has come due."""
    journal = Journal(task.file)
    with opened(attrs.evolve(task.place, joined=False)) as desk:

        def run() -> int:
            report = desk.run_due(limit=10)
            if report.parked:
                journal.write("broken", told=str(report.parked))
            if report.events:
                journal.write("due", tickets=report.tickets, events=report.events)
            return report.tickets

        _work(task, journal, run)
    journal.close()


def follow(task: Task) -> None:
    """Follow the feed from where the journal ends."""
    after = max((line["events"][-1][0] for line in lines(task.file) if line["kind"] == "fed"), default=0)
    journal = Journal(task.file)
    with opened(attrs.evolve(task.place, joined=False)) as desk:

        def read() -> int:
            nonlocal after
            found = desk.feed(after, limit=50)
            if found:
                events = [[event.sequence, event.ticket, event.position, event.command_id] for event in found]
                journal.write("fed", events=events)
                after = found[-1].sequence
            return len(found)

        _work(task, journal, read)
    journal.close()


def _work(task: Task, journal: Journal, work: Callable[[], int]) -> None:
    while True:
        stopped = task.stopped()
        done = _patiently(task, journal, work)
        if not done and stopped:
            return
        if not done:
            time.sleep(IDLE)


def _patiently(task: Task, journal: Journal, work: Callable[[], Any]) -> Any:
    """Return what *work* returns; None if it failed, which is written down."""
    try:
        return work()
    except Busy as error:
        journal.write("again", id="", why="Busy", told=str(error)[:200])
    except Exception as error:
        if task.rough and isinstance(error, StoreError):
            journal.write("again", id="", why=type(error).__name__, told=str(error)[:200])
            time.sleep(0.05)
        else:
            journal.write("broken", told=traceback.format_exc()[-1500:])
    return None


ROLES: dict[str, Callable[[Task], None]] = {"write": write, "deliver": deliver, "run_due": run_due, "follow": follow}


def main(role: str, task: Task) -> None:
    """Be a process; what drivers and pools say when their server is killed is no news."""
    logging.disable()
    ROLES[role](task)


def unfinished(journals: Iterable[Path]) -> list[Order]:
    """Return the orders whose outcome nobody wrote down, as their writer was killed."""
    found = []
    for path in journals:
        pending: dict[str, Order] = {}
        for line in lines(path):
            if line["kind"] == "try":
                pending[line["order"]["id"]] = line["order"]
            elif line["kind"] == "end":
                pending.pop(line["id"], None)
        found.extend(pending.values())
    return found
