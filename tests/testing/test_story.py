"""Stories: told in the words of the desk, kept as a document that runs alone, and run again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Definition, load_definition
from supportcore.authoring.writing import documents_of
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError, Refused
from supportcore.exploring import Taken, cast_of, explore
from supportcore.exploring.cast import Cast
from supportcore.testing.story import BrokenRule, Story, from_json, rerun
from supportcore.testing.subjects import DeskSubject
from supportcore.workflow.steps import LAPSE, OPEN, WAIT, Step, Trace
from tests.exploring.tiny import tiny

DESKS = Path(__file__).parents[1] / "desks"
SMALL = DESKS / "small.toml"
Doc = dict[str, Any]


@cache
def small(mended: bool = False) -> Definition:
    """The small desk; mended, what is done stays done."""
    rules = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    labels = tomllib.loads((DESKS / "small.labels.toml").read_text(encoding="utf-8"))
    if mended:
        reopen = next(step for step in rules["transitions"] if step["action"] == "reopen")
        reopen["from"] = ["solved"]
    return define(rules, labels)


def step(do: str, who: str = "", after: timedelta = timedelta(0), /, **said: Any) -> Step:
    return Step(do=do, who=who, said=tuple(said.items()), after=after)


REOPENED: Trace = (
    step(OPEN, "customer", subject="x", priority="high", phone="+34 1"),
    step("take", "agent"),
    step("solve", "agent", timedelta(days=4), comment="x"),
    step("confirm", "agent"),
    step("confirm", "customer"),
    step("reopen", "customer", comment="It is back"),
)


def done_is_done(taken: Taken) -> bool:
    before, after = taken.before.ticket, taken.after.ticket
    return before is None or before.is_open or after is None or not after.is_open


def story(definition: Definition | None = None, steps: Trace = REOPENED, **more: Any) -> Story:
    desk = definition or small()
    return Story(desk, cast_of(desk).now, steps, "done is done", **more)


def kept(told: Story) -> Any:
    """A story as it comes back from a file."""
    return json.loads(json.dumps(told.to_json(), ensure_ascii=False))


# -- told ----------------------------------------------------------------------------------------


def test_a_story_is_told_in_the_words_of_the_desk() -> None:
    """Who is who, what was done and when, what the desk did by itself and refused, what was expected and happened."""
    expected = """\
On the desk Small desk this does not hold: done is done

It begins on Mon 2 Mar 2026, 09:00 (Europe/Madrid).
Who is who: Customer; Agent (Team).

What was done:
1. Customer opens a ticket (Priority: High; Phone: “+34 1”).
   The desk hands it to Agent 2.
   The ticket is “New”, waiting for: Support.
2. Agent takes “Take”.
   The desk hands it to Agent.
   The ticket is “Working”, waiting for: Support.
3. 96 h later, on Fri 6 Mar 2026, 09:00: Agent takes “Solve”.
   The ticket is “Solved”, waiting for: Customer.
4. Agent takes “Confirm”.
   The desk refuses it: Only Customer may do this.
   The ticket stays “Solved”, waiting for: Customer.
5. Customer takes “Confirm”.
   The ticket is “Done”, closed (resolved).
6. Customer takes “Reopen” (Comment: “It is back”).
   The ticket is “Working”, waiting for: Support.

