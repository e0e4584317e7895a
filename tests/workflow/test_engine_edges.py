"""Why an action is refused is said in the words of the desk: its states, its roles, its vocabularies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from supportcore import Refused
from supportcore.definition.loader import define
from tests.desk.beside.club import ANA, LUIS, labels_of, open_one, opened_desk, rules


def shown(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Labels that differ from the keys, and from one another by their section."""
    found = {section: dict(entries) for section, entries in labels.items()}
    for section, key, said in (
        ("states", "open", "At work"),
        ("roles", "guest", "Guests"),
        ("roles", "agent", "Agents"),
    ):
        found[section] = {**found[section], key: {"label": {"en": said}, "help": {"en": said}}}
    areas = {**found["vocabularies"]["area"], "north": {"label": {"en": "Up north"}, "help": {"en": "North"}}}
    found["vocabularies"] = {**found["vocabularies"], "area": areas}
    return found


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"field": "state", "eq": "open"}, "the state is At work"),
        ({"field": "area", "eq": "north"}, "the area is Up north"),
        ({"field": "@actor.roles", "has": "guest"}, "your roles include Guests"),
    ],
)
def test_a_condition_is_told_by_its_labels(when: dict[str, Any], expected: str) -> None:
    """Each value by the label that the desk has for it."""
    step = {"action": "extra", "from": ["new"], "to": "open", "roles": ["agent"], "when": when}
    document = rules(approvals=None, transitions=[*rules()["transitions"], step])
    desk = opened_desk(define(document, shown(labels_of(document))))
    with pytest.raises(Refused) as refused:
        desk.acting_as(LUIS).act(open_one(desk), "extra")
    (reason,) = refused.value.reasons
    assert ("condition_not_met", expected) == (reason.code, dict(reason.params)["condition"])


def test_roles_are_told_by_their_labels() -> None:
    """Who may do it, in order, and the desk itself where only it may."""
    document = rules(approvals=None)
    desk = opened_desk(define(document, shown(labels_of(document))))
    ticket = open_one(desk)
    for actor, action, expected in ((LUIS, "go", "the desk itself"), (ANA, "work", "Agents")):
        with pytest.raises(Refused) as refused:
            desk.acting_as(actor).act(ticket, action)
        (reason,) = refused.value.reasons
        assert ("role_required", expected) == (reason.code, dict(reason.params)["roles"])
