"""What exploration shows of a desk, and what the linter says of it, put so that the two can be compared."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import DefinitionError
from supportcore.exploring import Cast, Exploration, cast_of, explore
from supportcore.linting import lint
from tests.judging.documents import Doc
from tests.linting.corpus.base import defined

COMPARED = ("unreachable_state", "trap_state", "timer_loop")


class Verdict(NamedTuple):
    """States that no ticket comes into, states in which one is trapped, states whose timers lead round."""

    unreachable: frozenset[str]
    trapped: frozenset[str]
    looping: frozenset[str]


def loaded(rules: Doc) -> Definition | None:
    """Return a mutant as a desk, with plain labels; None if it has faults."""
    try:
        return defined(rules)
    except DefinitionError:
        return None


def explored(definition: Definition, most: int) -> tuple[Exploration, Verdict]:
    """
    Return what exploration shows.

    A state that a ticket comes into only where nobody is there to be assigned counts as reached, and no more.
    """
    found = explore(definition, most=most)
    unreached = frozenset(found.unreached)
    if unreached and definition.routing.teams:
        unreached &= frozenset(explore(definition, most=most, cast=_nobody_there(definition)).unreached)
    looping = frozenset(state for circle in found.loops for state in circle)
    return found, Verdict(unreached, frozenset(found.trapped), looping)


def _nobody_there(definition: Definition) -> Cast:
    """Return a cast whose teams have no members, and whose customers have no main contact."""
    cast = cast_of(definition)
    nobody: dict[str, Doc] = {"team": {"members": ()}, "customer": {"main_contact": None}}
    records = {ref: attrs.evolve(record, **nobody.get(ref[0], {})) for ref, record in cast.records.items()}
    return attrs.evolve(cast, records=records)


def linted(definition: Definition) -> Verdict:
    """Return what the linter says."""
    states = [state.key for state in definition.workflow.states]
    said: dict[str, set[str]] = {code: set() for code in COMPARED}
    for finding in lint(definition):
        if finding.code == "nobody_opens":  # so no ticket comes into any state
            said["unreachable_state"].update(states)
        elif finding.code in ("unreachable_state", "trap_state"):
            place = int(finding.path.partition("[")[2].partition("]")[0])
            said[finding.code].add(states[place])
        elif finding.code == "timer_loop":
            said[finding.code].update(state for state in states if f"{state} " in f"{finding.message} ")
    return Verdict(*(frozenset(said[code]) for code in COMPARED))
