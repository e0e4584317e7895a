"""Random lives of the tests' portal desk: tickets of all customers, what people do with them, and what a list holds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from supportcore import Actor, FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.views.records import ListView, Row
from supportcore.tickets.permissions import roles_of
from supportcore.tickets.ticket import Ticket
from tests.desks.portal import ANA, BEA, BO, CLEO, GIL, HAL, LUIS, MAR, PEOPLE, PORTAL, equip
from tests.stores import open_desk_named

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # a Monday
KNOWN = [person for person in PEOPLE if roles_of(PORTAL, person)]
FILED: tuple[dict[str, Any], ...] = (
    {"type": "question"},
    {"type": "request", "product": "erp", "module": "sales", "product_version": "erp-9", "priority": "urgent"},
    {"type": "question", "product": "crm", "area": "systems", "service": "outage", "urgency": "later"},
    {"type": "request", "priority": "low", "area": "systems", "service": "visits"},
    {"type": "question", "priority": "high"},
)
OPENERS = (ANA, BO, CLEO, GIL, BEA, LUIS)


@contextmanager
def portal(name: str, tmp_path: Path, server_url: str, clock: FrozenClock, **options: Any) -> Iterator[Any]:
    """The portal desk, equipped, on a fresh store."""
    with open_desk_named(name, PORTAL, tmp_path, server_url=server_url, clock=clock, **options) as desk:
        equip(desk)
        yield desk


def opened(desk: Any, person: Actor, **more: Any) -> str:
    """Open a ticket in one's own name, and return its id."""
    document = {"subject": "It beeps", "type": "question", **more}
    if "buyer" in person.roles:
        document.setdefault("cost_center", "K-1")
    if "agent" in person.roles or len(person.customers) > 1:
        document.setdefault("customer", "acme")
    return str(desk.acting_as(person).open(document).id)


def act(desk: Any, now: datetime, rng: random.Random, tickets: list[str]) -> None:
    """Do one thing that changes what lists show; what is refused is left."""
    person = rng.choice((LUIS, LUIS, MAR, HAL, CLEO, ANA))
    acting, ticket = desk.acting_as(person), rng.choice(tickets)
    documents: dict[str, dict[str, Any]] = {
        "ask": {"comment": "so"}, "solve": {"comment": "so"}, "cancel": {"reason": "mistake"},
        "send_out": {"waiting_on": "vendor"}, "hand_over": {"assignee": "mar"},
        "reopen": {"comment": "again", "reason": "mistake"},
    }  # fmt: skip
    action = rng.choice(("take", "take", "ask", "solve", "send_out", "confirm", "cancel", "hand_over", "reopen"))
    people = {"assignee": rng.choice((None, "luis", "hal")), "team": rng.choice((None, "field"))}
    classes = {"priority": rng.choice((None, "low", "urgent")), "area": rng.choice((None, "systems"))}
    due_at = now + timedelta(hours=rng.choice((1, 30)))
    deeds = (
        lambda: acting.act(ticket, action, documents.get(action, {})),
        lambda: acting.reply(ticket, "hello"),
        lambda: acting.assign(ticket, people),
        lambda: acting.triage(ticket, classes),
        lambda: acting.set_deadline(ticket, due_at),
    )
    try:
        rng.choice(deeds)()
    except (Refused, NotFound, Invalid):
        return


def live(desk: Any, clock: FrozenClock, rng: random.Random, *, tickets: int = 6, deeds: int = 12) -> list[str]:
    """Open tickets and do things with them; return their ids."""
    ids = [opened(desk, rng.choice(OPENERS), **rng.choice(FILED)) for _ in range(tickets)]
    for _ in range(deeds):
        act(desk, clock(), rng, ids)
        clock.move(timedelta(minutes=rng.choice((0, 0, 7, 200))))
    return ids


def seen(desk: Any, person: Actor, ids: list[str]) -> list[Ticket]:
    """Those of the tickets that somebody may open."""
    found = []
    for ticket in ids:
        try:
            found.append(desk.acting_as(person).get(ticket))
        except NotFound:
            continue
    return found


def pages(desk: Any, person: Actor, key: str | None = None, **asked: Any) -> list[ListView]:
    """All pages of a list, by cursor."""
    me = desk.acting_as(person)
    found = [me.listing(key, **asked)]
    while found[-1].page.next:
        found.append(me.listing(key, **asked, cursor=found[-1].page.next))
    return found


def rows(desk: Any, person: Actor, key: str | None = None, **asked: Any) -> list[Row]:
    """All rows of a list, in order."""
    return [row for view in pages(desk, person, key, **asked) for row in view.rows]
