"""Delivery: who is told what, in whose words, who is not, and what becomes of what fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import AsyncDesk, Contact, Desk, FrozenClock, Team
from supportcore.desk import delivering
from supportcore.desk.delivering import TRIES, channels_of
from supportcore.notices import Channels, NotSent, SmtpNotifier, asynchronous
from supportcore.people.preferences import Preferences
from supportcore.storage import codec
from supportcore.storage.memory import AsyncMemoryStore, MemoryLedger, MemoryStore
from supportcore.storage.ports import Entry
from supportcore.testing.conformance.driving import write
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow
from tests.conftest import selected_stores
from tests.desk.machine import START
from tests.notices.desks import ANA, APPROVAL, BO, CLEO, HAL, LUIS, MAR, PEOPLE, chatty, rule, told
from tests.notices.outside import HOST, Inbox, free_port, mail_server
from tests.stores import open_desk_named, server_url

NAMES = [pytest.param(name, marks=pytest.mark.store(name)) for name in selected_stores()]
CASE = {"subject": "No prints", "description": "Since Monday", "product": "erp"}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


def small(folder: Path, clock: FrozenClock, *rules: str, sees: str = '"assigned"') -> Desk:
    """The chatty desk in memory, on which a helper sees these tickets."""
    desk = Desk(chatty(folder, *rules, sees=sees), MemoryStore(), clock=clock)
    desk.install(**PEOPLE)
    return desk


@pytest.fixture(params=NAMES)
def near(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """A desk on each store that mails what was replied."""
    definition = chatty(tmp_path, rule("replied", ["contact"], "email"))
    url = server_url(request, request.param)
    with open_desk_named(request.param, definition, tmp_path, server_url=url, clock=clock) as desk:
        desk.install(**PEOPLE)
        yield desk


def replied(desk: Any, text: str = "Is it on?") -> str:
    """A case in which staff wrote to Ana."""
    case: str = desk.acting_as(ANA).open(CASE).id
    desk.acting_as(LUIS).reply(case, text)
    return case


# -- who is told


def test_what_a_notice_tells_other_programs(tmp_path: Path, clock: FrozenClock) -> None:
    """Facts: what happened, to which ticket, who did it, and how it was after that, although it moved on since."""
    desk = small(tmp_path, clock, rule("state_changed", ["subscriber"], "webhook"))
    case = desk.acting_as(ANA).open(CASE).id
    desk.acting_as(LUIS).act(case, "ask", {"comment": "Is it on?"})
    desk.acting_as(LUIS).act(case, "cancel", {"reason": "mistake"})
    first, second = sorted(told(desk), key=lambda notice: notice.data["position"])
    assert {
        "desk": "small", "ticket": case, "number": 1, "state": "asking", "category": "pending",
        "waiting_on": "customer", "actor": "luis", "position": 2,
    } == dict(first.data)  # fmt: skip
    assert ("cancelled", "closed") == (second.data["state"], second.data["category"])
    assert ("state_changed", "subscriber", "state_changed-webhook", "", "", (), "customer") == (
        first.event, first.role, first.recipient, first.subject, first.body, first.emails, first.side,
    )  # fmt: skip


def test_who_wants_no_mail_has_none(tmp_path: Path, clock: FrozenClock) -> None:
    """It counts as skipped and is done with; by other channels the person is told all the same."""
    both = [rule("replied", ["contact"], channel) for channel in ("email", "sms")]
    desk = small(tmp_path, clock, *both)
    desk.catalogue.put(Preferences(id="ana", email_notices=False))
    replied(desk)
    sent: list[Any] = []
    report = desk.deliver(sent.append)
    assert (1, 1, (), ()) == (report.sent, report.skipped, report.retried, report.dead)
    assert ["sms"] == [notice.channel for notice in sent]
    desk.catalogue.put(Preferences(id="ana"))
    assert 0 == desk.deliver(sent.append).sent
    replied(desk)
    assert {"email", "sms"} == {notice.channel for notice in told(desk)}


def test_who_has_no_address_has_no_mail(tmp_path: Path, clock: FrozenClock) -> None:
    """Nothing is tried where there is nowhere to send it; other channels need no address."""
    desk = small(tmp_path, clock, *[rule("replied", ["contact"], channel) for channel in ("email", "in_app")])
    desk.catalogue.put(Contact(id="ana", name="Ana", customers={"acme"}))
    replied(desk)
    report = desk.deliver(lambda notice: None)
    assert (1, 1) == (report.sent, report.skipped)
    assert {"sent": 2} == {status: number for status, number in desk.outbox().items() if number}


def test_in_whose_words(tmp_path: Path, clock: FrozenClock) -> None:
    """In the language of the preferences; else of the record; else of the desk."""
    desk = small(tmp_path, clock, rule("replied", ["contact", "assignee"], "email"))
    case = replied(desk)
    spanish, english = "Ticket 1: mensaje nuevo", "Ticket 1: new message"
    found = [(one.recipient, one.subject, one.locale) for one in told(desk) if one.role == "contact"]
    assert [("ana", spanish, "es")] == found
    desk.catalogue.put(Preferences(id="ana", locale="en"))
    desk.acting_as(LUIS).act(case, "take")
    desk.acting_as(LUIS).reply(case, "And now?")
    assert [("ana", english, "en")] == [(one.recipient, one.subject, one.locale) for one in told(desk)]
    desk.acting_as(ANA).reply(case, "Yes")
    assert [("luis", english, "en")] == [(one.recipient, one.subject, one.locale) for one in told(desk)]


def test_a_team_has_mail_together(tmp_path: Path, clock: FrozenClock) -> None:
    """One message to all its members that want mail and have an address; none if nobody wants any."""
    desk = small(tmp_path, clock, rule("opened", ["team"], "email"))
    desk.acting_as(ANA).open(CASE)
    assert [("luis@desk.example", "mar@desk.example")] == [notice.emails for notice in told(desk)]
    desk.catalogue.put(Preferences(id="luis", email_notices=False))
    desk.acting_as(ANA).open(CASE)
    (notice,) = told(desk)
    assert (("mar@desk.example",), "staff", "en") == (notice.emails, notice.side, notice.locale)
    desk.catalogue.put(Team(id="desk", name="Desk", members=["luis"]))
    desk.acting_as(ANA).open(CASE)
    assert 1 == desk.deliver(print).skipped


def test_a_team_without_an_address_is_not_passed_over(tmp_path: Path, clock: FrozenClock) -> None:
    """The notifier is handed the notice and may know one; the one for mail fails, so that somebody sees it."""
    desk = small(tmp_path, clock, rule("opened", ["team"], "email"))
    desk.catalogue.put(Team(id="desk", name="Desk", members=[]))
    desk.acting_as(ANA).open(CASE)
    report = desk.deliver(SmtpNotifier(HOST, sender="no-reply@desk.example"))
    assert ["NotSent: The notice has no e-mail address."] == [why for _, why in report.retried]
    clock.move(timedelta(minutes=1))
    assert [("team", "desk", ())] == [(notice.role, notice.recipient, notice.emails) for notice in told(desk)]


def test_a_follower_is_told_what_he_may_see_now(tmp_path: Path, clock: FrozenClock) -> None:
    """By the rights he has when it is delivered: a customer no note, and nothing once the ticket is not his to see."""
    rules = [rule(on, ["followers"], "email") for on in ("replied", "noted")]
    desk = small(tmp_path, clock, *rules)
    case = desk.acting_as(ANA).open(CASE).id
    desk.acting_as(CLEO).follow(case)
    desk.acting_as(MAR).follow(case)
    desk.acting_as(LUIS).reply(case, "Aloud")
    desk.acting_as(LUIS).note(case, "Between us")
    found = [(notice.recipient, notice.side, notice.body) for notice in told(desk)]
    assert [("cleo", "customer", "Aloud"), ("mar", "staff", "Aloud"), ("mar", "staff", "Between us")] == sorted(found)
    desk.acting_as(LUIS).reply(case, "Again")
    desk.catalogue.put(Contact(id="cleo", name="Cleo", customers={"beta"}, email="cleo@beta.example"))
    assert ["mar"] == [notice.recipient for notice in told(desk)]
    desk.acting_as(LUIS).reply(case, "Once more")
    desk.acting_as(MAR).follow(case, False)
    assert [] == told(desk)


def test_a_follower_who_sees_what_is_his_teams(tmp_path: Path, clock: FrozenClock) -> None:
    """He is of the ticket's team if its record says so now."""
    desk = small(tmp_path, clock, rule("replied", ["followers"], "email"), sees='"teams"')
    case = desk.acting_as(ANA).open(CASE).id
    desk.acting_as(attrs.evolve(HAL, teams=frozenset({"desk"}))).follow(case)
    desk.acting_as(LUIS).reply(case, "One")
    assert [] == told(desk)
    desk.catalogue.put(Team(id="desk", name="Desk", members=["hal"]))
    desk.acting_as(LUIS).reply(case, "Two")
    assert [("hal", "Two")] == [(notice.recipient, notice.body) for notice in told(desk)]


