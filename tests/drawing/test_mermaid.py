"""The coloured diagram as Mermaid text: one arrow for each transition, and nothing that Mermaid takes for syntax."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from supportcore import load_definition
from supportcore.definition.loader import PRESETS, define
from supportcore.workflow.diagram import Shade, diagram

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"


class Some:
    """As though every other state and transition had been exercised."""

    def of_state(self, key: str) -> Shade:
        return "all" if len(key) % 2 else "none"

    def of_step(self, action: str, source: str) -> Shade:
        return "some" if len(action + source) % 2 else "none"


@pytest.mark.parametrize("desk", [*PRESETS, SMALL], ids=str)
def test_every_arrow_is_styled_by_its_number(desk: str | Path) -> None:
    """Arrows are counted from the one to the first state; each other has the style of its transition, and each once."""
    definition = load_definition(desk)
    lines = diagram(definition, "en", Some()).splitlines()
    arrows = [line for line in lines if "-->" in line]
    steps = [(step.action, source) for step in definition.workflow.transitions for source in step.sources]
    assert 1 + len(steps) == len(arrows)
    styled = {
        int(number): line.split()[2].split(",")[0]
        for line in lines
        if line.startswith("    linkStyle ")
        for number in line.split()[1].split(",")
    }
    colour = {"some": "stroke:#9a6700", "none": "stroke:#cf222e"}
    assert {n: colour[Some().of_step(*step)] for n, step in enumerate(steps, 1)} == styled


def test_keys_and_labels_that_a_flowchart_would_misread_are_made_harmless() -> None:
    """States called like words of Mermaid, and labels with quotation marks, HTML or Markdown do not break it."""
    rules = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    labels = tomllib.loads(SMALL.with_name("small.labels.toml").read_text(encoding="utf-8"))
    odd = {"en": '<b>"`x`"</b> & \\n', "es": "x"}
    for key in ("graph", "subgraph", "start"):
        rules["states"].append({"key": key, "category": "on_hold"})
        labels["states"][key] = {"label": odd, "help": odd}
    text = diagram(define(rules, labels), "en", Some())
    told = "#lt;b#gt;#quot;#96;x#96;#quot;#lt;/b#gt; #amp; #92;n"
    assert ["state_graph", "state_subgraph", "start"] == re.findall(rf'^    (\w+)\("{told}"\):::', text, re.MULTILINE)
    assert "    Start(( )) --> new" in text.splitlines()