Expected: done is done
What happened: Step 6 breaks it: Customer takes “Reopen” (Comment: “It is back”)."""
    assert expected == story().text()


def test_a_story_is_told_in_spanish() -> None:
    """Labels and words are those of the language, and people have the names that they were given."""
    told = story(told="Volvió.", who={"customer": "Ana"}).text("es")
    for part in (
        "En la mesa Mesa pequeña esto no se cumple: done is done",
        "Empieza el lun 2 mar 2026, 09:00 (Europe/Madrid).",
        "Quién es quién: Ana (Cliente); Agente (Equipo).",
        "1. Ana abre un ticket (Prioridad: Alta; Teléfono: «+34 1»).",
        "   El ticket está en «Hecho», cerrado (resuelto).",
        "Lo que pasó: Volvió.",
    ):
        assert part in told


def test_what_the_desk_does_by_itself_is_told() -> None:
    """A timer, the answer to a reply and time that passes stand in the story where they happen."""
    told = story(
        steps=(
            step(OPEN, "customer", subject="x"),
            step("ask", "agent", comment="x"),
            step("reply", "customer", text="x"),
            step("ask", "agent", comment="x"),
            step(WAIT, "", timedelta(hours=72)),
            step(LAPSE),
        )
    ).text()
    assert "3. Customer replies.\n   The desk itself takes “Answered”." in told
    assert "5. 72 h later, on Thu 5 Mar 2026, 09:00: nobody does anything.\n   The desk itself takes “Silence”." in told
    assert "6. The customer's agreement lapses.\n   The ticket stays “Solved”" in told


def test_a_story_begins_when_it_began() -> None:
    """Its instants are those of the zone of the desk, also over a change of the clocks."""
    desk = small()
    began = cast_of(desk).now + timedelta(days=26)
    told = Story(desk, began, (REOPENED[0], step(WAIT, "", timedelta(days=1))), "x").text()
    assert "It begins on Sat 28 Mar 2026, 09:00 (Europe/Madrid)." in told
    assert "2. 24 h later, on Sun 29 Mar 2026, 10:00: nobody does anything." in told


def test_what_a_command_says_is_told_with_labels() -> None:
    """Values are called as the desk calls them, people as in the story, and null as nothing."""
    steps = (
        step(OPEN, "agent", **{"subject": "x", "@contact": "customer"}),
        step("assign", "agent", assignee="agent-2"),
        step("triage", "agent", priority=None, area="north"),
        step("set_deadline", "agent", deadline=None),
    )
    told = story(steps=steps).text()
    assert "1. Agent opens a ticket (for Customer)." in told
    assert "2. Agent assigns (Assigned to: Agent 2)." in told
    assert "3. Agent classifies (Priority: nothing; Area: North)." in told
    assert "4. Agent gives the command “Set the deadline” (Deadline: nothing)." in told


def test_somebody_unknown_ends_what_can_be_told() -> None:
    """From a step on that nobody there is can take, only the steps are told."""
    found = story(steps=(REOPENED[0], step("take", "stranger"), REOPENED[1]))
    assert 1 == len(found.taken)
    assert "2. Stranger takes “Take”.\n   On this desk there is nobody called stranger.\n3. Agent takes" in found.text()


def test_a_broken_rule_is_its_story() -> None:
    """The text of the error is the story as it was when it was raised."""
    found = story()
    with pytest.raises(AssertionError, match="this does not hold: done is done") as caught:
        raise BrokenRule(found)
    assert (found.text(), found) == (str(caught.value), caught.value.story)


def test_the_text_of_a_broken_rule_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rules come to later changes nothing in the text of an error."""
    broken = BrokenRule(story())
    before = str(broken)
    monkeypatch.setattr(Story, "text", lambda self, locale="en": "another")
    assert before == str(broken)


# -- kept ----------------------------------------------------------------------------------------


@cache
def _traces() -> tuple[Trace, ...]:
    found = explore(load_definition("noova"))
    return tuple(found.trace(place) for place in range(1, len(found.nodes)))


@given(
    trace=st.deferred(lambda: st.sampled_from(_traces())),
    told=st.text(max_size=5).filter(lambda told: "\0" not in told),
)
@settings(max_examples=20)
def test_a_story_that_is_kept_is_the_same(trace: Trace, told: str) -> None:
    """It comes back from JSON with its text, and its steps come to the same on the desk in the document."""
    noova = load_definition("noova")
    found = Story(noova, cast_of(noova).now, trace, "x", told.encode("utf-8", "replace").decode())
    back = from_json(kept(found))
    assert (found.text(), found.text("es"), found.course) == (back.text(), back.text("es"), back.course)
    assert (found.steps, found.now, noova.rules_hash) == (back.steps, back.now, back.definition.rules_hash)
    assert kept(found) == kept(back)
    assert rerun(back).broken


def test_steps_are_kept_as_they_are_read() -> None:
    """A step is an object with no more than it says, and what came of it."""
    first, *_, third, fourth, _, _ = kept(story())["steps"]
    assert {"do", "who", "said", "came"} == set(first)
    assert ("solve", "agent", {"comment": "x"}, "4d") == (third["do"], third["who"], third["said"], third["after"])
    assert ["role_required"] == fourth["came"]["refused"]
    assert ("solved", "customer", "2026-03-09T08:00:00.000Z") == (
        third["came"]["state"],
        third["came"]["waiting_on"],
        third["came"]["timers"]["expire"],
    )


