"""What of a definition a run exercised: read from histories, added up, told as a table."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Actor, Agent, Customer, Definition, Desk, FrozenClock, Team, load_definition, open_store
from supportcore.definition.loader import PRESETS, define
from supportcore.demo import demonstrate
from supportcore.errors import TicketBroken
from supportcore.testing.coverage import Coverage, Line, goals, missing, table
from supportcore.tickets.events import SYSTEM_ACTOR, Recorded, StateChanged
from supportcore.workflow.diagram import diagram

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
LUIS = Actor(id="luis", roles={"agent"})
PEOPLE = {actor.id: actor for actor in (ANA, BO, LUIS)}


class Run:
    """A desk on a store of its own, and a ticket of ACME in it."""

    def __init__(self, definition: Definition) -> None:
        self.clock = FrozenClock(START)
        self.desk = Desk(definition, open_store("memory://"), clock=self.clock)
        self.desk.install(
            customers=[Customer(id="acme", name="ACME"), Customer(id="beta", name="Beta")],
            agents=[Agent(id="luis", name="Luis")],
            teams=[Team(id="desk", name="Desk", members=["luis"])],
        )
        self.ana, self.luis = self.desk.acting_as(ANA), self.desk.acting_as(LUIS)

    def opened(self, **said: Any) -> str:
        return self.ana.open({"subject": "It beeps", **said}).id

    def wait(self, **span: int) -> None:
        self.clock.move(timedelta(**span))
        self.desk.run_due()

    def lines(self, people: dict[str, Actor] = PEOPLE) -> dict[str, Line]:
        coverage = Coverage(self.desk.definition)
        coverage.watch_desk(self.desk, people)
        return {line.path: line for line in coverage.report().lines}

    def counts(self, path: str, people: dict[str, Actor] = PEOPLE) -> dict[str, int]:
        return dict(self.lines(people)[path].counts)


@pytest.fixture
def run() -> Run:
    return Run(load_definition(SMALL))


def altered(**sections: Any) -> Definition:
    """The small desk with other sections."""
    rules = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    labels = tomllib.loads(SMALL.with_name("small.labels.toml").read_text(encoding="utf-8"))
    return define({**rules, **sections}, copy.deepcopy(labels))


# -- states, transitions, timers


def test_nothing_is_covered_of_nothing() -> None:
    """Before a ticket was watched no line is covered, and every line is missing."""
    report = Coverage(load_definition(SMALL)).report()
    assert {"none"} == {line.covered for line in report.lines}
    assert (0, 0.0, report.lines) == (report.met, report.share, missing(report))


def test_states_count_how_often_they_were_entered(run: Run) -> None:
    """The first state counts with the opening, others with each move into them, not with what stays where it is."""
    ticket = run.opened()
    run.luis.act(ticket, "take")
    run.luis.act(ticket, "wait_for", {"waiting_on": "vendor"})
    assert [1, 1, 0] == [run.counts(f"states[{index}]").get("entered", 0) for index in (0, 1, 2)]


def test_a_step_to_where_it_is_enters_the_state_again(run: Run) -> None:
    """Who takes a ticket that is being worked on enters that state a second time."""
    ticket = run.opened()
    run.luis.act(ticket, "take")
    run.luis.act(ticket, "take")
    assert {"entered": 2} == run.counts("states[1]")


def test_transitions_tell_who_took_them(run: Run) -> None:
    """People count under a role, the desk under what made it act; each source stands for itself."""
    ticket = run.opened()
    run.luis.act(ticket, "ask", {"comment": "When?"})
    run.ana.reply(ticket, "Always.")
    run.luis.act(ticket, "ask", {"comment": "Why?"})
    run.wait(hours=72)
    assert {"people:agent": 1} == run.counts("transitions[1].from[0]")
    assert {"people:agent": 1} == run.counts("transitions[1].from[1]")
    assert {"desk:reply": 1} == run.counts("transitions[3].from[0]")
    assert {} == run.counts("transitions[3].from[1]")
    assert {"desk:timer": 1} == run.counts("transitions[2]")


def test_without_the_host_a_role_is_told_where_only_one_can_be_meant(run: Run) -> None:
    """Of people whom nobody knows the role is told if one alone may have taken the step, else only that people did."""
    ticket = run.opened()
    run.luis.act(ticket, "take")
    run.luis.act(ticket, "ask", {"comment": "When?"})
    assert {"people:agent": 1} == run.counts("transitions[0].from[0]", {})
    assert {"people": 1} == run.counts("transitions[1].from[1]", {})


def test_timers_fire_are_outrun_or_are_refused(run: Run) -> None:
    """A timer that came counts as fired, one whose state was left before as outrun, one that may not act as refused."""
    for priority in ("normal", "high"):
        ticket = run.opened(priority=priority)
        run.luis.act(ticket, "ask", {"comment": "When?"})
        run.wait(hours=72)
        run.wait(hours=72)
    run.luis.act(run.opened(), "ask", {"comment": "When?"})
    pending = run.opened()
    run.luis.act(pending, "ask", {"comment": "When?"})
    run.ana.reply(pending, "Now.")
    assert {"fired": 2, "outrun": 1} == run.counts("states[2].timer")
    assert {"fired": 1, "refused": 1} == run.counts("states[3].timer")
    assert {"desk:timer": 1, "refused": 1} == run.counts("transitions[6]")


# -- conditions


def test_a_condition_is_asked_of_those_who_may_act_where_the_ticket_stands(run: Run) -> None:
    """Only his own tickets the agent may solve: seen false while it is another's, true once he solves it."""
    ticket = run.opened()
    run.luis.act(ticket, "ask", {"comment": "When?"})
    run.ana.reply(ticket, "Now.")
    assert {} == run.counts("transitions[4].when")
    run.luis.assign(ticket, {"assignee": None})
    run.luis.note(ticket, "Nobody is on it.")
    assert {"failed": 1, "held": 1} == run.counts("transitions[4].when")
    run.luis.act(ticket, "take")
    run.luis.act(ticket, "solve", {"comment": "Done."})
    assert {"failed": 2, "held": 2} == run.counts("transitions[4].when")


