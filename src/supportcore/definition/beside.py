"""Reading what a desk says beside its workflow (see `supportcore.definition.parts`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supportcore.definition.parts import (
    ASSIGNING,
    NOTICE_EVENTS,
    QUORUMS,
    RECIPIENTS,
    ApprovalRule,
    HoldRule,
    NoticeRule,
    Routing,
    RoutingRule,
    Survey,
)
from supportcore.definition.reading import Node, meant
from supportcore.forms.fields import INTAKE
from supportcore.people.access import SYSTEM
from supportcore.predicate import TICKET_FIELDS, Fact, Predicate, leaves
from supportcore.text import ID_LIMIT
from supportcore.workflow.definition import Workflow

_SKILLED = tuple(name for name in INTAKE if name in TICKET_FIELDS)
"""Fields that a ticket is opened with and keeps."""


def read_routing(root: Node, vocabularies: Mapping[str, tuple[str, ...]]) -> Routing:
    """Return where new tickets go."""
    node = root.at("routing")
    if node.value is None or not node.table("team", "assign", "responsible", "rules", "on_triage"):
        return Routing()
    team = node.at("team").given(limit=ID_LIMIT)
    assign = node.at("assign").one_of(ASSIGNING, "none")
    _needs_team(node, assign, team)
    return Routing(
        team=team,
        assign=assign,
        responsible=node.at("responsible").one_of(("none", "assignee"), "none"),
        rules=tuple(_routing_rule(below, team, vocabularies) for below in node.at("rules").each()),
        on_triage=node.at("on_triage").flag(),
    )


def _routing_rule(node: Node, default: str | None, vocabularies: Mapping[str, tuple[str, ...]]) -> RoutingRule:
    if not node.table("when", "team", "area", "assign", "skill", "skill_of"):
        return RoutingRule()
    team = node.at("team").given(limit=ID_LIMIT)
    assign = node.at("assign").one_of(ASSIGNING, "none")
    _needs_team(node, assign, team or default)
    area = node.at("area").given()
    known = vocabularies.get("area", ())
    if area is not None and area not in known:
        node.at("area").fault("unknown_area", f"no area {area!r}{meant(area, known)}")
    skill_of = node.at("skill_of").given()
    if skill_of is not None and skill_of not in _SKILLED:
        told = f"no field {skill_of!r} to take a skill from{meant(skill_of, _SKILLED)}"
        node.at("skill_of").fault("unknown_field", told)
    if skill_of is not None and node.at("skill").value is not None:
        node.at("skill").fault("unexpected_key", "say skill or skill_of, not both")
    return RoutingRule(
        when=ticket_condition(node.at("when")),
        team=team,
        area=area,
        assign=assign,
        skill=node.at("skill").given(limit=ID_LIMIT),
        skill_of=skill_of,
    )


def _needs_team(node: Node, assign: str, team: str | None) -> None:
    if assign not in ("none", "main_contact") and team is None:
        node.at("team").fault("missing_key", f'assign = "{assign}" needs a team to pick from')


def ticket_condition(node: Node) -> Predicate:
    """Return a condition on the ticket alone; a fact of the actor in it is a fault."""
    found = node.predicate()
    for leaf in leaves(found):
        values = [leaf.field, *(value.name for value in vars_of(leaf) if isinstance(value, Fact))]
        if any(str(value).startswith("@") for value in values):
            node.fault("bad_predicate", "nobody acts here; test fields of the ticket only")
            break
    return found


def vars_of(leaf: Any) -> tuple[Any, ...]:
    """Return what a comparison compares with."""
    found = getattr(leaf, "values", getattr(leaf, "value", None))
    return found if isinstance(found, tuple) else (found,)


def read_notices(root: Node, actions: Sequence[str]) -> tuple[NoticeRule, ...]:
    """Return who is told of what; *actions* are those of the workflow."""
    rules: list[NoticeRule] = []
    for node in root.at("notices").each():
        if not node.table("key", "on", "to", "channel", "template", "author", "when", "actions"):
            continue
        key = node.at("key").key()
        if any(rule.key == key for rule in rules):
            node.at("key").fault("duplicate", f"notice {key!r} exists already; every rule has a name of its own")
        on = node.at("on").one_of(NOTICE_EVENTS)
        to: Any = node.at("to").names(RECIPIENTS, "recipient", needed=f"say who is told: {', '.join(RECIPIENTS)}")
        if on in ("noted", "approval_asked", "voted") and "contact" in to:
            node.at("to").fault("internal_note", "what is internal is never told to the contact")
        if node.at("actions").value is not None and on != "state_changed":
            node.at("actions").fault("unexpected_key", 'only a rule on = "state_changed" names actions; leave it out')
        channel, template = node.at("channel").key(), node.at("template").key(key or "notice")
        rules.append(
            NoticeRule(
                key=key or "rule",
                on=on,
                to=to,
                channel=channel or "channel",
                template=template,
                author=node.at("author").flag(),
                when=ticket_condition(node.at("when")),
                actions=frozenset(node.at("actions").names((*actions, "merge"), "action")),
            )
        )
    return tuple(rules)


def read_approvals(root: Node, workflow: Workflow) -> tuple[ApprovalRule, ...]:
    """Return which tickets a committee has to agree to."""
    rules: list[ApprovalRule] = []
    for node in root.at("approvals").each():
        if not node.table("key", "when", "team", "quorum", "approved", "rejected"):
            continue
        key = node.at("key").key()
        if any(rule.key == key for rule in rules):
            node.at("key").fault("duplicate", f"approval {key!r} exists already; each has a name of its own")
        quorum = node.at("quorum")
        if isinstance(quorum.value, int) and not isinstance(quorum.value, bool):
            wanted: Any = quorum.number(1)
        else:
            wanted = quorum.one_of(QUORUMS, "majority")
        rules.append(
            ApprovalRule(
                key=key or "approval",
                when=ticket_condition(node.at("when")),
                team=node.at("team").text(limit=ID_LIMIT) or "team",
                quorum=wanted,
                approved=_own_action(node.at("approved"), workflow),
                rejected=_own_action(node.at("rejected"), workflow),
            )
        )
    return tuple(rules)


def _own_action(node: Node, workflow: Workflow, *, needed: bool = False) -> str | None:
    """Return an action that the desk itself can take; None where none is named."""
    if node.value is None and not needed:
        return None
    action = node.key()
    steps = [step for step in workflow.transitions if step.action == action]
    if action and not steps:
        node.fault("unknown_action", f"no action {action!r}{meant(action, workflow.actions)}")
    elif any(SYSTEM not in step.roles for step in steps):
        node.fault("not_automatic", f'{action!r} is taken by the desk itself; add "{SYSTEM}" to its roles')
    elif any(step.form.asks for step in steps):
        node.fault("not_automatic", f"{action!r} asks for input, which nobody gives when the desk takes it")
    return action or None


def read_survey(root: Node) -> Survey | None:
    """Return how resolutions are rated; None if they are not."""
    node = root.at("survey")
    if node.value is None or not node.table("scale"):
        return None
    return Survey(scale=node.at("scale").one_of(("stars", "yes_no"), "stars"))


def read_hold(root: Node, workflow: Workflow) -> HoldRule | None:
    """Return what becomes of tickets whose agreement does not hold; None leaves that to people."""
    node = root.at("hold")
    if node.value is None or not node.table("begin", "end"):
        return None
    begin, end = (_own_action(node.at(name), workflow, needed=True) for name in ("begin", "end"))
    return HoldRule(begin=begin or "begin", end=end or "end")


def read_merge(root: Node, workflow: Workflow) -> str | None:
    """Return the state of tickets that were merged into another; None if there is no merging."""
    node = root.at("merge")
    if node.value is None or not node.table("state"):
        return None
    final = [state.key for state in workflow.states if state.final]
    found: str = node.at("state").one_of(final or [""])
    return found
