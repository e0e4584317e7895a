"""
The part we take in one transaction of a host.

There are no savepoints and the server ends a transaction on its first error, so after any error, and where a failure
leaves half of our writes behind, the transaction is lost: we say so from then on and the server refuses the host's
commit.
"""

from __future__ import annotations

from typing import Any

from pymongo.errors import PyMongoError

from supportcore.errors import CannotJoin, NoTransaction, TransactionLost
from supportcore_mongo.database import Session, told
from supportcore_mongo.operations import CHANGES, Operation


class Membership:
    """
    What is known of the transaction that was joined.

    Attributes:
        lost: Why nothing can be committed any more; empty while all is well.
    """

    def __init__(self, host: Any, kind: type[Session]) -> None:
        """
        Join the transaction that *host* is in; no I/O.

        Raises:
            CannotJoin: *host* is no session of the client's colour.
            NoTransaction: It is in no transaction.
        """
        if not isinstance(host, kind):
            raise CannotJoin(why=f"it takes a pymongo {kind.__name__} in a transaction, not {type(host).__name__}")
        self.session = host
        self.lost = ""
        self._transaction = _transaction(host)
        self.look()

    def look(self) -> None:
        """
        Make sure that the transaction still goes on.

        Raises:
            TransactionLost: It was lost.
            NoTransaction: It ended; perhaps the host has begun another one since.
        """
        if self.lost:
            raise TransactionLost(why=self.lost)
        if self.session.has_ended or not self.session.in_transaction:
            raise NoTransaction(why="The session is in no transaction; join inside `with session.start_transaction()`.")
        if _transaction(self.session) is not self._transaction:
            raise NoTransaction(why="The transaction that was joined has ended; join the session again in the new one.")

    def lose(self, why: str) -> TransactionLost:
        """Return the error of this and every further call; the caller aborts."""
        self.lost = why
        return TransactionLost(why=why)


class Call:
    """One ``begin`` on a joined store: whether it changed anything yet."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._changed = False

    def done(self, operation: Operation) -> None:
        """Note an operation that was executed."""
        self._changed = self._changed or (operation.method in CHANGES and not operation.apart)

    def lost_by(self, error: BaseException) -> TransactionLost | None:
        """Return that the transaction is lost by an error, or None if the host may go on."""
        membership = self._membership
        if membership.lost:
            return None
        if isinstance(error, PyMongoError):
            return membership.lose(told(error))
        if self._changed:
            return membership.lose(f"a call failed after part of its writes: {error}")
        return None


def _transaction(session: Session) -> object:
    """
    Return what tells one transaction of a session from the next.

    PyMongo has no public name for it. Each ``start_transaction`` keeps the options it was called with in an object of
    its own, and as we hold on to that, no other can be taken for it. Were it gone from a later PyMongo, what is lost
    is only that a second transaction on the same session is noticed.
    """
    return getattr(getattr(session, "_transaction", None), "opts", None)
