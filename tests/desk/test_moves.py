"""
Tickets of earlier rules are moved to those of today: where they go, what they keep, what is refused.

The rules of yesterday are those of the small desk; those of today call two of its states otherwise.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Actor, AsyncDesk, Desk, FrozenClock, Refused, StaleVersion
from supportcore.definition import Definition
from supportcore.definition.loader import define
from supportcore.errors import NotInstalled
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from supportcore.testing import strategies
from supportcore.testing.blocking import BlockingDesk, BlockingStore
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import Moved, StateChanged
from supportcore.tickets.evolve import evolve, fold
from supportcore.tickets.permissions import refusals
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import Transition
from tests.conftest import selected_stores
from tests.desk.machine import START, equip, filled
from tests.stores import STORE_NAMES, open_store_named, reported_as, server_url

FOLDER = Path(__file__).parents[1] / "desks"
RULES = tomllib.loads((FOLDER / "small.toml").read_text(encoding="utf-8"))
LABELS = tomllib.loads((FOLDER / "small.labels.toml").read_text(encoding="utf-8"))
STATES = tuple(state["key"] for state in RULES["states"])
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
HOUR = timedelta(hours=1)
NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


def document() -> dict[str, Any]:
    """Return the rules of the small desk, where agents may move, merge and retarget."""
    rules = copy.deepcopy(RULES)
    rules["roles"][1]["may"] += ["move", "merge", "retarget"]
    return rules | {"merge": {"state": "cancelled"}}


def renamed(names: Mapping[str, str], rules: dict[str, Any] | None = None, **more: Any) -> Definition:
    """Return rules whose states are called otherwise, with more sections."""
    rules = (document() if rules is None else rules) | more
    for state in rules["states"]:
        state["key"] = names.get(state["key"], state["key"])
    for step in rules["transitions"]:
        if step["from"] != "*":
            step["from"] = [names.get(key, key) for key in step["from"]]
        if "to" in step:
            step["to"] = names.get(step["to"], step["to"])
    labels = copy.deepcopy(LABELS)
    labels["states"] = {names.get(key, key): said for key, said in labels["states"].items()}
    return define(rules, labels)


def timed(rules: dict[str, Any], after: str, action: str = "silence") -> dict[str, Any]:
    """Return *rules* with another timer for those who are asked something."""
    rules["states"][2]["timer"] = {"after": after, "action": action}
    return rules


EARLIER = renamed({})
RENAMED = {"working": "progress", "asking": "waiting"}
TODAY = renamed(RENAMED, timed(document(), "24h"), moves=RENAMED)


def desk_on(store: Any, definition: Definition, **options: Any) -> Any:
    """Open a desk on a store that is there already, and install its rules."""
    desk: Any
    if isinstance(store, BlockingStore):
        desk = BlockingDesk(AsyncDesk(definition, store.behind, **options), store.background)
    else:
        desk = Desk(definition, store, **options)
    desk.install()
    return desk


class House:
    """A desk whose rules become other ones."""

    def __init__(self, store: Any = None, earlier: Definition = EARLIER) -> None:
        self.store = MemoryStore() if store is None else store
        self.clock, self.ids = FrozenClock(START), seeded_ids(5)
        self.today(earlier)
        equip(self.desk)

    def luis(self) -> Any:
        return self.desk.acting_as(LUIS)

    def ana(self) -> Any:
        return self.desk.acting_as(ANA)

    def opened(self, state: str = "new", **more: Any) -> str:
        """Open a ticket under the rules of now and lead it into a state."""
        ticket: str = self.ana().open({"subject": "It beeps", **more}).id
        ways = {
            "new": "", "working": "take", "asking": "ask", "solved": "take solve", "done": "take solve confirm",
            "cancelled": "cancel",
        }  # fmt: skip
        said = {"ask": {"comment": "Which?"}, "solve": {"comment": "So."}, "cancel": {"reason": "mistake"}}
        for action in ways[state].split():
            me = self.ana() if action == "confirm" else self.luis()
            me.act(ticket, action, said.get(action, {}))
        return ticket

    def today(self, definition: Definition = TODAY) -> None:
        """From now on the desk has other rules."""
        self.desk = desk_on(self.store, definition, clock=self.clock, ids=self.ids)

    def stored(self, ticket: str) -> Any:
        return fold(self.desk.definition.key, self.desk.history(ticket))

    def last(self, ticket: str) -> Any:
        return self.desk.history(ticket)[-1].event


def refused(house: House, ticket: str, actor: Actor = LUIS, **more: Any) -> list[str]:
    """Try to move a ticket, see that nothing is stored by it and that it was not offered, and return the codes."""
    before = house.desk.history(ticket)
    with pytest.raises(Refused) as told:
        house.desk.acting_as(actor).move(ticket, command_id="try", **more)
    assert before == house.desk.history(ticket)
    assert (None,) == house.desk.receipts(["try"])
    (offer,) = (offer for offer in house.desk.acting_as(actor).actions(ticket) if offer.name == "move")
    assert told.value.reasons == offer.reasons
    return [reason.code for reason in told.value.reasons]


# -- on every store ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=NAMES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with open_store_named(request.param, tmp_path, server_url=server_url(request, request.param)) as store:
        yield House(store)


def test_a_moved_ticket_goes_on_under_the_rules_of_today(house: House) -> None:
    """It is stored as its history says, in the state it was mapped to; today's actions and timers are its own."""
    ticket, other = house.opened("asking"), house.opened("working")
    house.today()
    house.clock.move(HOUR)
    me = house.luis()
    seen = me.get(ticket).version
    told = me.move(ticket, command_id="m", seen_version=seen)
    assert (ticket, "waiting", seen + 1) == (told.id, told.state, told.version)
    assert told == me.move(ticket, command_id="m", seen_version=seen)
    assert ("waiting", TODAY.rules_hash) == (me.get(ticket).state, me.get(ticket).rules_hash)
    assert [ticket] == [one.id for one in me.find({"state": "waiting"}).items]
    assert ("working", EARLIER.rules_hash) == (me.get(other).state, me.get(other).rules_hash)
    assert () == house.desk.verify().findings
    allowed = {offer.name for offer in me.actions(ticket) if offer.allowed}
    assert {"take", "cancel", "wait_for"} & allowed == {"take", "cancel"}
    house.clock.move(timedelta(hours=71))
    assert () == house.desk.run_due().parked
    assert ("solved", "progress") == (me.get(ticket).state, me.act(ticket, "take").state)
    assert () == house.desk.verify().findings


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_who_may_not_move_and_what_is_under_todays_rules_already() -> None:
    """The command is given by `may`; a ticket is moved once, and one that is opened today never."""
    house = House()
    ticket = house.opened()
    assert ["moved_already"] == refused(house, ticket)
    house.today()
    assert ["role_required"] == refused(house, ticket, ANA)
    house.luis().move(ticket)
    assert ["moved_already"] == refused(house, ticket)
    assert ["moved_already"] == refused(house, house.opened())


