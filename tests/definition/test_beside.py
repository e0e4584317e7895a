"""What a desk says beside its workflow: what it comes to, and what is told of each fault in it."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.definition import Definition
from supportcore.definition.loader import define, restore
from supportcore.definition.parts import ApprovalRule, HoldRule, NoticeRule, Routing, RoutingRule, Survey
from supportcore.definition.values import findings
from supportcore.errors import DefinitionError, DefinitionFault
from supportcore.linting import lint
from supportcore.predicate import Eq
from tests.definition.shown import DROP, Wrong
from tests.desk.beside.club import club, labels_of, rules

RULE = {"when": {"field": "priority", "eq": "high"}, "assign": "least_loaded", "skill_of": "type", "area": "north"}
NOTICE = {"key": "told", "on": "state_changed", "to": ["contact"], "channel": "email", "template": "told"}


def full() -> dict[str, Any]:
    """Return the rules with one of everything, which have no fault."""
    routing = {"team": "desk", "assign": "round_robin", "rules": [RULE, {"skill": "vat"}], "on_triage": True}
    return rules(routing=routing, notices=[{**NOTICE, "actions": ["propose", "merge"], "when": RULE["when"]}])


FULL = full()
LABELS = labels_of(FULL)


def faults_of(document: dict[str, Any]) -> list[DefinitionFault]:
    try:
        define(document, LABELS)
    except DefinitionError as error:
        return [fault for fault in error.faults if fault.file == "rules"]
    return []


def edited(way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return the rules with one edit."""
    document = copy.deepcopy(FULL)
    place: Any = document
    for step in way[:-1]:
        place = place[step]
    if value is DROP:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return document


def test_parts_are_what_the_definition_says() -> None:
    """Routing, notices, approvals, survey, hold and the state of merged tickets come out as they were written."""
    found = define(FULL, LABELS)
    high = Eq("priority", "high")
    assert (
        Routing(
            team="desk",
            assign="round_robin",
            rules=(
                RoutingRule(when=high, assign="least_loaded", skill_of="type", area="north"),
                RoutingRule(skill="vat"),
            ),
            on_triage=True,
        )
        == found.routing
    )
    told = frozenset({"propose", "merge"})
    assert (
        NoticeRule(
            key="told", on="state_changed", to=("contact",), channel="email", template="told", when=high, actions=told
        ),
    ) == found.notices
    assert (ApprovalRule(key="board", when=high, team="board", approved="go", rejected="deny"),) == found.approvals
    assert (Survey(scale="yes_no"), HoldRule(begin="hold", end="release"), "merged") == (
        found.survey, found.hold, found.merge,
    )  # fmt: skip


def test_a_desk_that_says_nothing_has_none_of_it() -> None:
    """Without the sections tickets go nowhere by themselves, and nobody approves, rates, holds or merges."""
    document = rules(routing=None, approvals=None, survey=None, hold=None, merge=None, confirmations=None, notices=None)
    document["roles"][0]["may"].remove("rate")
    document["roles"][1]["may"].remove("merge")
    bare = define(document, labels_of(document))
    assert (Routing(), (), None, None, None, ()) == (
        bare.routing, bare.approvals, bare.survey, bare.hold, bare.merge, bare.notices,
    )  # fmt: skip


def test_stored_rules_say_the_same() -> None:
    """Rules that come back from their document have the same parts and the same hash."""
    today = define(FULL, LABELS)
    again = restore(today.document, today=today)
    names = ("workflow", "routing", "notices", "approvals", "survey", "hold", "merge", "rules_hash")
    assert [getattr(today, name) for name in names] == [getattr(again, name) for name in names]


@pytest.mark.parametrize(
    ("quorum", "needed"),
    [
        ("any", [1, 1, 1, 1, 1]),
        ("majority", [1, 1, 2, 2, 3]),
        ("all", [1, 1, 2, 3, 4]),
        (1, [1, 1, 1, 1, 1]),
        (3, [1, 1, 2, 3, 3]),
    ],
)
def test_quorum_is_so_many_of_the_voters(quorum: Any, needed: list[int]) -> None:
    """Of none to four voters: at least one has to agree, and never more than there are, if there are any."""
    rule = ApprovalRule(key="board", team="board", quorum=quorum)
    assert needed == [rule.needed(voters) for voters in range(5)]


