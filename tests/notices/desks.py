"""The small desk, with rules that tell everybody of everything, by every channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from supportcore import Actor, Agent, Contact, Customer, Product, Team, load_definition
from supportcore.definition.model import Definition

DESKS = Path(__file__).parents[1] / "desks"
EVENTS = ("opened", "replied", "noted", "state_changed", "assigned", "triaged")
FOLLOWING = {
    'may = ["open", "reply"]': 'may = ["open", "reply", "follow"]',
    '"assign", "triage"]': '"assign", "triage", "follow"]',
    'may = ["reply", "note"]': 'may = ["reply", "note", "follow"]',
}
APPROVAL = """
[[approvals]]
key = "committee"
team = "desk"
when = { field = "priority", eq = "high" }
"""

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
CLEO = Actor(id="cleo", roles={"customer"}, customers={"acme"})
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
LUIS = Actor(id="luis", roles={"agent"}, teams={"desk"})
MAR = Actor(id="mar", roles={"agent"}, teams={"desk"})
HAL = Actor(id="hal", roles={"helper"})


def rule(on: str, to: list[str], channel: str) -> str:
    people = ", ".join(f'"{one}"' for one in to)
    key = f"{on}-{channel.replace('_', '-')}"
    return f'[[notices]]\nkey = "{key}"\non = "{on}"\nto = [{people}]\nchannel = "{channel}"\ntemplate = "replied"\n'


def chatty(folder: Path, *rules: str, sees: str = '"assigned"') -> Definition:
    """The small desk with these notice rules alone, where everybody may follow, and a helper sees these tickets."""
    text = (DESKS / "small.toml").read_text(encoding="utf-8")
    head = text[: text.index("[[notices]]")]
    for old, new in FOLLOWING.items():
        assert old in head
        head = head.replace(old, new)
    head = head.replace('sees = "assigned"', f"sees = {sees}")
    (folder / "chatty.toml").write_text("\n".join([head, *rules]), encoding="utf-8")
    labels = (DESKS / "small.labels.toml").read_text(encoding="utf-8")
    before, _, after = labels.partition("[templates.opened]")
    (folder / "chatty.labels.toml").write_text(before + after[after.index("[templates.replied]") :], encoding="utf-8")
    return load_definition(folder / "chatty.toml")


PEOPLE: dict[str, list[Any]] = {
    "customers": [Customer(id="acme", name="ACME"), Customer(id="beta", name="Beta")],
    "contacts": [
        Contact(id="ana", name="Ana", customers={"acme"}, email="ana@acme.example", locale="es"),
        Contact(id="cleo", name="Cleo", customers={"acme"}, email="cleo@acme.example"),
        Contact(id="bo", name="Bo", customers={"beta"}),
    ],
    "agents": [
        Agent(id="luis", name="Luis", email="luis@desk.example"),
        Agent(id="mar", name="Mar", email="mar@desk.example", locale="es"),
        Agent(id="hal", name="Hal", email="hal@desk.example"),
    ],
    "teams": [Team(id="desk", name="Desk", members=["luis", "mar"])],
    "products": [Product(id="erp", name="ERP")],
}
"""People of both sides, with addresses but for one."""


def told(desk: Any) -> list[Any]:
    """What is sent now."""
    sent: list[Any] = []
    desk.deliver(sent.append, limit=1000)
    return sent