def test_a_ticket_whose_state_goes_nowhere_is_not_moved() -> None:
    """The refusal names the state and where it is to be written; once it is, the ticket moves."""
    house = House()
    ticket = house.opened("working")
    house.today(renamed(RENAMED))
    assert ["state_unmapped"] == refused(house, ticket)
    (offer,) = (offer for offer in house.luis().actions(ticket) if offer.name == "move")
    assert "a ticket in state working goes; name it in [moves]" in offer.reasons[0].text("en")
    assert "un ticket en el estado working; indíquelo en [moves]" in offer.reasons[0].text("es")
    house.today(renamed(RENAMED, moves={"working": "progress"}))
    assert "progress" == house.luis().move(ticket).state


@pytest.mark.parametrize(
    ("state", "target", "code", "text"),
    [
        ("working", "cancelled", "move_closes", "Under today's rules Working becomes Cancelled, which is final"),
        ("solved", "done", "move_closes", "Under today's rules Solved becomes Done, which is final"),
        ("done", "solved", "move_reopens", "Under today's rules Done becomes Solved, which is not final"),
        ("cancelled", "new", "move_reopens", "Under today's rules Cancelled becomes New, which is not final"),
    ],
)
def test_a_move_neither_closes_nor_reopens(state: str, target: str, code: str, text: str) -> None:
    """A final state goes to a final one, any other to one that is not; the refusal says which is which."""
    house = House()
    ticket = house.opened(state)
    house.today(renamed({}, triage=["type"], moves={state: target}))
    assert [code] == refused(house, ticket)
    (offer,) = (offer for offer in house.luis().actions(ticket) if offer.name == "move")
    assert text in offer.reasons[0].text("en")


