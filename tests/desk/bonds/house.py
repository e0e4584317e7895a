"""A desk on which people merge, link, follow, tag, rate and vote, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportcore import Actor, Agent, Contact, Customer, Team
from supportcore.definition import Definition
from supportcore.definition.loader import define
from tests.desk.beside.club import labels_of, rules

ROLES = [
    {"key": "guest", "side": "customer", "sees": "customers", "may": ["open", "reply", "rate", "follow"]},
    {
        "key": "agent",
        "side": "staff",
        "sees": "all",
        "may": ["open", "reply", "note", "assign", "triage", "rate", "tag", "follow", "link", "merge"],
    },
    {
        "key": "adviser",
        "side": "staff",
        "sees": "assigned",
        "may": ["reply", "note", "assign", "triage", "tag", "follow", "link", "merge"],
    },
]
BUYER = {"key": "buyer", "side": "customer", "sees": "own", "may": ["open", "reply", "follow"]}
"""A role of the customer's side that sees less than the other one."""
LISTS = [
    {
        "key": "tickets",
        "columns": ["number", "subject", "state", "tags"],
        "filters": ["number", "state", "tags"],
        "sort": "number",
    }
]


def notice(on: str, *to: str, channel: str = "in_app", author: bool = True) -> dict[str, Any]:
    """Return a rule for notices, keyed by event and channel."""
    key = f"{on}-{channel.replace('_', '-')}"
    return {"key": key, "on": on, "to": list(to), "channel": channel, "template": on, "author": author}


NOTICES = [
    notice("replied", "contact", "followers"),
    notice("noted", "team", "followers"),
    notice("merged", "contact", "followers"),
    notice("approval_asked", "voters", "followers"),
    notice("state_changed", "followers"),
]


def house(**over: Any) -> Definition:
    """Return the definition in English and Spanish, with sections replaced."""
    document = rules(**{"languages": ["en", "es"], "roles": ROLES, "lists": LISTS, "notices": NOTICES, **over})
    return define(document, _spoken(labels_of({**document, "languages": ["en"]})))


def _spoken(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return labels with a Spanish word beside each English one."""
    return {
        key: {"en": said["en"], "es": f"{said['en']}-es"} if isinstance(said.get("en"), str) else _spoken(said)
        for key, said in labels.items()
    }


HOUSE = house()
ANA = Actor(id="ana", roles={"guest"}, customers={"acme"}, locale="en")
BEA = Actor(id="bea", roles={"guest"}, customers={"acme"}, locale="es")
CAI = Actor(id="cai", roles={"guest"}, customers={"brio"}, locale="en")
LUIS = Actor(id="luis", roles={"agent"}, teams={"desk"}, locale="en")
MAR = Actor(id="mar", roles={"agent"}, teams={"desk", "board"}, locale="es")
NOA = Actor(id="noa", roles={"adviser"}, locale="en")
OLA = Actor(id="ola", roles={"agent"}, locale="en")
PEOPLE: dict[str, list[Any]] = {
    "customers": [Customer(id="acme", name="ACME"), Customer(id="brio", name="Brio")],
    "contacts": [
        Contact(id="ana", name="Ana", customers={"acme"}, email="ana@acme.example"),
        Contact(id="bea", name="Bea", customers={"acme"}, email="bea@acme.example"),
        Contact(id="cai", name="Cai", customers={"brio"}, email="cai@brio.example"),
    ],
    "agents": [
        Agent(id=key, name=key.title(), email=f"{key}@desk.example") for key in ("luis", "mar", "noa", "ola", "pau")
    ],
    "teams": [
        Team(id="desk", name="Desk", members=["luis", "mar"]),
        Team(id="board", name="The board", members=["mar", "pau"]),
    ],
}


def opens(desk: Any, actor: Actor = ANA, **over: Any) -> Any:
    """Open a ticket and return its receipt."""
    return desk.acting_as(actor).open({"subject": "The light is out", **over})


def codes(call: Any) -> list[tuple[str, str]]:
    """Return path and code of each fault, or of each reason (whose path is empty), that a call is refused with."""
    try:
        call()
    except Exception as error:
        found = getattr(error, "faults", None) or getattr(error, "reasons", None) or [error]
        return [(getattr(one, "path", ""), one.code) for one in found]
    raise AssertionError("it was done")
