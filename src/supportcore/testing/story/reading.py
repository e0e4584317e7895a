"""
Reading a story from JSON, with all that is wrong in it at once: where, and what would be right.

The desk of the story is in the document; a desk that is handed over is taken instead, to see whether the story still
holds there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from supportcore.definition.loader import define
from supportcore.definition.model import Definition, Guard
from supportcore.definition.reading import Node, meant
from supportcore.errors import DefinitionError, DefinitionFault, Invalid
from supportcore.exploring.cast import cast_of
from supportcore.forms.fields import Plain
from supportcore.people.access import RESERVED
from supportcore.testing.story.records import FORMAT, Story
from supportcore.testing.story.taking import BY_ITSELF
from supportcore.text import BODY_LIMIT, instant_of_text
from supportcore.workflow.spans import span_of
from supportcore.workflow.steps import Step, Trace

_NEW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_NONE: Mapping[str, Guard] = MappingProxyType({})


def from_json(
    data: Any,
    *,
    definition: Definition | None = None,
    guards: Mapping[str, Guard] | None = None,
    file: str = "story",
) -> Story:
    """
    Return the story that `Story.to_json` wrote.

    Args:
        data: What was read from the file.
        definition: The desk to tell it on; by default the one in the document. Steps may name what only the one in the
            document has: what was taken away since cannot break anything any more.
        guards: Python functions that the desk in the document names; one that is not given is taken to hold.
        file: What faults call the document.

    Raises:
        DefinitionError: It is no story, or has faults; all of them, with path and remedy.
    """
    faults: list[DefinitionFault] = []
    root = Node(data, file=file, path="", faults=faults)
    if not root.table("format", "rule", "told", "system", "now", "who", "steps", "desk"):
        raise DefinitionError(faults)
    if root.at("format").value != FORMAT or isinstance(root.at("format").value, bool):
        root.at("format").fault("unknown_format", f"this release reads format = {FORMAT}")
        raise DefinitionError(faults)
    desk = definition or read_desk(root.at("desk"), guards or {})
    former = None if definition is None else read_desk(_aside(root.at("desk")), guards or {})
    rule, now = root.at("rule").text(limit=BODY_LIMIT), _instant(root.at("now"))
    who = {name: node.text() for name, node in root.at("who").items()}
    known = [one for one in (desk, former) if one is not None]
    steps, came = read_steps(root.at("steps"), known)
    told, system = root.at("told").text("", limit=BODY_LIMIT), root.at("system").flag()
    if faults or desk is None:
        raise DefinitionError(faults)
    return Story(desk, now, steps, rule, told, who, system=system, came=came)


def _aside(node: Node) -> Node:
    """Return a node whose faults are nobody's concern."""
    return Node(node.value, file=node.file, path=node.path, faults=[])


def read_steps(node: Node, desks: Sequence[Definition] = ()) -> tuple[Trace, tuple[Mapping[str, Any], ...]]:
    """
    Return the steps of a trace, and what came of each when it was written; empty unless that stands at all of them.

    Args:
        desks: Whose actions and people they name; with none of them neither is looked at.
    """
    if node.value is None or node.value == []:
        node.fault("missing_key" if node.value is None else "empty", "a story has at least one step")
    several = list(node.each())
    steps = [step for one in several if (step := _step(one, desks)) is not None]
    came = [told for one in several if isinstance(told := one.at("came").value, Mapping)]
    return tuple(steps), tuple(came) if len(came) == len(several) else ()


def _step(node: Node, desks: Sequence[Definition]) -> Step | None:
    if not node.table("do", "who", "said", "after", "takes", "came"):
        return None
    do, who = node.at("do").text(), node.at("who").text("")
    if node.at("came").value is not None and not isinstance(node.at("came").value, Mapping):
        node.at("came").fault("wrong_type", "expected a table of what came of the step")
    if desks and do:
        _check(node, desks, do, who)
    said = tuple((key, _plain(one)) for key, one in node.at("said").items())
    return Step(do=do, who=who, said=said, after=_span(node.at("after")), takes=node.at("takes").text(""))


def _check(node: Node, desks: Sequence[Definition], do: str, who: str) -> None:
    if not who and do not in BY_ITSELF:
        told = f"{do!r} is done by somebody: name who; by itself there are {', '.join(BY_ITSELF)}"
        node.at("who").fault("missing_key", told)
    known = (*(action for desk in desks for action in desk.workflow.actions), *RESERVED)
    if who and do not in known:
        told = f"the desk {desks[0].key!r} has no action or command {do!r}{meant(do, known)}"
        node.at("do").fault("unknown_action", told)
    people = [name for desk in desks for name in cast_of(desk).actors]
    if who and who not in people:
        node.at("who").fault("unknown_actor", f"nobody is called {who!r}{meant(who, people)}")


def _plain(node: Node) -> Plain | None:
    value = node.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    node.fault("wrong_type", "expected a text, a number, true, false or null")
    return None


def _span(node: Node) -> timedelta:
    if node.value is None:
        return timedelta(0)
    found = span_of(node.value) if isinstance(node.value, str) else None
    if found is None:
        node.fault("bad_span", 'expected a span such as "72h" or "71h59m" (d, h, m, s or ms)')
    return found or timedelta(0)


def _instant(node: Node) -> datetime:
    try:
        return instant_of_text(node.text(), "now")
    except Invalid as error:
        if node.value:
            node.fault("bad_instant", error.faults[0].text())
        return _NEW


def read_desk(node: Node, guards: Mapping[str, Guard]) -> Definition | None:
    """Return the desk that a document holds; None, with the faults noted, where it cannot be had."""
    if not node.table("rules", "labels"):
        return None
    parts = [node.at("rules"), node.at("labels")]
    wrong = [part for part in parts if not isinstance(part.value, Mapping)]
    for part in wrong:
        part.fault("missing_key" if part.value is None else "wrong_type", "the rules and labels of a desk, as tables")
    if wrong:
        return None
    try:
        return desk_of(parts[0].value, parts[1].value, guards)
    except DefinitionError as error:
        below = f"{node.path}." if node.path else ""
        node.faults += [one._replace(file=node.file, path=f"{below}{one.file}.{one.path}") for one in error.faults]
        return None


def desk_of(rules: Mapping[str, Any], labels: Mapping[str, Any], guards: Mapping[str, Guard] = _NONE) -> Definition:
    """
    Return the desk of documents out of a file; guards that are not given stand in as ones that hold.

    Raises:
        DefinitionError: They have faults.
    """
    return define(rules, labels, guards={**_standing_in(rules), **guards})


def _standing_in(rules: Mapping[str, Any]) -> dict[str, Guard]:
    """Return functions in the place of those that the rules name."""
    steps = rules.get("transitions")
    named = [step.get("guard") for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    return {name: _holds for name in named if isinstance(name, str)}


def _holds(ticket: object, actor: object) -> bool:
    return True
