"""What a person gets from a desk, on every store: notices, timelines, the past, lists, the catalogue, all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from supportcore import Actor, Customer, FrozenClock, Invalid, NotFound, Product, Refused, Team
from supportcore.errors import NotInstalled
from tests.desk.machine import START

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
LUIS = Actor(id="luis", roles={"agent"})


def story(desk: Any, clock: FrozenClock) -> str:
    """A ticket that was opened, noted, asked about and left alone; returns its id."""
    ticket: str = desk.acting_as(ANA).open({"subject": "No prints", "description": "Since Monday", "phone": "1"}).id
    clock.move(timedelta(hours=1))
    desk.acting_as(LUIS).note(ticket, "the usual cable")
    clock.move(timedelta(hours=1))
    desk.acting_as(LUIS).act(ticket, "ask", {"comment": "Is it plugged in?"})
    clock.move(timedelta(hours=100))
    return ticket


def test_a_customer_reads_no_note(small: Any, clock: FrozenClock) -> None:
    """The timeline holds everything for staff; a customer's leaves the note out, and has the words in his language."""
    ticket = story(small, clock)
    small.run_due()
    staff = small.acting_as(LUIS).timeline(ticket)
    spanish = small.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es"))
    seen = spanish.timeline(ticket)
    assert ["opened", "noted", "state_changed", "state_changed"] == [entry.kind for entry in staff]
    assert [1, 3, 4] == [entry.position for entry in seen]
    assert ["Nuevo", "Esperando datos", "Solucionado"] == [entry.state for entry in seen]
    assert "Since Monday" == seen[0].text
    assert "usual cable" not in repr(seen)
    assert [False, False, True] == [entry.by_desk for entry in seen]


def test_the_past_is_what_it_was(small: Any, clock: FrozenClock) -> None:
    """As of an instant between, the ticket is in the state of then, timers that nobody looked at included."""
    ticket = story(small, clock)
    luis = small.acting_as(LUIS)
    found = [luis.as_of(ticket, START + timedelta(hours=hours)).state for hours in (0, 2, 73.9, 74, 90)]
    assert ["new", "asking", "asking", "solved", "solved"] == found
    assert "asking" == luis.get(ticket).state
    with pytest.raises(NotFound):
        luis.as_of(ticket, START - timedelta(seconds=1))


def test_notices_reach_their_people_once(small: Any, clock: FrozenClock) -> None:
    """Each notice is handed over once, in the words of its template; a note is told to nobody."""
    story(small, clock)
    told: list[Any] = []

    async def take(notice: Any) -> None:
        told.append(notice)

    notifier = take if hasattr(small, "background") else told.append
    report = small.deliver(notifier)
    assert (2, (), ()) == (report.sent, report.retried, report.dead)
    expected = [("desk", "team", "New ticket 1"), ("ana", "contact", "Ticket 1: Asking")]
    assert expected == [(notice.recipient, notice.role, notice.subject) for notice in told]
    assert "No prints is now Asking. Is it plugged in?" == told[1].body
    assert 0 == small.deliver(notifier).sent
    assert 2 == small.outbox()["sent"]


def test_a_notice_that_fails_is_tried_again_and_at_last_given_up(small: Any, clock: FrozenClock) -> None:
    """What the notifier raises is kept; the notice comes again later, twelve times, then it is dead."""
    small.acting_as(ANA).open({"subject": "x"})

    def refuse(notice: Any) -> None:
        raise ConnectionError("no mail today")

    async def refuse_later(notice: Any) -> None:
        refuse(notice)

    notifier = refuse_later if hasattr(small, "background") else refuse
    retried = dead = 0
    for _ in range(12):
        report = small.deliver(notifier)
        retried, dead = retried + len(report.retried), dead + len(report.dead)
        assert 0 == report.sent
        assert 0 == len(small.deliver(notifier).retried)  # not before its time
        clock.move(timedelta(days=1))
    assert (11, 1) == (retried, dead)
    assert 1 == small.outbox()["dead"]


