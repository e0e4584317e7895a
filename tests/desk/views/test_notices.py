"""Notices in the portal: who is told what, in whose words, what is new and what was read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import FrozenClock, Invalid, Refused
from supportcore.desk.views import notices
from tests.desk.machine import START
from tests.desk.views.portals import (
    ANA,
    BO,
    CASE,
    LUIS,
    MAR,
    NOOVA,
    STRANGER,
    equip,
    hand_in,
    names,
    opened,
    written,
)
from tests.stores import open_desk_named


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=names())
def noova(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, NOOVA, clock) as desk:
        equip(desk)
        yield desk


@pytest.fixture
def near(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with open_desk_named("memory", NOOVA, tmp_path, clock=clock) as desk:
        equip(desk)
        yield desk


def talked(desk: Any, clock: FrozenClock, times: int = 3, *, case: str = "") -> str:
    """Return a case in which staff wrote *times* replies, a minute apart."""
    case = case or desk.acting_as(ANA).open(CASE).id
    for number in range(times):
        clock.move(timedelta(minutes=1))
        desk.acting_as(LUIS).reply(case, f"Reply {number}")
    return case


def bodies(found: Any) -> list[str]:
    return [item.body for item in found.items]


def test_notices_are_told_in_the_words_of_whoever_reads(noova: Any, clock: FrozenClock) -> None:
    """Newest first, in the actor's language and zone; whoever is of the team reads those to the team."""
    case = talked(noova, clock, 1)
    clock.move(timedelta(minutes=1))
    noova.acting_as(LUIS).act(case, "ask_details", {"comment": "Which one?"})
    mine = noova.acting_as(ANA).notices()
    assert ["Caso 1: Esperando detalles", "Caso 1: nuevo comentario"] == [item.title for item in mine.items]
    assert "Which one?" in mine.items[0].body
    assert "Reply 0" == mine.items[1].body
    assert "27 mar 2026, 11:32:00" == mine.items[0].when.text
    assert (case, 1, False) == (mine.items[0].ticket, mine.items[0].number, mine.items[0].read)
    assert (2, "Avisos", "") == (mine.unread, mine.title, mine.next)
    (team,) = noova.acting_as(LUIS).notices().items
    assert ("New case 1: Printer", "It is on fire.") == (team.title, team.body)
    assert () == noova.acting_as(MAR).notices().items
    assert ("No hay avisos.", 0, "") == (
        noova.acting_as(MAR).notices().empty,
        noova.acting_as(MAR).notices().unread,
        noova.acting_as(MAR).notices().since,
    )


def test_they_are_what_is_delivered(noova: Any, clock: FrozenClock) -> None:
    """The portal shows the words that a notifier is handed; a file that went with them is not part of the words."""
    hand_in(noova, "luis", "manual.txt")
    case = noova.acting_as(ANA).open(CASE).id
    clock.move(timedelta(minutes=1))
    noova.acting_as(LUIS).reply(case, "Read this.", files=["file-manual.txt"])
    sent: dict[str, tuple[str, str]] = {}
    noova.deliver(lambda notice: sent.update({notice.id: (notice.subject, notice.body)}))
    (shown,) = noova.acting_as(ANA).notices().items
    assert (shown.title, shown.body) == sent[shown.id]
    assert "Read this." == shown.body


def test_pages_of_notices_hold_all_of_them(noova: Any, clock: FrozenClock) -> None:
    """`next` leads to older ones, to the end, without a gap; `since` to those that are new since."""
    case = talked(noova, clock, 5)
    me = noova.acting_as(ANA)
    whole = me.notices()
    assert [f"Reply {number}" for number in (4, 3, 2, 1, 0)] == bodies(whole)
    first = me.notices(limit=2)
    second = me.notices(limit=2, before=first.next)
    third = me.notices(limit=2, before=second.next)
    assert bodies(whole) == bodies(first) + bodies(second) + bodies(third)
    assert "" == third.next
    assert 5 == first.unread == third.unread
    assert () == me.notices(since=whole.since).items
    assert whole.since == me.notices(since=whole.since).since
    talked(noova, clock, 2, case=case)
    news = me.notices(since=whole.since)
    assert ["Reply 1", "Reply 0"] == bodies(news)
    assert ["Reply 0"] == bodies(me.notices(since=whole.since, before=me.notices(since=whole.since, limit=1).next))
    assert () == me.notices(since=news.since).items


def test_what_was_read(noova: Any, clock: FrozenClock) -> None:
    """Each person for itself, whether the notice is to the person or to the team; those of others are left alone."""
    talked(noova, clock, 3)
    me = noova.acting_as(ANA)
    first, *_ = me.notices().items
    me.mark_read([first.id, "of-nobody"])
    me.mark_read([first.id, first.id])
    found = me.notices()
    assert [True, False, False] == [item.read for item in found.items]
    assert 2 == found.unread
    (team,) = noova.acting_as(LUIS).notices().items
    me.mark_read([team.id])  # not hers
    colleague = attrs.evolve(MAR, teams=frozenset({"soporte"}))
    noova.acting_as(colleague).mark_read([team.id])
    assert 0 == noova.acting_as(colleague).notices().unread
    assert 1 == noova.acting_as(LUIS).notices().unread
    own = attrs.evolve(ANA, roles=ANA.roles | {"consultor"}, teams=frozenset({"soporte"}))
    read = {item.id: item.read for item in noova.acting_as(own).notices().items}
    assert read[team.id] is False