def wrong(change: Callable[[Doc], object]) -> list[tuple[str, str]]:
    """Path and code of the faults of a story after a change."""
    data = kept(story())
    change(data)
    with pytest.raises(DefinitionError) as caught:
        from_json(data, file="t.json")
    assert {"t.json"} == {fault.file for fault in caught.value.faults}
    return [(fault.path, fault.code) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (lambda data: data.update(format=2), "format", "unknown_format"),
        (lambda data: data.update(format=True), "format", "unknown_format"),
        (lambda data: data.update(steeps=[]), "steeps", "unknown_key"),
        (lambda data: data.pop("rule"), "rule", "missing_key"),
        (lambda data: data.update(now="soon"), "now", "bad_instant"),
        (lambda data: data.pop("now"), "now", "missing_key"),
        (lambda data: data.update(system="yes"), "system", "wrong_type"),
        (lambda data: data.update(who=["x"]), "who", "wrong_type"),
        (lambda data: data.pop("steps"), "steps", "missing_key"),
        (lambda data: data.update(steps=[]), "steps", "empty"),
        (lambda data: data["steps"].append("take"), "steps[6]", "wrong_type"),
        (lambda data: data["steps"][0].pop("do"), "steps[0].do", "missing_key"),
        (lambda data: data["steps"][1].update(do="tkae"), "steps[1].do", "unknown_action"),
        (lambda data: data["steps"][1].update(who="agnet"), "steps[1].who", "unknown_actor"),
        (lambda data: data["steps"][1].pop("who"), "steps[1].who", "missing_key"),
        (lambda data: data["steps"][2].update(after="soon"), "steps[2].after", "bad_span"),
        (lambda data: data["steps"][2].update(after=4), "steps[2].after", "bad_span"),
        (lambda data: data["steps"][2].update(said={"comment": ["x"]}), "steps[2].said.comment", "wrong_type"),
        (lambda data: data["steps"][2].update(came="x"), "steps[2].came", "wrong_type"),
        (lambda data: data.pop("desk"), "desk", "wrong_type"),
        (lambda data: data["desk"].pop("labels"), "desk.labels", "missing_key"),
        (lambda data: data["desk"].update(rules=[]), "desk.rules", "wrong_type"),
        (lambda data: data["desk"]["rules"].update(initial="nwe"), "desk.rules.initial", "not_an_option"),
        (lambda data: data["desk"]["labels"].pop("desk"), "desk.labels.desk.name.label.es", "missing_label"),
    ],
)
def test_a_fault_is_told_with_its_place(change: Callable[[Doc], object], path: str, code: str) -> None:
    """What is wrong in a story, where, and what kind of fault it is."""
    assert (path, code) in wrong(change)


def test_what_is_no_story_is_told() -> None:
    """Anything else than an object is a fault, not an error of Python."""
    for data in (None, [], "x", 1, {}):
        with pytest.raises(DefinitionError):
            from_json(data)


def test_a_fault_says_what_would_be_right() -> None:
    """A slip of the pen is told with what it is like."""
    data = kept(story())
    data["steps"][1]["who"] = "agnet"
    with pytest.raises(DefinitionError, match=r"nobody is called 'agnet'; did you mean 'agent'\?"):
        from_json(data)


def test_guards_are_handed_over_or_taken_to_hold() -> None:
    """A Python function is not in the document; without it the step is one that may be taken."""

    def guarded(rules: Doc) -> None:
        rules["transitions"][0]["guard"] = "awake"

    rules, labels = authored_tiny(guarded)
    desk = define(rules, labels, guards={"awake": lambda ticket, actor: False})
    steps = (step(OPEN, "user", subject="x"), step("ask", "agent", comment="x"))
    data = kept(Story(desk, cast_of(desk).now, steps, "x"))
    assert "refused" in data["steps"][1]["came"]
    assert "asking" == from_json(data).course[1]["state"]
    assert "working" == from_json(data, guards=desk.guards).course[1]["state"]


def authored_tiny(change: Callable[[Doc], None]) -> tuple[Doc, Doc]:
    rules, labels = documents_of(tiny())
    change(rules)
    return rules, labels


# -- run again -----------------------------------------------------------------------------------


def test_a_story_is_broken_again_where_nothing_changed() -> None:
    """On the desk in the document the last step comes to the same."""
    again = rerun(from_json(kept(story())))
    assert (True, 6, "broken again at step 6") == (again.broken, again.broken_at, again.verdict())
    assert again.text().endswith("\n\nbroken again at step 6")
    assert "se rompe otra vez en el paso 6" == again.verdict("es")


def test_a_story_is_not_broken_on_a_mended_desk() -> None:
    """The step that broke the rule is refused there, and that is said."""
    again = rerun(from_json(kept(story()), definition=small(mended=True)))
    assert (False, None) == (again.broken, again.broken_at)
    assert "not broken any more: step 6 is refused now" == again.verdict()


