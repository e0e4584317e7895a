"""The Mermaid text of a workflow."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path

import pytest

from supportcore import load_definition
from supportcore.definition.loader import PRESETS, define
from supportcore.workflow.diagram import diagram

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("desk", [*PRESETS, SMALL], ids=str)
def test_every_state_is_declared_with_its_label(desk: str | Path, locale: str) -> None:
    """Each state stands in the diagram under its key, with its label in the language asked for."""
    definition = load_definition(desk)
    lines = diagram(definition, locale).splitlines()
    for state in definition.workflow.states:
        label = definition.labels.label("states", state.key, locale)
        assert f'    state "{label}" as {state.key.replace("-", "_")}' in lines


@pytest.mark.parametrize("desk", [*PRESETS, SMALL], ids=str)
def test_every_transition_is_an_arrow(desk: str | Path) -> None:
    """There is one arrow for each transition from each of its sources, one to the start and one from each end."""
    definition = load_definition(desk)
    workflow = definition.workflow
    arrows = re.findall(r"^    (\S+) --> (\S+)(?: : ([^(\n]+?)(?: \(.*\))?)?$", diagram(definition), re.MULTILINE)
    label = definition.labels.label
    expected = [("[*]", workflow.initial, "")]
    expected += [
        (source, step.to or source, label("actions", step.action, "en"))
        for step in workflow.transitions
        for source in step.sources
    ]
    expected += [(state.key, "[*]", "") for state in workflow.states if state.final]
    assert expected == arrows


def test_what_the_desk_does_by_itself_says_when() -> None:
    """An arrow that a timer or a reply takes tells how long, or whose reply."""
    text = diagram(load_definition(SMALL))
    assert "    asking --> solved : Silence (after 72 h)\n" in text
    assert "    solved --> working : Answered (when the customer replies)\n" in text


def test_the_words_come_in_spanish_too() -> None:
    """In Spanish the automatic arrows are told in Spanish."""
    assert "(tras 72 h)" in diagram(load_definition(SMALL), "es")


def test_keys_and_labels_that_mermaid_would_misread_are_made_harmless() -> None:
    """A key with a hyphen, a key that is a word of Mermaid and a label with its syntax do not break the diagram."""
    rules = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    labels = tomllib.loads(SMALL.with_name("small.labels.toml").read_text(encoding="utf-8"))
    odd = {"en": 'On "hold": 3rd; #1', "es": "x"}
    for key in ("end", "a-b", "a_b"):
        rules["states"].append({"key": key, "category": "on_hold"})
        labels["states"][key] = {"label": odd, "help": odd}
    text = diagram(define(rules, copy.deepcopy(labels)))
    told = "On #quot;hold#quot;#58; 3rd#59; #35;1"
    assert [f'    state "{told}" as {name}' for name in ("state_end", "a_b", "a_b_")] == text.splitlines()[7:10]
