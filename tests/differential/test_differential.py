"""
One random sequence of commands has one outcome on every store: each against memory, step by step.

Ids are given, so that both desks speak of the same tickets. Numbers are compared by their order: a store may leave a
gap where a transaction was undone. Sequences of the feed are compared within each ticket: events that were committed
together may come in either order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supportcore import Actor, AsyncDesk, Customer, Desk, FrozenClock
from supportcore.definition.model import Definition
from supportcore.errors import SupportError
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Article
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS, Page, Store
from supportcore.testing import strategies
from supportcore.testing.blocking import BlockingDesk, BlockingStore
from tests.desk.machine import ACTIONS, AGENTS, PEOPLE, START, actor
from tests.desk.timed import SOON, TIMED, equip_timed
from tests.stores import STORE_NAMES, open_store_named, reported_as, server_url
from tests.testing.broken.base import BrokenStore
from tests.testing.broken.filters import DesksLeak
from tests.testing.broken.histories import EventsDropped
from tests.testing.broken.lists import SeeksByKeyAlone

NAMES = [pytest.param(name, marks=pytest.mark.store(reported_as(name))) for name in STORE_NAMES if name != "memory"]
STEPS = 12
LUIS = Actor(id="luis", roles={"agent"})
SEEN_BY = (LUIS, *(actor(PEOPLE[place]) for place in (0, 2)))
_desks = count(1)


@pytest.fixture(params=NAMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that is to be compared with memory; every example takes a desk of its own in it."""
    with open_store_named(request.param, tmp_path, server_url=server_url(request, request.param)) as opened:
        yield opened


def on(store: Store, definition: Definition) -> tuple[FrozenClock, Any]:
    """Return a clock, and a desk that goes by it."""
    clock = FrozenClock(START)
    given_to: dict[str, Any] = {"clock": clock, "ids": seeded_ids(3), "salts": lambda: "00"}
    if isinstance(store, BlockingStore):
        return clock, BlockingDesk(AsyncDesk(definition, store.behind, **given_to), store.background)
    return clock, Desk(definition, store, **given_to)


# --- what both have to say alike ----------------------------------------------------------------------------


def plain(value: Any, places: Mapping[int, int]) -> Any:
    """Return a value as dictionaries and lists, with the place of each ticket number among all instead of it."""
    match value:
        case Enum() | str() | int() | float() | None | datetime() | timedelta():
            return value
        case Mapping():
            return {key: plain(one, places) for key, one in value.items()}
        case Page():
            return [plain(one, places) for one in value.items], value.total, value.first_index
        case list() | tuple():
            return [plain(one, places) for one in value]
        case set() | frozenset():
            return sorted(value)
    if not attrs.has(type(value)):
        return repr(value)
    told = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(told.get("number"), int):
        told["number"] = places[told["number"]]
    told.pop("sequence", None)
    return {"": type(value).__name__, **{name: plain(one, places) for name, one in told.items()}}


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call returns, or how it was refused."""
    try:
        return call()
    except SupportError as error:
        reasons = [*getattr(error, "reasons", ()), *getattr(error, "faults", ())]
        told = {name: value for name, value in error.params.items() if name != "number"}
        return [type(error).__name__, error.code, told, [tuple(one) for one in reasons]]


class Places(dict[int, int]):
    """The place of each number among those of a desk, from 1; new numbers are higher than those before."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk

    def __missing__(self, number: int) -> int:
        found = self._desk.acting_as(LUIS).find(sort="number", limit=200).items
        self.update((ticket.number, place) for place, ticket in enumerate(found, start=1))
        return self.setdefault(number, 0)


