"""Values outside the domain are refused with a code before anything is stored, wherever they come in."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from supportcore import Actor, Customer, Desk, FrozenClock, Invalid, NotFound, Refused
from supportcore.storage.memory import AsyncMemoryStore, MemoryStore
from tests.desk.machine import SMALL, START, equip

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
IMP = Actor(id="imp", roles={"agent", "importer"})


@pytest.fixture
def desk() -> Desk:
    desk = Desk(SMALL, MemoryStore(), clock=FrozenClock(START))
    equip(desk)
    desk.acting_as(ANA).open({"subject": "first"})
    return desk


async def mail(notice: Any) -> None:
    """A notifier for the other kind of desk."""


WRONG: list[tuple[str, Callable[[Desk], Any], str]] = [
    ("NUL in a title", lambda d: d.acting_as(ANA).open({"subject": "a\0b"}), "bad_text"),
    ("lone surrogate", lambda d: d.acting_as(ANA).open({"subject": "a\ud800"}), "bad_text"),
    ("title of 256 characters", lambda d: d.acting_as(ANA).open({"subject": "x" * 256}), "too_long"),
    ("own limit of a field", lambda d: d.acting_as(ANA).open({"subject": "x", "phone": "1" * 31}), "too_long"),
    ("body over 256 KiB", lambda d: d.acting_as(ANA).open({"subject": "x", "description": "ñ" * 131_073}), "too_long"),
    ("only spaces", lambda d: d.acting_as(ANA).open({"subject": "   "}), "required"),
    ("nothing", lambda d: d.acting_as(ANA).open({}), "required"),
    ("a number for a title", lambda d: d.acting_as(ANA).open({"subject": 7}), "wrong_type"),
    ("a list", lambda d: d.acting_as(ANA).open({"subject": ["x"]}), "wrong_type"),
    ("a nested table", lambda d: d.acting_as(ANA).open({"subject": {"x": {"y": {}}}}), "wrong_type"),
    ("not a mapping", lambda d: d.acting_as(ANA).open("subject"), "wrong_type"),  # type: ignore[arg-type]
    ("integer of 64 bits", lambda d: d.acting_as(ANA).open({"subject": "x", "phone": 2**63}), "out_of_range"),
    ("not a number", lambda d: d.acting_as(ANA).open({"subject": "x", "phone": math.nan}), "not_finite"),
    ("unknown field", lambda d: d.acting_as(ANA).open({"subject": "x", "colour": "red"}), "unknown_field"),
    ("field key out of domain", lambda d: d.acting_as(ANA).open({"subject": "x", "Ñ": "red"}), "unknown_field"),
    ("no option", lambda d: d.acting_as(ANA).open({"subject": "x", "priority": "huge"}), "not_an_option"),
    ("unknown record", lambda d: d.acting_as(ANA).open({"subject": "x", "product": "nope"}), "unknown_record"),
    ("retired record", lambda d: d.acting_as(ANA).open({"subject": "x", "product": "old"}), "retired_record"),
    ("another's customer", lambda d: d.acting_as(ANA).open({"subject": "x", "customer": "beta"}), "not_yours"),
    ("id of 65 characters", lambda d: d.acting_as(ANA).open({"subject": "x"}, command_id="i" * 65), "too_long"),
    ("empty ticket id", lambda d: d.acting_as(ANA).reply("", "x"), "empty"),
    ("empty message", lambda d: d.acting_as(ANA).reply(first(d), ""), "required"),
    ("unknown ticket", lambda d: d.acting_as(ANA).reply("nowhere", "x"), "not_found"),
    ("number nobody has", lambda d: d.acting_as(ANA).get(99), "not_found"),
    ("number of 64 bits", lambda d: d.acting_as(ANA).get(2**63), "out_of_range"),
    ("a flag for a number", lambda d: d.acting_as(ANA).get(True), "wrong_type"),
    ("seen version of 64 bits", lambda d: d.acting_as(LUIS).act(first(d), "take", seen_version=2**63), "out_of_range"),
    ("negative seen version", lambda d: d.acting_as(ANA).reply(first(d), "x", seen_version=-1), "out_of_range"),
    ("a version to come", lambda d: d.acting_as(LUIS).act(first(d), "take", seen_version=999), "out_of_range"),
    ("a version to come of a reply", lambda d: d.acting_as(ANA).reply(first(d), "x", seen_version=2), "out_of_range"),
    ("unknown action", lambda d: d.acting_as(LUIS).act(first(d), "dance"), "unknown_action"),
    ("a command as an action", lambda d: d.acting_as(LUIS).act(first(d), "reply", {"text": "x"}), "not_an_action"),
    ("an empty command id", lambda d: d.acting_as(ANA).open({"subject": "x"}, command_id=""), "empty"),
    ("the future", lambda d: d.acting_as(ANA).as_of(first(d), START + timedelta(seconds=1)), "at_in_future"),
    ("nobody acting", lambda d: d.acting_as(None), "wrong_type"),  # type: ignore[arg-type]
    ("a text for a limit", lambda d: d.acting_as(ANA).find(limit="10"), "wrong_type"),  # type: ignore[arg-type]
    ("a text for a page", lambda d: d.acting_as(ANA).find(page="2"), "wrong_type"),  # type: ignore[arg-type]
    ("a text for a filter", lambda d: d.acting_as(ANA).find("open"), "wrong_type"),  # type: ignore[arg-type]
    ("a feed from nowhere", lambda d: d.feed(None), "wrong_type"),  # type: ignore[arg-type]
    ("no worker's limit", lambda d: d.run_due(limit=0), "out_of_range"),
    ("a notifier that is none", lambda d: d.deliver("mail"), "wrong_type"),  # type: ignore[arg-type]
    ("a notifier to be awaited", lambda d: d.deliver(mail), "wrong_type"),
    ("a desk without rules", lambda d: Desk("noova", d.store), "wrong_type"),  # type: ignore[arg-type]
    ("a desk without a store", lambda d: Desk(SMALL, "sqlite:///x.db"), "wrong_type"),  # type: ignore[arg-type]
    ("an asynchronous store", lambda d: Desk(SMALL, AsyncMemoryStore()), "wrong_type"),  # type: ignore[arg-type]
    ("unknown filter", lambda d: d.acting_as(ANA).find({"colour": "red"}), "cannot_filter"),
    ("filter of another type", lambda d: d.acting_as(ANA).find({"number": "x"}), "wrong_type"),
    ("unknown sort", lambda d: d.acting_as(ANA).find(sort="subject"), "cannot_sort"),
    ("page of none", lambda d: d.acting_as(ANA).find(limit=0), "out_of_range"),
    ("page zero", lambda d: d.acting_as(ANA).find(page=0), "out_of_range"),
    ("no cursor", lambda d: d.acting_as(ANA).find(cursor="%%%"), "bad_cursor"),
    ("unknown grouping", lambda d: d.acting_as(ANA).count(by="subject"), "not_an_option"),
    ("naive instant", lambda d: d.acting_as(IMP, at=datetime(2026, 1, 1)), "naive_instant"),
    ("instant of 1969", lambda d: d.acting_as(IMP, at=datetime(1969, 1, 1, tzinfo=UTC)), "instant_out_of_range"),
    ("instant of 2200", lambda d: d.acting_as(IMP, at=datetime(2200, 1, 1, tzinfo=UTC)), "instant_out_of_range"),
    ("instant past the calendar",
     lambda d: d.acting_as(IMP, at=datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))), "instant_out_of_range"),
    ("instant by no importer",
     lambda d: d.acting_as(ANA, at=START).open({"subject": "x"}), "importer_required"),
    ("instant to come", lambda d: d.acting_as(IMP, at=START + timedelta(hours=1)).note(first(d), "x"), "at_in_future"),
    ("instant before the last event",
     lambda d: d.acting_as(IMP, at=START - timedelta(hours=1)).note(first(d), "x"), "at_runs_backwards"),
    ("actor without id", lambda d: Actor(id=""), "empty"),
    ("roles as one text", lambda d: Actor(id="x", roles="agent"), "wrong_type"),
    ("the desk's own role", lambda d: Actor(id="x", roles={"system"}), "reserved_role"),
    ("a zone that is none", lambda d: Actor(id="x", zone="Europe/Atlantis"), "unknown_zone"),
    ("record of no kind", lambda d: d.catalogue.put("acme"), "wrong_type"),  # type: ignore[arg-type]
    ("record with a bad id", lambda d: d.catalogue.put(Customer(id="\0", name="x")), "bad_text"),
    ("unknown kind", lambda d: d.catalogue.find("planet"), "not_an_option"),
    ("retiring nothing", lambda d: d.catalogue.retire("customer", "nope"), "not_found"),
    ("retiring a member", lambda d: d.catalogue.retire("agent", "luis"), "still_used"),
]  # fmt: skip


def first(desk: Desk) -> str:
    return desk.acting_as(LUIS).find().items[0].id


def kept(desk: Desk) -> Any:
    tickets = list(desk.ticket_ids())
    return [desk.history(ticket) for ticket in tickets], desk.outbox(), desk.catalogue.find("customer")


@pytest.mark.parametrize(("wrong", "code"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_it_is_refused_and_nothing_is_stored(desk: Desk, wrong: Callable[[Desk], Any], code: str) -> None:
    """The error has the code, a sentence in both languages, and the store is as it was."""
    before = kept(desk)
    with pytest.raises((Refused, NotFound)) as refused:
        wrong(desk)
    assert code == refused.value.code
    for reason in getattr(refused.value, "reasons", ()):
        assert "" not in (reason.text("en"), reason.text("es"))
    assert before == kept(desk)


def test_all_faults_come_at_once(desk: Desk) -> None:
    """A document with four faults is refused once, with four."""
    with pytest.raises(Invalid) as invalid:
        desk.acting_as(ANA).open({"priority": "huge", "product": "nope", "colour": "red"})
    expected = {("subject", "required"), ("priority", "not_an_option"), ("product", "unknown_record"),
                ("colour", "unknown_field")}  # fmt: skip
    assert expected == {(fault.path, fault.code) for fault in invalid.value.faults}


def test_instants_are_kept_to_the_millisecond(desk: Desk) -> None:
    """What is finer than a millisecond is cut, and another zone's instant is the same instant in UTC."""
    at = datetime(2026, 3, 1, 7, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=-5)))
    receipt = desk.acting_as(Actor(id="imp", roles={"agent", "importer"}), at=at).open(
        {"subject": "x", "customer": "acme"}
    )
    assert datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC) == receipt.at