def test_what_was_given_up_is_told_and_sent_again(small: Any, clock: FrozenClock) -> None:
    """A dead notice is listed with its last error, and comes back to life by its id, with as many tries as at first."""
    for subject in ("x", "y"):
        small.acting_as(ANA).open({"subject": subject})

    def refuse(notice: Any) -> None:
        raise ConnectionError("no mail today")

    for _ in range(12):
        small.deliver(plain_or_awaited(small, refuse))
        clock.move(timedelta(days=1))
    one, other = small.dead_notices()
    assert (12, True, one.id < other.id) == (one.tries, "no mail today" in one.error, True)
    assert (one,) == small.dead_notices(limit=1)
    assert 0 == small.resend([])
    assert 1 == small.resend([other.id])
    assert (one,) == small.dead_notices()
    told: list[str] = []
    assert 1 == small.deliver(plain_or_awaited(small, lambda notice: told.append(notice.id))).sent
    assert [other.id] == told
    assert (1, 0) == (small.resend(), small.resend())
    assert {"pending": 1, "sent": 1} == dict(small.outbox())


def plain_or_awaited(desk: Any, notifier: Any) -> Any:
    """Return a notifier as the desk takes it."""

    async def later(notice: Any) -> None:
        notifier(notice)

    return later if hasattr(desk, "background") else notifier


def test_pages_hold_the_whole_list(small: Any, clock: FrozenClock) -> None:
    """Pages by cursor, there and back, and by number hold every ticket once, in order."""
    ana = small.acting_as(ANA)
    for index in range(7):
        ana.open({"subject": f"ticket {index}"})
        clock.move(timedelta(seconds=index % 2))
    everything = [ticket.number for ticket in ana.find(sort="opened_at").items]
    pages = [ana.find(sort="opened_at", limit=3)]
    while pages[-1].next:
        pages.append(ana.find(sort="opened_at", limit=3, cursor=pages[-1].next))
    assert everything == [ticket.number for page in pages for ticket in page.items]
    assert [1, 4, 7] == [page.first_index for page in pages]
    assert [7, 7, 7] == [page.total for page in pages]
    back = ana.find(sort="opened_at", limit=3, cursor=pages[-1].previous)
    assert (pages[1].items, 4) == (back.items, back.first_index)
    assert pages[1].items == ana.find(sort="opened_at", limit=3, page=2).items
    assert pages[0].previous is None
    assert pages[-1].next is None
    with pytest.raises(Invalid, match="cursor"):
        ana.find(sort="number", limit=3, cursor=pages[0].next)
    with pytest.raises(Invalid, match="cursor"):
        small.acting_as(BO).find(sort="opened_at", limit=3, cursor=pages[0].next)


def test_filters_and_counts(small: Any) -> None:
    """Filters take a value, several, or none; counts are grouped by what is asked."""
    ana, bo, luis = (small.acting_as(actor) for actor in (ANA, BO, LUIS))
    ana.open({"subject": "a", "priority": "high", "type": "problem"})
    ana.open({"subject": "b"})
    third = bo.open({"subject": "c", "priority": "low", "type": "question"})
    luis.act(third.id, "cancel", {"reason": "mistake"})
    assert [1] == [ticket.number for ticket in luis.find({"priority": "high"}).items]
    assert {1, 3} == {ticket.number for ticket in luis.find({"priority": ["high", "low"]}).items}
    assert [2] == [ticket.number for ticket in luis.find({"type": None}).items]
    assert {1, 2} == {ticket.number for ticket in luis.find({"is_open": True}).items}
    assert {"acme": 2, "beta": 1} == luis.count(by="customer")
    assert {"new": 2, "cancelled": 1} == luis.count(by="state")
    assert {True: 2, False: 1} == luis.count(by="is_open")
    assert {"new": 2} == ana.count(by="state")
    assert [1, 2, 3] == [t.number for t in luis.find(sort="-priority_rank").items]


def test_the_catalogue_keeps_what_is_named(small: Any) -> None:
    """A record names others that are there; a retired one is kept by its tickets and offered to new ones no more."""
    ana, luis = small.acting_as(ANA), small.acting_as(LUIS)
    ticket = ana.open({"subject": "x", "product": "crm"}).id
    small.catalogue.retire("product", "crm")
    assert False is small.catalogue.get("product", "crm").active
    assert 2 == luis.triage(ticket, {"type": "problem"}).version
    with pytest.raises(Invalid, match="no longer offered"):
        ana.open({"subject": "y", "product": "crm"})
    with pytest.raises(Invalid, match="no agent nobody"):
        small.catalogue.put(Team(id="night", name="Night", members=["nobody"]))
    with pytest.raises(Refused, match="team desk"):
        small.catalogue.retire("agent", "luis")
    small.catalogue.put(Product(id="crm", name="CRM"))
    assert "crm" == ana.get(ana.open({"subject": "z", "product": "crm"}).id).product