def test_a_merged_ticket_is_not_moved() -> None:
    """It is at its end, whatever rules it ended under."""
    house = House()
    ticket, other = house.opened(), house.opened()
    house.luis().merge(ticket, other)
    house.today()
    assert ["merged_ticket"] == refused(house, ticket)


def test_who_saw_an_older_ticket_is_told_what_happened_since() -> None:
    """A move is no command that gets in nobody's way."""
    house = House()
    ticket = house.opened()
    house.today()
    seen = house.luis().get(ticket).version
    house.ana().reply(ticket, "It beeps louder.")
    before = house.desk.history(ticket)
    with pytest.raises(StaleVersion) as told:
        house.luis().move(ticket, seen_version=seen)
    assert ["Replied"] == [type(event).__name__ for event in told.value.events]
    assert before == house.desk.history(ticket)


@pytest.mark.parametrize("command", ["move", "retarget"])
def test_a_ticket_is_put_under_nothing_that_is_not_installed(command: str) -> None:
    """Its rules and service levels have to be found later."""
    house = House()
    ticket = house.opened()
    unknown = Desk(TODAY, house.store, clock=house.clock)
    with pytest.raises(NotInstalled):
        getattr(unknown.acting_as(LUIS), command)(ticket)
    unknown.install()
    assert ticket == getattr(unknown.acting_as(LUIS), command)(ticket).id


# -- what a ticket keeps -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "timer"),
    [
        (TODAY, Timer(action="silence", due_at=START + 72 * HOUR)),
        (renamed({}, timed(document(), "5h", "silence")), Timer(action="silence", due_at=START + 72 * HOUR)),
        (renamed({}, timed(document(), "5h", "answered")), Timer(action="answered", due_at=START + 6 * HOUR)),
        (renamed({}, triage=["type"], moves={"asking": "new"}), None),
        (renamed({}, triage=["type"], moves={"asking": "solved"}), Timer(action="expire", due_at=START + 73 * HOUR)),
    ],
)
def test_which_timer_runs_after_a_move(today: Definition, timer: Timer | None) -> None:
    """One that goes on to the same action keeps its instant; otherwise that of the new state starts with the move."""
    house = House()
    ticket = house.opened("asking")
    house.today(today)
    house.clock.move(HOUR)
    house.luis().move(ticket)
    assert (() if timer is None else (timer,)) == house.stored(ticket).timers


def test_whom_a_moved_ticket_waits_for() -> None:
    """As before in a state of the same key; in another for whom that says, if it says so."""
    silent = document()
    silent["states"][1].pop("waiting_on")
    others: list[tuple[Definition, str | None]] = [
        (renamed({}, triage=["type"]), "vendor"),
        (renamed(RENAMED, moves=RENAMED), "support"),
        (renamed(RENAMED, silent, moves=RENAMED), "vendor"),
    ]
    for today, expected in others:
        house = House()
        ticket = house.opened("working")
        house.luis().act(ticket, "wait_for", {"waiting_on": "vendor"})
        house.today(today)
        house.luis().move(ticket)
        assert expected == house.stored(ticket).waiting_on