def test_a_refused_timer_has_seen_its_condition_false(run: Run) -> None:
    """What the desk was refused, as its condition does not hold, counts as having been asked."""
    ticket = run.opened(priority="high")
    run.luis.act(ticket, "ask", {"comment": "When?"})
    run.wait(hours=72)
    run.wait(hours=72)
    assert {"failed": 1} == run.counts("transitions[6].when", {})


def test_what_roles_see_is_asked_of_all_who_are_known(run: Run) -> None:
    """A customer of the ticket's sees it, one of another does not; without knowing them nothing is asked."""
    run.opened()
    assert {"failed": 1, "held": 1} == run.counts("roles[0].sees")
    assert {} == run.counts("roles[0].sees", {})


def test_a_command_on_a_condition_is_asked_of_its_role() -> None:
    """An agent who may write notes only while he is not assigned is seen to act while that holds and while not."""
    when = {"field": "assignee", "missing": True}
    roles = [
        {**role, "only": {"note": when}} if role["key"] == "agent" else role
        for role in tomllib.loads(SMALL.read_text(encoding="utf-8"))["roles"]
    ]
    run = Run(altered(roles=roles))
    ticket = run.opened()
    run.luis.assign(ticket, {"assignee": None})
    run.luis.note(ticket, "Nobody is on it.")
    assert {"failed": 1, "held": 1} == run.counts("roles[1].only.note")
    assert {"failed": 1} == run.counts("roles[1].only.note", {})  # a helper may write notes, too


def test_a_command_is_one_occasion_whatever_follows_from_it() -> None:
    """A reply that the desk answers with an action asks a condition on replies once."""
    customers = {"only": {"reply": {"field": "is_open", "eq": True}}}
    roles = tomllib.loads(SMALL.read_text(encoding="utf-8"))["roles"]
    run = Run(altered(roles=[{**role, **(customers if role["key"] == "customer" else {})} for role in roles]))
    ticket = run.opened()
    run.luis.act(ticket, "ask", {"comment": "When?"})
    run.ana.reply(ticket, "Now.")
    assert {"held": 1} == run.counts("roles[0].only.reply")


def test_a_condition_on_roles_is_not_asked_of_people_whom_nobody_knows() -> None:
    """What reads the roles of the actor is told by those who are known, and else by the step being taken."""
    steps = tomllib.loads(SMALL.read_text(encoding="utf-8"))["transitions"]
    when = {"field": "@actor.roles", "has": "agent"}
    run = Run(altered(transitions=[{**step, "when": when} if step["action"] == "wait_for" else step for step in steps]))
    ticket = run.opened()
    run.luis.act(ticket, "take")
    run.luis.assign(ticket, {"assignee": None})
    run.luis.act(ticket, "wait_for", {"waiting_on": "vendor"})
    assert [{"held": 1}, {"held": 2}] == [run.counts("transitions[8].when", people) for people in ({}, PEOPLE)]


