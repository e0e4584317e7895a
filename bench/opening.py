"""
Opening a ticket on SQLite, beside the very statements that this takes.

Every variant works on its own copy of one prepared file (WAL, synchronous NORMAL), so all files grow alike. The
statements are recorded beforehand from a run of ours on such a copy, so the numbers in them are what the copies expect.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from bench.measuring import Samples, interleave
from bench.recording import (
    Canned,
    Recorder,
    Transaction,
    by_hand,
    core,
    engine_like_ours,
    kinds,
    through_store,
    watched,
)
from bench.report import Line, Measurement
from supportcore import Actor, Agent, Customer, Desk, Product, Team, load_definition, open_store
from supportcore.desk.desk import Acting
from supportcore.storage.ports import drive
from supportcore.tickets.commands import Decision
from supportcore_sql import SqlStore
from supportcore_sql.prepared import Together

TARGET = 1.3
ANA = Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale="es")
TEXT = (
    "factura módulo cliente error cambios actualización equipo resultado número serie mañana guardar después probamos"
)
WORDS = TEXT.split()


def prepare(file: Path) -> None:
    """Make a file with tables, the shipped desk and its catalogue."""
    prepare_store(f"sqlite:///{file}")


def prepare_store(url: str) -> None:
    """Make the tables of a store, the shipped desk and its catalogue."""
    with closing(open_store(url)) as store:
        store.migrate()
        Desk(load_definition("noova"), store).install(
            customers=[Customer(id="acme", name="ACME")],
            products=[Product(id="facturas", name="Facturas")],
            agents=[Agent(id="luis", name="Luis"), Agent(id="eva", name="Eva")],
            teams=[Team(id="soporte", name="Soporte", members=["luis", "eva"])],
        )


def documents(seed: int) -> Iterator[dict[str, Any]]:
    """Yield filled-in intake forms without end."""
    draw = random.Random(seed)
    while True:
        yield {
            "subject": " ".join(draw.choices(WORDS, k=6)),
            "product": "facturas",
            "priority": draw.choice(("baja", "media", "alta", "critica")),
            "type": draw.choice(("soporte", "problema", "pregunta", "solicitud")),
            "description": " ".join(draw.choices(WORDS, k=60)),
        }


@attrs.frozen
class Recorded:
    """A run of ours, written down: for each opening its statements, and the SQL as it reached the driver."""

    opens: list[Transaction]
    raw: list[list[tuple[str, Any]]]


def record(file: Path, count: int) -> Recorded:
    """Open *count* tickets and write down how."""
    with closing(SqlStore(f"sqlite:///{file}")) as store:
        recorder = Recorder(store)
        desk = Desk(load_definition("noova"), recorder)
        _ready(desk)
        recorder.transactions.clear()
        raw = []
        for document in islice(documents(1), count):
            with watched(store) as seen:
                desk.acting_as(ANA).open(document)
            raw.append(seen)
    return Recorded(recorder.transactions, raw)


def _ready(desk: Desk) -> None:
    """Let a desk look at the schema and its rules, which it does once."""
    desk.acting_as(ANA).open(next(documents(0)))


class Replies:
    """A store's answers to an opening, without a store."""

    def __init__(self, opening: Transaction) -> None:
        self._known = {
            id(statement): result for (statement, _), result in zip(opening.operations, opening.results, strict=True)
        }

    def __call__(self, operation: Any) -> Canned | None:
        """Return what came of the same statement when it was recorded."""
        if isinstance(operation[0], Together):  # of which nothing is read
            return None
        return self._known[id(operation[0])]


def decisions(desk: Desk, replies: Replies, count: int) -> list[Decision]:
    """Return what openings come to."""
    found: list[Decision] = []

    class Keeping:
        def __getattr__(self, name: str) -> Any:
            return getattr(desk._ledger, name)

        def save(self, decision: Decision) -> Any:
            found.append(decision)
            yield from ()

    for document in islice(documents(2), count):
        drive(desk.acting_as(ANA)._requests.open(document).steps(Keeping()), replies)  # type: ignore[arg-type]
    return found


