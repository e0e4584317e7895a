"""
What servers said of themselves while one was looked for: why none of them is in the replica set of the URL.

PyMongo leaves out of its search whoever is not in that set, and in the end tells only that nobody is left. Of a client
of our own we hear each answer; of a host's we know no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)

from supportcore.errors import StoreUnreachable, StoreUnsuitable

_NOBODY_LEFT = re.compile(r'available for replica set name "?([^"]+)').search
_BEGIN = "start mongod with --replSet {name} and run rs.initiate() once"


def standalone(name: str = "rs0") -> str:
    """Return why a standalone server will not do, and how it is made a replica set called *name*."""
    why = "it is a standalone server, and transactions need a replica set"
    return f"{why}; {_BEGIN.format(name=name)} (one node is enough)"


class Members(ServerHeartbeatListener):
    """The last answer of each server to the monitor of one client; nothing here asks for any."""

    def __init__(self) -> None:
        self._answers: dict[Any, Mapping[str, Any]] = {}

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Do nothing."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """Keep an answer."""
        self._answers[event.connection_id] = event.reply.document

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """Forget a server that does not answer any more."""
        self._answers.pop(event.connection_id, None)

    def fault(self, why: str, *, where: str) -> StoreUnsuitable | StoreUnreachable | None:
        """
        Return what it means that no server was found, or None if that is only what the driver says.

        Args:
            why: The words of the driver.
            where: What messages call the database.
        """
        answers = list(self._answers.values())
        left = _NOBODY_LEFT(why)
        if left is None:
            if answers and all(answer.get("isreplicaset") for answer in answers):  # for a moment so while one starts
                return StoreUnreachable(where=where, why="its replica set has not begun yet; run rs.initiate() once")
            return None
        wanted = left[1]
        if not answers:
            return StoreUnreachable(
                where=where,
                why=f"no server there is in a replica set called {wanted}; perhaps it is a standalone server: "
                f"{_BEGIN.format(name=wanted)}; or the set has another name",
            )
        names = sorted({answer["setName"] for answer in answers if "setName" in answer} - {wanted})
        if names:
            why = (
                f"its replica set is called {' or '.join(names)}, not {wanted}; write replicaSet={names[0]} in the URL"
            )
        elif any(answer.get("msg") == "isdbgrid" for answer in answers):
            why = "it is a mongos, which is in no replica set; leave replicaSet= out of the URL"
        else:
            why = standalone(wanted)
        return StoreUnsuitable(where=where, why=why)