def test_only_tickets_that_may_be_seen_now(noova: Any, clock: FrozenClock) -> None:
    """Notices about tickets that are hidden from the actor are left out, of the list, of the pages and of the count."""
    case = talked(noova, clock, 2)
    blind = attrs.evolve(LUIS, roles=frozenset({"cliente"}))
    assert 1 == len(noova.acting_as(LUIS).notices().items)
    found = noova.acting_as(blind).notices()
    assert ((), 0, "") == (found.items, found.unread, found.next)
    assert case not in json.dumps(attrs.asdict(found))
    assert () == noova.acting_as(BO).notices().items


def test_pages_are_filled_past_what_is_hidden(near: Any, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lie between, a page holds as many as were asked for."""
    monkeypatch.setattr(notices, "LIMIT", 2)
    own = attrs.evolve(LUIS, roles=frozenset({"cliente"}), customers=frozenset({"acme"}))
    mine = near.acting_as(own).open(CASE).id
    clock.move(timedelta(minutes=1))
    near.acting_as(MAR).reply(mine, "Yours")
    for _ in range(5):
        clock.move(timedelta(minutes=1))
        near.acting_as(ANA).open(CASE)
    assert ["Yours", "It is on fire."] == bodies(near.acting_as(own).notices(limit=2))
    assert "" == near.acting_as(own).notices(limit=2).next
    first = near.acting_as(own).notices(limit=1)
    assert ["Yours"] == bodies(first)
    assert ["It is on fire."] == bodies(near.acting_as(own).notices(limit=1, before=first.next))
    assert 2 == first.unread
    old = near.acting_as(own).notices(limit=1, before=first.next).items[0]
    near.acting_as(own).mark_read([old.id])
    assert 1 == near.acting_as(own).notices(limit=1).unread


def test_unread_ones_are_counted_up_to_a_hundred(near: Any, clock: FrozenClock) -> None:
    """More than that is a hundred, which means at least."""
    talked(near, clock, 103)
    assert 100 == near.acting_as(ANA).notices(limit=1).unread
    read = [item.id for item in near.acting_as(ANA).notices(limit=50).items]
    near.acting_as(ANA).mark_read(read)
    assert 53 == near.acting_as(ANA).notices(limit=1).unread


NOTED = """
[[notices]]
key = "noted"
on = "noted"
to = ["team"]
channel = "in_app"
template = "replied"
"""


def test_a_notice_never_tells_a_customer_what_is_internal(tmp_path: Path, clock: FrozenClock) -> None:
    """Not even one to a team, where somebody of it is on the customer's side today."""
    with open_desk_named("memory", written(tmp_path, "small", NOTED, ""), tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({"subject": "A"}).id
        clock.move(timedelta(minutes=1))
        desk.acting_as(MAR).note(case, "Between us")
        customer = attrs.evolve(LUIS, roles=frozenset({"customer"}), customers=frozenset({"acme"}))
        shown = [desk.acting_as(actor).notices() for actor in (LUIS, customer)]
    assert [["Between us", "A\n"], ["A\n"]] == [bodies(found) for found in shown]
    assert [2, 1] == [found.unread for found in shown]


def forged(token: str) -> str:
    """A token with another digest."""
    data = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    data[0] = "0" * 16
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode()


def test_tokens_that_are_none(near: Any, clock: FrozenClock) -> None:
    """Broken, forged, another person's, or used in the other place: refused as `bad_cursor`, where it was given."""
    talked(near, clock, 3)
    me = near.acting_as(ANA)
    found = me.notices(limit=1)
    bad = ["x", "ñ", "!", "bnVsbA", "W10", "e30", "9" * 5000, "W1tbW1s" * 2000, forged(found.since), 7, None]
    for name, other in (("since", found.next), ("before", found.since)):
        for token in (*bad, other):
            with pytest.raises(Invalid) as refused:
                me.notices(**{name: token})
            assert [(name, "bad_cursor")] == [(fault.path, fault.code) for fault in refused.value.faults]
    with pytest.raises(Invalid):
        near.acting_as(BO).notices(before=found.next)
    with pytest.raises(Invalid):
        near.acting_as(BO).notices(since=found.since)


def test_input_that_is_none(near: Any) -> None:
    """Limits and ids outside their domain are faults, all at once; without a role nothing is told."""
    me = near.acting_as(ANA)
    for limit in (0, 201, "5", True, None, 1.5):
        with pytest.raises(Invalid) as refused:
            me.notices(limit=limit)
        assert ["limit"] == [fault.path for fault in refused.value.faults]
    for ids in ("abc", None, 3, {"a"}):
        with pytest.raises(Invalid, match="notices"):
            me.mark_read(ids)
    with pytest.raises(Invalid) as refused:
        me.mark_read(["ok", "", 3, "x" * 65, "a\0b"])
    assert [f"notices.{place}" for place in (1, 2, 3, 4)] == [fault.path for fault in refused.value.faults]
    with pytest.raises(Invalid) as refused:
        me.mark_read(["a"] * 1001)
    assert "too_long" == refused.value.code
    me.mark_read([])
    for ask in (lambda who: who.notices(), lambda who: who.mark_read(["a"])):
        with pytest.raises(Refused) as unknown:
            ask(near.acting_as(STRANGER))
        assert "unknown_actor" == unknown.value.code
