"""
A page of a customer's open tickets, beside the statement that fetches its rows.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from bench.measuring import interleave, scale
from bench.opening import prepare
from bench.recording import Recorder, Transaction, by_hand, core, engine_like_ours
from bench.report import Line, Measurement
from supportcore import Actor, Desk, load_definition
from supportcore.ids import seeded_ids
from supportcore.tickets.ticket import Ticket
from supportcore_sql import SqlStore, rows

LUIS = Actor(id="luis", roles={"consultor"})
PAGE = 50
WHERE = {"customer": "c3", "is_open": True}
# A few large customers and many small ones; about one ticket in eight is open.
LARGE, SMALL, FROM_LARGE, OPEN = 10, 1_000, 0.2, 0.13
AT = datetime(2026, 1, 1, tzinfo=UTC)


def tickets(count: int, rules_hash: str) -> Iterator[Ticket]:
    """Yield *count* tickets, the same ones each time."""
    draw = random.Random(5)
    ids = seeded_ids(5)
    for number in range(1, count + 1):
        large = draw.random() < FROM_LARGE
        customer = draw.randrange(LARGE) if large else LARGE + draw.randrange(SMALL)
        at = AT + timedelta(minutes=7 * number)
        state = ("en_curso", "open") if draw.random() < OPEN or number <= PAGE * 2 else ("resuelto", "closed")
        if number <= PAGE * 2:  # a page is a full page on a small desk, too
            customer = 3
        yield Ticket(
            id=ids(), desk="noova", number=number, version=1, rules_hash=rules_hash, subject=f"Caso {number}",
            state=state[0], category=state[1], outcome=None if state[1] == "open" else "resolved",  # type: ignore[arg-type]
            waiting_on="support", customer=f"c{customer}", contact=f"p{customer}", product="facturas", type="problema",
            priority="alta", priority_rank=3, team="soporte", responsible="luis", assignee="luis", opened_at=at,
            updated_at=at + timedelta(minutes=draw.randrange(10_000)), closed_at=None if state[1] == "open" else at,
        )  # fmt: skip


def _fill(file: Path, count: int) -> None:
    definition = load_definition("noova")
    prepare(file)
    with closing(SqlStore(f"sqlite:///{file}")) as store, store.begin(write=True) as execute:
        made = [rows.ticket_row(ticket) for ticket in tickets(count, definition.rules_hash)]
        execute((store._database.statements.insert_ticket, made))


def measure(*, quick: bool) -> Measurement:
    """Measure listing."""
    rounds, warmup, each = (3, 1, 3) if quick else (120, 5, 10)
    count = 500 if quick else max(500, scale())
    with tempfile.TemporaryDirectory(prefix="bench-list-") as folder, ExitStack() as stack:
        file = Path(folder, "desk.db")
        _fill(file, count)
        store = stack.enter_context(closing(SqlStore(f"sqlite:///{file}")))
        engine = engine_like_ours(f"sqlite:///{file}")
        stack.callback(engine.dispose)
        desk = Desk(load_definition("noova"), store)

        def page(*, total: bool) -> int:
            for _ in range(each):
                desk.acting_as(LUIS).find(WHERE, limit=PAGE, total=total)
            return each

        alone, counted = (_recorded(store, total=total) for total in (False, True))
        plain, both = core([alone, counted])
        (rows_back,) = {len(alone.results[0].all())}
        samples = interleave(
            {
                "page": lambda: page(total=False),
                "core": lambda: by_hand(engine, [plain] * each),
                "page_total": lambda: page(total=True),
                "core_total": lambda: by_hand(engine, [both] * each),
            },
            rounds=rounds,
            warmup=warmup,
        )

    def line(key: str, what: str, to: str | None = None) -> Line:
        ratio = None if to is None else samples.ratio(key, to)
        return Line(key=key, what=what, value=samples.micros(key), unit="µs", ratio=ratio)

    facts: dict[str, Any] = {"tickets": count, "rows": rows_back, "rounds": rounds, "pages_a_round": each}
    return Measurement(
        title=f"list: the first {PAGE} of a customer's open tickets on SQLite, desk noova",
        how="Ratio: to the same prepared statement and parameters executed by hand with SQLAlchemy Core, all rows "
        "fetched as tuples; ours makes a record of each. For information, there is no target.",
        lines=(
            line("page", "find(..., total=False)", "core"),
            line("core", "the same statement, by hand (Core)"),
            line("page_total", "find(...), with the total", "core_total"),
            line("core_total", "the same two statements, by hand (Core)"),
        ),
        facts=facts,
    )


def _recorded(store: SqlStore, *, total: bool) -> Transaction:
    recorder = Recorder(store)
    Desk(load_definition("noova"), recorder).acting_as(LUIS).find(WHERE, limit=PAGE, total=total)
    (found,) = recorder.transactions
    return attrs.evolve(found, operations=[(statement, dict(params)) for statement, params in found.operations])
