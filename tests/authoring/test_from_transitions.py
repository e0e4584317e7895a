"""A desk made of a machine of `transitions`: what the one allows, the other allows."""

from __future__ import annotations

from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import Machine, MachineError, State
from transitions.extensions import HierarchicalMachine

from supportcore import Actor
from supportcore.authoring import Adopted, from_transitions, to_toml
from supportcore.authoring.adopting import key_of, label_of
from supportcore.authoring.machine import read_machine
from supportcore.definition.loader import load_definition
from supportcore.errors import DefinitionError
from supportcore.people.access import RESERVED
from supportcore.workflow.definition import Transition

LUIS = Actor(id="luis", roles={"agent"})
CONDITIONS = ("paid", "blocked", "late")


class Case:
    """A model: what its conditions answer is said beforehand."""

    def __init__(self, **answers: bool) -> None:
        self.answers = {**dict.fromkeys(CONDITIONS, False), **answers}

    def paid(self) -> bool:
        return self.answers["paid"]

    def blocked(self) -> bool:
        return self.answers["blocked"]

    def late(self) -> bool:
        return self.answers["late"]


def guards_of(case: Case) -> dict[str, Any]:
    return {name: lambda ticket, actor, name=name: case.answers[name] for name in CONDITIONS}


def machine(*steps: dict[str, Any], states: Any = ("new", "open", "done"), **over: Any) -> Machine:
    options = {"initial": "new", "auto_transitions": False, **over}
    return Machine(
        model=Case() if options["initial"] else None, states=list(states), transitions=list(steps), **options
    )


def step(trigger: str, source: Any, dest: str | None, **over: Any) -> dict[str, Any]:
    return {"trigger": trigger, "source": source, "dest": dest, **over}


def codes(caught: pytest.ExceptionInfo[DefinitionError]) -> list[tuple[str, str]]:
    return [(fault.code, fault.path) for fault in caught.value.faults]


PLAIN = (step("start", "new", "open"), step("finish", "open", "done"))


def test_states_and_triggers_are_those_of_the_machine() -> None:
    """The first state is new, what nothing leads out of is closed, and staff takes each trigger."""
    desk = from_transitions(machine(*PLAIN), key="plain")
    assert ("new", (("new", "new", None), ("open", "open", None), ("done", "closed", "resolved"))) == (
        desk.workflow.initial,
        tuple((state.key, state.category, state.outcome) for state in desk.workflow.states),
    )
    assert [("start", ("new",), "open"), ("finish", ("open",), "done")] == [
        (one.action, one.sources, one.to) for one in desk.workflow.transitions
    ]
    assert {frozenset({"agent"})} == {one.roles for one in desk.workflow.transitions}
    assert () == desk.notes


def test_final_states_categories_outcomes_and_roles_are_said() -> None:
    """Arguments say what a machine does not, by the names that things have in it."""
    found = machine(
        *PLAIN, step("drop", "*", "gone"), step("back", "done", "open"), states=["new", "open", "done", State("gone")]
    )
    desk = from_transitions(
        found,
        key="said",
        zone="Europe/Madrid",
        languages=["es", "en"],
        customer="required",
        roles={"client": "customer", "clerk": "staff", "boss": "staff"},
        who={"drop": ["boss"], "back": ["client", "boss"]},
        final=["done"],
        outcomes={"gone": "cancelled"},
        categories={"open": "pending"},
        action_keys={"drop": "cancel"},
    )
    found_states = {state.key: (state.category, state.outcome) for state in desk.workflow.states}
    assert ("pending", None) == found_states["open"]
    assert [("closed", "resolved"), ("closed", "cancelled")] == [found_states["done"], found_states["gone"]]
    staff, people = {"clerk", "boss"}, {"client", "boss"}
    assert {"start": staff, "finish": staff, "cancel": {"boss"}, "back": people} == {
        one.action: set(one.roles) for one in desk.workflow.transitions
    }
    assert ("required", "es", "Europe/Madrid") == (desk.customer, desk.languages[0], desk.zone)
    assert ("new", "open", "done", "gone") == desk.workflow.by_action["cancel", "gone"].sources


def test_a_final_state_of_the_machine_is_closed() -> None:
    """State(final=True) says it, even where something leads out of it."""
    found = machine(*PLAIN, step("back", "done", "open"), states=["new", "open", State("done", final=True)])
    assert "closed" == from_transitions(found, key="final").workflow.by_key["done"].category
    found = machine(*PLAIN, step("back", "done", "open"))
    assert "open" == from_transitions(found, key="open").workflow.by_key["done"].category