SAID_WRONG = [
    Wrong(("routing", "asign"), "none", "routing.asign", "unknown_key", "assign"),
    Wrong(("routing", "assign"), "fair", "routing.assign", "not_an_option", "least_loaded"),
    Wrong(("routing", "team"), DROP, "routing.team", "missing_key", "needs a team"),
    Wrong(("routing", "on_triage"), "yes", "routing.on_triage", "wrong_type", "true or false"),
    Wrong(("routing", "rules"), {}, "routing.rules", "wrong_type", "a list"),
    Wrong(("routing", "rules", 0, "skil"), "x", "routing.rules[0].skil", "unknown_key", "skill"),
    Wrong(("routing", "rules", 0, "area"), "nort", "routing.rules[0].area", "unknown_area", "north"),
    Wrong(("routing", "rules", 0, "skill_of"), "colour", "routing.rules[0].skill_of", "unknown_field", "colour"),
    Wrong(("routing", "rules", 0, "skill_of"), "state", "routing.rules[0].skill_of", "unknown_field", "state"),
    Wrong(("routing", "rules", 0, "skill"), "vat", "routing.rules[0].skill", "unexpected_key", "not both"),
    Wrong(
        ("routing", "rules", 0, "when"),
        {"field": "customer", "in": "@actor.customers"},
        "routing.rules[0].when",
        "bad_predicate",
        "nobody acts",
    ),
    Wrong(("notices", 0, "actions"), ["prpose"], "notices[0].actions[0]", "unknown_action", "propose"),
    Wrong(("notices", 0, "on"), "rated", "notices[0].actions", "unexpected_key", "state_changed"),
    Wrong(("notices", 0, "to"), ["everybody"], "notices[0].to[0]", "unknown_recipient", "everybody"),
    Wrong(("notices", 0, "to"), [], "notices[0].to", "empty", "followers"),
    Wrong(
        ("notices", 0, "when"),
        {"field": "contact", "eq": "@actor.id"},
        "notices[0].when",
        "bad_predicate",
        "nobody acts",
    ),
    Wrong(("notices",), [NOTICE, NOTICE], "notices[1].key", "duplicate", "a name of its own"),
    *(
        Wrong(("notices", 0), {**NOTICE, "on": on}, "notices[0].to", "internal_note", "never told to the contact")
        for on in ("noted", "approval_asked", "voted")
    ),
    Wrong(("approvals", 0, "team"), DROP, "approvals[0].team", "missing_key", "required"),
    Wrong(("approvals", 0, "quorum"), "most", "approvals[0].quorum", "not_an_option", "majority"),
    Wrong(("approvals", 0, "quorum"), 0, "approvals[0].quorum", "not_positive", "above zero"),
    Wrong(("approvals", 0, "quorum"), True, "approvals[0].quorum", "wrong_type", "majority"),
    Wrong(("approvals", 0, "approved"), "gone", "approvals[0].approved", "unknown_action", "'go'"),
    Wrong(("approvals", 0, "approved"), "work", "approvals[0].approved", "not_automatic", "system"),
    Wrong(("approvals", 0, "when"), {"field": "@actor.id", "eq": "x"}, "approvals[0].when", "bad_predicate", "acts"),
    Wrong(("approvals",), [FULL["approvals"][0]] * 2, "approvals[1].key", "duplicate", "a name of its own"),
    Wrong(("survey", "scale"), "smileys", "survey.scale", "not_an_option", "stars"),
    Wrong(("survey",), "yes_no", "survey", "wrong_type", "a table"),
    Wrong(("survey", "scale"), "stars", "confirmations[0].rates", "missing_section", "yes_no"),
    Wrong(("hold", "begin"), DROP, "hold.begin", "missing_key", "required"),
    Wrong(("hold", "end"), "hold_on", "hold.end", "unknown_action", "hold"),
    Wrong(("hold", "begin"), "propose", "hold.begin", "not_automatic", "system"),
    Wrong(("merge", "state"), "open", "merge.state", "not_an_option", "merged"),
    Wrong(("merge",), DROP, "roles[1].may", "missing_section", "[merge]"),
    Wrong(("confirmations", 0, "silense"), {}, "confirmations[0].silense", "unknown_key", "silence"),
    Wrong(("confirmations", 0, "state"), "propose", "confirmations[0].state", "unknown_state", "proposed"),
    Wrong(("confirmations", 0, "state"), "done", "confirmations[0].state", "final_state", "before it"),
    Wrong(("confirmations", 0, "roles"), DROP, "confirmations[0].roles", "missing_key", "who is asked"),
    Wrong(("confirmations", 0, "roles"), ["ghost"], "confirmations[0].roles[0]", "unknown_role", "guest"),
    Wrong(("confirmations", 0, "yes"), DROP, "confirmations[0].yes", "missing_key", "what a yes does"),
    Wrong(("confirmations", 0, "yes", "to"), "gone", "confirmations[0].yes.to", "unknown_state", "gone"),
    Wrong(("confirmations", 0, "yes", "to"), DROP, "confirmations[0].yes.to", "missing_key", "required"),
    Wrong(("confirmations", 0, "yes", "action"), "reply", "confirmations[0].yes.action", "reserved_action", "another"),
    Wrong(("confirmations", 0, "yes", "accepts"), ["word"], "confirmations[0].yes.accepts[0]", "unknown_input", "word"),
    Wrong(("confirmations", 0, "no", "if"), 1, "confirmations[0].no.if", "unknown_key", "if"),
    Wrong(("confirmations", 0, "no", "action"), "accept", "confirmations", "duplicate_action", "one place"),
    Wrong(("confirmations", 0, "yes", "action"), "cancel", "confirmations", "duplicate_action", "one place"),
    Wrong(("confirmations", 0, "silence", "after"), "soon", "confirmations[0].silence.after", "bad_span", "72h"),
    Wrong(("confirmations", 0, "silence", "to"), "dne", "confirmations[0].silence.to", "unknown_state", "done"),
    Wrong(("confirmations", 0, "reply", "roles"), [], "confirmations[0].reply.roles", "unknown_key", "roles"),
    Wrong(("confirmations", 0, "question"), "Well?", "confirmations[0].question", "bad_key", "a-z"),
    Wrong(
        ("states", 2, "timer"),
        {"after": "1h", "action": "expire"},
        "states[2].timer.action",
        "unknown_action",
        "expire",
    ),
    Wrong(("states", 0, "on_assign"), "propose", "states[0].on_assign", "unknown_action", "propose"),
    Wrong(("states", 0, "on_triage"), "work", "states[0].on_triage", "not_automatic", "system"),
    Wrong(("states", 4, "on_triage"), "work", "states[4].on_triage", "unexpected_key", "final"),
]