# -- rules


def test_rules_of_routing_are_asked_in_turn_until_one_is_chosen() -> None:
    """Of three rules the one before the chosen one did not hold, and the one after it was not asked."""
    rules = [{"when": {"field": "area", "eq": area}, "team": "desk"} for area in ("north", "south", "north")]
    form = [*tomllib.loads(SMALL.read_text(encoding="utf-8"))["form"], {"key": "area"}]
    run = Run(altered(routing={"team": "desk", "rules": rules}, form=form))
    run.opened(area="south")
    assert [{"failed": 1}, {"held": 1}, {}] == [run.counts(f"routing.rules[{index}]") for index in range(3)]


def test_a_rule_that_names_the_area_is_asked_of_the_ticket_without_it() -> None:
    """A ticket whose area came of a rule was routed while it had none."""
    rules = [
        {"when": {"field": "area", "eq": "north"}, "team": "desk"},
        {"when": {"field": "area", "missing": True}, "team": "desk", "area": "north"},
    ]
    run = Run(altered(routing={"team": "desk", "rules": rules}))
    run.opened()
    assert [{"failed": 1}, {"held": 1}] == [run.counts(f"routing.rules[{index}]") for index in range(2)]


def test_notices_count_what_they_wait_for(run: Run) -> None:
    """A rule without a condition is covered once, and as often as it was asked."""
    run.luis.act(run.opened(), "take")
    line = run.lines()["notices[1]"]
    assert ((("held", 1),), "all", ("held",)) == (line.counts, line.covered, line.goal.wanted)


def test_the_answers_of_a_confirmation_stand_for_themselves() -> None:
    """Yes, no and silence of a confirmation are transitions at their own places, and its silence is a timer."""
    paths = {goal.path: goal.kind for goal in goals(load_definition("noova"))}
    assert "transition" == paths["confirmations[0].yes"] == paths["confirmations[0].silence"]
    assert "timer" == paths["confirmations[0].silence.after"]
    assert [] == [path for path in paths if path == "states[4].timer"]


def test_tickets_under_other_rules_count_for_nothing(run: Run) -> None:
    """Events that happened under other rules are left out, and told."""
    run.luis.act(run.opened(), "take")
    coverage = Coverage(altered(initial="working"))
    coverage.watch_desk(run.desk)
    assert (1, 2, 2, 0) == (coverage.tickets, coverage.events, coverage.left_out, coverage.report().met)


# -- against histories


@cache
def demo(name: str | Path) -> tuple[Definition, list[tuple[Recorded, ...]]]:
    """A desk and the histories of some tickets of a demo."""
    definition = load_definition(name)
    store = open_store("memory://")
    demonstrate(definition, store, tickets=12)
    desk = Desk(definition, store)
    return definition, [desk.history(ticket_id) for ticket_id in desk.ticket_ids()]


@pytest.mark.parametrize("name", [*PRESETS, SMALL], ids=str)
def test_counts_are_those_of_the_events(name: str | Path) -> None:
    """Every transition is counted as often as its event stands in the histories, and as the desk's if it was."""
    definition, histories = demo(name)
    coverage = Coverage(definition)
    for history in histories:
        coverage.watch(history)
    events = [one.event for history in histories for one in history]
    taken = Counter((event.action, event.source) for event in events if isinstance(event, StateChanged))
    timed = sum(isinstance(event, StateChanged) and event.actor == SYSTEM_ACTOR for event in events)
    report = coverage.report()
    counted = {
        line.goal.about: sum(count for how, count in line.counts if how != "refused")
        for line in report.of_kind("transition")
    }
    assert taken == Counter({key: count for key, count in counted.items() if count})
    alone = ("desk:timer", "desk:agreement", "desk")
    told = [pair for line in report.of_kind("transition") for pair in line.counts]
    assert timed == sum(count for how, count in told if how in alone)
    assert sum(map(len, histories)) == coverage.events
    assert len(report.lines) == len(report.by_path)


@settings(max_examples=10)
@given(data=st.data())
def test_runs_add_up(data: st.DataObject) -> None:
    """Watching histories apart and adding them up, by way of JSON, is watching them together."""
    definition, histories = demo(SMALL)
    parts = [data.draw(st.lists(st.sampled_from(histories), max_size=4)) for _ in range(2)]
    together, runs = Coverage(definition), [Coverage(definition), Coverage(definition)]
    for run, part in zip(runs, parts, strict=True):
        for history in part:
            run.watch(history)
            together.watch(history)
    first, second = (Coverage.from_json(definition, json.loads(json.dumps(run.to_json()))) for run in runs)
    assert together == first | second == second | first
    assert runs[0] == first