def test_reflexive_internal_and_ordered_transitions_are_said() -> None:
    """A reflexive one enters its state anew, an internal one stays, ordered ones lead in a circle."""
    found = machine(*PLAIN, step("again", ["new", "open"], "="), step("look", "*", None))
    found.add_ordered_transitions(["new", "open"], trigger="next")
    steps = from_transitions(found, key="kinds").workflow.by_action
    assert [("again", "new", "new"), ("again", "open", "open")] == [
        (action, source, one.to) for (action, source), one in steps.items() if action == "again"
    ]
    assert (None, ("new", "open", "done")) == (steps["look", "new"].to, steps["look", "new"].sources)
    assert ("open", "new") == (steps["next", "new"].to, steps["next", "open"].to)


class Colours(Enum):
    RED = 1
    DARK_GREEN = 2


def test_names_become_keys_and_labels() -> None:
    """Enumerations, capitals and blanks become keys; people read the names."""
    found = Machine(states=Colours, initial=Colours.RED, auto_transitions=False)
    found.add_transition("goOn", Colours.RED, Colours.DARK_GREEN)
    desk = from_transitions(found, key="colours")
    assert (["red", "dark_green"], ("go_on",)) == ([state.key for state in desk.workflow.states], desk.workflow.actions)
    assert ("Go on", "DARK green") == (
        desk.labels.label("actions", "go_on"),
        desk.labels.label("states", "dark_green"),
    )
    assert ("in_progress", "In progress") == (key_of("In progress"), label_of("In progress"))


def test_ways_of_one_trigger_between_which_conditions_decide_are_an_action_each() -> None:
    """The first that holds is taken, so a later one tests that no earlier one holds; the name says where it leads."""
    found = machine(
        step("go", "new", "open", conditions="paid", unless="blocked"),
        step("go", "new", "done", conditions=["late"]),
        step("go", "new", None),
        step("go", "open", "done"),
    )
    case = Case()
    desk = from_transitions(found, key="ways", guards=guards_of(case))
    assert [
        ("go_to_open", "paid and not blocked"),
        ("go_to_done", "late and not (paid and not blocked)"),
        ("go_and_stay", "not (paid and not blocked) and not late"),
        ("go", None),
    ] == [(one.action, one.guard) for one in desk.workflow.transitions]
    assert desk.notes == ("go leads to several places, which are an action each: go_to_open, go_to_done, go_and_stay.",)


def test_what_no_desk_can_say_is_told_in_notes() -> None:
    """Callbacks, automatic and ignored triggers are named, and stand in the file as comments."""
    found = machine(
        step("start", "new", "open", before="late", after="late"),
        step("finish", "open", "done"),
        states=["new", State("open", on_enter="late"), "done"],
        auto_transitions=True,
        after_state_change="late",
        ignore_invalid_triggers=True,
    )
    desk = from_transitions(found, key="notes")
    callbacks = "after_state_change of the machine, on_enter of the state open, before of start, after of start"
    assert desk.notes == (
        "Triggers that the machine adds by itself are left out: to_new, to_open, to_done.",
        f"Callbacks are the host's, which learns of what was done from events and notices: {callbacks}.",
        "A trigger that the machine ignores in a state is an action that is refused there.",
    )
    assert [f"# {note}" for note in desk.notes] == to_toml(desk)[0].splitlines()[:3]


NESTED = HierarchicalMachine(states=["new", {"name": "open", "children": ["busy"]}], initial="new")
TWICE = machine(step("go", "new", "open"), step("go", "new", "done", conditions="paid"))
LAMBDA = machine(step("go", "new", "open", conditions=lambda: True))