def test_priorities_sort_as_today() -> None:
    """The priority stays, and its place is that of today's vocabulary; one that this has not got sorts last."""
    for names, rank in ((["urgent", "low", "normal", "high"], 3), (["normal"], 1), (["low"], 0)):
        house = House()
        ticket = house.opened()
        rules = document()
        rules["vocabularies"]["priority"] = names
        rules["form"][3] = {"key": "priority", "default": names[-1]}
        labels = copy.deepcopy(LABELS)
        labels["vocabularies"]["priority"] = {name: {"label": {"en": name, "es": name}} for name in names}
        house.today(define(rules, labels))
        house.luis().move(ticket)
        assert ("normal", rank) == (house.stored(ticket).priority, house.stored(ticket).priority_rank)


def test_a_closed_ticket_moves_among_final_states() -> None:
    """It stays closed since when it was, waits for nobody, and may be opened again as today's rules say."""
    house = House()
    ticket = house.opened("done")
    closed_at = house.stored(ticket).closed_at
    rules = document()
    rules["states"][4]["waiting_on"] = "customer"
    house.today(renamed({"done": "finished"}, rules, moves={"done": "finished"}))
    house.clock.move(HOUR)
    house.luis().move(ticket)
    after = house.stored(ticket)
    assert ("finished", "closed", "resolved") == (after.state, after.category, after.outcome)
    assert (closed_at, None) == (after.closed_at, after.waiting_on)
    assert "working" == house.ana().act(ticket, "reopen", {"comment": "Again."}).state


def test_after_a_move_the_rules_of_today_decide_at_once() -> None:
    """What follows in the same decision is judged by them."""
    house = House()
    ticket = house.stored(house.opened("working"))
    draft = Draft(desk=TODAY, rules=EARLIER, ticket=ticket, recorded_at=START)
    assert isinstance(refusals(TODAY, draft, LUIS, "wait_for"), Transition)
    draft.add(Moved(at=START, actor="luis", rules_hash="x", source="working", state="waiting", category="pending"), "m")
    (reason,) = refusals(TODAY, draft, LUIS, "wait_for")
    assert ("wrong_state", "Asking") == (reason.code, dict(reason.params)["state"])
    assert isinstance(refusals(TODAY, draft, LUIS, "take"), Transition)


@given(ticket=strategies.tickets(), event=strategies.moves())
def test_a_move_changes_a_ticket_as_a_change_of_its_state_does(ticket: Any, event: Moved) -> None:
    """But for the rules, the place of its priority, and since when it is closed."""
    same = {field.name: getattr(event, field.name) for field in attrs.fields(Moved)}
    rules_hash, rank = same.pop("rules_hash"), same.pop("priority_rank")
    changed = evolve(ticket, StateChanged(action="move", **same))
    closed_at = (changed.closed_at and ticket.closed_at) or changed.closed_at
    expected = attrs.evolve(changed, rules_hash=rules_hash, priority_rank=rank, closed_at=closed_at)
    assert expected == evolve(ticket, event)


# -- clocks ------------------------------------------------------------------------------------------------------------

PROMISES: dict[str, Any] = {
    "levels": {"pause": {"field": "category", "eq": "pending"}, "reopening": "resume"},
    "policies": [{"key": "all", "resolution": {"within": "80h", "calendar": "always"}}],
}


def promised(categories: Mapping[str, str] | None = None, **more: Any) -> Definition:
    """Return rules with a promise, some of whose states are of another category."""
    rules = document() | PROMISES
    for state in rules["states"]:
        state["category"] = (categories or {}).get(state["key"], state["category"])
    return renamed({}, rules, **more)


