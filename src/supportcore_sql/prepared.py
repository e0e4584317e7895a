"""
Statements that every command executes, compiled once and then handed to the driver as text and values.

SQLAlchemy looks a statement up in its cache and binds its parameters anew at each execution, which for a command's
seven writes and look-ups takes as long as SQLite takes to carry them out. A prepared statement does that work once
for each driver. Where a driver wants more than positions, or a result has to be converted, it is executed as any
other is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect

Params = Mapping[str, Any] | list[dict[str, Any]]
Convert = Callable[[Any], Any]


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
            return connection.exec_driver_sql(plan.text, [plan.values(each) for each in params])
        return connection.exec_driver_sql(plan.text, plan.values(params))


def _plan(statement: Any, dialect: Dialect, params: Mapping[str, Any]) -> Plan | None:
    """Compile *statement*; None if the driver cannot be given it as it is."""
    keys = list(params) if isinstance(statement, (sa.Insert, sa.Update)) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    if not compiled.positional or compiled.positiontup is None:
        return None
    returned = getattr(statement, "selected_columns", None) or getattr(statement, "returned_defaults", None) or ()
    types = [column.type.dialect_impl(dialect) for column in returned]
    if any(kind.result_processor(dialect, None) is not None for kind in types):
        return None
    names = compiled.positiontup
    kinds = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
    converters = [(place, kind.bind_processor(dialect)) for place, kind in enumerate(kinds)]
    return Plan(
        text=str(compiled),
        take=_taker(names, {name: compiled.params[name] for name in names if name not in params}),
        convert=tuple((place, convert) for place, convert in converters if convert is not None),
    )


def _taker(names: Sequence[str], written: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return what takes the values of *names* out of parameters, beside those *written* in the statement itself."""
    if written or len(names) < 2:
        return lambda params: [params[name] if name in params else written[name] for name in names]
    return itemgetter(*names)
