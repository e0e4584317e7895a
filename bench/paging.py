"""
Lists and counts among very many tickets, beside the statements that fetch them, by hand with SQLAlchemy Core.

Two desks stand beside each other in databases of their own: one with SCALE tickets and a small one, so that what grows
with the number of tickets shows. Everything is read again and again, so it is warm.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs
import sqlalchemy as sa

from bench.filling import fill
from bench.listing import LUIS, PAGE
from bench.measuring import DEFAULT_SCALE, Samples, Variant, interleave, scale
from bench.recording import Recorder, Transaction, core, engine_like_ours, through_store
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Desk, load_definition
from supportcore.storage.paging import LIMIT
from supportcore.storage.ports import Query, drive
from supportcore_sql import SqlStore, rows
from supportcore_sql.tables import tables_for
from tests.servers import StoreUnavailable

ROWS, VIEWS, GROWN, DEEP, COUNTS, DUE = 1.2, 1.8, 2.0, 1.5, 1.2, 1.3
OPEN = {"is_open": True}
CUSTOMER = {"customer": "c3", "is_open": True}
STORES = ("sqlite", "postgresql")


def measure(*, quick: bool) -> Measurement:
    """Measure lists and counts."""
    count = 2_000 if quick else max(2_000, scale())
    small = DEFAULT_SCALE if count > DEFAULT_SCALE else count // 10
    row = min(100_000, count // 10)
    lines: list[Line] = []
    facts: dict[str, Any] = {"tickets": count, "of_the_small_desk": small, "row": row}
    for name in STORES:
        with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
            try:
                with place(name, Path(folder)) as here:
                    started = perf_counter()
                    urls = {called: here.database(called) for called in ("big", "small")}
                    fill(urls["big"], count)
                    facts[f"{name}_loaded_in_seconds"] = round(perf_counter() - started)
                    fill(urls["small"], small)
                    lines += _lines(name, _samples(urls, row=row, quick=quick), row=row, small=small)
            except StoreUnavailable as error:
                lines.append(left_out(name, error))
                continue
        facts[name] = SETTINGS[name]
    return Measurement(
        title=f"pages: lists of {PAGE} and counts among {count:,} tickets, desk noova",
        how="Ratio: to prebuilt Core by hand, each on a connection out of the pool. Rows are tuples on both sides; "
        "records are Ticket objects on both sides (by hand made by the same function); find is the whole call, records "
        "included, beside tuples by hand. What is due and counted is compared with statements written for the purpose.",
        lines=tuple(lines),
        facts=facts,
    )


def _samples(urls: dict[str, str], *, row: int, quick: bool) -> Samples:
    rounds, warmup, each = (2, 1, 2) if quick else (60, 5, 8)
    with ExitStack() as stack:
        stores = {called: stack.enter_context(closing(SqlStore(url))) for called, url in urls.items()}
        desks = {called: Desk(load_definition("noova"), store) for called, store in stores.items()}
        big = desks["big"].acting_as(LUIS)
        engine = engine_like_ours(urls["big"])
        stack.callback(engine.dispose)
        hand = ByHand(engine)
        asked, recorded = _queries(stores["big"])
        (statement, values) = core([recorded])[0].operations[0]
        cursor = _cursor(partial(big.find, OPEN, total=False), row)

        def records() -> Any:
            with stores["big"].begin(write=False) as execute:
                return drive(stores["big"].ledger("noova").find(asked), execute)

        listed = partial(big.find, OPEN, limit=PAGE, total=False)
        whom = {called: desk.acting_as(LUIS) for called, desk in desks.items()}
        doing: dict[str, Callable[[], Any]] = {
            "rows": lambda: through_store(stores["big"], [recorded]),
            "core": lambda: hand.rows(statement, values),
            "records": records,
            "core_records": lambda: hand.records(statement, values),
            "find": listed,
            "deep": partial(listed, cursor=cursor),
            "small": partial(whom["small"].find, OPEN, limit=PAGE, total=False),
            "customer": partial(whom["big"].find, CUSTOMER, limit=PAGE, total=False),
            "customer_small": partial(whom["small"].find, CUSTOMER, limit=PAGE, total=False),
            "counts": partial(big.count, OPEN, by="state"),
            "core_counts": hand.open_counts,
            "due": partial(big.find, OPEN, sort="due_at", limit=PAGE, total=False),
            "core_due": hand.due_soon,
        }
        _agree(doing)
        variants: dict[str, Variant] = {name: _times(work, each) for name, work in doing.items()}
        return interleave(variants, rounds=rounds, warmup=warmup)


def _agree(doing: dict[str, Callable[[], Any]]) -> None:
    """Check that what is compared has equal answers, and that pages are full."""
    found = tuple(doing["records"]())  # of which the last only tells that there is another page
    assert found == tuple(doing["core_records"]())
    assert found[:PAGE] == doing["find"]().items
    assert dict(doing["counts"]()) == dict(doing["core_counts"]())
    assert doing["due"]().items == tuple(doing["core_due"]())
    assert doing["deep"]().items != doing["find"]().items
    for name in ("find", "deep", "small", "customer", "customer_small", "due"):
        assert len(doing[name]().items) == PAGE, name


def _times(work: Callable[[], Any], each: int) -> Variant:
    def variant() -> int:
        for _ in range(each):
            work()
        return each

    return variant


def _queries(store: SqlStore) -> tuple[Query, Transaction]:
    """Return what `find` asks the ledger for, and the statement that this comes to."""
    kept: list[Query] = []
    recorder = Recorder(store)
    desk = Desk(load_definition("noova"), recorder)
    ledger = desk._ledger

    class Keeping:
        def __getattr__(self, name: str) -> Any:
            return getattr(ledger, name)

        def find(self, query: Query) -> Any:
            kept.append(query)
            return ledger.find(query)

    desk._ledger = Keeping()  # type: ignore[assignment]
    desk.acting_as(LUIS).find(OPEN, limit=PAGE, total=False)
    (found,) = recorder.transactions
    return kept[0], attrs.evolve(
        found, operations=[(statement, dict(params)) for statement, params in found.operations]
    )


def _cursor(find: Callable[..., Any], row: int) -> str:
    """Return the cursor of the page that begins behind row *row*, by going there page by page."""
    page, seen = find(limit=min(LIMIT, row)), min(LIMIT, row)
    while seen < row:
        step = min(LIMIT, row - seen)
        page, seen = find(limit=step, cursor=page.next), seen + step
    assert isinstance(page.next, str)
    return page.next


class ByHand:
    """The same questions with prebuilt Core."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        table = tables_for("sc_", None).tickets
        desk = table.c.desk == sa.bindparam("desk")
        is_open = table.c.is_open == sa.bindparam("is_open")
        columns = [table.c[name] for name in rows.TICKET_COLUMNS]
        self._counts = sa.select(table.c.state, sa.func.count()).where(desk, is_open).group_by(table.c.state)
        self._due = (
            sa.select(*columns).where(desk, is_open).order_by(table.c.due_at, table.c.id).limit(sa.bindparam("limit"))
        )

    def rows(self, statement: Any, values: Any) -> Any:
        """Return rows as tuples."""
        with self._engine.connect() as connection:
            return connection.execute(statement, values).all()

    def records(self, statement: Any, values: Any) -> list[Any]:
        """Return tickets, each made of its row by the function the store has for it."""
        with self._engine.connect() as connection:
            return [rows.load_ticket(row) for row in connection.execute(statement, values)]

    def open_counts(self) -> dict[str, int]:
        """Return how many open tickets are in which state."""
        return dict(self.rows(self._counts, {"desk": "noova", "is_open": True}))

    def due_soon(self) -> list[Any]:
        """Return the open tickets that are due next."""
        return self.records(self._due, {"desk": "noova", "is_open": True, "limit": PAGE})


