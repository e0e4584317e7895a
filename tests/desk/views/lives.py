"""
Random lives of a desk in which every secret is marked, and who may know which mark.

A mark is a word that occurs nowhere else. The record of who may know it is kept by hand here, apart from the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import attrs
from hypothesis import strategies as st

from supportcore import Actor, Agent, Agreement, Contact, Customer, Desk, FrozenClock, NotFound, Product, Refused, Team
from supportcore.definition.model import Definition
from supportcore.forms.fields import Form
from supportcore.knowledge import Article, Category
from supportcore.products import Module, Project, Service, Version
from supportcore.storage.memory import MemoryStore
from tests.desk.machine import START
from tests.desk.views.portals import hand_in

CUSTOMERS = ("acme", "beta")


@attrs.define(kw_only=True)
class Mark:
    """
    Who may know a marked word.

    Attributes:
        ticket: Whoever may see this ticket.
        internal: Staff only.
        customer: Whoever speaks for it, or may see one of its tickets.
        person: The contact of that id, and whoever may see a ticket the contact has to do with.
        anybody: Everybody, unless `internal`.
    """

    ticket: str = ""
    internal: bool = False
    customer: str = ""
    person: str = ""
    anybody: bool = False


def people(definition: Definition) -> list[Actor]:
    """Return one actor for each staff role, customers of one and two companies, and somebody with all roles."""
    customers = frozenset(role.key for role in definition.roles if role.side == "customer")
    staff = [role.key for role in definition.roles if role.side == "staff"]
    return [
        Actor(id="ana", roles=customers, customers={"acme"}, locale="es"),
        Actor(id="bo", roles=customers, customers={"beta"}, locale="en"),
        Actor(id="cleo", roles=customers, customers={"acme", "beta"}, locale="es"),
        *(
            Actor(id=f"agent-{number}", roles={role}, teams={"team"}, locale=("es", "en")[number % 2])
            for number, role in enumerate(staff)
        ),
        Actor(id="agent-0", roles={*customers, *staff}, customers={"acme"}, teams={"team"}, locale="es"),
    ]


class Life:
    """A desk in memory, what happened on it, and every mark."""

    def __init__(self, definition: Definition) -> None:
        self.clock = FrozenClock(START)
        self.desk = Desk(definition, MemoryStore(), clock=self.clock)
        self.definition = definition
        self.people = people(definition)
        self.marks: dict[str, Mark] = {}
        self.tickets: dict[str, str | None] = {}
        self.touched: dict[str, set[str]] = {}
        self._numbers = count(1)
        self._equip()

    def mark(self, **known: Any) -> str:
        """Return a fresh marked word; without facts it is kept for `know`."""
        word = f"Zq{next(self._numbers)}x"
        if known:
            self.marks[word] = Mark(**known)
        return word

    def _equip(self) -> None:
        team = self.definition.routing.team or "team"
        staff = sorted({actor.id for actor in self.people if actor.id.startswith("agent")})
        teams = dict.fromkeys((team, "team"))
        per_customer = [
            record
            for customer in CUSTOMERS
            for record in (
                Agreement(id=f"plan-{customer}", name=self.mark(internal=True), customer=customer),
                Version(id=f"v-{customer}", name=self.mark(customer=customer), product="erp", customers={customer}),
                Service(id=f"s-{customer}", name=self.mark(customer=customer), customers={customer}),
                Project(id=f"p-{customer}", name=self.mark(customer=customer), customer=customer),
                Category(id=f"k-{customer}", name=self.mark(customer=customer), parent="k-all"),
                Article(
                    id=f"a-{customer}",
                    title=self.mark(customer=customer),
                    body=self.mark(customer=customer),
                    visibility="customer",
                    customer=customer,
                    category=f"k-{customer}",
                    tags={self.mark(customer=customer)},
                ),
            )
        ]
        self.desk.install(
            customers=[Customer(id=one, name=self.mark(customer=one), agreement=f"plan-{one}") for one in CUSTOMERS],
            contacts=[
                Contact(id="ana", name=self.mark(person="ana"), customers={"acme"}, email="ana@x.example"),
                Contact(id="bo", name=self.mark(person="bo"), customers={"beta"}),
                Contact(id="cleo", name=self.mark(person="cleo"), customers={"acme", "beta"}),
            ],
            agents=[Agent(id=one, name=one.title()) for one in staff],
            teams=[Team(id=one, name=self.mark(internal=True), members=staff[:1]) for one in teams],
            products=[Product(id="erp", name="ERP One")],
            modules=[Module(id="m-1", name="Module One", product="erp")],
        )
        self.desk.catalogue.put(
            *per_customer,
            Category(id="k-all", name="All"),
            Version(id="v-all", name="Version for all", product="erp"),
            Article(
                id="a-internal", title=self.mark(internal=True), body=self.mark(internal=True), visibility="internal"
            ),
            Article(
                id="a-draft", title=self.mark(internal=True), state="draft", translation_of="a-public", language="en"
            ),
            Article(id="a-retired", title=self.mark(internal=True), state="retired"),
            Article(
                id="a-public",
                title=f"Read {self.mark(anybody=True)}",
                body="*Read* me.",
                language="es",
                category="k-all",
                services={f"s-{customer}" for customer in CUSTOMERS},
            ),
        )

    # -- what happens

    def fill(self, draw: st.DrawFn, form: Form, *, customer: str | None) -> tuple[dict[str, Any], list[str]]:
        """Return a document for a form, and the marks that stand in it."""
        document: dict[str, Any] = {}
        marks: list[str] = []
        company = customer or "acme"
        records = {
            "customer": [company], "product": ["erp"], "module": ["m-1"], "version": ["v-all", f"v-{company}"],
            "service": [f"s-{company}"], "project": [f"p-{company}"], "agreement": [f"plan-{company}"],
            "agent": [actor.id for actor in self.people if actor.id.startswith("agent")], "team": ["team"],
            "article": ["a-public", *([] if customer is None else [f"a-{customer}"])],
        }  # fmt: skip
        for field in form.fields:
            if not field.required and field.key != "customer" and draw(st.booleans()):
                continue
            match field.kind:
                case "choice":
                    document[field.key] = draw(st.sampled_from(field.options))
                case "record":
                    document[field.key] = draw(st.sampled_from(records[field.source or ""]))
                case "flag":
                    document[field.key] = draw(st.booleans())
                case "number":
                    document[field.key] = field.least if field.minimum is not None else 1
                case "instant":
                    document[field.key] = (self.clock() + timedelta(hours=5)).isoformat()
                case _ if field.pattern is None:
                    marks.append(self.mark())
                    document[field.key] = marks[-1]
        return document, marks

    def open(self, draw: st.DrawFn) -> None:
        actor = draw(st.sampled_from(self.people))
        company = draw(st.sampled_from(sorted(actor.customers or CUSTOMERS)))
        form = draw(st.sampled_from(self.definition.forms))
        document, marks = self.fill(draw, form, customer=company)
        contacts = {"acme": "ana", "beta": "bo"} if not actor.customers else {}
        try:
            receipt = self.desk.acting_as(actor).open(document, form=form.key, contact=contacts.get(company))
        except Refused:
            return
        self.tickets[receipt.id] = self.desk.acting_as(actor).get(receipt.id).customer if actor.customers else company
        self.touched[receipt.id] = {actor.id, *contacts.values()} if contacts else {actor.id}
        if contacts:
            self.touched[receipt.id] = {actor.id, contacts[company]}
        self._know(marks, receipt.id, internal=False)

    def press(self, draw: st.DrawFn, *, internally: bool = False) -> None:
        """Somebody does something that is offered, or that is internal, with a comment."""
        actor = draw(st.sampled_from(self.people))
        ticket = draw(st.sampled_from(sorted(self.tickets, key=list(self.tickets).index)))
        me = self.desk.acting_as(actor)
        try:
            offered = [offer for offer in me.actions(ticket) if offer.allowed and offer.name != "retarget"]
            if internally:
                offered = [offer for offer in offered if self._is_internal(offer.name, me.get(ticket).state)]
        except NotFound:
            return
        if not offered:
            return
        offer = draw(st.sampled_from(offered))
        document, marks = self.fill(draw, offer.form, customer=self.tickets[ticket])
        if internally and offer.form.field("comment") is not None and "comment" not in document:
            marks.append(self.mark())
            document["comment"] = marks[-1]
        files = []
        if offer.form.slots and draw(st.booleans()):
            marks.append(self.mark())
            files.append(hand_in(self.desk, actor.id, marks[-1], slot=offer.form.slots[0].key, at=self.clock()))
        state = me.get(ticket).state
        try:
            match offer.name:
                case "reply" | "note":
                    getattr(me, offer.name)(ticket, document["text"], files=files)
                case "assign" | "triage":
                    getattr(me, offer.name)(ticket, document)
                case "cite":
                    me.cite(ticket, document["article"], solved=document.get("solved", True))
                case "set_deadline":
                    me.set_deadline(ticket, self.clock() + timedelta(hours=5) if "deadline" in document else None)
                case name:
                    me.act(ticket, name, document, files=files)
        except Refused:
            return
        self.touched[ticket].add(actor.id)
        self._know(marks, ticket, internal=self._is_internal(offer.name, state))

    def _is_internal(self, name: str, state: str) -> bool:
        step = self.definition.workflow.by_action.get((name, state))
        return name == "note" or (step is not None and step.comment == "internal")

    def wait(self, draw: st.DrawFn) -> None:
        self.clock.move(timedelta(hours=draw(st.sampled_from([1, 20, 80]))))

    def _know(self, marks: list[str], ticket: str, *, internal: bool) -> None:
        for word in marks:
            self.marks[word] = Mark(ticket=ticket, internal=internal)

    # -- who may know what

    def seen(self, actor: Actor) -> set[str]:
        """Return the tickets an actor may open."""
        found = set()
        for ticket in self.tickets:
            try:
                found.add(self.desk.acting_as(actor).get(ticket).id)
            except NotFound:
                continue
        return found

    def secrets(self, actor: Actor) -> Iterator[str]:
        """Yield every mark that an actor may not know."""
        sides = {role.side for role in self.definition.roles if role.key in actor.roles}
        staff, seen = "staff" in sides, self.seen(actor)
        companies = {*actor.customers, *(self.tickets[ticket] for ticket in seen)}
        met = {actor.id}.union(*(self.touched[ticket] for ticket in seen))
        for word, known in self.marks.items():
            may = staff or known.anybody
            if known.ticket:
                may = known.ticket in seen and (staff or not known.internal)
            elif known.customer:
                may = staff or known.customer in companies
            elif known.person:
                may = staff or known.person in met
            if not may:
                yield word


def live(draw: st.DrawFn, life: Life) -> None:
    """Let a few things happen."""
    life.open(draw)
    for _ in range(draw(st.integers(2, 10))):
        step = draw(st.sampled_from([life.open, life.press, life.press, life.press, life.wait]))
        if life.tickets or step == life.open:
            step(draw)
    for _ in range(3 if life.tickets else 0):
        life.press(draw, internally=True)
