"""Exploration: everything that can become of a ticket, and by which way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import load_definition
from supportcore.exploring import Exploration, Taken, World, explore
from supportcore.exploring.findings import findings
from supportcore.exploring.moves import Moves, key_of
from supportcore.linting import lint
from supportcore.tickets.events import StateChanged
from supportcore.workflow.steps import Trace
from tests.exploring.tiny import Doc, action, state, tiny

DESKS = Path(__file__).parents[1] / "desks"


def does(trace: Trace) -> list[str]:
    """What is done in a trace, and what the desk does therefore."""
    return [step.takes or step.do for step in trace]


def test_all_tickets_of_a_tiny_desk() -> None:
    """Two people may have opened it, and it is in one of three states: six tickets, the rest differs in nothing."""
    found = explore(tiny())
    assert 6 == len(found.nodes) - 1
    assert (True, 2) == (found.complete, found.depth)
    assert {"working": ["open"], "asking": ["open", "ask"], "done": ["open", "finish"]} == {
        key: does(trace) for key, trace in found.reached.items()
    }
    assert ((), {}, ()) == (found.unreached, found.trapped, found.loops)


def test_the_line_says_when_it_is_complete() -> None:
    """What was counted is told in a line, and whether more would come."""
    whole, cut, few = explore(tiny()), explore(tiny(), depth=1), explore(tiny(), most=3)
    assert str(whole).startswith("6 different tickets in 3 of 3 states")
    assert str(whole).endswith("complete")
    assert str(cut).endswith("not complete: there is more than was looked at")
    assert (False, 1, ("asking", "done")) == (cut.complete, cut.depth, cut.unreached)
    assert (False, 3) == (few.complete, len(few.nodes))


@pytest.mark.parametrize("desk", ["noova", "infoavan", "comfanorte"])
def test_shipped_desks_have_nothing_to_tell(desk: str) -> None:
    """Every state is reached, every ticket can be closed, no timers lead round; and nothing was left out."""
    found = explore(load_definition(desk))
    assert (True, (), {}, ()) == (found.complete, found.unreached, found.trapped, found.loops)


@pytest.mark.parametrize(("desk", "most"), [("belenus", 60), ("cltech", 60), (DESKS / "small.toml", 600)], ids=str)
def test_the_larger_desks_reach_all_their_states(desk: str | Path, most: int) -> None:
    """A part of the exploration is enough to come into every state."""
    found = explore(load_definition(desk), most=most)
    assert () == found.unreached


def unreached(rules: Doc) -> None:
    state(rules, "asking")["timer"]["action"] = "answered"
    rules["transitions"] = [step for step in rules["transitions"] if step["action"] not in ("silence", "finish")]


def trapped(rules: Doc) -> None:
    rules["states"].append({"key": "pit", "category": "on_hold"})
    rules["transitions"].append({"action": "drop", "from": ["asking"], "to": "pit", "roles": ["agent"]})


def looping(rules: Doc) -> None:
    state(rules, "working")["timer"] = {"after": "1h", "action": "remind"}
    rules["transitions"].append({"action": "remind", "from": ["working"], "to": "asking", "roles": ["system"]})
    action(rules, "silence")["to"] = "working"


def test_a_state_that_no_ticket_comes_into() -> None:
    """Without a step to it, the end is not reached; and so nothing is ever closed."""
    found = explore(tiny(unreached))
    assert (("done",), True) == (found.unreached, found.complete)
    assert {"working", "asking"} == set(found.trapped)


def test_a_trap_is_told_with_the_shortest_way() -> None:
    """Of what can never be closed, the way there is told."""
    found = explore(tiny(trapped))
    assert {"pit": ["open", "ask", "drop"]} == {key: does(trace) for key, trace in found.trapped.items()}


def test_timers_that_lead_round() -> None:
    """A circle of states that time alone goes through is told once, from its first state on."""
    assert (("working", "asking"),) == explore(tiny(looping)).loops


def test_two_that_differ_in_what_nobody_reads_are_one() -> None:
    """Replies, notes and the time that passed make no new ticket, where no rule reads them."""
    found = explore(tiny())
    replies = [step for steps in found.edges for step, _ in steps if step.do == "reply"]
    assert replies
    assert len({node.ticket.version for node in found.nodes if node.ticket is not None}) < len(found.nodes)


def test_how_long_a_timer_has_tells_tickets_apart() -> None:
    """A ticket whose timer has less time left is another one than a fresh one."""
    definition = tiny()
    world = World(definition)
    key = key_of(Moves(world), definition)
    node = world.start
    for step in explore(definition).reached["asking"]:
        node = world.take(node, step).after
    waited = world.take(node, explore(definition).reached["asking"][0].__class__(do="wait", after=timedelta(hours=1)))
    assert key(node) != key(waited.after)
    assert node.ticket == waited.after.ticket


def closed_is_closed(step: Taken) -> bool:
    """Nothing leads out of a final state."""
    return not any(isinstance(event, StateChanged) and event.source == "done" for event in step.events)


def test_a_broken_rule_is_told_with_the_shortest_way() -> None:
    """A rule of every step that does not hold ends the exploration, with its name and how to get there."""

    def reopening(rules: Doc) -> None:
        rules["transitions"].append({"action": "reopen", "from": ["done"], "to": "working", "roles": ["agent"]})

    assert explore(tiny(), always=[closed_is_closed]).broken is None
    found = explore(tiny(reopening), always=[closed_is_closed])
    assert found.broken is not None
    assert ("closed is closed", ["open", "finish", "reopen"]) == (found.broken.rule, does(found.broken.trace))
    assert not found.complete
    assert str(found).endswith("ended where a rule was broken: closed is closed")


def test_a_rule_may_say_what_is_wrong() -> None:
    """What an assertion says is kept."""

    def never_asks(step: Taken) -> None:
        assert step.step.do != "ask", "somebody asked"

    broken = explore(tiny(), always=[never_asks]).broken
    assert broken is not None
    assert broken.told.startswith("somebody asked")


def walked(definition_changed: int, choices: list[int]) -> None:
    """Go a random way, and see each of its tickets among those of the exploration."""
    definition = tiny((lambda rules: None, trapped, looping)[definition_changed])
    found: Exploration = explore(definition)
    world = World(definition)
    moves = Moves(world)
    key = key_of(moves, definition)
    known = {key(node) for node in found.nodes}
    node = world.start
    for choice in choices:
        steps = list(moves.of(node))
        node = world.take(node, steps[choice % len(steps)]).after
        assert key(node) in known


@settings(max_examples=30)
@given(changed=st.integers(0, 2), choices=st.lists(st.integers(0, 1_000), max_size=12))
def test_whatever_way_is_gone_was_explored(changed: int, choices: list[int]) -> None:
    """A complete exploration has every ticket that any way leads to."""
    walked(changed, choices)


@settings(max_examples=20)
@given(changed=st.integers(0, 2), place=st.integers(0, 1_000))
def test_a_way_that_is_told_leads_there(changed: int, place: int) -> None:
    """Going the way of a node comes to that node, and no shorter way does."""
    definition = tiny((lambda rules: None, trapped, looping)[changed])
    found = explore(definition)
    node = found.nodes[place % len(found.nodes)]
    trace = found.trace(place % len(found.nodes))
    world = World(definition)
    key = key_of(Moves(world), definition)
    at = world.start
    for step in trace:
        at = world.take(at, step).after
    assert key(node) == key(at)
    if trace:
        shorter = explore(definition, depth=len(trace) - 1)
        assert key(node) not in {key(one) for one in shorter.nodes}


def held(rules: Doc) -> None:
    rules["states"].append({"key": "kept", "category": "on_hold"})
    rules["transitions"].append({"action": "keep", "from": ["working"], "to": "kept", "roles": ["system"]})
    rules["transitions"].append({"action": "resume", "from": ["kept"], "to": "working", "roles": ["system"]})
    rules["hold"] = {"begin": "keep", "end": "resume"}


def test_no_agreement_lapses_where_there_are_no_customers() -> None:
    """What holds the tickets of customers holds none on a desk without them."""
    found = explore(tiny(held))
    assert (True, ("kept",)) == (found.complete, found.unreached)


def routed(rules: Doc) -> None:
    """Let whoever a ticket is assigned to by routing begin with it at once."""
    rules["states"].insert(0, {"key": "queue", "category": "new", "waiting_on": "support", "on_assign": "begin"})
    rules["transitions"].append({"action": "begin", "from": ["queue"], "to": "working", "roles": ["system"]})
    rules["routing"] = {"team": "desk", "assign": "round_robin"}
    rules["initial"] = "queue"
    rules["roles"][1]["may"].append("assign")


def test_a_state_that_is_left_at_once_is_come_into_where_nobody_is_there() -> None:
    """Where routing finds nobody, a ticket stays in the state that an assignment leads out of: it is not unreached."""
    found = explore(tiny(routed))
    assert "queue" not in found.reached
    assert ((), ()) == (found.unreached, findings(found))
    assert () == lint(tiny(routed))


def test_a_state_nobody_comes_into_is_unreached_though_routing_assigns() -> None:
    """That teams may be empty excuses no other state."""

    def change(rules: Doc) -> None:
        routed(rules)
        rules["states"].append({"key": "limbo", "category": "open"})

    assert ("limbo",) == explore(tiny(change)).unreached


@pytest.mark.parametrize("limit", [12, 13])
def test_what_cannot_be_opened_is_told_by_the_field_and_not_by_every_state(limit: int) -> None:
    """A required field that nothing fits is the one finding, at its place; one that a text just fits is none."""

    def change(rules: Doc) -> None:
        rules["form"].append({"key": "why", "kind": "title", "required": True, "limit": limit, "pattern": "[0-9]{13}"})

    desk = tiny(change)
    assert lint(desk) == findings(explore(desk))
    assert [("unfillable_field", "form[1]")][: 13 - limit] == [(one.code, one.path) for one in lint(desk)]


def test_where_nobody_can_open_a_ticket_the_refusal_is_told() -> None:
    """Not a state is told then, but why the first who tried was refused."""

    def change(rules: Doc) -> None:
        rules["roles"][0]["may"] = ["reply"]

    (told,) = findings(explore(tiny(change)))
    assert ("nobody_opens", "roles") == (told.code, told.path)
