"""
Orders: random commands on the timed desk, as plain values that can be written down and given once more.

Most of them go to the few hottest tickets, those opened last. Some that are the same in every process are given by
several at about the same time: their ids and what they ask follow from the time of day alone.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta
from random import Random
from typing import Any

from supportcore import Actor, Desk
from supportcore.tickets.commands import Receipt

Order = dict[str, Any]
"""``id who verb ticket given seen``; the ticket is empty for one that opens, *seen* a version or None."""

ACTORS = {
    "ana": Actor(id="ana", roles={"customer"}, customers=["acme"]),
    "bo": Actor(id="bo", roles={"customer"}, customers=["beta"]),
    "cleo": Actor(id="cleo", roles={"customer"}, customers=["acme", "beta"]),
    "luis": Actor(id="luis", roles={"agent"}),
    "mar": Actor(id="mar", roles={"agent"}),
}
STAFF = ("luis", "mar")
DEEDS = {
    "reply": 22, "note": 8, "assign": 6, "triage": 6, "set_deadline": 3, "retarget": 1, "take": 12, "ask": 6,
    "solve": 10, "confirm": 4, "reopen": 5, "wait_for": 5, "cancel": 1,
}  # fmt: skip
"""How often what is asked of an existing ticket."""
ALWAYS_RECORDED = {"open": "TicketOpened", "reply": "Replied", "note": "NoteAdded"}
"""The event that a command of this name makes exactly once; an action makes one `StateChanged` or more."""
_NAMESPACE = uuid.UUID("5c7f3a52-0a55-4f0c-9b0e-6f4f9bd35a11")


class Author:
    """Makes up orders."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def order(self, tickets: list[tuple[str, int]], now: datetime, *, opening: float) -> Order:
        """
        Return the next order.

        Args:
            tickets: Ids and versions of the hottest; the last of them takes what all say at once.
            opening: How probably it opens a ticket.
        """
        chance, order_id = self._random, str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        if not tickets or chance.random() < opening:
            return self._open(order_id)
        if chance.random() < 0.05:
            return _chorus(tickets[-1][0])
        ticket, version = chance.choice(tickets)
        verb = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        who = chance.choice(("ana", "bo", "cleo") if verb in ("confirm", "reopen") else (*ACTORS, *STAFF))
        seen = version if chance.random() < 0.2 else None
        return {
            "id": order_id,
            "who": who,
            "verb": verb,
            "ticket": ticket,
            "given": self._given(verb, now),
            "seen": seen,
        }

    def _open(self, order_id: str) -> Order:
        chance = self._random
        given: dict[str, object] = {
            "subject": f"Ñandú {chance.randrange(1000)}",
            "customer": chance.choice(["acme", "beta"]),
        }
        if chance.random() < 0.5:
            given["priority"] = chance.choice(["low", "high"])
        if chance.random() < 0.5:
            given["description"] = "No funciona. " * chance.randrange(1, 30)
        return {"id": order_id, "who": "cleo", "verb": "open", "ticket": "", "given": given, "seen": None}

    def _given(self, verb: str, now: datetime) -> Any:
        chance = self._random
        match verb:
            case "reply" | "note":
                return f"¿Qué tal? {chance.randrange(10_000)}"
            case "assign":
                return {chance.choice(["assignee", "responsible"]): chance.choice([None, "luis", "mar", "hal"])}
            case "triage":
                return {"priority": chance.choice(["low", "normal", "high"]), "area": chance.choice(["north", "south"])}
            case "set_deadline":
                hours = chance.choice([6, 50, 200])
                return (now + timedelta(hours=hours)).isoformat(timespec="milliseconds")
            case "ask" | "solve" | "reopen":
                return {"comment": f"so {chance.randrange(10_000)}"}
            case "wait_for":
                return {"waiting_on": chance.choice(["vendor", "customer", "support"])}
            case "cancel":
                return {"reason": "mistake"}
            case _:
                return {}


def _chorus(ticket: str) -> Order:
    """Return what everybody says in this tenth of a second, under one id."""
    moment = int(time.time() * 10)
    order_id = str(uuid.uuid5(_NAMESPACE, f"{ticket} {moment}"))
    return {
        "id": order_id,
        "who": "mar",
        "verb": "reply",
        "ticket": ticket,
        "given": f"together {moment}",
        "seen": None,
    }


def give(desk: Desk, order: Order) -> Receipt:
    """Give an order to a desk."""
    acting = desk.acting_as(ACTORS[order["who"]])
    ticket, given = order["ticket"], order["given"]
    under: dict[str, Any] = {"command_id": order["id"]}
    if order["verb"] == "open":
        return acting.open(given, **under)
    under["seen_version"] = order["seen"]
    match order["verb"]:
        case "reply" | "note" as verb:
            receipt: Receipt = getattr(acting, verb)(ticket, given, **under)
            return receipt
        case "assign" | "triage" as verb:
            receipt = getattr(acting, verb)(ticket, given, **under)
            return receipt
        case "set_deadline":
            return acting.set_deadline(ticket, datetime.fromisoformat(given), **under)
        case "retarget":
            return acting.retarget(ticket, **under)
        case action:
            return acting.act(ticket, action, given, **under)
