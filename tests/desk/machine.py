"""
A Hypothesis state machine over one desk: random actors, commands and instants, against the hand-written model.

What is said here holds of the small desk and of the timed one; what promises of time add stands in `timed.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from supportcore import Actor, Agent, Customer, FrozenClock, NotFound, Product, Refused, Team, load_definition
from supportcore.desk import Offer
from supportcore.errors import CommandReused, StaleVersion
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Article
from tests.desk.model import CATEGORY, FINAL, Case, Person

SMALL = load_definition(Path(__file__).parents[1] / "desks" / "small.toml")
START = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)  # a Friday, two days before clocks change in Europe
PEOPLE = [
    Person("ana", frozenset({"customer"}), frozenset({"acme"})),
    Person("bo", frozenset({"customer"}), frozenset({"beta"})),
    Person("cleo", frozenset({"customer"}), frozenset({"acme", "beta"})),
    Person("dan", frozenset({"customer"})),
    Person("eva", frozenset({"customer"}), frozenset({"gone"})),
    Person("luis", frozenset({"agent"})),
    Person("mar", frozenset({"agent", "customer"}), frozenset({"acme"})),
    Person("hal", frozenset({"helper"})),
    Person("zoe", frozenset({"baker"}), frozenset({"acme"})),
]
PRODUCTS = ["erp", "crm"]
AGENTS = ["luis", "mar", "hal"]
ARTICLES = ["how-to", "why-not"]
ACTIONS = ["take", "ask", "solve", "confirm", "cancel", "wait_for", "reopen", "silence", "answered", "expire", "dance"]


def equip(desk: Any) -> None:
    """Install what the model takes for granted."""
    desk.install(
        customers=[Customer(id="acme", name="ACME"), Customer(id="beta", name="Beta")],
        agents=[Agent(id=name, name=name.title()) for name in AGENTS],
        teams=[Team(id="desk", name="Desk", members=["luis", "mar"])],
        products=[Product(id=name, name=name.upper()) for name in PRODUCTS],
        articles=[Article(id=name, title=name.title()) for name in ARTICLES],
    )
    desk.catalogue.put(Customer(id="gone", name="Gone"), Product(id="old", name="Old"))
    desk.catalogue.retire("customer", "gone")
    desk.catalogue.retire("product", "old")


def actor(person: Person) -> Actor:
    return Actor(id=person.id, roles=person.roles, customers=person.customers)


@st.composite
def filled(draw: st.DrawFn, offer: Offer, *, customer: str, now: datetime) -> dict[str, Any]:
    """A document valid under the form of an offer, for a ticket of *customer*."""
    document: dict[str, Any] = {}
    for field in offer.form.fields:
        if not field.required and draw(st.booleans()):
            continue
        match field.kind:
            case "choice":
                document[field.key] = draw(st.sampled_from(field.options))
            case "record":
                known = {"product": PRODUCTS, "agent": AGENTS, "team": ["desk"], "customer": ["acme"]}
                known |= {"agreement": ["gold"] if customer == "acme" else [], "article": ARTICLES}
                if known[field.source or ""]:
                    document[field.key] = draw(st.sampled_from(known[field.source or ""]))
            case "flag":
                document[field.key] = draw(st.booleans())
            case "instant":
                document[field.key] = now + timedelta(hours=draw(st.sampled_from([1, 6, 50])))
            case _:
                document[field.key] = draw(st.sampled_from(["hola", "¿Qué tal?", "ñandú 🦤", "line\nline"]))
    return document


class DeskMachine(RuleBasedStateMachine):
    """Subclasses say how a desk is made."""

    make: Callable[[FrozenClock], Any]
    """Returns a desk, Desk or like one, on an empty store."""
    definition = SMALL
    equip = staticmethod(equip)
    between_moves = (0, 5, 100)
    """Hours that may pass between moves that are made in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock(START)
        self.desk = type(self).make(self.clock)
        type(self).equip(self.desk)
        self.cases: dict[str, Case] = {}
        self.ids = seeded_ids(7)
        self.sent: list[tuple[Callable[[], Any], Any]] = []

    def case(self, **facts: Any) -> Case:
        """Return the model of a new ticket."""
        return Case(**facts)

    def acting(self, person: Person) -> Any:
        return self.desk.acting_as(actor(person))

    def expect(self, person: Person, ticket: str, name: str) -> str | None:
        """What the model says of the ticket before the input is looked at: a code, or None."""
        if not person.known:
            return "unknown_actor"
        case = self.cases[ticket]
        if not case.seen_by(person):
            return "not_found"
        case.advance(self.clock())
        return case.refusal(person, name)

    def give(self, expected: str | None, command: Callable[[], Any]) -> Any:
        """Give a command and compare the outcome with the code the model expects; return the receipt."""
        try:
            receipt = command()
        except (Refused, NotFound) as error:
            assert expected == error.code
            return None
        assert expected is None, f"{expected} was expected, and it was done"
        self.sent.append((command, receipt))
        return receipt

    def compare(self, ticket: str, receipt: Any) -> None:
        case = self.cases[ticket]
        assert (case.number, len(case.events), case.state) == (receipt.number, receipt.version, receipt.state)

    # -- rules

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Three tickets to begin with, so that there is something to do."""
        for person in (PEOPLE[0], PEOPLE[1], PEOPLE[2]):
            self._open(
                person, data.draw(st.sampled_from([None, "high"])), None, "acme" if person.id == "cleo" else None
            )

    @rule(person=st.sampled_from(PEOPLE), priority=st.sampled_from([None, "low", "high"]), data=st.data())
    def open(self, person: Person, priority: str | None, data: st.DataObject) -> None:
        product = data.draw(st.sampled_from([None, "erp", "old", "nope"]))
        customer = data.draw(st.sampled_from([None, "acme", "beta", "gone"]))
        self._open(person, priority, product, customer)

    def _open(self, person: Person, priority: str | None, product: str | None, customer: str | None) -> None:
        said = {"subject": "Ñandú", "priority": priority, "product": product, "customer": customer}
        document = {key: value for key, value in said.items() if value is not None}
        expected = None
        if not person.known:
            expected = "unknown_actor"
        elif not person.may("open"):
            expected = "role_required"
        elif not person.staff and not person.customers & {"acme", "beta"}:
            expected = "customer_unknown" if person.customers else "no_customer"
        else:
            usable = sorted(person.customers & {"acme", "beta"})
            chosen = customer or (usable[0] if len(usable) == 1 and not person.staff else None)
            faults = []
            if chosen is None:
                faults.append("required")
            elif not person.staff and chosen not in person.customers:
                faults.append("not_yours")
            if chosen == "gone":
                faults.append("retired_record")
            faults += {"old": ["retired_record"], "nope": ["unknown_record"]}.get(product or "", [])
            expected = faults[0] if faults else None
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.acting(person).open(document, command_id=command_id))
        if receipt is not None:
            case = self.case(number=len(self.cases) + 1, customer=chosen or "", contact=person.id, at=self.clock(),
                             priority=priority or "normal", product=product)  # fmt: skip
            case.happen("TicketOpened", self.clock(), person.id)
            self.cases[receipt.id] = case
            case.assignee = self.desk.acting_as(Actor(id="luis", roles={"agent"})).get(receipt.id).assignee
            assert case.assignee in ("luis", "mar")
            self.compare(receipt.id, receipt)

    def _one(self, data: st.DataObject) -> str:
        ticket: str = data.draw(st.sampled_from(sorted(self.cases, key=lambda key: self.cases[key].number)))
        return ticket

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), action=st.sampled_from(ACTIONS), data=st.data())
    def act(self, person: Person, action: str, data: st.DataObject) -> None:
        ticket = self._one(data)
        document = data.draw(st.sampled_from([
            {}, {"comment": "because"}, {"reason": "mistake"}, {"waiting_on": "vendor"}, {"comment": "  "}, {"zz": 1},
            {"reason": "weather"},
        ]))  # fmt: skip
        expected = self.expect(person, ticket, action)
        if expected is None:
            expected = _document_fault(action, document)
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.acting(person).act(ticket, action, document, command_id=command_id))
        if receipt is not None:
            case = self.cases[ticket]
            case.act(person, action, document, max(self.clock(), case.at))
            self.compare(ticket, receipt)

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), name=st.sampled_from(["reply", "note"]), data=st.data())
    def write(self, person: Person, name: str, data: st.DataObject) -> None:
        ticket = self._one(data)
        text = data.draw(st.sampled_from(["hola", "", " "]))
        expected = self.expect(person, ticket, name) or ("required" if not text.strip() else None)
        command_id = self.ids()
        receipt = self.give(expected, lambda: getattr(self.acting(person), name)(ticket, text, command_id=command_id))
        if receipt is not None:
            case = self.cases[ticket]
            if name == "reply":
                case.reply(person, max(self.clock(), case.at))
            else:
                case.happen("NoteAdded", max(self.clock(), case.at), person.id)
            self.compare(ticket, receipt)

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), data=st.data())
    def assign(self, person: Person, data: st.DataObject) -> None:
        ticket = self._one(data)
        keys = st.sampled_from(["assignee", "responsible"])
        document = data.draw(st.dictionaries(keys, st.sampled_from([None, *AGENTS, "nobody"]), max_size=2))
        expected = self.expect(person, ticket, "assign")
        if expected is None and "nobody" in document.values():
            expected = "unknown_record"
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.acting(person).assign(ticket, document, command_id=command_id))
        if receipt is not None:
            case = self.cases[ticket]
            case.assign(document, max(self.clock(), case.at), person.id)
            self.compare(ticket, receipt)

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), data=st.data())
    def triage(self, person: Person, data: st.DataObject) -> None:
        ticket = self._one(data)
        document = data.draw(st.fixed_dictionaries({}, optional={
            "priority": st.sampled_from([None, "low", "high"]), "type": st.sampled_from([None, "question"]),
            "area": st.sampled_from([None, "north"]), "product": st.sampled_from([None, "crm"]),
        }))  # fmt: skip
        expected = self.expect(person, ticket, "triage")
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.acting(person).triage(ticket, document, command_id=command_id))
        if receipt is not None:
            case = self.cases[ticket]
            case.classify(document, max(self.clock(), case.at), person.id)
            self.compare(ticket, receipt)

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), data=st.data())
    def press(self, person: Person, data: st.DataObject) -> None:
        """The law of actions: an offered one succeeds with a valid input; another says the reason that was shown."""
        ticket = self._one(data)
        if person.known and self.cases[ticket].seen_by(person):
            self._press(person, ticket, data.draw(st.sampled_from(self.acting(person).actions(ticket))), data)

    @precondition(lambda self: self.cases)
    @rule(moves=st.integers(1, 4), data=st.data())
    def press_moves(self, moves: int, data: st.DataObject) -> None:
        """Of the moves somebody may make, some are made: this is what brings tickets through all their states."""
        ticket = self._one(data)
        for _ in range(moves):
            steps = [
                (person, offer)
                for person in PEOPLE
                if person.known and self.cases[ticket].seen_by(person)
                for offer in self.acting(person).actions(ticket)
                if offer.allowed and offer.name in ACTIONS and offer.name != "cancel"
            ]
            if steps:
                person, offer = data.draw(st.sampled_from(steps))
                self._press(person, ticket, offer, data)
            self.clock.move(timedelta(hours=data.draw(st.sampled_from(self.between_moves))))

    def _press(self, person: Person, ticket: str, offer: Offer, data: st.DataObject) -> None:
        acting = self.acting(person)
        document = data.draw(filled(offer, customer=self.cases[ticket].customer, now=self.clock()))
        commands = {
            "reply": lambda: acting.reply(ticket, document["text"]),
            "note": lambda: acting.note(ticket, document["text"]),
            "assign": lambda: acting.assign(ticket, document),
            "triage": lambda: acting.triage(ticket, document),
            "set_deadline": lambda: acting.set_deadline(ticket, document.get("deadline")),
            "retarget": lambda: acting.retarget(ticket),
            "cite": lambda: acting.cite(ticket, document["article"], solved=document.get("solved", True)),
        }
        case = self.cases[ticket]
        case.advance(self.clock())
        assert case.refusal(person, offer.name) == (offer.reasons[0].code if offer.reasons else None)
        give = commands.get(offer.name, lambda: acting.act(ticket, offer.name, document))
        if not offer.allowed:
            try:
                give()
            except Refused as error:
                assert offer.reasons == error.reasons
            else:
                raise AssertionError(f"{offer.name} was not offered, and was done")
            return
        receipt = give()
        at = max(self.clock(), case.at)
        if offer.name == "reply":
            case.reply(person, at)
        elif offer.name == "note":
            case.happen("NoteAdded", at, person.id)
        elif offer.name == "set_deadline":
            case.set_deadline(person, document.get("deadline"), at)
        elif offer.name == "cite":
            case.cite(person, document["article"], at, solved=document.get("solved", True))
        elif offer.name == "assign":
            case.assign(document, at, person.id)
        elif offer.name == "triage":
            case.classify(document, at, person.id)
        elif offer.name != "retarget":  # under the levels of today, nothing happens
            case.act(person, offer.name, document, at)
        self.compare(ticket, receipt)

    @rule(hours=st.sampled_from([0, 0.001, 1, 24, 71, 72, 73, 200, 24 * 40]))
    def wait(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours))

    @rule(limit=st.integers(1, 3))
    def work(self, limit: int) -> None:
        report = self.desk.run_due(limit=limit)
        assert () == report.parked

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """The same command id with the same content has one effect and one receipt."""
        command, receipt = data.draw(st.sampled_from(self.sent[-5:]))
        assert receipt == command()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def reuse(self, data: st.DataObject) -> None:
        """The same command id with other content is refused."""
        _, receipt = data.draw(st.sampled_from(self.sent[-5:]))
        luis = self.desk.acting_as(Actor(id="luis", roles={"agent"}))
        try:
            luis.note(receipt.id, "something else altogether", command_id=receipt.command_id)
        except CommandReused:
            return
        raise AssertionError("a command id was used twice")

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def stale(self, data: st.DataObject) -> None:
        """Who saw an older version is told what happened since, where order matters."""
        ticket = self._one(data)
        case = self.cases[ticket]
        case.advance(self.clock())
        seen = data.draw(st.integers(0, len(case.events)))
        luis = self.desk.acting_as(Actor(id="luis", roles={"agent"}))
        try:
            luis.triage(ticket, {}, seen_version=seen)
        except StaleVersion as error:
            assert seen < len(case.events)
            told = [(type(event).__name__, event.at, event.actor) for event in error.events]
            assert case.events[seen:] == told
        except Refused as error:
            assert (seen, "ticket_closed") == (len(case.events), error.code)
        else:
            assert len(case.events) == seen

    # -- invariants

    @invariant()
    def stored_tickets_agree(self) -> None:
        """Every ticket is what the model says, as of the last time it was touched."""
        luis = self.desk.acting_as(Actor(id="luis", roles={"agent"}))
        for ticket, case in self.cases.items():
            history = self.desk.history(ticket)
            told = [(type(r.event).__name__, r.event.at, r.event.actor) for r in history]
            assert case.events[: len(told)] == told
            found = luis.as_of(ticket, max(self.clock(), case.at))
            case.advance(self.clock())
            assert (case.state, CATEGORY[case.state], FINAL.get(case.state)) == (
                found.state, found.category, found.outcome,
            )  # fmt: skip
            for name in ("waiting_on", "assignee", "responsible", "team", "priority", "type", "product", "area"):
                assert getattr(case, name) == getattr(found, name), name
            assert tuple(case.solved_by) == found.solved_by
            assert case.timer == next(((t.action, t.due_at) for t in found.timers), None)
            assert not (found.category == "closed" and found.timers)

    @invariant()
    def lists_show_what_opening_allows(self) -> None:
        """Nothing is in a list that `get` refuses, nor the reverse; and counts agree."""
        for person in PEOPLE:
            if not person.known:
                continue
            acting = self.acting(person)
            listed = {ticket.id for ticket in acting.find(limit=200).items}
            opened = set()
            for ticket in self.cases:
                try:
                    opened.add(acting.get(ticket).id)
                except NotFound:
                    assert not self.cases[ticket].seen_by(person)
            assert opened == listed
            assert len(opened) == acting.count() == sum(acting.count(by="state").values())

    def teardown(self) -> None:
        """At the end every stored column follows from its history."""
        report = self.desk.verify()
        assert () == report.findings
        assert len(self.cases) == report.tickets
        close = getattr(self.desk, "close_store", None)
        if close is not None:
            close()


def _document_fault(action: str, document: dict[str, Any]) -> str | None:
    needs = {"ask": "comment", "solve": "comment", "reopen": "comment", "cancel": "reason", "wait_for": "waiting_on"}
    takes = {"cancel": {"reason", "comment"}}.get(action, {needs[action]} if action in needs else set())
    needed = needs.get(action)
    given = document.get(needed or "")
    if needed is not None and (given is None or not str(given).strip()):
        return "required"
    if action == "cancel" and given == "weather":
        return "not_an_option"
    return "unknown_field" if set(document) - takes else None
