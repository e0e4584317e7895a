"""
How an order is carried out: by the desk in a transaction of its own, or inside one of a host that writes a row, too.

A host's row says of an order whether it was done. A refused order leaves the savepoint, and the host commits its row
without it; so rows and receipts match one to one. Now and then a host changes its mind and rolls both back.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Protocol

from supportcore import Desk, NotFound, Refused
from supportcore.errors import Reason, StaleVersion, TransactionLost
from supportcore.tickets.commands import Receipt
from tests.stress.places import Place, engine_of
from tests.stress.work import Order, give

REFUSALS = (Refused, NotFound, StaleVersion)


class Again(Exception):
    """The host's transaction came to nothing, by a rival or by its own will; it begins another one."""


class Host(Protocol):
    """Carries out orders."""

    def prepare(self) -> None:
        """Make what it needs, once for all processes."""

    def carry_out(self, desk: Desk, order: Order) -> Receipt:
        """
        Carry out an order.

        Raises:
            Again: To be repeated.
            SupportError: As the desk says.
        """

    def rows(self) -> Mapping[str, bool]:
        """Return the host's own rows: by id of an order whether it was done."""

    def close(self) -> None:
        """Let go of connections."""


class Alone:
    """No host: the desk's own transactions."""

    def prepare(self) -> None:
        return None

    def carry_out(self, desk: Desk, order: Order) -> Receipt:
        return give(desk, order)

    def rows(self) -> Mapping[str, bool]:
        return {}

    def close(self) -> None:
        return None


class SqlHost:
    """A host with a table of its own in the same SQL database; every other one of its transactions is a Session's."""

    def __init__(self, place: Place) -> None:
        import sqlalchemy as sa

        self._place, self._sa, self._random = place, sa, Random()
        self._engine = engine_of(place)
        self._table = sa.Table(
            f"{place.prefix}host",
            sa.MetaData(),
            sa.Column("id", sa.String(40), primary_key=True),
            sa.Column("done", sa.Boolean),
        )
        if place.name == "sqlite":
            # As SQLAlchemy's own manual advises, and at once for writing: see the host of the tests of joining.
            sa.event.listen(self._engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
            sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    def prepare(self) -> None:
        self._table.create(self._engine)

    def carry_out(self, desk: Desk, order: Order) -> Receipt:
        from sqlalchemy.orm import Session

        sa = self._sa
        try:
            if self._random.random() < 0.5:
                with self._engine.begin() as connection:
                    receipt = self._inside(connection, desk, order)
            else:
                with Session(self._engine) as session, session.begin():
                    receipt = self._inside(session, desk, order)
        except TransactionLost as error:
            raise Again(str(error)) from error
        except sa.exc.IntegrityError:  # an earlier attempt, whose end was not known, had been committed
            (receipt,) = desk.receipts([order["id"]])
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
                raise Again(str(error.orig)) from error  # a rival, a server that is away
            raise
        if isinstance(receipt, Receipt):
            return receipt
        raise receipt or Refused(Reason("refused_earlier"))

    def _inside(self, host: Any, desk: Desk, order: Order) -> Any:
        first = self._random.random() < 0.5
        if first:
            host.execute(self._table.insert().values(id=order["id"], done=True))
        answer: Any
        try:
            answer = give(desk.joined(host), order)
        except REFUSALS as error:
            answer = error
        done = isinstance(answer, Receipt)
        if not first:
            host.execute(self._table.insert().values(id=order["id"], done=done))
        elif not done:
            host.execute(self._table.update().where(self._table.c.id == order["id"]).values(done=False))
        if self._random.random() < 0.05:
            raise Again("the host changed its mind")
        return answer

    def rows(self) -> Mapping[str, bool]:
        with self._engine.connect() as connection:
            return {row.id: row.done for row in connection.execute(self._table.select())}

    def close(self) -> None:
        self._engine.dispose()


class MongoHost:
    """A host with a collection of its own in the same database."""

    def __init__(self, place: Place) -> None:
        import pymongo
        from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError

        self._random, self._duplicate, self._error, self._away = (
            Random(),
            DuplicateKeyError,
            PyMongoError,
            ConnectionFailure,
        )
        self._client: Any = pymongo.MongoClient(place.url)
        self._rows = self._client.get_default_database().host

    def prepare(self) -> None:
        self._client.get_default_database().create_collection("host")

    def carry_out(self, desk: Desk, order: Order) -> Receipt:
        try:
            with self._client.start_session() as session, session.start_transaction():
                receipt: Any = self._inside(session, desk, order)
        except TransactionLost as error:
            raise Again(str(error)) from error
        except self._duplicate:
            (receipt,) = desk.receipts([order["id"]])
        except self._error as error:
            if error.has_error_label("TransientTransactionError") or isinstance(error, self._away):
                raise Again(str(error)) from error
            raise
        if isinstance(receipt, Receipt):
            return receipt
        raise receipt or Refused(Reason("refused_earlier"))

    def _inside(self, session: Any, desk: Desk, order: Order) -> Any:
        answer: Any
        try:
            answer = give(desk.joined(session), order)
        except REFUSALS as error:
            answer = error
        self._rows.insert_one({"_id": order["id"], "done": isinstance(answer, Receipt)}, session=session)
        if self._random.random() < 0.05:
            raise Again("the host changed its mind")
        return answer

    def rows(self) -> Mapping[str, bool]:
        return {row["_id"]: row["done"] for row in self._rows.find()}

    def close(self) -> None:
        self._client.close()


def host_of(place: Place) -> Host:
    """Return who carries out the orders of a place."""
    if not place.joined:
        return Alone()
    return MongoHost(place) if place.name == "mongodb" else SqlHost(place)
