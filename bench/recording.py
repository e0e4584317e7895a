"""
What a store is asked to execute, written down so that it can be done again by hand.

`Recorder` stands before a store and keeps, for every transaction, the prepared statements and their parameters in the
order they were executed, and the rows that came back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
import sqlalchemy as sa

from supportcore_sql import SqlStore
from supportcore_sql.engines import engine_options, prepare_sqlite, read_url
from supportcore_sql.prepared import Prepared, Together

Operation = tuple[Any, Any]


class Canned:
    """Rows that were fetched already, under the names of a result's methods."""

    rowcount = 1

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """Return all rows."""
        return self._rows

    def first(self) -> Any:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def scalars(self) -> Iterator[Any]:
        """Yield the first value of each row."""
        return (row[0] for row in self._rows)

    def scalar_one(self) -> Any:
        """Return the only value of the only row."""
        return self._rows[0][0]

    def scalar_one_or_none(self) -> Any:
        """Return the only value of the only row, or None."""
        return self._rows[0][0] if self._rows else None


@attrs.define
class Transaction:
    """What was executed between a beginning and its end, and what came of each."""

    write: bool
    operations: list[Operation] = attrs.field(factory=list)
    results: list[Canned] = attrs.field(factory=list)


class Recorder:
    """A store before a store."""

    joined = False

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.url = store.url
        self.transactions: list[Transaction] = []

    def ledger(self, desk: str) -> Any:
        """Return the operations on one desk."""
        return self._store.ledger(desk)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Callable[[Operation], Any]]:
        """Begin a transaction and hand out an executor that writes down."""
        transaction = Transaction(write)
        with self._store.begin(write=write) as execute:

            def recorded(operation: Operation) -> Any:
                if isinstance(operation[0], Together):
                    for each in operation[1]:
                        recorded(each)
                    return None
                result = execute(operation)
                known = Canned(result.all() if result.returns_rows else ())
                transaction.operations.append(operation)
                transaction.results.append(known)
                return known if result.returns_rows else result

            yield recorded
        self.transactions.append(transaction)


def engine_like_ours(url: str) -> sa.Engine:
    """Return an engine set up as the store sets up its own."""
    read = read_url(url)
    engine = sa.create_engine(read, **engine_options(read))
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine


def core(transactions: Sequence[Transaction]) -> list[Transaction]:
    """Return transactions with every statement as SQLAlchemy Core has it: built, and compiled in Core's own cache."""
    return [
        attrs.evolve(
            transaction,
            operations=[
                (statement.statement if isinstance(statement, Prepared) else statement, parameters)
                for statement, parameters in transaction.operations
            ],
        )
        for transaction in transactions
    ]


def by_hand(engine: sa.Engine, transactions: Sequence[Transaction]) -> int:
    """Execute what `core` returns with SQLAlchemy Core, each on a connection out of the pool, as the store does."""
    sqlite = engine.dialect.name == "sqlite"
    for transaction in transactions:
        with engine.connect() as connection:
            begun = connection.begin()
            if sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if transaction.write else "BEGIN")
            for statement, parameters in transaction.operations:
                result = connection.execute(statement, parameters)
                if result.returns_rows:
                    result.all()
            if transaction.write:
                begun.commit()
            else:
                begun.rollback()
    return len(transactions)


def through_store(store: SqlStore, transactions: Sequence[Transaction]) -> int:
    """Execute recorded transactions through a store's own transactions, deciding nothing."""
    for transaction in transactions:
        with store.begin(write=transaction.write) as execute:
            for operation in transaction.operations:
                result = execute(operation)
                if result.returns_rows:
                    result.all()
    return len(transactions)


@contextmanager
def watched(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    """Collect the SQL that reaches the driver, and its parameters as the driver takes them: a list of those of many."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((sql, list(parameters) if many else parameters))

    sa.event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", note)


def kinds(seen: Sequence[tuple[str, Any]], numbers: str) -> Mapping[str, int]:
    """Count reads, allocations of a number (out of the table *numbers*) and writes."""
    counted = {"reads": 0, "numbers": 0, "writes": 0}
    for sql, _ in seen:
        verb = sql.split(maxsplit=1)[0]
        if verb in ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"):
            continue
        counted["reads" if verb == "SELECT" else "numbers" if numbers in sql else "writes"] += 1
    return counted
