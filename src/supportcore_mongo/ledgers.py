"""The ledgers of a MongoDB database: what its stores, alone and joined, have in common."""

from __future__ import annotations

from supportcore.storage.ports import Steps
from supportcore_mongo.database import Database
from supportcore_mongo.ledger import MongoLedger
from supportcore_mongo.operations import Operation


class MongoLedgers:
    """A database of desks; how their operations are executed is for the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.url: str = database.url

    def ledger(self, desk: str) -> MongoLedger:
        """Return the operations on one desk."""
        return MongoLedger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules, ascending."""
        of_tickets = yield Operation("tickets", "distinct", ("desk",))
        of_rules = yield Operation("rules", "distinct", ("desk",))
        return tuple(sorted({*of_tickets, *of_rules}))
