"""The picture of a workflow: everything is in it once, nothing lies on anything else, and no label breaks it."""

from __future__ import annotations

import re
import tomllib
from itertools import combinations
from pathlib import Path
from time import monotonic
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Definition, load_definition
from supportcore.authoring import documents_of
from supportcore.definition.loader import PRESETS, define
from supportcore.drawing import svg
from supportcore.drawing.graph import Node
from supportcore.drawing.layout import _crossings, tie
from supportcore.drawing.placing import Picture, picture
from supportcore.workflow.diagram import COLOURS, Shade, step_label

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"
DESKS = [*PRESETS, SMALL]
TAG = "{http://www.w3.org/2000/svg}"


def small(labels: dict[str, str] | None = None) -> Definition:
    """The small desk, with other labels of states by key."""
    rules = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    told = tomllib.loads(SMALL.with_name("small.labels.toml").read_text(encoding="utf-8"))
    for key, label in (labels or {}).items():
        told["states"][key]["label"] = {"en": label, "es": label}
    return define(rules, told)


@st.composite
def workflows(draw: st.DrawFn) -> Definition:
    """A desk of a few states with any actions between them, some of which lead nowhere or from nowhere."""
    count = draw(st.integers(1, 7))
    keys = [f"s{number}" for number in range(count)]
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 10))):
        sources = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True))
        step = {"action": f"a{number}", "from": sources, "roles": ["agent"]}
        steps.append(step | draw(st.sampled_from([{}, *({"to": key} for key in keys)])))
    rules: dict[str, Any] = {
        "format": 1, "key": "any", "zone": "UTC", "languages": ["en"], "customer": "none", "triage": [],
        "initial": "s0", "roles": [{"key": "agent", "side": "staff", "sees": "all", "may": ["open"]}],
        "form": [{"key": "subject", "required": True}],
        "states": [{"key": key, "category": "open"} for key in keys], "transitions": steps,
    }  # fmt: skip
    words = st.text("abc XYZ<&\"'é漢", min_size=1, max_size=60).map(lambda text: text.strip() or "x")

    def told(*names: str) -> dict[str, Any]:
        return {name: {"label": {"en": draw(words)}, "help": {"en": "x"}} for name in names}

    actions = told(*(step["action"] for step in steps))
    named = {"desk": told("name"), "states": told(*keys), "roles": told("agent"), "fields": told("subject")}
    return define(rules, named | ({"actions": actions} if actions else {}))


def titles(text: str, kind: str) -> list[str]:
    """The titles of all states or arrows of a picture."""
    root = ElementTree.fromstring(text)
    return [group.findtext(f"{TAG}title") or "" for group in root.iter(f"{TAG}g") if group.get("class") == kind]


def areas(found: Picture) -> list[tuple[float, float, float, float]]:
    """The area of every state and of every label: left, top, right, bottom."""
    boxes = [
        (x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2) for box, (x, y) in found.boxes
    ]
    labels = [
        (x - one.label.width / 2, y, x + one.label.width / 2, y + one.label.height)
        for one in found.arrows
        for x, y in [one.at]
    ]
    return [*boxes, *labels]


def apart(found: Picture) -> bool:
    """Whether no two states or labels of a picture overlap."""
    return all(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a, b in combinations(areas(found), 2))


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_every_state_and_every_transition_is_told_once(desk: str | Path, locale: str) -> None:
    """Each state has one group, and each pair of action and source is told by the title of one arrow."""
    definition = load_definition(desk)
    text = svg(definition, locale)
    label = definition.labels.label
    states = [label("states", state.key, locale) for state in definition.workflow.states]
    assert states == [title.split(";")[0] for title in titles(text, "state")]
    told: list[tuple[str, str, str]] = []
    for title in titles(text, "arrow"):
        ways, _, actions = title.partition(": ")
        sources, target = ways.split(" → ")
        told += [(source, target, action) for source in sources.split(", ") for action in actions.split("; ")]
    expected = [
        (label("states", source, locale), label("states", step.to or source, locale),
         step_label(definition, step, source, locale))
        for step in definition.workflow.transitions
        for source in step.sources
    ]  # fmt: skip
    assert sorted(expected) == sorted(told)


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_shipped_desks_are_readable_at_800_pixels(desk: str | Path, locale: str) -> None:
    """A picture that is made 800 pixels wide keeps letters of at least ten pixels in labels."""
    found = picture(load_definition(desk), locale)
    assert found.width * 10 <= 800 * 12
    assert apart(found)


@settings(max_examples=40)
@given(workflows())
def test_any_workflow_is_drawn_without_overlaps(definition: Definition) -> None:
    """Whatever leads where, no box or label lies on another, all are inside, and the same definition is drawn alike."""
    found = picture(definition, "en")
    assert apart(found)
    assert all(left >= -0.1 and right <= found.width + 0.1 for left, _, right, _ in areas(found))
    assert all(bottom <= found.height + 0.1 for *_, bottom in areas(found))
    text = svg(definition)
    assert len(definition.workflow.states) == len(titles(text, "state"))
    assert svg(definition) == text


