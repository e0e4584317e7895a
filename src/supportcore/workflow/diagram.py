"""
A workflow as a Mermaid diagram, drawn from the table the engine steps through.

Every state and every transition is in it; what the desk does by itself says when. GitHub, GitLab and most viewers of
Markdown draw it from a fenced block of the language ``mermaid``. Coloured by what was exercised it is a flowchart, as
Mermaid gives no colour to the arrows of a state diagram (mermaid-js/mermaid#1352).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from supportcore.people.access import SYSTEM
from supportcore.workflow.definition import State, Transition

if TYPE_CHECKING:
    from supportcore.definition.model import Definition

_WORDS = {
    "en": ("or after {span}", "after {span}", "when the customer replies", "when staff reply"),
    "es": ("o tras {span}", "tras {span}", "cuando responde el cliente", "cuando responde el equipo"),
}
__all__ = ["Exercised", "diagram"]

_UNITS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
    (timedelta(seconds=1), "s"),
)
_RESERVED = frozenset(
    {"as", "class", "classdef", "click", "default", "direction", "end", "flowchart", "graph", "hide", "left"}
    | {"linkstyle", "note", "of", "right", "scale", "state", "style", "subgraph"}
)
_ESCAPES = str.maketrans({"#": "#35;", '"': "#quot;", ":": "#58;", ";": "#59;", "\n": " "})
_HTML = str.maketrans({"<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"})

Shade = Literal["all", "some", "none"]
"""How much of something was exercised."""
COLOURS: dict[Shade, tuple[str, str]] = {
    "all": ("#dafbe1", "#1a7f37"),
    "some": ("#fff8c5", "#9a6700"),
    "none": ("#ffebe9", "#cf222e"),
}
"""Colour of the ground and of lines and letters: green, amber, red."""
DASHES: dict[Shade, str] = {"all": "", "some": "8 4", "none": "2 4"}
"""How lines are broken, so that nobody needs to see colours."""


class Exercised(Protocol):
    """What a run exercised of a workflow, such as a report of `supportcore.testing.coverage`."""

    def of_state(self, key: str) -> Shade:
        """Return how much of a state was exercised."""

    def of_step(self, action: str, source: str) -> Shade:
        """Return how much of a transition from one of its states was exercised."""


def diagram(definition: Definition, locale: str = "en", coverage: Exercised | None = None) -> str:
    """
    Return the workflow of *definition* as Mermaid text.

    Args:
        locale: Language of the labels; the desk's first where it has not got that.
        coverage: What was exercised, by which states and arrows are coloured: green if all of it was, amber if a part,
            red if nothing.

    Returns:
        Lines of a ``stateDiagram-v2``, or with *coverage* of a ``flowchart``, ending in a line break.
    """
    language = definition.labels.language(locale)
    lines = _lines(definition, language) if coverage is None else _coloured(definition, language, coverage)
    return "\n".join(lines) + "\n"


def _lines(definition: Definition, language: str) -> Iterator[str]:
    workflow = definition.workflow
    names = _names(workflow.states)
    yield "stateDiagram-v2"
    for key, name in names.items():
        yield f'    state "{_told(definition.labels.label("states", key, language))}" as {name}'
    yield f"    [*] --> {names[workflow.initial]}"
    for step in workflow.transitions:
        for source in step.sources:
            told = _told(step_label(definition, step, source, language))
            yield f"    {names[source]} --> {names[step.to or source]} : {told}"
    for state in workflow.states:
        if state.final:
            yield f"    {names[state.key]} --> [*]"


def _coloured(definition: Definition, language: str, coverage: Exercised) -> Iterator[str]:
    workflow = definition.workflow
    names = _names(workflow.states)
    yield "flowchart TD"
    for state in workflow.states:
        label = _quoted(definition.labels.label("states", state.key, language))
        box = f"[[{label}]]" if state.final else f"({label})"
        yield f"    {names[state.key]}{box}:::{coverage.of_state(state.key)}"
    yield f"    Start(( )) --> {names[workflow.initial]}"  # no key has a capital letter
    arrows: dict[Shade, list[str]] = {"all": [], "some": [], "none": []}
    place = 0
    for step in workflow.transitions:
        for source in step.sources:
            place += 1
            arrows[coverage.of_step(step.action, source)].append(str(place))
            told = _quoted(step_label(definition, step, source, language))
            yield f"    {names[source]} -->|{told}| {names[step.to or source]}"
    for shade, (ground, line) in COLOURS.items():
        dashes = f",stroke-dasharray:{DASHES[shade]}" if DASHES[shade] else ""
        yield f"    classDef {shade} fill:{ground},stroke:{line},color:#1f2328{dashes}"
        if arrows[shade]:
            yield f"    linkStyle {','.join(arrows[shade])} stroke:{line},color:{line}{dashes}"


def step_label(definition: Definition, step: Transition, source: str, language: str) -> str:
    """Return what the arrow of a transition from one of its states says: the action, and when the desk takes it."""
    label = definition.labels.label("actions", step.action, language)
    when = _when(step, definition.workflow.by_key[source], language)
    return f"{label} ({when})" if when else label


def _names(states: Iterable[State]) -> dict[str, str]:
    """Return what Mermaid calls each state: its key, unless that holds what Mermaid takes for syntax."""
    names: dict[str, str] = {}
    for state in states:
        name = state.key.replace("-", "_")
        if name in _RESERVED or not name[0].isalpha():
            name = f"state_{name}"
        while name in names.values():
            name += "_"
        names[state.key] = name
    return names


def _when(step: Transition, state: State, language: str) -> str:
    """Return when the desk itself takes *step* in *state*; empty if only people do."""
    if SYSTEM not in step.roles:
        return ""
    also, after, customer, staff = _WORDS[language]
    found = [
        words for side, words in (("customer", customer), ("staff", staff)) if (side, step.action) in state.on_reply
    ]
    if state.timer is not None and state.timer.action == step.action:
        people = step.roles - {SYSTEM}
        found.insert(0, (also if people else after).format(span=span_told(state.timer.after)))
    return ", ".join(found)


def span_told(span: timedelta) -> str:
    """
    Return a span in the largest unit that counts it whole, or in several; 72 hours stay hours, as people say it.

    >>> span_told(timedelta(hours=72)), span_told(timedelta(hours=72, milliseconds=-1)), span_told(timedelta(0))
    ('72 h', '71 h 59 min 59.999 s', '0 s')
    >>> span_told(timedelta(days=7)), span_told(timedelta(days=60, milliseconds=1))
    ('7 d', '60 d 0.001 s')
    """
    told = []
    for unit, name in _UNITS:
        if name == "d" and span < timedelta(days=7):
            continue
        count = span / unit if name == "s" else span // unit
        if count:
            told.append(f"{count:g} {name}")
        span %= unit
    return " ".join(told) or "0 s"


def _told(label: str) -> str:
    return label.translate(_ESCAPES)


def _quoted(label: str) -> str:
    """Return a text as a flowchart takes it: in quotation marks, without what would be read as HTML or Markdown."""
    return f'"{_told(label).translate(_HTML)}"'