class Pair:
    """Memory and another store, in step."""

    def __init__(self, store: Store) -> None:
        definition = attrs.evolve(TIMED, key=f"desk-{next(_desks)}")
        self.sides = [on(MemoryStore(), definition), on(store, definition)]
        self.places = [Places(desk) for _, desk in self.sides]
        self.fed: list[list[Any]] = [[], []]
        for _, desk in self.sides:
            equip_timed(desk)
            desk.catalogue.put(*ARTICLES)

    def both(self, ask: Callable[[Any], Any]) -> Any:
        """Ask both desks the same, check that they answer alike, and return what memory answered."""
        answers = [outcome(lambda desk=desk: ask(desk)) for _, desk in self.sides]  # type: ignore[misc]
        told = [plain(answer, places) for answer, places in zip(answers, self.places, strict=True)]
        assert told[0] == told[1]
        return answers[0]

    def move(self, span: timedelta) -> None:
        """Let time pass on both."""
        for clock, _ in self.sides:
            clock.move(span)

    def feed(self, limit: int) -> None:
        """Walk the feed on, and compare all that came so far."""
        for (_, desk), fed in zip(self.sides, self.fed, strict=True):
            while found := desk.feed(fed[-1].sequence if fed else 0, limit=limit):
                fed.extend(found)
            assert list(range(1, len(fed) + 1)) == [one.sequence for one in fed]
        left, right = ([(one.ticket, one.position, one.event.at) for one in fed] for fed in self.fed)
        assert sorted(left) == sorted(right)
        for ticket_id in {ticket_id for ticket_id, _, _ in left}:
            assert [one for one in left if one[0] == ticket_id] == [one for one in right if one[0] == ticket_id]

    def walk(self, who: Actor, where: Any, sort: str, limit: int) -> None:
        """Walk a list page by page to its end and back on both."""

        def there_and_back(desk: Any) -> list[Page[Any]]:
            acting = desk.acting_as(who)
            pages = [acting.find(where, sort=sort, limit=limit)]
            for way in ("next", "previous"):
                while (cursor := getattr(pages[-1], way)) is not None:
                    pages.append(acting.find(where, sort=sort, limit=limit, cursor=cursor))
            return [*pages, acting.find(where, sort=sort, limit=limit, page=2)]

        self.both(there_and_back)

    def look(self, ticket: str) -> None:
        """Compare all that can be seen of a ticket."""
        self.both(lambda desk: desk.history(ticket))
        for who in SEEN_BY:
            for name in ("get", "actions", "timeline", "clocks", "measures", "light"):
                self.both(lambda desk, who=who, name=name: getattr(desk.acting_as(who), name)(ticket))
        at = self.sides[0][0]() - timedelta(hours=1)
        self.both(lambda desk: desk.acting_as(LUIS).as_of(ticket, at))


# --- a random step ------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(["hola", "¿Qué tal? 🦤", "", "  "])
DOCUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "open": st.fixed_dictionaries(
        {"subject": st.sampled_from(["Ñandú", "It is broken", ""])},
        optional={
            "priority": st.sampled_from(["low", "high", "?"]), "product": st.sampled_from(["erp", "old", "nope"]),
            "customer": st.sampled_from(["acme", "beta", "gone"]),
        },
    ),
    "assign": st.dictionaries(
        st.sampled_from(["assignee", "responsible"]), st.sampled_from([None, *AGENTS, "nobody"]), max_size=2
    ),
    "triage": st.fixed_dictionaries({}, optional={
        "priority": st.sampled_from([None, "low", "high"]), "type": st.sampled_from([None, "question"]),
        "area": st.sampled_from([None, "north"]), "agreement": st.sampled_from([None, "gold"]),
    }),
    "act": st.sampled_from([
        {}, {"comment": "because"}, {"reason": "mistake"}, {"waiting_on": "vendor"}, {"waiting_on": "customer"},
        {"zz": 1},
    ]),
}  # fmt: skip
ARTICLES = (
    Article(id="how-to", title="How to"),
    Article(id="draft", title="Not yet", state="draft"),
    Article(id="retired", title="No more", state="retired"),
)
VERBS = (
    *("act",) * 6, *("reply",) * 3, *("offered",) * 4, "note", "assign", "triage", "set_deadline", "retarget", "cite",
    "open", "open_all", "again", "other", "work", "work", "deliver", "retire",
)  # fmt: skip