@settings(max_examples=40)
@given(workflows())
def test_lines_cross_no_state(definition: Definition) -> None:
    """Between the edges of a box no line runs over it: whatever passes its height passes beside it."""
    found = picture(definition, "en")
    for placed in found.arrows:
        for line in placed.lines if not placed.arrow.loop else ():
            for (x, y), (to_x, to_y) in zip(line.points, line.points[1:], strict=False):
                low, high = sorted((y, to_y))
                for box, (middle, centre) in found.boxes:
                    inside = low < centre + box.height / 2 - 0.2 and high > centre - box.height / 2 + 0.2
                    left, right = sorted((x, to_x))
                    beside = right < middle - box.width / 2 or left > middle + box.width / 2
                    assert not inside or beside


def test_several_actions_between_two_states_share_an_arrow() -> None:
    """Two ways from one state to another are one arrow with two lines of text."""
    assert "Solved → Done: Confirm; Expire (after 72 h)" in titles(svg(small()), "arrow")


def test_final_states_are_bordered_twice_and_timers_bear_a_clock() -> None:
    """Of the small desk two states have a second border, and two a clock."""
    text = svg(small())
    root = ElementTree.fromstring(text)
    groups = [group for group in root.iter(f"{TAG}g") if group.get("class") == "state"]
    assert [2, 2] == [frames for group in groups if (frames := len(group.findall(f"{TAG}rect"))) > 1]
    assert 2 == sum(group.find(f"{TAG}circle") is not None for group in groups)


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", "\"'><&]]>", "W" * 255, "Ünïcode 漢字 " * 20])
def test_a_hostile_label_is_told_as_it_is_and_breaks_nothing(label: str) -> None:
    """A label with markup, quotes or great length leaves a well-formed picture without scripts."""
    definition = small({"asking": label})
    text = svg(definition)
    assert label.strip() in titles(text, "state")[2]
    assert "script" not in {element.tag.removeprefix(TAG) for element in ElementTree.fromstring(text).iter()}
    assert apart(picture(definition, "en"))
    assert picture(definition, "en").width < 1000


class Half:
    """As though one state and one transition had been exercised in part, `new` wholly, and nothing else."""

    def of_state(self, key: str) -> Shade:
        return {"new": "all", "asking": "some"}.get(key, "none")  # type: ignore[return-value]

    def of_step(self, action: str, source: str) -> Shade:
        return "all" if (action, source) == ("take", "new") else "none"


def test_what_was_exercised_colours_states_and_arrows() -> None:
    """States have the ground of their shade, and arrows are drawn in the colours and dashes of theirs."""
    text = svg(small(), "en", Half())
    root = ElementTree.fromstring(text)
    grounds = [
        frame.get("fill")
        for group in root.iter(f"{TAG}g")
        if group.get("class") == "state"
        for frame in group.findall(f"{TAG}rect")[:1]
    ]
    shades: list[Shade] = ["all", "none", "some", "none", "none", "none"]
    assert [COLOURS[shade][0] for shade in shades] == grounds
    assert {"exercised", "in part", "never"} <= set(re.findall(r">([^<]+)</text>", text))
    assert [";" in title for title in titles(text, "state")] == [True] * 6
    assert COLOURS["all"][1] in text
    assert "stroke-dasharray" in text


def test_without_coverage_there_is_no_legend() -> None:
    """A plain picture says nothing of what was exercised."""
    assert "never" not in svg(small())


def test_a_great_desk_is_drawn_soon() -> None:
    """A star of 120 states is drawn in seconds: what crosses is counted without comparing all lines with all others."""
    rules, labels = documents_of(load_definition(SMALL))
    for place in range(120):
        key = f"stop{place}"
        rules["states"].append({"key": key, "category": "on_hold"})
        labels["states"][key] = labels["states"]["new"]
        rules["transitions"] += [
            {"action": f"to{place}", "from": ["working"], "to": key, "roles": ["agent"]},
            {"action": f"from{place}", "from": [key], "to": "working", "roles": ["agent"]},
        ]
        labels["actions"] |= dict.fromkeys((f"to{place}", f"from{place}"), labels["actions"]["take"])
    before = monotonic()
    assert 120 < svg(define(rules, labels)).count('class="state"')
    assert monotonic() - before < 15


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_lines_cross_where_their_ends_are_the_other_way_round(ties: list[tuple[int, int]]) -> None:
    """The count of crossings is that of the pairs whose ends stand the other way round."""
    rows = [[Node(0) for _ in range(6)], [Node(1) for _ in range(6)]]
    for upper, lower in ties:
        tie(rows[0][upper], rows[1][lower])
    expected = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ties, 2))
    assert expected == _crossings(rows)