def test_voters_are_told_like_agents(tmp_path: Path, clock: FrozenClock) -> None:
    """Those who are asked to approve have the words of staff, at their own address."""
    desk = small(tmp_path, clock, rule("noted", ["voters"], "email"), APPROVAL)
    case = desk.acting_as(ANA).open({**CASE, "priority": "high"}).id
    desk.acting_as(LUIS).note(case, "Costs 100")
    found = [(notice.role, notice.recipient, notice.email, notice.body) for notice in told(desk)]
    assert [("voter", "mar", "mar@desk.example", "Costs 100")] == found


def test_whoever_is_no_agent_reads_what_is_public(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person the catalogue does not know as an agent is told as a customer, whatever he is to the ticket."""
    desk = small(tmp_path, clock, rule("noted", ["voters"], "sms"), APPROVAL)
    case = desk.acting_as(ANA).open({**CASE, "priority": "high"}).id
    desk.acting_as(LUIS).note(case, "Costs 100")

    known = MemoryLedger.records

    def records(self: Any, refs: Any) -> Any:
        return tuple(None for _ in (yield from known(self, refs)))

    monkeypatch.setattr(MemoryLedger, "records", records)
    assert [("mar", "customer", "")] == [(one.recipient, one.side, one.body) for one in told(desk)]


def test_the_channels_of_a_desk(tmp_path: Path) -> None:
    """Those that its rules name."""
    desk = chatty(tmp_path, rule("noted", ["team"], "sms"), rule("opened", ["subscriber"], "webhook"))
    assert {"sms", "webhook"} == channels_of(desk)


# -- what fails


def broken(desk: Any, row_id: str, row: dict[str, Any]) -> None:
    """Put a row into the outbox that cannot be told."""
    form = {
        "row": row, "status": "pending", "attempts": 0, "next_at": instant_text(START - timedelta(days=1)),
        "token": None, "leased_until": None, "sent_at": None, "error": "",
    }  # fmt: skip
    write(desk.store, desk.store.ledger("small").put_entries([Entry("outbox", (row_id,), form)]))


def row_of(row_id: str, ticket: str, position: int = 1, template: str = "replied") -> dict[str, Any]:
    row = OutboxRow(
        id=row_id, ticket=ticket, position=position, rule="replied", role="contact", recipient="ana",
        channel="sms", template=template, due_at=START,
    )  # fmt: skip
    return codec.dump(row)


def test_one_that_cannot_be_told_keeps_nobody_waiting(near: Any, clock: FrozenClock) -> None:
    """No such ticket or event, or a row that is none: it is tried again and at last given up; the others are sent."""
    case = replied(near)
    rows = {"r-1": row_of("r-1", "gone"), "r-2": row_of("r-2", case, 99)}
    if near.store.url.startswith(("memory", "mongodb")):  # elsewhere a row is columns, of which none can be missing
        rows["r-3"] = {"nothing": "of a row"}
    for row_id, row in rows.items():
        broken(near, row_id, row)
    sent: list[Any] = []
    report = near.deliver(sent.append)
    assert (1, 0, (), {*rows}) == (report.sent, report.skipped, report.dead, {*dict(report.retried)})
    assert "NotSent: The notice cannot be told: there is no ticket gone." == dict(report.retried)["r-1"]
    assert ["Is it on?"] == [notice.body for notice in sent]
    for _ in range(TRIES - 1):
        clock.move(timedelta(days=2))
        report = near.deliver(sent.append)
    assert {*rows} == {*dict(report.dead)}
    assert len(rows) == near.outbox()["dead"]


def test_words_that_cannot_be_made_keep_nobody_waiting(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a template fails, the notice is tried again, and the others are sent."""
    desk = small(tmp_path, clock, *[rule("replied", ["contact"], channel) for channel in ("sms", "email")])
    replied(desk)
    words = delivering.told

    def fails(definition: Any, row: OutboxRow, *rest: Any, **named: Any) -> Any:
        return words(definition, attrs.evolve(row, channel=None if row.channel == "sms" else "email"), *rest, **named)

    monkeypatch.setattr(delivering, "told", fails)
    report = desk.deliver(lambda notice: None)
    assert (1, 1) == (report.sent, len(report.retried))


def test_every_store_keeps_any_reason(near: Any, clock: FrozenClock) -> None:
    """What a server said may hold anything: it is kept in printable letters, and the others are told."""
    replied(near)

    def refuse(notice: Any) -> None:
        raise NotSent("not_sent", server="x", why="a\0b\ud800c\n" + "ñ" * 500)

    report = near.deliver(refuse)
    ((_, why),) = report.retried
    assert "x did not take the notice: a b?c ñ" in why
    clock.move(timedelta(minutes=1))
    assert 1 == near.deliver(lambda notice: None).sent


def test_mail_that_fails_is_sent_later(tmp_path: Path, clock: FrozenClock) -> None:
    """While the server is away notices wait, longer each time; when it is back all arrive, with the ids they had."""
    desk = small(tmp_path, clock, rule("replied", ["contact"], "email"))
    case = replied(desk)
    port, inbox = free_port(), Inbox()
    notifier = Channels({"email": SmtpNotifier(HOST, port, sender="no-reply@desk.example", security="none")})
    for minutes in (1, 2, 4, 8):
        assert 1 == len(desk.deliver(notifier).retried)
        clock.move(timedelta(minutes=minutes, milliseconds=-1))
        assert () == desk.deliver(notifier).retried
        clock.move(timedelta(milliseconds=1))
    desk.acting_as(LUIS).reply(case, "And now?")
    clock.move(timedelta(days=1))
    with mail_server(inbox) as again:
        back = Channels({"email": SmtpNotifier(HOST, again, sender="no-reply@desk.example", security="none")})
        assert 2 == desk.deliver(back).sent
    assert 2 == len(inbox.envelopes)


def test_a_channel_that_nobody_serves_is_dead_in_the_end(tmp_path: Path, clock: FrozenClock) -> None:
    """It is tried as often as anything, with the reason, and never dropped without a word."""
    desk = small(tmp_path, clock, rule("replied", ["contact"], "sms"))
    replied(desk)
    reports = []
    for _ in range(TRIES):
        reports.append(desk.deliver(Channels({})))
        clock.move(timedelta(days=1))
    assert [1] * (TRIES - 1) + [0] == [len(report.retried) for report in reports]
    ((_, why),) = reports[-1].dead
    assert "NotSent: Nobody serves the channel sms; served: in_app." == why
    assert 1 == desk.outbox()["dead"]


def test_a_slow_server_does_not_outlive_its_leases(tmp_path: Path, clock: FrozenClock) -> None:
    """Notices are claimed a few at a time, so nobody else takes those that wait behind a slow one."""
    desk = small(tmp_path, clock, rule("replied", ["contact"], "email"))
    case = desk.acting_as(ANA).open(CASE).id
    for number in range(25):
        desk.acting_as(LUIS).reply(case, str(number))
    seen: list[str] = []

    def slowly(notice: Any) -> None:
        seen.append(notice.id)
        clock.move(delivering.LEASE / (delivering.BATCH + 1))
        if len(seen) == 3:
            desk.deliver(lambda other: seen.append(other.id), limit=1)

    assert 24 == desk.deliver(slowly).sent
    assert 25 == len(seen) == len(set(seen))
    assert 25 == desk.outbox()["sent"]


def test_the_limit_is_kept(tmp_path: Path, clock: FrozenClock) -> None:
    """However many are due, no more than the limit are claimed, and the next call goes on."""
    desk = small(tmp_path, clock, rule("replied", ["contact"], "email"))
    case = desk.acting_as(ANA).open(CASE).id
    for number in range(15):
        desk.acting_as(LUIS).reply(case, str(number))
    assert [12, 3, 0] == [desk.deliver(lambda notice: None, limit=12).sent for _ in range(3)]


def test_the_asynchronous_desk_does_the_same(tmp_path: Path, clock: FrozenClock) -> None:
    """Skipped, sent and retried, with a plain notifier in a thread."""

    async def run() -> Any:
        desk = AsyncDesk(chatty(tmp_path, rule("replied", ["contact"], "email")), AsyncMemoryStore(), clock=clock)
        await desk.install(**PEOPLE)
        case = (await desk.acting_as(ANA).open(CASE)).id
        await desk.acting_as(LUIS).reply(case, "One")
        other = (await desk.acting_as(BO).open(CASE)).id
        await desk.acting_as(LUIS).reply(other, "Two")
        return await desk.deliver(asynchronous(lambda notice: None))

    report = asyncio.run(run())
    assert (1, 1) == (report.sent, report.skipped)
