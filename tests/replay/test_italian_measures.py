"""The Italian log in business hours: measures, clocks, why they differ, and the figures known of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from supportcore.cli.measures import measures_data
from supportcore.replay.faults import RowFault
from supportcore.replay.levels import load_promised
from supportcore.replay.logfile import Columns, Row, read
from supportcore.replay.plan import derive_plan
from supportcore.replay.runner import Read, ticket_id
from tests.replay import reference
from tests.replay.hours import ITALIAN_CLOCKS, ITALIAN_FIGURES, ITALIAN_KINDS, rows_of
from tests.replay.reference import ITALIAN_LOG
from tests.replay.test_measures import EXAMPLES, assert_agrees, derived, importer, replayed, shown

PAGE = EXAMPLES.parents[1] / "docs" / "replay.md"
HOUR = timedelta(hours=1)
SHIPPED = {n: EXAMPLES / f"italian-{n}h.levels.toml" for n in (16, 40)}


@pytest.mark.parametrize("target", SHIPPED)
def test_shipped_levels(target: int) -> None:
    """The shipped files can be read, and mean by the log's activities what the reference means."""
    activities = {*reference.ITALIAN, "RESOLVED", "VERIFIED"}
    promised = load_promised(SHIPPED[target], activities)
    plan = derive_plan(activities, key="italian", zone="UTC", promised=promised)
    meant = {"new": "new", "pending": "wait", "solved": "done", "closed": "done", "stay": "same"}
    assert {activity: meant[led] for activity, led in promised.categories.items()} == ITALIAN_KINDS
    assert plan.definition.levels is not None
    [policy] = plan.definition.levels.policies
    assert target * HOUR == policy.by_kind["resolution"].within


def test_figures_written_down() -> None:
    """The figures are those of the file beside the log, and the page shows them with those of the clocks."""
    page = PAGE.read_text(encoding="utf-8")
    assert f"Of the {ITALIAN_FIGURES['resolved_cases']:,} resolved\ncases" in page
    for target in SHIPPED:
        plain, paused = (ITALIAN_FIGURES[f"breach_{target}h{more}"] for more in ("", "_wait_paused"))
        clocks = [ITALIAN_CLOCKS[target, pauses] for pauses in (False, True)]
        assert f"| {target} h | {plain:,} | {clocks[0]:,} | {paused:,} | {clocks[1]:,} |" in page
    beside = ITALIAN_LOG.path.with_name("reference_stats.json")
    if not beside.exists():
        pytest.skip(f"no {beside.name} in {beside.parent} (SUPPORTCORE_LOGS names another folder)")
    known = json.loads(beside.read_text(encoding="utf-8"))["helpdesk_italian_full"]
    assert {key: known[key] for key in ITALIAN_FIGURES} == ITALIAN_FIGURES


def italian(tmp_path: Path, target: int, pauses: bool) -> tuple[Read, dict[str, list[tuple[str, datetime]]], Path]:
    """Return the rows of the log, the same rows by case, and a file of levels: the shipped one, or without pauses."""
    log = ITALIAN_LOG
    if not log.path.exists():
        pytest.skip(f"no {log.file} in {log.path.parent} (SUPPORTCORE_LOGS names another folder)")
    levels = tmp_path / "levels.toml"
    text = SHIPPED[target].read_text(encoding="utf-8")
    levels.write_text(text if pauses else text.replace('"office" }', '"office", pauses = false }'), encoding="utf-8")
    columns = Columns(case=log.case, activity=log.activity, at=log.at, resource=log.resource)
    rows = partial(read, log.path, columns, at_format=log.at_format, timezone=log.zone)
    cases = rows_of(log.path, case=log.case, activity=log.activity[0], at=log.at, at_format=log.at_format or "")
    return rows, cases, levels


