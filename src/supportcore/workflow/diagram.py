"""
A workflow as a Mermaid state diagram, drawn from the table the engine steps through.

Every state and every transition is in it; what the desk does by itself says when. GitHub, GitLab and most viewers of
Markdown draw it from a fenced block of the language ``mermaid``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from supportcore.people.access import SYSTEM
from supportcore.workflow.definition import State, Transition

if TYPE_CHECKING:
    from supportcore.definition.model import Definition

_WORDS = {
    "en": ("or after {span}", "after {span}", "when the customer replies", "when staff reply"),
    "es": ("o tras {span}", "tras {span}", "cuando responde el cliente", "cuando responde el equipo"),
}
_UNITS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
    (timedelta(seconds=1), "s"),
)
_RESERVED = frozenset(
    {"as", "class", "classdef", "click", "default", "direction", "end", "hide", "left", "note", "of", "right"}
    | {"scale", "state", "style"}
)
_ESCAPES = str.maketrans({"#": "#35;", '"': "#quot;", ":": "#58;", ";": "#59;", "\n": " "})


def diagram(definition: Definition, locale: str = "en") -> str:
    """
    Return the workflow of *definition* as Mermaid text.

    Args:
        locale: Language of the labels; the desk's first where it has not got that.

    Returns:
        Lines of a ``stateDiagram-v2``, ending in a line break.
    """
    return "\n".join(_lines(definition, definition.labels.language(locale))) + "\n"


def _lines(definition: Definition, language: str) -> Iterator[str]:
    workflow = definition.workflow
    names = _names(workflow.states)
    yield "stateDiagram-v2"
    for key, name in names.items():
        yield f'    state "{_told(definition.labels.label("states", key, language))}" as {name}'
    yield f"    [*] --> {names[workflow.initial]}"
    for step in workflow.transitions:
        label = definition.labels.label("actions", step.action, language)
        for source in step.sources:
            when = _when(step, workflow.by_key[source], language)
            told = _told(f"{label} ({when})" if when else label)
            yield f"    {names[source]} --> {names[step.to or source]} : {told}"
    for state in workflow.states:
        if state.final:
            yield f"    {names[state.key]} --> [*]"


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
    """Return a span in the largest unit that counts it whole; 72 hours stay hours, as people say it."""
    for unit, name in _UNITS:
        count, rest = divmod(span, unit)
        if count and not rest and (name != "d" or count > 7):
            return f"{count} {name}"
    return f"{span.total_seconds():g} s"


def _told(label: str) -> str:
    return label.translate(_ESCAPES)