@pytest.mark.parametrize(
    ("found", "over", "expected"),
    [
        (NESTED, {}, ("nested_states", "states")),
        (object(), {}, ("wrong_type", "document")),
        (TWICE, {}, ("duplicate_action", "events.go.new")),
        (LAMBDA, {}, ("unnamed_condition", "events.go.new")),
        (machine(step("go", "new", "open", conditions="paid")), {}, ("unknown_guard", "events.go.new")),
        (machine(step("open", "new", "open")), {}, ("reserved_action", "events.open.new")),
        (machine(*PLAIN, states=["new", "open", "done", "Open"]), {}, ("duplicate", "state_keys")),
        (machine(*PLAIN, states=["new", "open", "done", "¿?"]), {}, ("bad_key", "state_keys")),
        (machine(*PLAIN, initial=None), {}, ("missing_key", "initial")),
        (machine(*PLAIN), {"initial": "nowhere"}, ("unknown_state", "initial")),
        (machine(*PLAIN), {"final": ["nowhere"]}, ("unknown_state", "final")),
        (machine(*PLAIN), {"categories": {"nowhere": "open"}}, ("unknown_state", "categories")),
        (machine(*PLAIN), {"who": {"nothing": ["agent"]}}, ("unknown_action", "who")),
        (machine(*PLAIN), {"action_keys": {"nothing": "x"}}, ("unknown_name", "action_keys")),
        (machine(*PLAIN), {"zone": "Nowhere"}, ("unknown_zone", "zone")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_a_desk_cannot_be_is_refused(found: Any, over: dict[str, Any], expected: tuple[str, str]) -> None:
    """What a machine says and no desk can be made of is a fault, with the place in the machine."""
    with pytest.raises(DefinitionError) as caught:
        from_transitions(found, key="refused", **over)
    assert expected in codes(caught)


def test_a_condition_that_is_a_function_goes_by_its_name() -> None:
    """A function with a name stands for the guard of that name."""

    def paid() -> bool:
        return True

    found = machine(step("go", "new", "open", conditions=paid))
    assert "paid" == from_transitions(found, key="named", guards=guards_of(Case())).workflow.transitions[0].guard


def test_a_desk_of_a_machine_goes_on_as_a_file(tmp_path: Any) -> None:
    """Written as TOML and loaded with its guards it is the same desk."""
    found = machine(*PLAIN, step("pay", "open", "done", conditions="paid", unless=["blocked"]))
    desk = from_transitions(found, key="file", guards=guards_of(Case(paid=True)))
    for name, text in zip(("file.desk.toml", "file.labels.toml"), to_toml(desk), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load_definition(tmp_path / "file.desk.toml", guards=desk.guards)
    assert (desk.rules_hash, desk.workflow) == (loaded.rules_hash, loaded.workflow)
    assert desk.labels.entries == loaded.labels.entries


# -- any machine


NAMES = ("a", "b", "in progress", "D")
_TESTS = st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True)
_STEPS = st.builds(
    step,
    st.sampled_from(["go", "turn", "next"]),
    st.sampled_from(["*", *NAMES]) | st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
    st.sampled_from(["=", None, *NAMES]),
    conditions=_TESTS,
    unless=_TESTS,
)


def _decided(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps without those that come after one that always holds, from one of its states."""
    found: list[dict[str, Any]] = []
    always: set[tuple[str, str]] = set()
    for one in steps:
        said = [one["source"]] if isinstance(one["source"], str) else one["source"]
        sources = NAMES if said == ["*"] else said
        places = {(one["trigger"], source) for source in sources}
        if places & always:
            continue
        found.append(one)
        if not one["conditions"] and not one["unless"]:
            always |= places
    return found


def _taken(desk: Adopted, state: str, trigger: str) -> list[Transition]:
    """Return the transitions of the desk that are open in *state* and stand for *trigger*."""
    ways = [one for one in desk.workflow.transitions if state in one.sources]
    named = (f"{trigger}_to_", f"{trigger}_and_")
    mine = [one for one in ways if one.action == trigger or one.action.startswith(named)]
    tried = [desk.engine.attempt(SimpleNamespace(state=state), one.action, LUIS, frozenset({"agent"})) for one in mine]
    return [one for one in tried if isinstance(one, Transition)]


@settings(max_examples=60)
@given(
    st.lists(_STEPS, max_size=8).map(_decided),
    st.lists(st.tuples(st.sampled_from(["go", "turn", "next"]), st.tuples(*[st.booleans()] * 3)), max_size=8),
)
def test_every_walk_of_the_machine_is_one_of_the_desk_and_the_reverse(
    steps: list[dict[str, Any]], walk: list[tuple[str, tuple[bool, bool, bool]]]
) -> None:
    """At each step of any walk the machine goes where the desk goes, and both refuse the same."""
    case = Case()
    found = Machine(model=case, states=list(NAMES), initial="a", transitions=steps, auto_transitions=False)
    desk = from_transitions(found, key="any", guards=guards_of(case))
    keys = {name: key_of(name) for name in NAMES}
    for trigger, answers in walk:
        case.answers = dict(zip(CONDITIONS, answers, strict=True))
        before = case.state
        open_ways = _taken(desk, keys[before], trigger)
        try:
            moved = bool(case.trigger(trigger))
        except (MachineError, AttributeError):  # no such trigger from here, or none at all
            moved = False
        assert int(moved) == len(open_ways)
        if moved:
            assert keys[case.state] == (open_ways[0].to or keys[before])
            before_again = before == case.state and open_ways[0].to is None
            assert before_again == (before == case.state and _is_internal(found, trigger, before, case))


def _is_internal(found: Machine, trigger: str, source: str, case: Case) -> bool:
    """Whether the way that the machine takes with these answers is an internal one."""
    for one in found.events[trigger].transitions[source]:
        if all(case.answers[test.func] == test.target for test in one.conditions):
            return one.dest is None
    return False


def test_no_trigger_is_called_as_a_command() -> None:
    """Each command of every desk is refused as an action, by the name that it has."""
    for command in RESERVED:
        with pytest.raises(DefinitionError, match="command of every desk"):
            from_transitions(machine(step(command, "new", "done")), key="reserved")


def test_a_machine_is_read_without_being_changed() -> None:
    """Reading leaves no trace on the machine, which hands out lists as it makes them."""
    found = machine(*PLAIN)
    before = {name: sorted(event.transitions) for name, event in found.events.items()}
    read_machine(found)
    assert before == {name: sorted(event.transitions) for name, event in found.events.items()}