class Run:
    """A sequence of steps on a pair of desks."""

    def __init__(self, store: Store, data: st.DataObject) -> None:
        self.pair, self.data = Pair(store), data
        self.tickets: list[str] = []
        self.commands = count(1)
        self.last: Callable[[Any, str], Any] | None = None

    def step(self, verb: str) -> str | None:
        """Do one thing on both desks, and return the ticket it was about, if any."""
        draw, pair = self.data.draw, self.pair
        if verb == "work":
            pair.both(lambda desk: _sorted_report(desk.run_due(limit=100)))
        elif verb == "deliver":
            failing, limit = draw(st.sampled_from(["", "contact", "assignee"])), draw(st.sampled_from([1, 3, 100]))
            pair.both(lambda desk: _delivered(desk, failing, limit))
        elif verb == "retire":
            chosen = draw(st.sampled_from(["beta", "acme", "unknown"]))
            if chosen == "acme":
                pair.both(lambda desk: desk.catalogue.put(Customer(id="beta", name="Beta again")))
            else:
                pair.both(lambda desk: desk.catalogue.retire("customer", chosen))
        else:
            return self._command(verb)
        return None

    def _command(self, verb: str) -> str | None:
        draw = self.data.draw
        who = actor(draw(st.sampled_from(PEOPLE), label="who"))
        ticket = draw(st.sampled_from([*self.tickets, "nowhere"] if draw(st.booleans()) else self.tickets))
        seen = draw(st.sampled_from([None, None, None, 1, 2, 99]))
        options: dict[str, Any] = {} if seen is None else {"seen_version": seen}
        if verb in ("again", "other"):
            name = f"c{next(self.commands) - 1}" if verb == "again" else "c1"
            give = self.last if verb == "again" and self.last else self._reply(LUIS, ticket, "another", {})
            next(self.commands)
            self.pair.both(lambda desk: give(desk, name))
            return None
        if verb == "offered":
            return self._offered(who, ticket)
        if verb in ("open", "open_all"):
            return self._open(who, verb)
        if verb == "act":
            action, document = draw(st.sampled_from(ACTIONS)), draw(DOCUMENTS["act"])
            give = lambda desk, name: desk.acting_as(who).act(ticket, action, document, command_id=name, **options)  # noqa: E731
        elif verb in ("reply", "note"):
            text = draw(TEXTS)
            give = lambda desk, name: getattr(desk.acting_as(who), verb)(ticket, text, command_id=name, **options)  # noqa: E731
        elif verb == "retarget":
            give = lambda desk, name: desk.acting_as(who).retarget(ticket, command_id=name, **options)  # noqa: E731
        elif verb == "cite":
            article = draw(st.sampled_from(["how-to", "draft", "retired", "nope"]))
            options["solved"] = draw(st.sampled_from([True, True, False]))
            give = lambda desk, name: desk.acting_as(who).cite(ticket, article, command_id=name, **options)  # noqa: E731
        elif verb == "set_deadline":
            hours = draw(st.sampled_from([None, -1, 3, 40]))
            at = None if hours is None else self.pair.sides[0][0]() + timedelta(hours=hours)
            give = lambda desk, name: desk.acting_as(who).set_deadline(ticket, at, command_id=name, **options)  # noqa: E731
        else:
            document = draw(DOCUMENTS[verb])
            give = lambda desk, name: getattr(desk.acting_as(who), verb)(  # noqa: E731
                ticket, document, command_id=name, **options
            )
        self._give(give)
        return ticket

    def _reply(self, who: Actor, ticket: str, text: str, options: dict[str, Any]) -> Callable[[Any, str], Any]:
        return lambda desk, name: desk.acting_as(who).reply(ticket, text, command_id=name, **options)

    def _give(self, give: Callable[[Any, str], Any]) -> Any:
        name = f"c{next(self.commands)}"
        self.last = give
        return self.pair.both(lambda desk: give(desk, name))

    def _offered(self, who: Actor, ticket: str) -> str | None:
        """Do what is offered to somebody, so that tickets get through all their states."""
        offers = outcome(lambda: self.pair.sides[0][1].acting_as(who).actions(ticket))
        names = [one.name for one in offers if getattr(one, "allowed", False) and one.name in ACTIONS]
        if names:
            chosen = self.data.draw(st.sampled_from(names))
            documents = {"wait_for": {"waiting_on": "vendor"}, "cancel": {"reason": "mistake"}}
            document = documents.get(chosen, {"comment": "because"} if chosen in ("ask", "solve", "reopen") else {})
            self._give(lambda desk, name: desk.acting_as(who).act(ticket, chosen, document, command_id=name))
        return ticket

    def _open(self, who: Actor, verb: str) -> str | None:
        if verb == "open":
            document = self.data.draw(DOCUMENTS["open"])
            found = self._give(lambda desk, name: desk.acting_as(who).open(document, command_id=name))
            opened = () if isinstance(found, list) else (found,)
        else:
            documents = self.data.draw(st.lists(DOCUMENTS["open"], max_size=3))
            found = self._give(
                lambda desk, name: desk.acting_as(who).open_all(
                    documents, command_ids=[f"{name}-{place}" for place in range(len(documents))]
                )
            )
            opened = () if isinstance(found, list) else found
        self.tickets.extend(receipt.id for receipt in opened)
        return self.tickets[-1] if opened else None

    def compare(self, ticket: str | None) -> None:
        """Compare a ticket, and a list, a count and more that are drawn."""
        draw, pair = self.data.draw, self.pair
        if ticket is not None:
            pair.look(ticket)
        near = pair.sides[0][1].acting_as(LUIS).find(limit=50).items
        where = draw(st.none() | strategies.predicates(near=near).filter(lambda one: "'number'" not in repr(one)))
        who, sort = draw(st.sampled_from(SEEN_BY)), draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(SORT_KEYS))
        pair.walk(who, where, sort, draw(st.integers(1, 3)))
        field = draw(st.sampled_from(COUNT_KEYS))
        pair.both(lambda desk: [desk.acting_as(who).count(where), _told(desk.acting_as(who).count(where, by=field))])
        pair.both(lambda desk: [_told(desk.acting_as(who).lights(where)), _told(desk.outbox())])
        pair.feed(draw(st.sampled_from([1, 2, 100])))


