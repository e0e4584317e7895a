"""A host that is typed: checked by mypy and pyright in their strict modes, never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import assert_type

import pytest
import sqlalchemy as sa
from hypothesis import given
from sqlalchemy.ext.asyncio import AsyncConnection

from supportcore import (
    Actor,
    Article,
    AsyncDesk,
    Customer,
    Definition,
    Desk,
    FrozenClock,
    Invalid,
    NotFound,
    Product,
    Receipt,
    Refused,
    StaleVersion,
    Team,
    load_definition,
    open_async_store,
    open_store,
)
from supportcore.accounts import Accounts, AsyncAccounts, InvitationMail
from supportcore.authoring import to_toml
from supportcore.copying import NdjsonFile, copy_store
from supportcore.desk import Acting, AsyncActing
from supportcore.desk.views import dump
from supportcore.desk.views.records import FormView, ListView
from supportcore.errors import Fault, Reason, SupportError
from supportcore.exploring import Node, explore
from supportcore.linting import lint
from supportcore.notices import Channels, Notice, SmtpNotifier
from supportcore.sla import Calendar
from supportcore.storage import AsyncStore, DirectoryBlobs, FileStore, Page, Store
from supportcore.storage.memory import AsyncMemoryStore, MemoryStore
from supportcore.storage.ports import Ledger, Steps
from supportcore.testing.conformance import StoreConformance
from supportcore.testing.invariants import eventually_within
from supportcore.testing.machine import machine_for
from supportcore.testing.story import Story, rerun
from supportcore.testing.strategies import tickets
from supportcore.tickets.events import Recorded, StateChanged
from supportcore.tickets.ticket import Ticket
from supportcore_mongo import MongoStore
from supportcore_sql import SqlStore, build_tables


def made(url: str | sa.Engine) -> Desk:
    """A desk on a store."""
    store = assert_type(open_store(url), Store)
    store.migrate()
    desk = Desk(assert_type(load_definition(Path("my.toml")), Definition), store, clock=FrozenClock(datetime.now(UTC)))
    desk.install(
        customers=[Customer(id="acme", name="ACME")],
        products=[Product(id="till", name="Till")],
        teams=[Team(id="desk", name="Desk", members=["luis"])],
        articles=[Article(id="void", title="How", body="**So**")],
    )
    return desk


def worked(desk: Desk, connection: sa.Connection, ana: Actor) -> str:
    """Commands, in the host's transaction and in the desk's own."""
    case = desk.joined(connection).acting_as(ana).open({"subject": "It prints twice"}, command_id="c-1")
    assert_type(case, Receipt)
    me = desk.acting_as(ana)
    ticket = assert_type(me.get(case.id), Ticket)
    me.reply(ticket.id, "Which printer?", seen_version=ticket.version)
    me.act(ticket.id, "propose_solution", {"comment": "Update"})
    offers = [offer.name for offer in me.actions(ticket.id) if not offer.reasons]
    report = desk.run_due(limit=10)
    told = desk.deliver(Channels({"email": SmtpNotifier("localhost", sender="desk@example.org")}))
    assert_type(told.sent, int)
    assert_type(case.number, int)
    return f"{assert_type(case.id, str)} {offers} {report}"


def seen(desk: Desk, ana: Actor) -> Mapping[str, object]:
    """Views, as records and as JSON."""
    me = desk.acting_as(ana, at=datetime(2026, 3, 2, tzinfo=UTC))
    form = me.form()
    assert_type(form.submit.command, str)
    page = me.page(1)
    assert_type(page.subject, str)
    found = [hit.id for hit in me.search("factura").items]
    assert_type(found, list[str])
    shown: Mapping[str, object] = dump(page)
    return shown


def refused(desk: Desk, ana: Actor) -> tuple[Fault, ...] | tuple[Reason, ...]:
    """What is refused tells why, by code and in words."""
    try:
        desk.acting_as(ana).open({})
    except Invalid as error:
        return assert_type(error.faults, tuple[Fault, ...])
    except Refused as error:
        assert_type(error.text("es"), str)
        return assert_type(error.reasons, tuple[Reason, ...])
    except (NotFound, StaleVersion) as error:
        known: SupportError = error
        assert_type(known.code, str)
    return ()


async def awaited(url: str, connection: AsyncConnection, ana: Actor) -> int:
    """The same, awaited."""
    store = assert_type(open_async_store(url), AsyncStore)
    await store.migrate()
    desk = AsyncDesk(load_definition("noova"), store)
    await desk.install(customers=[Customer(id="acme", name="ACME")])
    case = await desk.joined(connection).acting_as(ana).open({"subject": "It prints twice"})
    ticket = assert_type(await desk.acting_as(ana).get(case.id), Ticket)
    await desk.run_due()
    return ticket.number


def due(start: datetime) -> datetime:
    """Open time."""
    calendar = Calendar(timezone="Europe/Madrid", weekly={"mon": [("09:00", "17:00")]}, holidays=[date(2026, 1, 1)])
    assert_type(calendar.between(start, start + timedelta(days=7)), timedelta)
    return assert_type(calendar.add(start, timedelta(hours=4)), datetime)


def proven(definition: Definition) -> list[str]:
    """The kit that proves rules."""
    found = explore(definition, most=100)
    assert_type(found.complete, bool)
    machine = machine_for(definition)
    return [*(finding.code for finding in lint(definition)), *found.unreached, machine.__name__]


def listed(me: Acting) -> list[int]:
    """Lists, filters, forms that are sent back, and files."""
    found = assert_type(me.find({"state": "new"}, sort="-updated_at", limit=20), Page[Ticket])
    view = assert_type(me.listing("mine"), ListView)
    form = assert_type(me.form(), FormView)
    file = me.draft(BytesIO(b"%PDF"), "bill.pdf")
    assert_type(me.submit(form.submit, {"subject": "It prints twice"}, files=[file.id]), Receipt)
    assert_type(me.open_all([{"subject": "One"}, {"subject": "Two"}]), tuple[Receipt, ...])
    assert_type(found.total, int | None)
    return [*(ticket.number for ticket in found.items), *(len(row.cells) for row in view.rows)]


def followed(desk: Desk) -> Iterator[str]:
    """What happened, event by event."""
    for recorded in assert_type(desk.feed(0, limit=100), tuple[Recorded, ...]):
        if isinstance(recorded.event, StateChanged):
            yield assert_type(recorded.event.state, str)


def accounted(desk: Desk, person: str, sent: list[InvitationMail]) -> str:
    """Accounts, and a notifier that is a function."""

    def notify(notice: Notice) -> None:
        assert_type(notice.recipient, str)

    desk.deliver(notify)
    accounts = Accounts(desk)
    accounts.invite(person, sent.append, link="https://desk.example.org/accept#{token}")
    return assert_type(accounts.login("ana", "a long password"), str)


async def accounted_too(desk: AsyncDesk, me: AsyncActing) -> str:
    """The same, awaited."""
    assert_type(await me.find(), Page[Ticket])
    return await AsyncAccounts(desk).login("ana", "a long password")


class MyStore(MemoryStore):
    """A store of the host's own, which is another with something around it."""

    def migrate(self) -> None:
        """Do more than the other."""
        super().migrate()


