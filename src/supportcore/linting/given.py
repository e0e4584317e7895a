"""What fields of a ticket can have at all on a desk: what an opening, a triage, routing, an action can give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from supportcore.definition.model import Definition
from supportcore.forms.fields import Form
from supportcore.linting.kinds import VALUES
from supportcore.predicate import ALWAYS
from supportcore.workflow.definition import PARTIES


class Given(NamedTuple):
    """
    What a field can have.

    Attributes:
        values: None where it may be any.
        missing: Whether there may be none.
    """

    values: frozenset[Any] | None
    missing: bool = True

    def takes(self, value: object) -> bool:
        """Return whether the field can have *value*, or none."""
        return self.missing if value is None else self.values is None or value in self.values

    @property
    def ever(self) -> bool:
        """Whether the field can have anything."""
        return self.values is None or bool(self.values)


_ANY = Given(None)


def given_of(definition: Definition) -> Mapping[str, Given]:
    """Return what the fields of a ticket can have, of those of which that is known."""
    desk, steps = definition, definition.workflow.transitions
    inputs = {field.key for step in steps for field in step.form.fields}
    may = {command for role in desk.roles for command in role.may}
    rungs = desk.levels.rungs if desk.levels is not None else ()
    assigning = {desk.routing.assign, *(rule.assign for rule in desk.routing.rules)} - {"none"}
    by_hand = "assign" in may or "assignee" in inputs or any(step.assign == "actor" for step in steps)
    assigned = by_hand or bool(assigning) or any(rung.assignee for rung in rungs)
    responsible = "assign" in may or (bool(assigning) and desk.routing.responsible == "assignee")
    teams = {*desk.routing.teams, *(rung.team for rung in rungs if rung.team)}
    rated = desk.survey is not None and (
        "rate" in may or "rating" in inputs or any(s.rating is not None for s in steps)
    )
    promised = "set_deadline" in may or (desk.levels is not None and bool(desk.levels.policies))
    found = {field: _value(definition, field, may) for field in VALUES if field != "customer"}
    found |= {
        "customer": Given(frozenset()) if desk.customer == "none" else Given(None, missing=False),
        "contact": Given(None, missing=False),
        "team": _ANY if "assign" in may or "team" in inputs else Given(frozenset(teams)),
        "assignee": _ever(assigned),
        "responsible": _ever(responsible),
        "approval": Given(frozenset({"pending", "approved", "rejected"} if desk.approvals else ())),
        "merged_into": _ever(desk.merge is not None and "merge" in may),
        "confirmed": _flag(any(step.confirms for step in steps)),
        "rated": _flag(rated),
        "reassigned": _flag(assigned),
        "rating": _ever(rated),
        "waiting_on": _waiting(definition, "waiting_on" in inputs),
        "green_at": _ever(promised),
        "amber_at": _ever(promised),
        "red_at": _ever(promised),
    }
    return found


def _ever(can: bool) -> Given:
    return _ANY if can else Given(frozenset())


def _flag(can: bool) -> Given:
    return Given(frozenset({False, True} if can else {False}), missing=False)


def _value(definition: Definition, field: str, may: Iterable[str]) -> Given:
    """Return what a field of the intake form can have."""
    values: set[Any] = set()
    missing, anything = False, False
    for form in definition.forms:
        some, none, free = _opened(form, field)
        values |= some
        missing, anything = missing or none, anything or free
    triage = definition.triage.field(field) if "triage" in may else None
    if triage is not None:
        values |= set(triage.options)
        missing, anything = missing or triage.clears, anything or triage.kind != "choice"
    if field == "area":
        values |= {rule.area for rule in definition.routing.rules if rule.area}
    if field == "priority" and definition.levels is not None:
        values |= {rung.priority for rung in definition.levels.rungs if rung.priority}
    if field == "agreement" and definition.customer == "required":
        anything = True  # it is that of the customer
    return Given(None if anything else frozenset(values), missing)


def _opened(form: Form, field: str) -> tuple[set[Any], bool, bool]:
    """Return the values that a form gives to a field, whether it may give none, and whether it may give any."""
    sets, asked = dict(form.sets), form.field(field)
    if field in sets:
        return {sets[field]}, False, False
    if asked is None:
        return set(), True, False
    missing = asked.when != ALWAYS or not (asked.required or asked.default is not None)
    if asked.fixed:
        return {asked.default}, missing, False
    return set(asked.options), missing, asked.kind != "choice"


def _waiting(definition: Definition, asked: bool) -> Given:
    workflow = definition.workflow
    found = {*(state.waiting_on for state in workflow.states), *(step.waiting_on for step in workflow.transitions)}
    found |= {party for _, party in definition.replies} | (set(PARTIES) if asked else set())
    missing = workflow.by_key[workflow.initial].waiting_on is None or any(state.final for state in workflow.states)
    return Given(frozenset(found - {None}), missing)
