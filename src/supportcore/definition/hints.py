"""
What rules hint at where records and people would know: who is in a committee, who opens tickets for himself.

The linter and an exploration take the same hints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supportcore.definition.model import Definition
from supportcore.definition.parts import ApprovalRule
from supportcore.people.access import SYSTEM, Role
from supportcore.predicate import Eq, Fact, Missing, Ne, Predicate, leaves

_MINE = Eq("contact", Fact("@actor.id"))


def conditions_of(definition: Definition) -> Iterator[Predicate]:
    """Yield the conditions that decide what can become of a ticket."""
    yield from (step.when for step in definition.workflow.transitions)
    yield from (role.sees for role in definition.roles)
    yield from (when for role in definition.roles for _, when in role.only)
    yield from (rule.when for rule in definition.approvals)
    yield from (rule.when for rule in definition.routing.rules)


def committee(rule: ApprovalRule, roles: Iterable[Role]) -> tuple[Role, ...]:
    """
    Return the roles of staff that may be in the committee of *rule*: those called like it or its team, or else all.

    >>> from supportcore.predicate import ALWAYS
    >>> staff = [Role(key=key, side="staff", sees=ALWAYS, may=()) for key in ("agent", "board_member")]
    >>> [role.key for role in committee(ApprovalRule(key="changes", team="board"), staff)]
    ['board_member']
    """
    staff = tuple(role for role in roles if role.side == "staff")
    return (
        tuple(role for role in staff if _called_like(role.key, rule.key) or _called_like(role.key, rule.team)) or staff
    )


def _called_like(role: str, name: str) -> bool:
    """Return whether the name of a role says that of a committee or team: in one number, or as the first words."""
    one, other = f"{role.removesuffix('s')}_", f"{name.removesuffix('s')}_"
    return one.startswith(other) or other.startswith(one)


def opens_for_itself(definition: Definition) -> bool:
    """Return whether staff is meant to open tickets for itself: a condition of staff alone asks for its own."""
    staff = {role.key for role in definition.roles if role.side == "staff"}
    return any(leaf == _MINE for when in _of_staff(definition, staff) for leaf in leaves(when))


def _of_staff(definition: Definition, staff: set[str]) -> Iterator[Predicate]:
    for role in definition.roles:
        if role.key in staff:
            yield role.sees
            yield from (when for _, when in role.only)
    yield from (step.when for step in definition.workflow.transitions if step.roles - {SYSTEM} <= staff)


def speaks_of_none(definition: Definition, field: str) -> bool:
    """
    Return whether rules are made for tickets without a value of *field*.

    Where none is, taking the value away can but hide a ticket, and whoever does so is to blame himself.
    """
    read = (leaf for when in conditions_of(definition) for leaf in leaves(when))
    return any(leaf.field == field and isinstance(leaf, (Missing, Ne)) for leaf in read)