def test_a_history_without_its_opening_is_refused() -> None:
    """Half a history cannot be folded, and is no history of the ticket."""
    definition, histories = demo(SMALL)
    with pytest.raises(TicketBroken):
        Coverage(definition).watch(histories[0][1:])


@pytest.mark.parametrize("data", [[], {}, {"format": 2}, None])
def test_what_is_no_coverage_is_refused(data: Any) -> None:
    """Other data is no coverage."""
    with pytest.raises(ValueError, match="no coverage"):
        Coverage.from_json(load_definition(SMALL), data)


def test_damaged_coverage_is_refused() -> None:
    """Counts that are no numbers are told."""
    definition = load_definition(SMALL)
    data = Coverage(definition).to_json()
    with pytest.raises(ValueError, match="damaged"):
        Coverage.from_json(definition, {**data, "seen": {"states[0]": {"entered": "often"}}})


def test_coverage_of_other_rules_does_not_add_up() -> None:
    """Neither a sum nor data of another definition is taken."""
    mine, other = Coverage(load_definition("noova")), Coverage(load_definition("cltech"))
    with pytest.raises(ValueError, match="different definitions"):
        mine.merge(other)
    with pytest.raises(ValueError, match="other rules"):
        Coverage.from_json(mine.definition, other.to_json())


# -- told


def test_the_table_tells_every_line_in_the_words_of_the_desk(run: Run) -> None:
    """Each line tells whether it was seen, its place, its label and its counts, with 0 for what was not seen."""
    ticket = run.opened()
    run.luis.act(ticket, "ask", {"comment": "When?"})
    coverage = Coverage(run.desk.definition)
    coverage.watch_desk(run.desk)
    rows = [" ".join(line.split()) for line in table(coverage.report()).splitlines()]
    assert "yes states[0] New entered 1" in rows
    assert "no states[1] Working entered 0" in rows
    assert "yes transitions[1].from[0] Ask, from New people 1" in rows
    assert "no states[2].timer Asking, after 72 h fired 0, outrun 0" in rows
    assert len(coverage.report().lines) == sum(row.split(" ")[0] in ("yes", "part", "no") for row in rows)
    spanish = table(coverage.report(), "es")
    assert "Estados" in spanish
    assert "entrado 1" in spanish


def test_the_diagram_is_coloured_by_what_was_exercised(run: Run) -> None:
    """States get the class of their shade and arrows the style of theirs, in the order in which they stand."""
    ticket = run.opened()
    run.luis.act(ticket, "take")
    coverage = Coverage(run.desk.definition)
    coverage.watch_desk(run.desk)
    report = coverage.report()
    text = diagram(run.desk.definition, "en", report)
    assert '    new("New"):::all' in text
    assert '    cancelled[["Cancelled"]]:::none' in text
    arrows = [line for line in text.splitlines() if "-->" in line]
    taken = next(index for index, line in enumerate(arrows) if line.startswith("    new -->|"))
    assert f"    linkStyle {taken} stroke:#1a7f37" in text
    styled = [number for line in text.splitlines() if "linkStyle" in line for number in line.split()[1].split(",")]
    assert list(range(1, len(arrows))) == sorted(map(int, styled))


def test_a_transition_that_nobody_took_is_not_covered_by_its_condition(run: Run) -> None:
    """Though its condition was seen false, a transition that was never taken was not exercised, and its state was."""
    ticket = run.opened()
    run.luis.act(ticket, "take")
    run.luis.assign(ticket, {"assignee": None})
    run.luis.note(ticket, "Nobody is on it.")
    coverage = Coverage(run.desk.definition)
    coverage.watch_desk(run.desk)
    report = coverage.report()
    assert ("failed",) == report.by_path["transitions[4].when"].met[-1:]
    assert ["none", "all", "none"] == [
        report.of_step("solve", "working"), report.of_state("working"), report.of_state("asking"),
    ]  # fmt: skip


def test_the_module_loads_neither_hypothesis_nor_pytest() -> None:
    """Production code may watch its coverage without the tools of tests."""
    code = "import sys; import supportcore.testing.coverage; print({'hypothesis', 'pytest', 'rich'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "set()" == found.stdout.strip()