def measure(*, quick: bool) -> Measurement:
    """Measure opening."""
    rounds, warmup, each = (3, 1, 4) if quick else (60, 3, 25)
    count = (rounds + warmup) * each
    with tempfile.TemporaryDirectory(prefix="bench-open-") as folder, ExitStack() as stack:
        template = Path(folder, "template.db")
        prepare(template)

        def copy(name: str) -> Path:
            return Path(shutil.copy(template, template.with_name(f"{name}.db")))

        recorded = record(copy("recorded"), count)
        opens = recorded.opens
        replies = Replies(opens[0])

        def desk_on(name: str) -> tuple[Desk, SqlStore]:
            store = stack.enter_context(closing(SqlStore(f"sqlite:///{copy(name)}")))
            desk = Desk(load_definition("noova"), store)
            _ready(desk)
            return desk, store

        desk, store = desk_on("ours")
        _, other = desk_on("store")
        _, third = desk_on("turns")
        for name in ("core", "again", "raw"):
            desk_on(name)  # the first opening, so that numbers agree with the recorded ones
        first, again = (engine_like_ours(f"sqlite:///{template.with_name(f'{name}.db')}") for name in ("core", "again"))
        stack.callback(first.dispose)
        stack.callback(again.dispose)
        raw = stack.enter_context(closing(sqlite3.connect(template.with_name("raw.db"), isolation_level=None)))
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA synchronous=NORMAL")

        here = Parts(desk=desk, each=each, count=count, replies=replies, decided=decisions(desk, replies, each))
        prebuilt = core(opens)
        samples = interleave(
            {
                "ours": here.ours,
                "core": _parts(prebuilt, each, lambda part: by_hand(first, part)),
                "again": _parts(prebuilt, each, lambda part: by_hand(again, part)),
                "turns": _parts(opens, each, lambda part: here.turns(third, part)),
                "store": _parts(opens, each, lambda part: through_store(other, part)),
                "raw": _parts(recorded.raw, each, lambda part: _driver(raw, part)),
                "undriven": here.undriven,
                "encoding": here.encoding,
            },
            rounds=rounds,
            warmup=warmup,
        )
        counted = kinds(recorded.raw[-1], store._database.tables.numbers.name)
        mode = raw.execute("PRAGMA journal_mode").fetchone()[0]
    return _measurement(samples, {**counted, "rounds": rounds, "opens_a_round": each, "journal": mode})


class Parts:
    """The variants that run code of ours."""

    def __init__(self, *, desk: Desk, each: int, count: int, replies: Replies, decided: list[Decision]) -> None:
        self._desk, self._each, self._replies, self._decided = desk, each, replies, decided
        # Made beforehand: a host has its documents already.
        self._documents = iter(list(islice(documents(3), count)))
        self._spare = iter(list(islice(documents(4), 2 * count)))

    def ours(self) -> int:
        """Open tickets, as a host does."""
        desk = self._desk
        for document in islice(self._documents, self._each):
            desk.acting_as(ANA).open(document)
        return self._each

    def undriven(self, count: int = 0) -> int:
        """Do all of an opening but the store: from the document to the rows."""
        desk, replies = self._desk, self._replies
        for document in islice(self._spare, count or self._each):
            acting: Acting = desk.acting_as(ANA)
            drive(acting._requests.open(document).steps(desk._ledger), replies)
        return self._each

    def turns(self, store: SqlStore, opens: Sequence[Transaction]) -> int:
        """Do all of an opening but the store, then the recorded statements of another one, in turn."""
        for opening in opens:
            self.undriven(1)
            through_store(store, [opening])
        return len(opens)

    def encoding(self) -> int:
        """Make rows of decisions."""
        for decision in self._decided:
            drive(self._desk._ledger.save(decision), _done)
        return self._each


_NOTHING = Canned(())


def _done(operation: Any) -> Canned:
    return _NOTHING


def _parts(recorded: Sequence[Any], each: int, work: Callable[[Sequence[Any]], int]) -> Callable[[], int]:
    """Return the variant that does the next *each* of *recorded* every time it is called."""
    parts = iter([recorded[start : start + each] for start in range(0, len(recorded), each)])
    return lambda: work(next(parts))


def _driver(connection: sqlite3.Connection, opens: Sequence[Sequence[tuple[str, Any]]]) -> int:
    for statements in opens:
        for sql, parameters in statements:
            if isinstance(parameters, list):
                connection.executemany(sql, parameters)
            else:
                connection.execute(sql, parameters).fetchall()
        connection.execute("COMMIT")
    return len(opens)


def _measurement(samples: Samples, facts: dict[str, Any]) -> Measurement:
    def line(key: str, what: str, to: str | None = None, target: float | None = None) -> Line:
        ratio = None if to is None else samples.ratio(key, to)
        return Line(key=key, what=what, value=samples.micros(key), unit="µs", ratio=ratio, target=target)

    def part(key: str, what: str, value: float) -> Line:
        return Line(key=key, what="  " + what, value=value, unit="µs")

    return Measurement(
        title="open: a ticket on SQLite, desk noova",
        how="Ratio: to the same prepared statements and parameters, recorded from our run and executed by hand with "
        "SQLAlchemy Core. The indented lines are what the difference consists of. Deciding and executing were measured "
        "apart, in loops so short that the processor's caches hold all they need; done in turn, they do not.",
        lines=(
            line("ours", "desk.acting_as(...).open(...)", "core", TARGET),
            line("core", "the same statements, by hand (Core)"),
            line("again", "the same again on another file: what noise does", "core"),
            line("store", "the same through our store, deciding nothing", "core"),
            line("raw", "the same SQL, by hand (sqlite3)", "core"),
            part("transaction", "our store instead of Core by hand", samples.gap("store", "core")),
            part("decide", "deciding: checks, events, ids, digests", samples.gap("undriven", "encoding")),
            part("encode", "rows out of records", samples.micros("encoding")),
            part("caches", "deciding and executing in turn, not apart", samples.gap("turns", "store", "undriven")),
            part("rest", "not in the lines above", samples.gap("ours", "turns")),
        ),
        facts=facts,
    )