def test_a_story_is_not_broken_where_its_action_was_taken_away() -> None:
    """On a desk without the action that broke it, it ends before that step, and both languages say so."""

    def removed(rules: Doc) -> None:
        rules["transitions"] = [one for one in rules["transitions"] if one["action"] != "reopen"]

    rules, labels = documents_of(small())
    removed(rules)
    del labels["actions"]["reopen"]
    again = rerun(from_json(kept(story()), definition=define(rules, labels)))
    assert "not broken any more: there is no action 'reopen' any more, so step 6 cannot be taken" == again.verdict()
    assert "\n   On this desk there is no action reopen.\n" in again.text()
    assert "\n   En esta mesa no hay ninguna acción reopen.\n" in again.text("es")


def test_a_story_is_not_broken_where_its_role_was_taken_away() -> None:
    """Somebody of a role that is gone cannot take his step; a name that never was is still a fault."""
    steps = (step(OPEN, "user", subject="x"), step("ask", "agent", comment="x"))
    data = kept(Story(tiny(), cast_of(tiny()).now, steps, "nobody is asked"))
    other = define(*(json.loads(json.dumps(documents_of(tiny())).replace('"agent"', '"helper"'))))
    told = rerun(from_json(data, definition=other)).told
    assert "nobody is called 'agent' there, so step 2 cannot be taken" == told
    data["steps"][1]["who"] = "agnet"
    with pytest.raises(DefinitionError, match="nobody is called 'agnet'"):
        from_json(data, definition=other)


def test_what_comes_to_something_else_is_told() -> None:
    """A last step that leads elsewhere breaks nothing any more."""
    data = kept(story())
    data["steps"][-1]["came"]["state"] = "new"
    assert "step 6 comes to something else: state working, it was new" == rerun(from_json(data)).told


def test_rules_are_judged_anew() -> None:
    """A rule that is handed over says at which step it is broken; where it holds, nothing is."""
    assert (6, "done is done") == (
        rerun(story(), rules=[done_is_done]).broken_at,
        rerun(story(), rules=[done_is_done]).told,
    )
    assert not rerun(story(small(mended=True)), rules=[done_is_done]).broken


def test_a_story_with_nothing_to_judge_it_by_is_refused() -> None:
    """It neither tells what came of its steps nor is there a rule; or it is about a system."""
    with pytest.raises(ValueError, match="hand over the rule"):
        rerun(story())
    with pytest.raises(ValueError, match="run it on that system"):
        rerun(from_json(kept(story(system=True))))


def test_a_story_of_somebody_who_is_gone_is_not_broken() -> None:
    """A desk without the role cannot take the steps, and that is said."""
    gone = attrs.evolve(from_json(kept(story())), steps=(REOPENED[0], step("take", "stranger")))
    assert "nobody is called 'stranger' there, so step 2 cannot be taken" == rerun(gone).told


class Forgetful(DeskSubject):
    """A desk that lets everybody confirm."""

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        super().act("customer" if do == "confirm" else who, do, said)


def test_a_story_runs_on_a_system() -> None:
    """A system that agrees with the rules breaks nothing; one that does not is told, at the step and in words."""
    sound = rerun(story(), DeskSubject(small()))
    assert (False, "") == (sound.broken, sound.told)
    again = rerun(story(system=True), Forgetful(small()))
    assert 4 == again.broken_at
    assert "Agent takes “Confirm”, and the rules refuse that" in again.told
    judged = rerun(story(), DeskSubject(small()), rules=[done_is_done])
    assert 6 == judged.broken_at


class Failing(DeskSubject):
    def reset(self, cast: Cast) -> None:
        raise Refused(what="closed today")


def test_a_system_that_cannot_begin_says_so() -> None:
    """What a system raises when it is reset comes out."""
    with pytest.raises(Refused, match="closed today"):
        rerun(story(), Failing(small()))


# -- from what a definition is made of -------------------------------------------------------------


@pytest.mark.parametrize(
    "desk", ["noova", "infoavan", "belenus", "cltech", "comfanorte", SMALL, DESKS / "portal.toml", DESKS / "timed.toml"]
)
def test_a_desk_is_made_again_from_its_documents(desk: str | Path) -> None:
    """Rules, promises, files and labels of what is left come back; lists and boards are left out."""
    definition = load_definition(desk)
    rules, labels = json.loads(json.dumps(documents_of(definition)))
    again = define(rules, labels)
    assert definition.rules_hash == again.rules_hash
    assert (definition.levels, definition.files, definition.moves) == (again.levels, again.files, again.moves)
    assert definition.workflow == again.workflow
    kept_labels = {place: told for place, told in definition.labels.entries.items() if place in again.labels.entries}
    assert kept_labels == dict(again.labels.entries)