class TestMyStore(StoreConformance):
    """It has to do what every store does."""

    @pytest.fixture
    def store(self) -> Store:
        """Return a fresh one."""
        return MyStore()


def asked(ledger: Ledger) -> Steps[str]:
    """The ports, as a store of one's own uses another's."""
    ticket = yield from ledger.ticket("x", lock=True)
    return "" if ticket is None else ticket.state


def stored(engine: sa.Engine, folder: Path) -> tuple[Store | AsyncStore, ...]:
    """Each store is one, and so is what keeps files."""
    tables = build_tables(prefix="desk_")
    assert_type(tables.metadata, sa.MetaData)
    files: FileStore = DirectoryBlobs(folder)
    store = MyStore()
    Desk(load_definition("noova"), store, files=files)
    copied = copy_store(store, NdjsonFile(folder / "all.ndjson"))
    assert_type(copied.already, int)
    return store, AsyncMemoryStore(), SqlStore(engine), MongoStore("mongodb://localhost")


def authored(definition: Definition) -> str:
    """A desk as a document."""
    rules, labels = assert_type(to_toml(definition), tuple[str, str])
    return rules + labels


def what_is_closed_stays(before: Node, after: Node) -> None:
    """A rule of the host's own."""
    assert before.ticket is None or before.ticket.is_open or not (after.ticket and after.ticket.is_open)


def answered(after: Node) -> bool:
    """What is to come."""
    return after.ticket is not None and after.ticket.waiting_on == "customer"


def told(definition: Definition, story: Story) -> int:
    """Rules, and stories in which they are broken."""
    soon = eventually_within(timedelta(hours=4), answered)
    machine_for(definition, invariants=[what_is_closed_stays, soon], profile="quick")
    return len(rerun(story, rules=[what_is_closed_stays, soon]).story.steps)


@given(tickets())
def test_numbers(ticket: Ticket) -> None:
    """Strategies know what they draw."""
    assert_type(ticket.number, int)


def test_a_desk(desk: Desk, frozen_clock: FrozenClock) -> None:
    """The fixtures of the plugin are what they are called."""
    frozen_clock.move(timedelta(hours=72))
    assert_type(desk.run_due().tickets, int)
