"""
Two desks in one store: whatever happens on one, the other is as if it were alone.

Random moves are made on both by turns. Then those of each are made once more on a store of its own: every answer, and
at the end everything that anybody on the desk and its host can ask, has to be the same. So nothing of one desk is seen,
counted, found, told, suggested, exported, delivered or numbered on the other, and no lease and no account is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supportcore import FrozenClock, open_store
from supportcore.errors import SupportError
from supportcore.storage.memory import MemoryLedger, MemoryStore
from supportcore.testing.scenarios.plain import plain
from tests.desks.cast import DESKS, START
from tests.desks.playing import Chance, Move, Play, play
from tests.testing.broken.base import BrokenStore

QUICK = settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate])
"""A history that fails is told as it is: making it shorter takes longer than reading it."""
KEYS = ("first", "second")
ANY = st.sampled_from([*sorted(DESKS), "sixth", "sixth"])


def observed(play: Play, asked: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield everything that can be asked of a desk, by everybody and by the host; *asked* are ids of both desks."""
    desk = play.desk
    for actor in play.people.values():
        me = desk.acting_as(actor)
        views = (
            me.home, me.notices, me.questions, me.articles, me.files, me.calendar, me.drafts, me.profile,
            me.count, me.lights, me.find, lambda me=me: me.search("hola"), lambda me=me: me.search_tickets("hola"),
        )  # fmt: skip
        for number, view in enumerate(views):
            yield f"{actor.id} {number}", plain(view())
        for rule in desk.definition.screens.lists:
            yield (
                f"{actor.id} {rule.key}",
                play.make(Move(do="ask", who=actor.id, said={"method": "listing", "of": (rule.key,)})),
            )
        for ticket in [*asked, 1, 2, 3]:
            for method in ("page", "timeline"):
                move = Move(do="ask", who=actor.id, said={"method": method, "of": (ticket,)})
                yield f"{actor.id} {method} {ticket}", play.make(move)
    yield "feed", [(one.position, plain(one.event)) for one in desk.feed(limit=1000)]
    yield "tickets", list(desk.ticket_ids())
    yield "outbox", plain(desk.outbox())
    yield "dead", plain(desk.dead_notices())
    yield "receipts", plain(desk.receipts(asked))
    yield "deflection", plain(desk.deflection(datetime(2026, 1, 1, tzinfo=START.tzinfo), play.clock()))
    for person in ("luis", next(iter(play.people))):
        yield f"export {person}", plain(desk.export(person))
    verified = desk.verify()
    yield "verified", (verified.tickets, verified.events, verified.articles, plain(verified.findings))


Made = list[tuple[int, timedelta, Move, Any]]


def check(names: tuple[str, str], store: Any, live: Callable[[list[Play], FrozenClock], Made]) -> None:
    """Let both desks live in one store, and then each alone; compare all that came of it."""
    clock = FrozenClock(START)
    plays = [Play(DESKS[name], store, clock, key) for name, key in zip(names, KEYS, strict=True)]
    made = live(plays, clock)
    asked = [ticket for one in plays for ticket in one.tickets]
    together = [dict(observed(one, asked)) for one in plays]
    for at, (name, key) in enumerate(zip(names, KEYS, strict=True)):
        again = FrozenClock(START)
        single = Play(DESKS[name], MemoryStore(), again, key)
        for where, passed, move, came in made:
            again.move(passed)
            if where == at:
                assert came == single.make(move), (key, move)
        there = dict(observed(single, asked))
        assert there.keys() == together[at].keys()
        for what, found in there.items():
            assert found == together[at][what], (key, what)


@settings(QUICK, max_examples=8)
@given(data=st.data(), names=st.tuples(ANY, ANY))
def test_each_is_as_if_it_were_alone(data: st.DataObject, names: tuple[str, str]) -> None:
    """Of any two desks, often of the same rules, with the same people and records on both."""
    check(names, MemoryStore(), lambda plays, clock: play(Chance(data.draw), plays, clock, 24))


@pytest.mark.store("sqlite")
def test_in_a_file_too(tmp_path: Path) -> None:
    """Long histories of two desks of the sixth kind in one SQLite file, against each alone in memory."""
    numbers = count(1)

    @settings(QUICK, max_examples=2, derandomize=True)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        store = open_store(f"sqlite:///{tmp_path / f'two-{next(numbers)}.db'}")
        store.migrate()
        try:
            check(("sixth", "sixth"), store, lambda plays, clock: play(Chance(data.draw), plays, clock, 30))
        finally:
            store.close()

    run()


def told(plays: list[Play], clock: FrozenClock) -> Made:
    """Make a few moves of each kind on both desks by turns, not the same on both."""
    made: Made = []
    for at, words in ((0, "alpha"), (1, "beta"), (0, "gamma"), (1, "delta")):
        opened = {"subject": words, "description": "hola", "customer": "acme"}
        written = {"title": f"hola {words}", "body": words, "language": "es", "visibility": "public"}
        moves = [
            Move(do="submit", who="sala-acme", said={"submit": {"command": "open"}, "document": opened, "files": []}),
            Move(do="write", who="mar", said={"fields": written, "steps": ("submit", "publish")}),
            Move(do="draft", who="sala-acme"),
            Move(do="ask", who="sala-acme", said={"method": "save_profile", "of": ({"position": words},)}),
            Move(do="host", said={"what": "account", "person": "sala-acme"}),
            *[Move(do="host", said={"what": "deliver"})] * (words != "delta"),
        ]
        for number, move in enumerate(moves):
            move = attrs.evolve(move, id=f"c-{at}-{words}-{number}")
            made.append((at, timedelta(), move, plays[at].make(move)))
    return made


def test_a_life_that_is_told_is_as_alone() -> None:
    """What the next test breaks holds as long as nothing is broken."""
    check(("sixth", "sixth"), MemoryStore(), told)


LEAKS = (
    "next_numbers", "ticket_by_number", "ticket", "find", "inbox", "drafts", "search", "feed", "credential", "records",
    "claim", "outbox_counts", "receipts",
)  # fmt: skip


@pytest.mark.parametrize("method", LEAKS)
def test_a_leak_is_found(method: str) -> None:
    """A store of which one operation goes to the first desk, whichever is asked, does not pass."""

    def first(_: MemoryLedger, *args: Any, **named: Any) -> Any:
        return getattr(MemoryLedger(KEYS[0]), method)(*args, **named)

    operations = type("Operations", (MemoryLedger,), {method: first})
    leaky: type[BrokenStore] = type("Leaky", (BrokenStore,), {"operations": operations})
    with pytest.raises((AssertionError, SupportError, IndexError)):
        check(("sixth", "sixth"), leaky(), told)