def _lines(name: str, samples: Samples, *, row: int, small: int) -> Iterator[Line]:
    def line(key: str, what: str, to: str | None = None, target: float | None = None) -> Line:
        ratio = None if to is None else samples.ratio(key, to)
        value = samples.micros(key)
        return Line(key=f"{name}_{key}", what=what, value=value, unit="µs", ratio=ratio, target=target)

    # Whether a list grows with the desk is asked between a usual desk and a very large one.
    grown = GROWN if small == DEFAULT_SCALE else None
    yield line("rows", f"{name}: page of open tickets, rows", "core", ROWS)
    yield line("core", "  the same by hand, tuples")
    yield line("records", "  page as records, ledger.find through the store", "core_records", ROWS)
    yield line("core_records", "  the same by hand, records")
    yield line("find", "  acting.find(..., total=False), beside tuples by hand", "core", VIEWS)
    yield line("deep", f"  page behind row {row:,}, beside page one", "find", DEEP)
    yield line("small", f"  page one among {small:,} tickets")
    yield attrs.evolve(line("find", "  page one here, beside there", "small", grown), key=f"{name}_grown")
    yield line("customer", "  a customer's open tickets, beside there", "customer_small", grown)
    yield line("counts", "  open tickets by state", "core_counts", COUNTS)
    yield line("core_counts", "  the same by hand")
    yield line("due", "  open tickets due soonest, records", "core_due", DUE)
    yield line("core_due", "  the same by hand, records")