@pytest.mark.slow
@pytest.mark.store("memory")
@pytest.mark.parametrize(("target", "pauses"), [(16, True), (40, False)])
def test_italian_log(tmp_path: Path, target: int, pauses: bool) -> None:
    """
    Measures and clocks of the public log are those of the reference in every case, and the known figures in sum.

    Where a measure and a clock differ, the case was solved, and later taken up or solved again: the measure, which
    looks back from the last solution, counts that time, and the clock does not.
    """
    rows, cases, levels = italian(tmp_path, target, pauses)
    desk, summary = replayed(rows, derived(rows, levels, ITALIAN_LOG.zone))
    figures = ITALIAN_FIGURES
    meaning: dict[str, Any] = {"kinds": ITALIAN_KINDS, "resolves": "Resolve ticket", "pauses": pauses}

    # As of its own last row: of what came after it, the log does not speak.
    found = assert_agrees(desk, cases, last=None, **meaning)
    waits = {label: followed for label, _, followed in summary.actions}["Wait"]
    assert figures["wait_intervals"] == waits  # a Wait, and whatever row of its case comes next
    assert figures["wait_business_s"] * 1_000 == _sum(measured.waiting for _, measured in found.values())
    resolved = {case: both for case, both in found.items() if both[1].resolution is not None}
    totals = {case: measured.resolution for case, (_, measured) in resolved.items()}
    nets = {case: measured.resolution - measured.resolution_waiting for case, (_, measured) in resolved.items()}
    assert figures["resolved_cases"] == len(resolved)
    assert figures["first_event_to_last_Resolve_business_s_total"] * 1_000 == _sum(totals.values())
    assert figures["same_minus_wait_business_s"] * 1_000 == _sum(nets.values())
    looked_at = nets if pauses else totals
    clocks = {case: measured.runs[0].elapsed for case, (_, measured) in resolved.items()}
    breached = {case for case, (_, measured) in resolved.items() if measured.runs[0].verdict == "breached"}
    for promised in SHIPPED:  # what is used up does not depend on what was promised
        late = {case for case, span in looked_at.items() if span > promised * HOUR}
        over = {case for case, span in clocks.items() if span > promised * HOUR}
        assert figures[f"breach_{promised}h" + ("_wait_paused" if pauses else "")] == len(late)
        assert ITALIAN_CLOCKS[promised, pauses] == len(over)
        assert over < late
        if promised == target:
            assert breached == over
    again = []  # whether each case that differs was taken up in between; if not, it was solved twice in a row
    for case, (counted, _) in resolved.items():
        difference = (looked_at[case] - clocks[case]).total_seconds()
        assert counted.resolution_done == difference  # solved before the last solution, to the second
        if difference:
            assert counted.reopened or counted.repeated
            again.append(counted.reopened > 0)
    assert (147, 113) == (again.count(True), again.count(False))

    # As of the end of the log one case more has run: opened again after it was last solved, and never solved since.
    assert summary.measured is not None
    acting, as_of = importer(desk), summary.measured.as_of
    promises = {case: acting.clocks(ticket_id("log", "log", case), as_of)[0] for case in cases}
    now = {case for case in resolved if promises[case].met is False}
    assert {"Case 2436"} == now - breached
    assert not breached - now
    assert {case: promises[case].elapsed for case in resolved if case != "Case 2436"} == {
        case: elapsed for case, elapsed in clocks.items() if case != "Case 2436"
    }
    if pauses:
        everywhere = sum(promise.met is False for promise in promises.values())
        assert everywhere == summary.measured.tally.verdicts[f"within_{target}h", "resolution", "breached"]
        if target == 16:
            assert shown(summary) in PAGE.read_text(encoding="utf-8")
    assert 4_580 == measures_data(summary.measured)["tickets"]


@pytest.mark.store("memory")
@pytest.mark.parametrize(("target", "pauses"), [(16, False), (40, True)])
def test_a_tenth_of_the_italian_log(tmp_path: Path, target: int, pauses: bool) -> None:
    """The other target of each way to count: measures, clocks and verdicts are those of the reference in every case."""
    rows, cases, levels = italian(tmp_path, target, pauses)
    tenth = {case: cases[case] for case in sorted(cases)[::10]}

    def some() -> Iterator[Row | RowFault]:
        return (row for row in rows() if isinstance(row, RowFault) or row.case in tenth)

    desk, summary = replayed(some, derived(rows, levels, ITALIAN_LOG.zone))
    assert (458, sum(map(len, tenth.values())), {}) == (summary.cases, summary.applied, summary.faulty)
    found = assert_agrees(desk, tenth, last=None, kinds=ITALIAN_KINDS, resolves="Resolve ticket", pauses=pauses)
    assert {"met", "breached"} <= {measured.runs[0].verdict for _, measured in found.values()}
    assert summary.measured is not None
    acting, as_of = importer(desk), summary.measured.as_of
    late = sum(acting.clocks(ticket_id("log", "log", case), as_of)[0].met is False for case in tenth)
    assert late == summary.measured.tally.verdicts[f"within_{target}h", "resolution", "breached"]


def _sum(spans: Iterable[timedelta | None]) -> int:
    """Milliseconds in all."""
    return sum((span or timedelta(0)) // timedelta(milliseconds=1) for span in spans)
