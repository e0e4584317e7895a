"""
Forms filled in for tests: documents that a form of any desk takes, and such that have nothing to do with it.

What fits together is said here a second time by hand, over the records of `tests.desks.portal`, to which a few are
added so that every desk of the tests finds its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from supportcore import Actor, Agent, Service, Team
from supportcore.definition import Definition
from supportcore.forms.fields import Field, Form, Plain, Slot
from supportcore.knowledge.article import Article
from supportcore.tickets.ticket import Ticket
from tests.desks.portal import CATALOGUE, RETIRED

TEAMS = (
    "comite_tecnico", "conservadores", "gestion_tecnologica", "servicios_generales", "conserjeria", "tecnicos",
)  # fmt: skip
"""Teams of the shipped desks and the sixth, of which all agents are members."""
RECORDS = (
    *CATALOGUE,
    Agent(id="boss", name="Boss"),
    Team(id="leads", name="Leads", members=["boss"]),
    Team(id="soporte", name="Soporte", members=["luis", "mar"]),
    Team(id="servicio_al_cliente", name="Servicio al cliente"),
    *(Team(id=team, name=team.title(), members=["luis", "mar", "hal", "lea"]) for team in TEAMS),
    *(Service(id=service, name=service.title()) for service in ("requerimiento_externo", "apertura")),
    Article(id="how-to", title="How to"),
    Article(id="unwritten", title="Not written yet", state="draft"),
)
"""The catalogue of every desk here."""
KINDS = {
    "customer": "Customer", "product": "Product", "module": "Module", "version": "Version", "service": "Service",
    "project": "Project", "agreement": "Agreement", "agent": "Agent", "team": "Team",
    "article": "Article",
}  # fmt: skip
NAMES = {"image/*": "a.png", "application/pdf": "a.pdf", "text/plain": "a.txt", "application/zip": "a.zip"}
WORDS = st.sampled_from(["hola", "¿Qué tal?", "ñandú 🦤", "line\nline", "  x  "])
ANY_VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9), WORDS,
    st.sampled_from(["", " ", "high", "crm", "acme", "luis", "2026-05-04T09:00:00Z"]),
)  # fmt: skip


def equip(desk: Any) -> None:
    """Install the rules and all records; some of them are retired again."""
    desk.install()
    desk.catalogue.put(*RECORDS)
    for kind, record_id in RETIRED:
        desk.catalogue.retire(kind, record_id)


def people(definition: Definition) -> Iterator[Actor]:
    """Yield somebody of each role, of two at once, of none; customers of one, of two, of none, of a retired one."""
    agents = ["luis", "mar", "hal", "lea"]
    customers = [role.key for role in definition.roles if role.side == "customer"]
    staff = [role.key for role in definition.roles if role.side == "staff"]
    for role in customers:
        yield Actor(id=f"{role}-acme", roles={role}, customers={"acme"}, locale="es")
        yield Actor(id=f"{role}-both", roles={role}, customers={"acme", "beta", "gone"})
        yield Actor(id=f"{role}-none", roles={role})
        yield Actor(id=f"{role}-gone", roles={role}, customers={"gone", "nowhere"})
    for place, role in enumerate(staff):
        yield Actor(id=agents[place % len(agents)], roles={role}, teams={"desk", "soporte", *TEAMS}, locale="en")
    yield Actor(id="mar", roles=set(staff), teams={"desk"})
    yield Actor(id="mix", roles={customers[0], staff[0]}, customers={"beta"})
    yield Actor(id="zoe", roles={"baker"}, customers={"acme"})


@st.composite
def filled(
    draw: st.DrawFn, form: Form, actor: Actor, *, now: datetime, staff: bool = False, ticket: Ticket | None = None
) -> dict[str, Plain | None]:
    """
    Return documents that a form takes.

    Args:
        staff: Whether the actor is staff.
        ticket: The one it is about; None if one is opened.
    """
    given: dict[str, Plain | None] = {}
    said: dict[str, Plain] = dict(form.sets) if ticket is None else {}
    if ticket is None and form.field("customer") is not None:
        known = [name for name in ("acme", "beta") if staff or name in actor.customers]
        mine = known or sorted(actor.customers) or ["acme"]  # of which there should have been no offer
        said["customer"] = draw(st.sampled_from(mine))
        if len(mine) > 1 or staff or draw(st.booleans()):
            given["customer"] = said["customer"]
    for field in form.bound(actor).fields:
        if field.key in said or not field.asked(said, None):
            continue
        if field.default is not None and (field.fixed or draw(st.booleans())):
            said[field.key] = field.default
            if draw(st.booleans()):
                given[field.key] = field.default
            continue
        if not (field.required and field.default is None) and draw(st.booleans()):
            continue
        options = _values(field, said, ticket, now)
        if options is None:
            assume(not field.required)
            continue
        value = draw(options)
        given[field.key] = value
        if value is not None:
            said[field.key] = value
    if form.outside is not None and form.outside.until in given:  # three days are not all open hours
        for name, hours in ((form.outside.start, 1), (form.outside.until, 73)):
            given[name] = (now + timedelta(hours=hours)).isoformat(timespec="seconds")
    if ticket is not None and not _stays_whole(given, ticket):
        for key in ("product", "module", "product_version"):
            given.pop(key, None)
    return given


def _values(
    field: Field, said: Mapping[str, Plain], ticket: Ticket | None, now: datetime
) -> st.SearchStrategy[Any] | None:
    """Return what a field takes, or None if there is nothing."""
    found: st.SearchStrategy[Any]
    match field.kind:
        case "choice":
            found = st.sampled_from(field.options)
        case "flag":
            found = st.booleans()
        case "number":
            whole = st.integers(int(max(field.least, -50)), int(min(field.greatest, 900)))
            found = whole if field.whole else whole | whole.map(lambda number: number * 1.0)
        case "instant":
            later = st.sampled_from([1, 6, 50, 24 * 400])
            found = later.map(lambda hours: (now + timedelta(hours=hours)).isoformat(timespec="seconds"))
        case "record":
            fitting = [record.id for record in RECORDS if _fits(field, record, said, ticket)]
            if not fitting and not field.clears:
                return None
            found = st.sampled_from(fitting) if fitting else st.none()
        case _:
            found = WORDS if field.pattern is None else st.from_regex(field.pattern, fullmatch=True)
            if field.pattern is None and field.limit is not None:
                found = found.map(lambda text: text[: field.limit].strip() or "x")
    return found | st.none() if field.clears else found


def _fits(field: Field, record: Any, said: Mapping[str, Plain], ticket: Ticket | None) -> bool:
    """Whether a record may be named: one in use, of the product and the customer that the rest is about."""
    if type(record).__name__ != KINDS[field.source or ""]:
        return False
    if any(record.id == name and type(record).__name__ == KINDS[kind] for kind, name in RETIRED):
        return False
    if isinstance(record, Article):
        return record.state == "published"
    for parent in ("product", "customer"):
        owner = said.get(parent, getattr(ticket, parent, None))
        if parent == "product" and hasattr(record, "product") and record.product != owner:
            return False
        if parent == "customer" and hasattr(record, "customer") and owner not in (None, record.customer):
            return False
        several = getattr(record, "customers", frozenset())
        if parent == "customer" and several and owner is not None and owner not in several:
            return False
    return True


def _stays_whole(given: Mapping[str, Plain | None], ticket: Ticket) -> bool:
    """Whether a ticket classified anew has module and version of its product."""
    product = given.get("product", ticket.product)
    owners = {record.id: record.product for record in RECORDS if type(record).__name__ in ("Module", "Version")}
    parts = [given.get(key, getattr(ticket, key)) for key in ("module", "product_version")]
    return all(part is None or owners[part] == product for part in parts)


def files_for(draw: Any, acting: Any, slots: tuple[Slot, ...]) -> list[str]:
    """Hand in drafts that a form takes: those it requires, and now and then another."""
    ids = []
    for slot in slots:
        if slot.required or draw(st.integers(0, 3)) == 0:
            name = NAMES[slot.types[0]] if slot.types else "a.bin"
            ids.append(acting.draft(BytesIO(b"some bytes"), name, slot=slot.key).id)
    return ids


def anything(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    """Return documents that have to do with a form only by chance; what no document may hold is not in them."""
    keys = [field.key for field in form.fields]
    return st.dictionaries(st.sampled_from([*keys, "text", "comment", "colour"]), ANY_VALUE, max_size=4)
