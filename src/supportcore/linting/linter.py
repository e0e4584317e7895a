"""The linter: everything that is written without a fault on a desk and yet cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from supportcore.definition.boards import Telling, tellings
from supportcore.definition.boards import findings as board_findings
from supportcore.definition.model import Definition
from supportcore.definition.unfillable import unfillable
from supportcore.linting import closing, moving, rules, structure, timers, unused, waiting
from supportcore.linting.codes import CODES
from supportcore.linting.walk import walked
from supportcore.linting.ways import Ways
from supportcore.workflow.findings import Finding


@attrs.frozen(kw_only=True)
class Analysis:
    """
    What came of looking at a desk.

    Attributes:
        findings: What others come of first: fields that nothing fits, values that nothing can have, roles that never
            see anything. Then in the order of `CODES`, and as they stand in the document.
        boards: Of each board, in order, whether it partitions.
        kinds: How many kinds of ticket there are that its rules tell apart.
        aside: Fields that its rules read and that were left aside, as there would be too many kinds of ticket: whatever
            hangs on them was taken for possible.
    """

    findings: tuple[Finding, ...]
    boards: tuple[Telling, ...]
    kinds: int
    aside: tuple[str, ...] = ()


def lint(definition: Definition, *, former: Definition | None = None) -> tuple[Finding, ...]:
    """
    Return all that cannot be meant in *definition*.

    Args:
        former: Rules under which there are tickets that are to be moved to these.

    Returns:
        Findings, what others come of first (see `Analysis`), with the shortest steps that lead to where each shows.
    """
    return analyse(definition, former=former).findings


def analyse(definition: Definition, *, former: Definition | None = None) -> Analysis:
    """Look at *definition*; see `lint`."""
    ways = Ways(walked(definition))
    boards = tellings(definition)
    found = [*_told(ways, _findings_of(ways)), *board_findings(boards)]
    if former is not None:
        before = Ways(walked(former))
        found += _told(before, moving.moves(before, definition))
    places = [one.path for one in found if one.code == "unknown_value"]
    found = [one for one in found if one.code != "never_holds" or not _holds_one(one.path, places)]
    order = list(CODES)
    found.sort(key=lambda finding: (not _first(finding), order.index(finding.code)))
    aside = tuple(sorted(ways.walk.shape.aside))
    return Analysis(findings=tuple(found), boards=boards, kinds=len(ways.walk.kinds), aside=aside)


def _holds_one(path: str, places: Iterable[str]) -> bool:
    """Return whether one of *places* stands in the condition at *path*."""
    return any(place.startswith((f"{path}.", f"{path}[")) for place in places)


def _first(finding: Finding) -> bool:
    """Return whether a finding is told before all others, as it is what others come of."""
    blind = finding.code == "never_holds" and finding.path.startswith("roles[") and finding.path.endswith(".sees")
    return blind or finding.code in ("unfillable_field", "unknown_value")


def _findings_of(ways: Ways) -> Iterator[Finding]:
    yield from unfillable(ways.definition)
    yield from structure.roles(ways)
    yield from structure.states(ways)
    yield from waiting.stuck(ways)
    yield from structure.approvals(ways)
    yield from structure.actions(ways)
    yield from structure.triggers(ways)
    yield from timers.loops(ways)
    yield from timers.unbeatable(ways)
    yield from waiting.pauses(ways)
    yield from closing.reopenings(ways)
    yield from closing.confirmations(ways)
    yield from rules.never(ways)
    yield from unused.parts(ways.definition)
    yield from structure.hold(ways)


def _told(ways: Ways, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, each place told once of each code, with the steps of their traces filled in."""
    once = {(finding.code, finding.path): finding for finding in reversed(list(findings))}
    found = list(reversed(once.values()))
    if any(finding.trace for finding in found):
        from supportcore.linting.retelling import Retelling

        retelling = Retelling(ways.definition)
        found = [finding._replace(trace=retelling.of(finding.trace)) for finding in found]
    return found
