"""What an exploration takes from the rules where records and people would know: committees, contacts; and clocks."""

from __future__ import annotations

import pytest

from supportcore.definition.hints import committee, opens_for_itself, speaks_of_none
from supportcore.definition.parts import ApprovalRule
from supportcore.exploring import cast_of, explore
from supportcore.people.access import Role
from supportcore.predicate import ALWAYS
from tests.linting.corpus.base import defined
from tests.linting.corpus.sound import SOUND
from tests.linting.corpus.sound_small import (
    AGENT,
    CANCELLED,
    CLOSE,
    CUSTOMER,
    DONE,
    MINE,
    OPEN,
    desk,
    state,
    step,
)

MY_OWN = {"field": "contact", "eq": "@actor.id"}
BOARD = {"key": "clerks", "side": "staff", "sees": {"field": "approval", "eq": "pending"}, "may": []}
BEGIN = step("begin", "asked", "open", "agent", when={"field": "approval", "eq": "approved"})
ASKED = state("asked", "new", "support")


@pytest.mark.parametrize(
    ("team", "asked"),
    [
        ("board", "board"),
        ("boards", "board"),
        ("board_member", "board"),
        ("boarding", "agent board clerk"),
        ("x", "agent board clerk"),
    ],
)
def test_a_committee_are_the_roles_called_like_it(team: str, asked: str) -> None:
    """A role is meant by a committee if it is called like that or its team; otherwise all of staff may be in it."""
    roles = [Role(key=key, side="staff", sees=ALWAYS, may=frozenset()) for key in ("agent", "board", "clerk")]
    roles.append(Role(key="boards", side="customer", sees=ALWAYS, may=frozenset()))
    assert asked.split() == [role.key for role in committee(ApprovalRule(key="changes", team=team), roles)]


@pytest.mark.parametrize(("team", "members"), [("clerks", ("clerks",)), ("other", ("agent",))])
def test_a_committee_sees_what_it_is_asked(team: str, members: tuple[str, ...]) -> None:
    """In a committee are those called like it, or those who see every ticket; so it can be decided."""
    approvals = [{"key": "changes", "team": team, "quorum": "all"}]
    definition = defined(desk("d", [ASKED, OPEN, DONE], [BEGIN, CLOSE], [CUSTOMER, AGENT, BOARD], approvals=approvals))
    assert members == cast_of(definition).records["team", team].members
    assert () == explore(definition).unreached


def test_staff_opens_for_itself_where_it_is_asked_for_its_own() -> None:
    """Where a condition of staff alone asks for its own tickets, staff opens them for itself."""
    opening = {**AGENT, "may": ["open", "reply"]}
    begin = step("begin", "asked", "open", "agent", when=MY_OWN)
    definition = defined(
        desk("d", [ASKED, OPEN, DONE], [begin, step("close", "asked open", "done", "agent")], [CUSTOMER, opening])
    )
    assert (True, ()) == (opens_for_itself(definition), explore(definition).unreached)
    assert not opens_for_itself(defined(SOUND["customers-close"]))


def test_what_a_ticket_has_is_taken_away_only_where_rules_speak_of_none() -> None:
    """A desk whose staff sees its own tickets only is no trap because somebody could give one to nobody."""
    some = [CUSTOMER, {"key": "agent", "side": "staff", "sees": "assigned", "may": ["reply", "assign"]}]
    rules = desk("d", [OPEN, DONE], [CLOSE], some, routing={"team": "desk", "assign": "spread"})
    assert {} == explore(defined(rules)).trapped
    some[1]["sees"] = {"any": [MINE, {"field": "assignee", "missing": True}]}
    assert [False, True] == [speaks_of_none(defined(rules), name) for name in ("team", "assignee")]


def test_clocks_that_have_as_long_to_go_are_not_the_same_before_and_after_a_warning() -> None:
    """A warning that comes as long after one step of a ladder as the next before another leads on, not round."""
    found = explore(defined(SOUND["two-tiers"]))
    assert ((), True) == (found.loops, found.complete)


def test_a_ticket_is_merged_into_one_that_is_seen() -> None:
    """The other ticket is in the same state, so who sees only that state can merge there."""
    seeing = {"key": "agent", "side": "staff", "sees": {"field": "state", "eq": "open"}, "may": ["merge"]}
    begin = step("begin", "asked", "open", "system")
    first = {**ASKED, "timer": {"after": "1h", "action": "begin"}}
    rules = desk("d", [first, OPEN, DONE, CANCELLED], [begin, CLOSE], [CUSTOMER, seeing], merge={"state": "cancelled"})
    assert () == explore(defined(rules)).unreached