def _told(counts: Mapping[Any, int]) -> list[tuple[str, int]]:
    return sorted((repr(key), number) for key, number in counts.items() if number)


def _sorted_report(report: Any) -> Any:
    return [report.tickets, report.events, sorted(report.parked)]


def _delivered(desk: Any, failing: str, limit: int) -> Any:
    sent: list[Any] = []

    def notify(notice: Any) -> None:
        if notice.role == failing:
            raise OSError("no such address")
        sent.append(notice)

    report = desk.deliver(notify, limit=limit)
    return [report.sent, report.retried, report.dead, [(one.id, one.role, one.recipient, one.email) for one in sent]]


def _verified(report: Any) -> Any:
    return [report.tickets, report.events, report.findings]  # each store has columns of its own


_profile = settings()


@pytest.mark.store("memory")
@pytest.mark.parametrize("store", [SeeksByKeyAlone, EventsDropped, DesksLeak])
def test_a_difference_is_found(store: type[BrokenStore], monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is broken in one way gives another outcome before long."""
    run: Any = test_a_sequence_of_commands_has_one_outcome
    quick = settings(_profile, phases=[Phase.generate], database=None, derandomize=True, max_examples=60)
    monkeypatch.setattr(run, "_hypothesis_internal_use_settings", quick)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run(store=store())


@settings(
    _profile,
    max_examples=max(2, _profile.max_examples // 15),
    suppress_health_check=[*HealthCheck],
)
@given(data=st.data())
def test_a_sequence_of_commands_has_one_outcome(store: Store, data: st.DataObject) -> None:
    """Receipts, refusals, lists, pages, counts, histories, promises, notices and the feed are those of memory."""
    run = Run(store, data)
    for customer in ("acme", "beta"):
        who = actor(PEOPLE[0] if customer == "acme" else PEOPLE[1])
        receipt = run._give(lambda desk, name, who=who: desk.acting_as(who).open({"subject": "Hola"}, command_id=name))
        run.tickets.append(receipt.id)
    for verb in data.draw(st.lists(st.sampled_from(VERBS), min_size=STEPS // 2, max_size=STEPS), label="verbs"):
        run.pair.move(timedelta(hours=data.draw(st.sampled_from(SOON), label="hours")))
        run.compare(run.step(verb))
    for ticket in run.tickets:
        run.pair.look(ticket)
    run.pair.both(lambda desk: _verified(desk.verify()))
    run.pair.both(lambda desk: list(desk.ticket_ids()))
    run.pair.both(lambda desk: desk.receipts([f"c{number}" for number in range(1, 30)]))
