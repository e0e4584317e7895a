"""
Opening many tickets at once, beside inserting the same rows with SQLAlchemy Core.

``open_all`` checks each document, routes the ticket, writes its history, what was said, its notices and receipt; by
hand the very rows are inserted table by table, in transactions of the same size.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa

from bench.measuring import Samples, Variant, interleave
from bench.opening import ANA, documents, prepare_store
from bench.recording import Recorder, Transaction, by_hand, core, engine_like_ours
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Desk, load_definition
from supportcore_sql import SqlStore
from tests.servers import StoreUnavailable

LEAST = 0.5
STORES = ("sqlite", "postgresql", "mariadb")


def measure(*, quick: bool) -> Measurement:
    """Measure loading."""
    rounds, warmup, together = (2, 1, 20) if quick else (12, 1, 500)
    lines: list[Line] = []
    facts: dict[str, Any] = {"tickets_a_transaction": together, "rounds": rounds}
    for name in STORES:
        try:
            samples, rows_a_ticket = _samples(name, rounds=rounds, warmup=warmup, together=together)
        except StoreUnavailable as error:
            lines.append(left_out(name, error))
            continue
        lines += _lines(name, samples)
        facts |= {name: SETTINGS[name], f"{name}_rows_a_ticket": round(rows_a_ticket, 2)}
    return Measurement(
        title="load: many tickets at once, desk noova",
        how="Ratio: how quick open_all is beside Core's insert of lists of the same rows, table by table, and nothing "
        "else; 1 is as quick. Both commit as often.",
        lines=tuple(lines),
        facts=facts,
    )


def _samples(name: str, *, rounds: int, warmup: int, together: int) -> tuple[Samples, float]:
    turns = rounds + warmup
    with (
        tempfile.TemporaryDirectory(prefix="bench-load-") as folder,
        place(name, Path(folder)) as here,
        ExitStack() as stack,
    ):
        urls = {called: here.database(called) for called in ("recorded", "ours", "core")}
        for url in urls.values():
            prepare_store(url)
        stores = {called: stack.enter_context(closing(SqlStore(urls[called]))) for called in ("recorded", "ours")}
        engine = engine_like_ours(urls["core"])
        stack.callback(engine.dispose)

        recorder = Recorder(stores["recorded"])
        desk = Desk(load_definition("noova"), recorder)
        desk.acting_as(ANA).open_all([next(documents(0))])
        recorder.transactions.clear()
        loading = _loading(desk, 1, turns, together)
        for _ in range(turns):
            loading()
        inserts = iter([_inserts(transaction) for transaction in core(recorder.transactions)])
        variants: dict[str, Variant] = {
            "ours": _loading(Desk(load_definition("noova"), stores["ours"]), 2, turns, together),
            "core": lambda: by_hand(engine, [next(inserts)]) * together,
        }
        written = sum(len(params) for _, params in _inserts(core(recorder.transactions[-1:])[0]).operations)
        return interleave(variants, rounds=rounds, warmup=warmup), written / together


def _loading(desk: Desk, seed: int, turns: int, together: int) -> Variant:
    waiting = iter(list(islice(documents(seed), turns * together)))
    return lambda: len(desk.acting_as(ANA).open_all(list(islice(waiting, together))))


def _inserts(transaction: Transaction) -> Transaction:
    """Return what of a transaction inserts lists of rows; looking up and counting is left out."""
    kept = [
        (statement, params)
        for statement, params in transaction.operations
        if isinstance(statement, sa.Insert) and isinstance(params, list)
    ]
    return attrs.evolve(transaction, operations=kept)


def _lines(name: str, samples: Samples) -> Iterator[Line]:
    def line(key: str, what: str, **more: Any) -> Line:
        return Line(key=f"{name}_{key}", what=what, value=1e6 / samples.micros(key), unit="tickets/s", **more)

    yield line("ours", f"{name}: acting.open_all(documents)", ratio=samples.ratio("core", "ours"), least=LEAST)
    yield line("core", "  inserting the same rows by hand (Core)")
