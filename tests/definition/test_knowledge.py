"""The section ``[knowledge]``: who keeps the knowledge base, and what is told of each fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import load_definition
from supportcore.articles.permissions import ACTION_LABELS, ACTIONS, STATE_LABELS, action_label, state_label
from supportcore.definition.loader import restore
from supportcore.knowledge.article import STATES
from supportcore.knowledge.lifecycle import KnowledgePolicy
from tests.definition.shown import Wrong, check, edited, faults_of, labels, load, rules

SECTION = {"write": ["agent"], "publish": ["agent"], "review_after": "180d", "folds_ene": True}


def told(section: Any) -> dict[str, Any]:
    found: dict[str, Any] = edited(rules(), ("knowledge",), section)
    return found


def test_the_policy_is_what_the_section_says() -> None:
    """Roles, span and folding come out as they were written."""
    agent = frozenset({"agent"})
    expected = KnowledgePolicy(write=agent, publish=agent, review_after=timedelta(days=180), folds_ene=True)
    assert expected == load(told(SECTION)).knowledge


def test_a_desk_that_says_nothing_leaves_it_to_staff() -> None:
    """Without the section, or with an empty one, no role is named and nothing is looked at again."""
    assert KnowledgePolicy() == load().knowledge == load(told({})).knowledge
    assert KnowledgePolicy() == load(told({"write": [], "publish": []})).knowledge


def test_the_policy_is_todays() -> None:
    """It is no stored rule: it changes no hash, and old rules come back with today's."""
    today = load(told(SECTION))
    assert load().rules_hash == today.rules_hash
    assert today.knowledge == restore(load().document, today=today).knowledge


@pytest.mark.parametrize("name", ["noova", "belenus"])
def test_shipped_desks_name_roles_of_staff(name: str) -> None:
    """What a shipped desk says of its knowledge base changes no hash, and names only staff."""
    desk = load_definition(name)
    assert desk.knowledge != KnowledgePolicy()
    staff = {role.key for role in desk.roles if role.side == "staff"}
    assert desk.knowledge.write | desk.knowledge.publish <= staff
    assert "knowledge" not in desk.document


@given(write=st.sets(st.sampled_from(["a", "b"])), publish=st.sets(st.sampled_from(["a", "b"])))
def test_who_publishes_is_named_or_writes(write: set[str], publish: set[str]) -> None:
    """Where nobody is named to publish, those do who write."""
    policy = KnowledgePolicy(write=frozenset(write), publish=frozenset(publish))
    assert (write, publish or write) == (policy.roles("write"), policy.roles("publish"))


FAULTS = [
    Wrong(("knowledge",), "agent", "knowledge", "wrong_type", "a table"),
    Wrong(("knowledge",), {"writes": ["agent"]}, "knowledge.writes", "unknown_key", "did you mean 'write'?"),
    Wrong(("knowledge",), {"write": "agent"}, "knowledge.write", "wrong_type", "a list"),
    Wrong(("knowledge",), {"write": [1]}, "knowledge.write[0]", "wrong_type", "a role"),
    Wrong(("knowledge",), {"write": ["agnt"]}, "knowledge.write[0]", "unknown_role", "did you mean 'agent'?"),
    Wrong(("knowledge",), {"write": ["agent", "agent"]}, "knowledge.write[1]", "duplicate", "stands here twice"),
    Wrong(("knowledge",), {"publish": ["agent", "guest"]}, "knowledge.publish[1]", "staff_only", "staff keeps"),
    Wrong(("knowledge",), {"review_after": 180}, "knowledge.review_after", "bad_span", "72h"),
    Wrong(("knowledge",), {"review_after": "0d"}, "knowledge.review_after", "not_positive", "more than zero"),
    Wrong(("knowledge",), {"folds_ene": "no"}, "knowledge.folds_ene", "wrong_type", "true or false"),
]


@pytest.mark.parametrize("wrong", FAULTS, ids=str)
def test_a_fault_is_told_where_it_is(wrong: Wrong) -> None:
    """Each with its place, its code and what would be right."""
    check(wrong)


def test_faults_come_all_at_once() -> None:
    """A section with several faults tells each."""
    section = {"write": ["guest", "x"], "review_after": "soon", "folds_ene": 1, "other": 0}
    assert {
        ("knowledge.write[0]", "staff_only"),
        ("knowledge.write[1]", "unknown_role"),
        ("knowledge.review_after", "bad_span"),
        ("knowledge.folds_ene", "wrong_type"),
        ("knowledge.other", "unknown_key"),
    } == {(fault.path, fault.code) for fault in faults_of(told(section))}


def test_actions_and_states_have_words() -> None:
    """The library has words for each, in both languages; a desk may have its own, for those that there are."""
    assert {"write", *ACTIONS} == set(ACTION_LABELS)
    assert set(STATES) == set(STATE_LABELS)
    desk = load()
    assert ("Publish", "In review") == (action_label(desk, "publish", "en"), state_label(desk, "review", "en"))
    spanish = attrs.evolve(desk, labels=attrs.evolve(desk.labels, languages=("es", "en")))
    assert ("Publicar", "En revisión") == (
        action_label(spanish, "publish", "es-CO"),
        state_label(spanish, "review", "es"),
    )
    own = labels()
    own["article_actions"] = {"publish": {"label": {"en": "Release"}}}
    own["article_states"] = {"review": {"label": {"en": "Proofread"}}}
    desk = load(told=own)
    assert ("Release", "Proofread") == (action_label(desk, "publish", "en"), state_label(desk, "review", "en"))
    own["article_actions"]["burn"] = {"label": {"en": "Burn"}}
    assert ["unknown_label"] == [fault.code for fault in faults_of(None, own)]
