"""
Opening a ticket on servers, beside the very statements or operations that this takes.

On PostgreSQL and MariaDB the yardstick is SQLAlchemy Core with prebuilt statements, on MongoDB the driver itself: the
same operations in one transaction of the same kind. They are recorded beforehand from a run of ours, and every variant
has a database of its own, so that all grow alike and the recorded numbers are what each expects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from bench.measuring import Samples, Variant, interleave
from bench.opening import ANA, documents, prepare_store
from bench.recording import Recorder, by_hand, core, engine_like_ours, through_store
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Desk, load_definition, open_store
from supportcore_sql import SqlStore
from tests.servers import StoreUnavailable

SQL_TARGET, MONGO_TARGET = 1.3, 1.2
STORES = ("postgresql", "mariadb", "mongodb")
VARIANTS = ("recorded", "ours", "core", "again", "store")


def measure(*, quick: bool) -> Measurement:
    """Measure opening on servers."""
    rounds, warmup, each = (2, 1, 2) if quick else (40, 3, 10)
    lines: list[Line] = []
    facts: dict[str, Any] = {"rounds": rounds, "opens_a_round": each}
    for name in STORES:
        on = _on_mongodb if name == "mongodb" else _on_sql
        try:
            found, operations = on(name, rounds=rounds, warmup=warmup, each=each)
        except StoreUnavailable as error:
            lines.append(left_out(name, error))
            continue
        lines += _lines(name, found)
        facts |= {name: SETTINGS[name], f"{name}_operations": operations}
    return Measurement(
        title="open-servers: a ticket on servers, desk noova",
        how="Ratio: to the same statements and parameters, recorded from our run and executed by hand with SQLAlchemy "
        "Core from prebuilt statements; on MongoDB to the same operations with PyMongo. A transaction each, committed "
        "alike; client and server share the machine.",
        lines=tuple(lines),
        facts=facts,
    )


def _lines(name: str, samples: Samples) -> Iterator[Line]:
    mongo = name == "mongodb"

    def line(key: str, what: str, to: str | None = "core", target: float | None = None) -> Line:
        ratio = None if to is None else samples.ratio(key, to)
        value = samples.micros(key)
        return Line(key=f"{name}_{key}", what=what, value=value, unit="µs", ratio=ratio, target=target)

    yield line("ours", f"{name}: desk.acting_as(...).open(...)", target=MONGO_TARGET if mongo else SQL_TARGET)
    yield line("core", f"  the same by hand ({'PyMongo' if mongo else 'Core'})", None)
    yield line("again", "  the same again in another database: what noise does")
    if not mongo:
        yield line("store", "  the same through our store, deciding nothing")


def _on_sql(name: str, *, rounds: int, warmup: int, each: int) -> tuple[Samples, int]:
    """Return what was measured, and the statements of an opening."""
    count = (rounds + warmup) * each
    with place(name, Path()) as here, ExitStack() as stack:
        urls = {called: here.database(called) for called in VARIANTS}
        for url in urls.values():
            prepare_store(url)
        stores = {
            called: stack.enter_context(closing(SqlStore(urls[called]))) for called in ("recorded", "ours", "store")
        }
        recorder = Recorder(stores["recorded"])
        opens = _recorded(recorder, recorder.transactions, count)
        desk = Desk(load_definition("noova"), stores["ours"])
        _first(desk)
        for called in ("core", "again", "store"):
            _first_in(urls[called])
        engines = {called: engine_like_ours(urls[called]) for called in ("core", "again")}
        for engine in engines.values():
            stack.callback(engine.dispose)
        prebuilt = core(opens)
        variants: dict[str, Variant] = {
            "ours": _opening(desk, each, count),
            "core": _parts(prebuilt, each, lambda part: by_hand(engines["core"], part)),
            "again": _parts(prebuilt, each, lambda part: by_hand(engines["again"], part)),
            "store": _parts(opens, each, lambda part: through_store(stores["store"], part)),
        }
        return interleave(variants, rounds=rounds, warmup=warmup), len(opens[-1].operations)


def _on_mongodb(name: str, *, rounds: int, warmup: int, each: int) -> tuple[Samples, int]:
    """Return what was measured, and the operations of an opening."""
    import pymongo

    count = (rounds + warmup) * each
    with place(name, Path()) as here, ExitStack() as stack:
        urls = {called: here.database(called) for called in ("recorded", "ours", "core", "again")}
        for url in urls.values():
            prepare_store(url)
        recorder = MongoRecorder(stack.enter_context(closing(open_store(urls["recorded"]))))
        opens = _recorded(recorder, recorder.transactions, count)
        desk = Desk(load_definition("noova"), stack.enter_context(closing(open_store(urls["ours"]))))
        _first(desk)
        variants: dict[str, Variant] = {"ours": _opening(desk, each, count)}
        for called in ("core", "again"):
            _first_in(urls[called])
            client: Any = stack.enter_context(closing(pymongo.MongoClient(urls[called])))
            driver = Pymongo(client, called)
            variants[called] = _parts(deepcopy(opens), each, driver.execute)
        return interleave(variants, rounds=rounds, warmup=warmup), len(opens[-1])


# -- ours


def _first(desk: Desk) -> None:
    """Let a desk look at the schema and its rules, which it does once; and open the ticket with the first number."""
    desk.acting_as(ANA).open(next(documents(0)))


def _first_in(url: str) -> None:
    with closing(open_store(url)) as store:
        _first(Desk(load_definition("noova"), store))


def _recorded(store: Any, transactions: list[Any], count: int) -> list[Any]:
    """Open *count* tickets on a store that writes down what that takes."""
    desk = Desk(load_definition("noova"), store)
    _first(desk)
    transactions.clear()
    for document in islice(documents(1), count):
        desk.acting_as(ANA).open(document)
    return transactions


def _opening(desk: Desk, each: int, count: int) -> Variant:
    waiting = iter(list(islice(documents(3), count)))

    def work() -> int:
        for document in islice(waiting, each):
            desk.acting_as(ANA).open(document)
        return each

    return work


def _parts(recorded: Sequence[Any], each: int, work: Callable[[Sequence[Any]], int]) -> Variant:
    """Return the variant that does the next *each* of *recorded* every time it is called."""
    parts = iter([recorded[start : start + each] for start in range(0, len(recorded), each)])
    return lambda: work(next(parts))


# -- MongoDB by hand


@attrs.frozen
class Called:
    """A method of a collection and what it is given."""

    collection: str
    method: str
    args: tuple[Any, ...]
    options: dict[str, Any]
    apart: bool


class MongoRecorder:
    """A store before a MongoDB store, which writes down what each transaction executes, as it was before the call."""

    joined = False

    def __init__(self, store: Any) -> None:
        self._store = store
        self.url = store.url
        self.transactions: list[list[Called]] = []

    def ledger(self, desk: str) -> Any:
        """Return the operations on one desk."""
        return self._store.ledger(desk)

    def migrate(self) -> None:
        """Make collections and indexes."""
        self._store.migrate()

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Callable[[Any], Any]]:
        """Begin a transaction and hand out an executor that writes down."""
        made: list[Called] = []
        with self._store.begin(write=write) as execute:

            def recorded(operation: Any) -> Any:
                # The driver adds an _id to what it inserts; by hand it shall do so again.
                args = deepcopy(operation.args)
                options = dict(operation.options)
                made.append(Called(operation.collection, operation.method, args, options, operation.apart))
                return execute(operation)

            yield recorded
        self.transactions.append(made)


class Pymongo:
    """Executes recorded operations with nothing but the driver, one transaction an opening."""

    def __init__(self, client: Any, database: str) -> None:
        from bson.codec_options import CodecOptions
        from pymongo import ReadPreference, WriteConcern
        from pymongo.read_concern import ReadConcern

        self._client = client
        self._concerns = (ReadConcern("snapshot"), WriteConcern("majority"), ReadPreference.PRIMARY)
        self._database = client.get_database(
            database, codec_options=CodecOptions(tz_aware=True), write_concern=WriteConcern("majority")
        )
        self._known: dict[str, Any] = {}

    def execute(self, transactions: Sequence[Sequence[Called]]) -> int:
        """Execute transactions, each in a session of its own."""
        for operations in transactions:
            with self._client.start_session() as session:
                session.start_transaction(*self._concerns)
                for called in operations:
                    method = getattr(self._collection(called.collection), called.method)
                    found = method(*called.args, **called.options, session=None if called.apart else session)
                    if hasattr(found, "to_list"):
                        found.to_list()
                session.commit_transaction()
        return len(transactions)

    def _collection(self, name: str) -> Any:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._database["sc_" + name]
        return found
