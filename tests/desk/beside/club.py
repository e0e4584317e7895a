"""A small desk that uses every general part beside the workflow, and its people; each test changes what it is about."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from supportcore import Actor, Agent, Agreement, Contact, Customer, Desk, FrozenClock, Refused, Team
from supportcore.definition import Definition
from supportcore.definition import loader as loader_module
from supportcore.definition.labels import needed_labels
from supportcore.definition.loader import define
from supportcore.storage.memory import MemoryStore

RULES = """
format = 1
key = "club"
zone = "Europe/Madrid"
languages = ["en"]
customer = "required"
initial = "new"
triage = ["priority", "area", "type", "reference"]
roles = [
    { key = "guest", side = "customer", sees = "customers", may = ["open", "reply", "rate", "follow"] },
    { key = "agent", side = "staff", sees = "all", may = [
        "open", "reply", "note", "assign", "triage", "tag", "follow", "link", "merge",
    ] },
    { key = "adviser", side = "staff", sees = "teams", may = ["note"] },
]
form = [
    { key = "subject", required = true }, { key = "priority" }, { key = "area" }, { key = "type" },
    { key = "reference" },
]
notices = []

[vocabularies]
priority = ["low", "high"]
area = ["north", "south"]
type = ["sql", "web", "tax"]
reason = ["duplicate"]

[routing]
team = "desk"

[survey]
scale = "yes_no"

[hold]
begin = "hold"
end = "release"

[merge]
state = "merged"

[replies]
customer = "support"
staff = "customer"

[[states]]
key = "new"
category = "new"
waiting_on = "support"

[[states]]
key = "open"
category = "open"
waiting_on = "support"

[[states]]
key = "proposed"
category = "solved"
waiting_on = "customer"

[[states]]
key = "held"
category = "on_hold"
waiting_on = "customer"

[[states]]
key = "done"
category = "closed"
outcome = "resolved"

[[states]]
key = "accepted"
category = "closed"
outcome = "resolved"

[[states]]
key = "cancelled"
category = "closed"
outcome = "cancelled"

[[states]]
key = "merged"
category = "closed"
outcome = "cancelled"

[[transitions]]
action = "work"
from = ["new"]
to = "open"
roles = ["agent"]

[[transitions]]
action = "propose"
from = ["open"]
to = "proposed"
roles = ["agent"]
requires = ["comment"]

[[transitions]]
action = "reopen"
from = ["done"]
to = "open"
roles = ["guest", "agent"]

[[transitions]]
action = "cancel"
from = ["new", "open", "proposed", "held"]
to = "cancelled"
roles = ["guest", "agent"]

[[transitions]]
action = "hold"
from = ["new", "open"]
to = "held"
roles = ["agent", "system"]

[[transitions]]
action = "release"
from = ["held"]
to = "open"
roles = ["agent", "system"]

[[transitions]]
action = "go"
from = ["new", "open"]
to = "open"
roles = ["system"]

[[transitions]]
action = "deny"
from = ["new", "open"]
to = "cancelled"
roles = ["system"]

[[confirmations]]
state = "proposed"
roles = ["guest"]
yes = { action = "accept", to = "accepted", accepts = ["comment"] }
no = { action = "reject", to = "open", requires = ["comment"] }
reply = { action = "answered", to = "open" }
silence = { after = "72h", action = "expire", to = "done" }
question = "solved"
rates = true

[[approvals]]
key = "board"
when = { field = "priority", eq = "high" }
team = "board"
approved = "go"
rejected = "deny"
"""
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

ANA = Actor(id="ana", roles={"guest"}, customers={"acme"})
BEA = Actor(id="bea", roles={"guest"}, customers={"acme"})
CAI = Actor(id="cai", roles={"guest"}, customers={"brio"})
LUIS = Actor(id="luis", roles={"agent"}, teams={"desk"})
MAR = Actor(id="mar", roles={"agent"}, teams={"desk"})
BOARD = tuple(Actor(id=f"b{number}", roles={"agent"}, teams={"board"}) for number in range(1, 6))
AGENTS = ("luis", "mar", "noa", *(actor.id for actor in BOARD))
PEOPLE = (
    Agreement(id="gold", name="Gold", customer="acme"),
    Customer(id="acme", name="ACME", agreement="gold", main_contact="mar"),
    Customer(id="brio", name="Brio"),
    Contact(id="ana", name="Ana", customers={"acme"}),
    Contact(id="bea", name="Bea", customers={"acme"}),
    *(Agent(id=key, name=key.title(), skills={"luis": {"sql"}, "mar": {"sql", "web"}}.get(key, ())) for key in AGENTS),
    Team(id="desk", name="Desk", members=["luis", "mar", "noa"]),
    Team(id="board", name="Board", members=["b1", "b2", "b3"]),
    Team(id="nobody", name="Nobody"),
)


def rules(**over: Any) -> dict[str, Any]:
    """Return the rules, with whole sections replaced; one that is None is taken away."""
    found = {**tomllib.loads(RULES), **copy.deepcopy(over)}
    return {key: value for key, value in found.items() if value is not None}


def changed(document: Mapping[str, Any], *, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return *document* with keys added to its states, by the key of the state."""
    states = [{**state, **given.get(state["key"], {})} for state in document["states"]]
    return {**document, "states": states}


def labels_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain labels for all that rules name."""
    bare = loader_module._build(document, None, {}, file="rules", labels_file="")
    found: dict[str, Any] = {}
    for section, key in needed_labels(bare):
        section, _, below = section.partition(".")
        table = found.setdefault(section, {})
        entry = {"label": {"en": key}, ("body" if section == "templates" else "help"): {"en": f"{key}."}}
        (table.setdefault(below, {}) if below else table)[key] = entry
    return found


def club(**over: Any) -> Definition:
    """Return the definition, with sections replaced as of `rules`."""
    document = rules(**over)
    return define(document, labels_of(document))


def equip(desk: Any, *records: Any) -> None:
    """Install the rules, the people, and what else a test has."""
    desk.install()
    desk.catalogue.put(*PEOPLE)
    if records:
        desk.catalogue.put(*records)


def opened_desk(definition: Definition, records: Iterable[Any] = (), clock: FrozenClock | None = None) -> Desk:
    """Return a desk in memory with its people."""
    desk = Desk(definition, MemoryStore(), clock=clock or FrozenClock(START))
    equip(desk, *records)
    return desk


def document(**over: Any) -> dict[str, Any]:
    """Return what a ticket is opened with."""
    return {"subject": "The light is out", **over}


def open_one(desk: Any, actor: Actor = ANA, **over: Any) -> str:
    """Open a ticket and return its id."""
    return str(desk.acting_as(actor).open(document(**over)).id)


def told(desk: Any) -> list[tuple[str, str, str]]:
    """Send what is due; return what happened, what each recipient is to the ticket, and the recipient."""
    sent: list[Any] = []
    desk.deliver(sent.append, limit=1000)
    return [(notice.event, notice.role, notice.recipient) for notice in sent]


def refusal(call: Any) -> list[str]:
    """Return the codes a call is refused with."""
    try:
        call()
    except Refused as error:
        return [reason.code for reason in error.reasons]
    raise AssertionError("it was done")