@pytest.mark.parametrize(
    ("state", "categories", "clock"),
    [
        ("working", {}, "running"),
        ("working", {"working": "pending"}, "paused"),
        ("working", {"working": "solved"}, "stopped"),
        ("asking", {}, "paused"),
        ("asking", {"asking": "open"}, "running"),
        ("solved", {}, "stopped"),
        ("solved", {"solved": "open"}, "running"),
        ("done", {}, "stopped"),
    ],
)
def test_clocks_follow_the_state(state: str, categories: dict[str, str], clock: str) -> None:
    """They run, stand still or stop as the category under today's rules wants, under the service levels they had."""
    house = House(earlier=promised())
    ticket = house.opened(state)
    house.clock.move(HOUR)
    shorter = [{"key": "all", "resolution": {"within": "8h", "calendar": "always"}}]
    house.today(promised(categories, triage=["type"], policies=shorter))
    levels = house.stored(ticket).levels
    house.luis().move(ticket)
    house.clock.move(HOUR)
    (found,) = house.luis().clocks(ticket)
    used = (HOUR if state == "working" else timedelta(0)) + (HOUR if clock == "running" else timedelta(0))
    assert (clock, used, 80 * HOUR) == (found.state, found.elapsed, found.target)
    assert levels == house.stored(ticket).levels
    house.luis().retarget(ticket) if state != "done" else None
    assert () == house.desk.verify().findings


def test_what_a_move_solves_is_resolved_then_and_what_was_solved_before_stays_so() -> None:
    """Measures tell a state that counts as solved under today's rules only from one that did before."""
    house = House()
    solved, working = house.opened("solved"), house.opened("working")
    house.today(renamed({}, promised_categories({"working": "solved"})))
    house.clock.move(HOUR)
    for ticket in (solved, working):
        house.luis().move(ticket)
    house.clock.move(HOUR)
    told = [house.luis().measures(ticket) for ticket in (solved, working)]
    assert [START, START + HOUR] == [one.resolved_at for one in told]
    assert [timedelta(0), HOUR] == [one.handling for one in told]
    house.today(renamed({"solved": "proposed"}, moves={"solved": "proposed"}))
    house.luis().move(solved)
    assert START == house.luis().measures(solved).resolved_at


def promised_categories(categories: Mapping[str, str]) -> dict[str, Any]:
    """Return rules some of whose states are of another category."""
    rules = document()
    for state in rules["states"]:
        state["category"] = categories.get(state["key"], state["category"])
    return rules


# -- what people read --------------------------------------------------------------------------------------------------


def test_a_move_is_told_to_those_who_see_the_ticket() -> None:
    """In both languages, with the new state where it is another; nobody is notified."""
    house = House()
    ticket, other = house.opened("working"), house.opened("new")
    house.today()
    waiting = house.desk.outbox()
    for one in (ticket, other):
        house.luis().move(one)
    assert waiting == house.desk.outbox()
    for actor in (ANA, LUIS):
        me = house.desk.acting_as(actor)
        entry = me.timeline(ticket)[-1]
        assert ("moved", "Working", "luis") == (entry.kind, entry.state, entry.actor)
        assert "Today's rules apply: State changed to Working" == me.page(ticket).thread[-1].title
        assert "Today's rules apply" == me.page(other).thread[-1].title
        assert [3, 1] == [len(me.page(one).states) for one in (ticket, other)]
    spanish = house.desk.acting_as(attrs.evolve(ANA, locale="es"))
    assert "Se aplican las reglas actuales: El estado cambió a En curso" == spanish.page(ticket).thread[-1].title
    (offer,) = (one for one in house.luis().actions(ticket) if one.name == "move")
    assert "Apply today's rules" == offer.label


