"""
Statements that every command executes, compiled once and then handed to the driver as text and values.

SQLAlchemy looks a statement up in its cache and binds its parameters anew at each execution, which for a command's
seven writes and look-ups takes as long as SQLite takes to carry them out. A prepared statement does that work once
for each driver. Where a driver wants more than positions, or a result has to be converted, it is executed as any
other is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect

Params = Mapping[str, Any] | list[dict[str, Any]]
Convert = Callable[[Any], Any]
_NAMED = re.compile(r"%\((\w+)\)s")  # a parameter of drivers that take names or places, as one likes


class Plan(NamedTuple):
    """
    What the driver is given: text, and where its values come from.

    Attributes:
        take: Takes the values out of the parameters, in the order of the text.
        convert: Place and conversion of each value that does not go into its column as it is.
    """

    text: str
    take: Callable[[Mapping[str, Any]], Sequence[Any]]
    convert: tuple[tuple[int, Convert], ...]

    def values(self, params: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in order."""
        found = list(self.take(params))
        for place, convert in self.convert:
            found[place] = convert(found[place])
        return tuple(found)


class Prepared:
    """A statement whose parameters are always the same names."""

    __slots__ = ("_plans", "statement")

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._plans: dict[tuple[str, str, str], Plan | None] = {}

    def execute(self, connection: sa.Connection, params: Params) -> sa.CursorResult[Any]:
        """Execute the statement once for each set of parameters."""
        dialect = connection.dialect
        driver = (dialect.name, dialect.driver, dialect.paramstyle)
        if driver not in self._plans:
            self._plans[driver] = _plan(self.statement, dialect, params[0] if isinstance(params, list) else params)
        plan = self._plans[driver]
        if plan is None:
            found: sa.CursorResult[Any] = connection.execute(self.statement, params)
            return found
        if isinstance(params, list):
            values = [plan.values(each) for each in params]
            return connection.exec_driver_sql(plan.text, values if len(values) > 1 else values[0])
        return connection.exec_driver_sql(plan.text, plan.values(params))


class Together:
    """
    Statements of which nothing is read, executed one after the other; their operations are its parameters.

    psycopg sends them off without waiting for each answer, which saves as many ways to the server and back; libpq can
    do so since version 14.
    """

    def execute(self, connection: sa.Connection, operations: Sequence[tuple[Prepared, Params]]) -> Any:
        """Execute all operations; an error is that of the first that failed."""
        dialect: Any = connection.dialect
        if dialect.driver != "psycopg" or dialect.is_async or not dialect.loaded_dbapi.Pipeline.is_supported():
            for statement, params in operations:
                statement.execute(connection, params)
            return
        driver: Any = connection.connection.driver_connection
        base = dialect.loaded_dbapi.Error
        try:
            with driver.pipeline():
                for statement, params in operations:
                    # Of a list psycopg makes a pipeline of its own, whose end it waits for.
                    for each in params if isinstance(params, list) and len(params) <= AT_ONCE else (params,):
                        statement.execute(connection, each)
        except base as error:
            lost = dialect.is_disconnect(error, driver, None)
            if lost:
                connection.invalidate(error)
            raise sa.exc.DBAPIError.instance(
                None, None, error, base, connection_invalidated=lost, dialect=dialect
            ) from error


READY = (Prepared, Together)
"""What executes itself on a connection."""
TOGETHER = Together()
AT_ONCE = 16
"""How many rows of one statement are sent one by one; more go as a list."""


def _plan(statement: Any, dialect: Dialect, params: Mapping[str, Any]) -> Plan | None:
    """Compile *statement*; None if the driver cannot be given it as it is."""
    keys = list(params) if isinstance(statement, (sa.Insert, sa.Update)) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    text, names = _positional(compiled)
    if not names:
        return None
    returned = getattr(statement, "selected_columns", None) or getattr(statement, "returned_defaults", None) or ()
    types = [column.type.dialect_impl(dialect) for column in returned]
    if any(kind.result_processor(dialect, None) is not None for kind in types):
        return None
    kinds = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
    converters = [(place, kind.bind_processor(dialect)) for place, kind in enumerate(kinds)]
    return Plan(
        text=text,
        take=_taker(names, {name: compiled.params[name] for name in names if name not in params}),
        convert=tuple((place, convert) for place, convert in converters if convert is not None),
    )


def _positional(compiled: Any) -> tuple[str, Sequence[str]]:
    """Return the text with places instead of names, and whose places they are; none if it cannot be had so."""
    text = str(compiled)
    if compiled.positional:
        return text, compiled.positiontup or ()
    if compiled.dialect.paramstyle != "pyformat":
        return text, ()
    return _NAMED.sub("%s", text), _NAMED.findall(text)


def _taker(names: Sequence[str], written: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return what takes the values of *names* out of parameters, beside those *written* in the statement itself."""
    if written or len(names) < 2:
        return lambda params: [params[name] if name in params else written[name] for name in names]
    return itemgetter(*names)
