"""The ledgers of a SQL database: what its stores, alone and joined, have in common."""

from __future__ import annotations

from supportcore.storage.ports import Steps
from supportcore_sql.database import Database
from supportcore_sql.ledger import SqlLedger


class SqlLedgers:
    """A database of desks; how their operations are executed is for the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.url: str = database.url

    def ledger(self, desk: str) -> SqlLedger:
        """Return the operations on one desk."""
        return SqlLedger(self._database.statements, desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules, ascending."""
        return tuple((yield self._database.statements.desks, {}).scalars())