def test_the_feed_tells_everything_in_order(small: Any, clock: FrozenClock) -> None:
    """An integrator reads all events of the desk from any point on, each once."""
    story(small, clock)
    small.acting_as(BO).open({"subject": "y"})
    feed = small.feed()
    names = ["TicketOpened", "NoteAdded", "StateChanged", "TicketOpened"]
    assert names == [type(recorded.event).__name__ for recorded in feed]
    assert feed[2:] == small.feed(feed[1].sequence)
    assert feed[:1] == small.feed(limit=1)


def test_receipts_answer_whether_a_command_was_carried_out(small: Any) -> None:
    """After an answer got lost, the id of the command tells; a refused one left nothing."""
    ana = small.acting_as(ANA)
    receipt = ana.open({"subject": "x"}, command_id="one")
    with pytest.raises(Invalid):
        ana.open({}, command_id="two")
    assert (receipt, None) == small.receipts(["one", "two"])


def test_one_desk_object_serves_many_threads(small: Any) -> None:
    """Eight threads open and answer at once: numbers are unique, nothing is lost, histories verify."""
    ana, luis = small.acting_as(ANA), small.acting_as(LUIS)
    shared = ana.open({"subject": "shared"}).id

    def work(index: int) -> int:
        receipt = ana.open({"subject": f"mine {index}"})
        luis.note(shared, f"note {index}")
        return int(receipt.number)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(work, range(40)))
    assert 40 == len(set(numbers))
    assert 41 == len(small.history(shared))
    report = small.verify()
    assert (41, ()) == (report.tickets, report.findings)


def test_opening_before_installing_says_what_to_do(small: Any) -> None:
    """A desk whose rules are not in the store opens nothing, so that no ticket is left without its rules."""
    import attrs

    from supportcore import Desk
    from supportcore.storage.memory import MemoryStore

    changed = attrs.evolve(small.definition, rules_hash="0" * 64)
    desk = Desk(changed, MemoryStore())
    with pytest.raises(NotInstalled, match=r"desk\.install\(\)"):
        desk.acting_as(ANA).open({"subject": "x"})


def test_a_ticket_keeps_the_rules_it_was_opened_under(small: Any, clock: FrozenClock) -> None:
    """After the rules change, an old ticket goes on under the old ones and a new one under the new."""
    import tomllib
    from pathlib import Path

    from supportcore import Desk
    from supportcore.definition.loader import define

    old = small.acting_as(ANA).open({"subject": "old"}).id
    folder = Path(__file__).parents[1] / "desks"
    rules = tomllib.loads((folder / "small.toml").read_text(encoding="utf-8"))
    labels = tomllib.loads((folder / "small.labels.toml").read_text(encoding="utf-8"))
    rules["transitions"] = [step for step in rules["transitions"] if step["action"] != "ask"]
    del labels["actions"]["ask"]
    later = Desk(define(rules, labels), small.store, clock=clock)
    later.install()
    new = later.acting_as(ANA).open({"subject": "new"}).id
    assert "asking" == later.acting_as(LUIS).act(old, "ask", {"comment": "?"}).state
    with pytest.raises(Refused, match="ask"):
        later.acting_as(LUIS).act(new, "ask", {"comment": "?"})
    assert () == later.verify().findings


def test_two_desks_in_one_store_do_not_see_one_another(small: Any, clock: FrozenClock) -> None:
    """Neither lists, numbers nor ids of one desk reach the other."""
    from supportcore import Agent, Desk, load_definition

    other = Desk(load_definition("noova"), small.store, clock=clock)
    other.install(customers=[Customer(id="acme", name="ACME")], agents=[Agent(id="luis", name="Luis")],
                  products=[Product(id="erp", name="ERP")],
                  teams=[Team(id="soporte", name="S", members=["luis"])])  # fmt: skip
    mine = small.acting_as(ANA).open({"subject": "small"})
    eva = other.acting_as(Actor(id="eva", roles={"cliente"}, customers={"acme"}))
    case = {"subject": "noova", "product": "erp", "priority": "alta", "type": "soporte", "description": "x"}
    theirs = eva.open(case)
    assert (1, 1) == (mine.number, theirs.number)
    everyone = other.acting_as(Actor(id="luis", roles={"consultor"}))
    assert [theirs.id] == [ticket.id for ticket in everyone.find().items]
    with pytest.raises(NotFound):
        everyone.get(mine.id)
    assert ["crm", "erp", "old"] == [record.id for record in small.catalogue.find("product")]
    assert ["erp"] == [record.id for record in other.catalogue.find("product")]
