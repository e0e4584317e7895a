"""
Values that a condition compares with and that nothing can have: a slip of the pen that no fault is made of.

Known are the values of states, categories, outcomes, parties and vocabularies, the keys of roles, and in the condition
of a field of a form the options of the fields before it. Ids, texts and numbers may be anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from supportcore.definition.model import Definition
from supportcore.definition.reading import meant
from supportcore.forms.fields import Form
from supportcore.people.access import IMPORTER, SYSTEM
from supportcore.predicate import FORM, All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES
from supportcore.workflow.findings import Finding

Leaf = Eq | Ne | In | Range | Has | Missing
WORDS = ("type", "priority", "urgency", "area", "origin")
"""Fields of a ticket whose values are those of the vocabulary of that name."""


def comparisons(predicate: Predicate, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield the comparisons of a predicate with their places below *path*, in order."""
    if isinstance(predicate, (All, AnyOf)):
        name = "all" if isinstance(predicate, All) else "any"
        for index, part in enumerate(predicate.parts):
            yield from comparisons(part, f"{path}.{name}[{index}]")
    else:
        yield path, predicate


def constants(leaf: Leaf, path: str = "") -> list[tuple[str, Any]]:
    """Return the values that a comparison names, with their places; but for facts and the ends of a range."""
    match leaf:
        case In(_, tuple() as values):
            return [(f"{path}.in[{index}]", value) for index, value in enumerate(values)]
        case Eq(_, value) | Ne(_, value) | Has(_, value) if not isinstance(value, Fact):
            return [(f"{path}.{type(leaf).__name__.lower()}", value)]
    return []


def known_values(definition: Definition) -> Mapping[str, Sequence[str]]:
    """Return all values that fields of a ticket can have today, of the fields of which they are known."""
    return {
        "state": [state.key for state in definition.workflow.states],
        "category": CATEGORIES,
        "outcome": OUTCOMES,
        "waiting_on": PARTIES,
        "approval": ("pending", "approved", "rejected"),
        **{name: definition.vocabularies.get(name, ()) for name in WORDS},
    }


def findings(definition: Definition) -> tuple[Finding, ...]:
    """Return a finding for each value that nothing can have, in the order of the document."""
    roles = {"@actor.roles": [*(role.key for role in definition.roles), IMPORTER, SYSTEM]}
    ticket = {**known_values(definition), **roles}
    found = [one for path, when in conditions(definition) for one in _strange(path, when, ticket)]
    for place, form, indexes in forms(definition):
        for field in form.fields:
            said = {FORM + one.key: one.options for one in form.fields if one.kind == "choice"}
            found += _strange(f"{place}[{indexes.get(field.key, 0)}].when", field.when, {**said, **roles})
    return tuple(found)


def conditions(definition: Definition) -> Iterator[tuple[str, Predicate]]:
    """Yield the conditions on tickets, and where they stand."""
    screens, levels = definition.screens, definition.levels
    document = json.loads(definition.document)
    asked = [said["state"] for said in document.get("confirmations", [])]
    authored = len(document.get("transitions", []))
    for index, role in enumerate(definition.roles):
        yield f"roles[{index}].sees", role.sees
        yield from ((f"roles[{index}].only.{command}", when) for command, when in role.only)
    for index, step in enumerate(definition.workflow.transitions):
        if index < authored:
            yield f"transitions[{index}].when", step.when
        elif step.confirms:
            yield f"confirmations[{asked.index(step.sources[0])}].when", step.when
    for index, way in enumerate(definition.routing.rules):
        yield f"routing.rules[{index}].when", way.when
    for index, told in enumerate(definition.notices):
        yield f"notices[{index}].when", told.when
    for index, approval in enumerate(definition.approvals):
        yield f"approvals[{index}].when", approval.when
    for index, policy in enumerate(levels.policies if levels is not None else ()):
        yield f"policies[{index}].when", policy.when
    for index, rule in enumerate(screens.lists):
        yield f"lists[{index}].where", rule.where
    for index, board in enumerate(screens.boards):
        yield f"boards[{index}].where", board.where
        for place, cell in enumerate(board.cells):
            yield f"boards[{index}].cells[{place}].where", cell.where
    own = sum("question" in said for said in document.get("confirmations", []))
    for index, question in enumerate(screens.questions[own:]):
        yield f"questions[{index}].where", question.where


def forms(definition: Definition) -> Iterator[tuple[str, Form, Mapping[str, int]]]:
    """Yield the forms, where their fields stand, and at which place each; a field that is added stands at none."""
    document = json.loads(definition.document)
    authored = [document.get("form", []), *(form.get("fields", []) for form in document.get("forms", []))]
    places = ["form", *(f"forms[{index}].fields" for index in range(len(authored) - 1))]
    for place, form, fields in zip(places, definition.forms, authored, strict=True):
        yield place, form, {field["key"]: index for index, field in enumerate(fields)}


def _strange(path: str, predicate: Predicate, known: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    for place, leaf in comparisons(predicate, path):
        options = known.get(leaf.field)
        if options is None:
            continue
        what = "role" if leaf.field == "@actor.roles" else leaf.field
        for where, value in constants(leaf, place):
            if value not in options:
                yield Finding("unknown_value", where, f"no {what} {value!r}{meant(str(value), options)}")