@pytest.mark.parametrize("wrong", SAID_WRONG, ids=str)
def test_a_fault_is_told_at_its_place(wrong: Wrong) -> None:
    """One edit is told where it is, with its code and what would be right."""
    faults = faults_of(edited(wrong.way, wrong.value))
    assert (wrong.path, wrong.code) in [(fault.path, fault.code) for fault in faults]
    (message, *_) = (fault.message for fault in faults if (fault.path, fault.code) == (wrong.path, wrong.code))
    assert wrong.right in message


def test_all_faults_are_told_at_once() -> None:
    """Faults in several sections stand in one error."""
    document = edited(("survey", "scale"), "smileys")
    document["hold"]["begin"] = "nothing"
    document["approvals"][0]["quorum"] = "most"
    document["confirmations"][0]["yes"]["to"] = "gone"
    document["routing"]["rules"][0]["area"] = "nort"
    places = {fault.path for fault in faults_of(document)}
    assert {
        "survey.scale", "hold.begin", "approvals[0].quorum", "confirmations[0].yes.to", "routing.rules[0].area",
    } <= places  # fmt: skip


def test_two_confirmations_of_one_state_are_a_fault() -> None:
    """A state waits for one answer: a second timer or answer to a reply in it is told."""
    document = edited(("confirmations",), [FULL["confirmations"][0], {
        **FULL["confirmations"][0], "question": "again",
        "yes": {"action": "yes", "to": "accepted"}, "no": {"action": "nope", "to": "open"},
        "reply": {"action": "other", "to": "open"}, "silence": {"after": "1h", "action": "late", "to": "done"},
    }])  # fmt: skip
    found = {(fault.path, fault.code) for fault in faults_of(document)}
    assert {("confirmations[1].silence", "duplicate"), ("confirmations[1].reply", "duplicate")} <= found


SECTIONS = ("routing", "approvals", "survey", "hold", "merge", "confirmations", "notices")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "hold", "open", "any", "72h", "desk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["key", "when", "team", "rules", "state", "yes", "no", "reply", "silence", "to", "action",
                         "begin", "roles", "on", "quorum"]), inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@given(section=st.sampled_from(SECTIONS), value=ANYTHING)
def test_any_section_is_read_or_faulty(section: str, value: Any) -> None:
    """Whatever stands in a section, the document is a definition or has faults; nothing else is raised."""
    document = {**FULL, section: value}
    with suppress(DefinitionError):
        assert isinstance(define(document, LABELS), Definition)


def test_the_state_of_merged_tickets_is_reached() -> None:
    """No action has to lead there, if a role may merge; if none may, it is found that no ticket comes there."""
    assert () == lint(club())
    roles = rules()["roles"]
    roles[1]["may"].remove("merge")
    assert ["unreachable_state"] == [found.code for found in lint(club(roles=roles))]


def test_a_value_that_nothing_has_is_found_in_every_condition() -> None:
    """Conditions of routing rules, notices and approvals are read like others: a slip is told at its place."""
    slip = {"field": "priority", "eq": "hihg"}
    document = full()
    document["routing"]["rules"][0]["when"] = slip
    document["notices"][0]["when"] = {"any": [slip, {"field": "state", "eq": "opne"}]}
    document["approvals"][0]["when"] = slip
    assert [
        "routing.rules[0].when.eq", "notices[0].when.any[0].eq", "notices[0].when.any[1].eq", "approvals[0].when.eq",
    ] == [found.path for found in findings(define(document, LABELS))]  # fmt: skip
    assert () == findings(define(FULL, LABELS))