def test_a_ticket_without_words_is_found_by_its_first_ones_after_a_move() -> None:
    """Also where today's rules ask everybody for a description."""
    house = House()
    ticket = house.opened()
    rules = document()
    rules["form"][4]["required"] = True
    house.today(renamed({}, rules))
    house.luis().move(ticket)
    assert 0 == len(house.luis().search_tickets("locomotive").items)
    house.ana().reply(ticket, "A locomotive!")
    assert [ticket] == [hit.id for hit in house.luis().search_tickets("locomotive").items]


# -- any rules ---------------------------------------------------------------------------------------------------------


@st.composite
def edits(draw: st.DrawFn) -> Definition:
    """Draw today's rules: some states renamed, some tickets sent somewhere, another timer."""
    names = {key: f"{key}_now" for key in draw(st.sets(st.sampled_from(STATES)))}
    known = [names.get(key, key) for key in STATES]
    moves = {key: names[key] for key in names if draw(st.booleans())}
    moves |= draw(st.dictionaries(st.sampled_from(STATES), st.sampled_from(known), max_size=2))
    rules = timed(
        document(), draw(st.sampled_from(["1h", "72h", "100h"])), draw(st.sampled_from(["silence", "answered"]))
    )
    rules["initial"] = names.get("new", "new")
    rules["merge"] = {"state": names.get("cancelled", "cancelled")}
    return renamed(names, rules, triage=["type"], moves=moves)


def walk(house: House, data: st.DataObject, ticket: str, most: int) -> None:
    """Let people do some of what they are offered."""
    for _ in range(data.draw(st.integers(0, most))):
        house.clock.move(timedelta(hours=data.draw(st.sampled_from([0, 1, 73]))))
        steps = [
            (actor, offer)
            for actor in (ANA, LUIS)
            for offer in house.desk.acting_as(actor).actions(ticket)
            if offer.allowed and offer.name not in ("merge", "move")
        ]
        actor, offer = data.draw(st.sampled_from(steps))
        said = data.draw(filled(offer, customer="acme", now=house.clock()))
        do(house.desk.acting_as(actor), ticket, offer.name, said)


def do(me: Any, ticket: str, name: str, said: dict[str, Any]) -> None:
    """Give a command or take an action, with a document that its form takes."""
    commands = ("reply", "note", "assign", "triage", "retarget", "cite")
    submit = {"command": name if name in commands else "act", "ticket": ticket}
    me.submit(submit | ({} if name in commands else {"action": name}), said)


@settings(max_examples=25)
@given(today=edits(), data=st.data())
def test_whatever_the_rules_a_move_is_refused_or_leads_under_todays(today: Definition, data: st.DataObject) -> None:
    """What `[moves]` says decides; then the actions that are offered are those of today's workflow, and they work."""
    house = House()
    ticket = house.opened(data.draw(st.sampled_from(STATES)))
    walk(house, data, ticket, 2)
    house.today(today)
    house.desk.run_due()
    before, states = house.stored(ticket), today.workflow.by_key
    target = dict(today.moves).get(before.state, before.state)
    code = ""
    if target not in states:
        code = "state_unmapped"
    elif (states[target].category == "closed") != (before.category == "closed"):
        code = "move_closes" if states[target].category == "closed" else "move_reopens"
    if code:
        assert [code] == refused(house, ticket)
        return
    house.luis().move(ticket)
    after = house.stored(ticket)
    assert (target, states[target].category, today.rules_hash) == (after.state, after.category, after.rules_hash)
    for actor in (ANA, LUIS):
        offers = house.desk.acting_as(actor).actions(ticket)
        shown = {offer.name for offer in offers if offer.allowed and offer.name in today.workflow.actions}
        tried = {
            action: today.engine.attempt(after, action, actor, frozenset(actor.roles))
            for action in today.workflow.actions
        }
        assert {action for action, found in tried.items() if isinstance(found, Transition)} == shown
    walk(house, data, ticket, 2)
    house.clock.move(timedelta(hours=200))
    assert () == house.desk.run_due().parked
    assert () == house.desk.verify().findings
