"""What a desk with guards says to the history of another, compared with a reference that knows nothing of the desk."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from supportcore import Desk, load_definition, open_store
from supportcore.errors import DefinitionError
from supportcore.people.access import Actor
from supportcore.replay.logfile import Columns, read
from supportcore.replay.plan import Plan, load_plan
from supportcore.replay.runner import Read, Summary, replay, ticket_id
from supportcore.tickets.events import StateChanged
from tests.replay import reference
from tests.replay.generator import AT_FORMAT, FIRST, write_log
from tests.replay.reference import BPI13_LOG, ITALIAN_LOG, Case, Outcome, PublicLog

EXAMPLES = Path(__file__).parents[2] / "examples" / "replay"
COLUMNS = {"case": "Case ID", "activity": ("Activity",), "at": "Complete Timestamp", "resource": "Resource"}


def plan_of(mapping: str) -> Plan:
    return load_plan(EXAMPLES / mapping, load_definition(EXAMPLES / "service.toml"))


def replayed(rows: Read, mapping: str) -> tuple[Desk, Summary]:
    plan = plan_of(mapping)
    desk = Desk(plan.definition, open_store("memory://"))
    return desk, replay(desk, rows, plan, log="log")


def standing(desk: Desk, case: str) -> tuple[str, str | None, datetime, int]:
    """How the ticket of a case stands: state, assignee, last change, timers that fired."""
    ticket = ticket_id(desk.definition.key, "log", case)
    found = desk.acting_as(Actor(id="x", roles=frozenset({"planner"}))).get(ticket)
    events = [recorded.event for recorded in desk.history(ticket)]
    fired = sum(isinstance(event, StateChanged) and event.action in ("resume", "expire") for event in events)
    return found.state, found.assignee, found.updated_at, fired


def told(case: Case) -> tuple[str, str | None, datetime, int]:
    return case.state, case.assignee, case.last, case.fired


def assert_agrees(expected: Outcome, desk: Desk, summary: Summary) -> None:
    """The desk says of every row, and makes of every case, what the reference says."""
    assert expected.refused == summary.refused
    assert (expected.read, expected.applied) == (summary.read, summary.applied)
    assert summary.read == summary.applied + sum(summary.refused.values())
    assert len(expected.cases) == summary.cases
    assert {key: told(case) for key, case in expected.cases.items()} == {
        key: standing(desk, key) for key in expected.cases
    }
    assert [] == list(desk.verify().findings)


def harden(path: Path, *, seed: int, stretch: int) -> None:
    """
    Rewrite a generated log so that all rules of the desk matter.

    Time is stretched, so that timers fire; most rows of a case are one person's; some rows run back in time.
    """
    draw = random.Random(seed)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    people = {row[0]: row[2] for row in rows}
    for row in rows:
        row[2] = people[row[0]] if draw.random() < 0.8 else row[2]
        at = FIRST + (datetime.strptime(row[3], AT_FORMAT) - FIRST) * stretch
        if draw.random() < 0.03:
            at -= timedelta(hours=draw.choice([1, 30, 300]))
        row[3] = at.strftime(AT_FORMAT)
        if draw.random() < 0.01:
            row[1] = "Audit"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.mark.store("memory")
@pytest.mark.parametrize("seed", range(5))
def test_generated_logs(tmp_path: Path, seed: int) -> None:
    """On generated logs the desk refuses what the reference refuses, and its tickets end where the reference says."""
    path = tmp_path / "log.csv"
    write_log(path, seed=seed, cases=150, interleaved=bool(seed % 2))
    harden(path, seed=seed, stretch=(1, 12, 40)[seed % 3])
    expected = reference.outcome(path, means=reference.GENERATED, at_format=AT_FORMAT, zone="Europe/Madrid", **COLUMNS)
    rows = partial(read, path, Columns(**COLUMNS), at_format=AT_FORMAT, timezone="Europe/Madrid")
    desk, summary = replayed(rows, "generated.map.toml")
    assert_agrees(expected, desk, summary)


def test_generated_logs_are_hard(tmp_path: Path) -> None:
    """The generated logs give every reason that they can give, and timers of both kinds fire on them."""
    refused: Counter[str] = Counter()
    states: Counter[str] = Counter()
    fired = 0
    for seed in range(5):
        path = tmp_path / "log.csv"
        write_log(path, seed=seed, cases=150, interleaved=bool(seed % 2))
        harden(path, seed=seed, stretch=(1, 12, 40)[seed % 3])
        found = reference.outcome(path, means=reference.GENERATED, at_format=AT_FORMAT, zone="Europe/Madrid", **COLUMNS)
        refused.update(found.refused)
        states.update(case.state for case in found.cases.values())
        fired += sum(case.fired for case in found.cases.values())
    assert {"at_runs_backwards", "condition_not_met", "unmapped_activity", "wrong_state"} == refused.keys()
    assert min(refused.values()) > 10
    assert fired > 50
    assert {"in_charge", "closed", "resolved"} <= states.keys()


@pytest.mark.slow
@pytest.mark.store("memory")
@pytest.mark.parametrize("log", [ITALIAN_LOG, BPI13_LOG], ids=["italian", "bpi13"])
def test_public_logs(log: PublicLog) -> None:
    """On each public log desk, reference and the figures written down agree, and refused and applied make read."""
    if not log.path.exists():
        pytest.skip(f"no {log.file} in {log.path.parent} (SUPPORTCORE_LOGS names another folder)")
    columns = {"case": log.case, "activity": log.activity, "at": log.at, "resource": log.resource}
    expected = reference.outcome(log.path, means=log.means, at_format=log.at_format, zone=log.zone, **columns)
    assert (log.figures["events"], log.applied, log.refused) == (expected.read, expected.applied, expected.refused)
    rows = partial(read, log.path, Columns(**columns), at_format=log.at_format, timezone=log.zone)
    desk, summary = replayed(rows, log.mapping)
    assert_agrees(expected, desk, summary)


@pytest.mark.parametrize("log", [ITALIAN_LOG, BPI13_LOG], ids=["italian", "bpi13"])
def test_figures_written_down(log: PublicLog) -> None:
    """The figures of a public log add up, and docs/replay.md shows the same."""
    assert log.figures["events"] == log.applied + sum(log.refused.values())
    page = (EXAMPLES.parents[1] / "docs" / "replay.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]
    place = next(row.index(log.file) for row in rows if log.file in row)
    shown = {row[0]: row[place] for row in rows if len(row) > place}
    expected = {"read": log.figures["events"], "applied": log.applied, **log.refused}
    assert {key: f"{count:,}" for key, count in expected.items()} == {key: shown[key] for key in expected}


@pytest.mark.parametrize(
    ("mapping", "means"),
    [
        ("italian.map.toml", reference.ITALIAN),
        ("bpi13.map.toml", reference.BPI13),
        ("generated.map.toml", reference.GENERATED),
    ],
)
def test_mappings_say_what_the_reference_says(mapping: str, means: dict[str, str]) -> None:
    """A mapping file and the reference's own table give every activity the same meaning."""
    assert means == dict(plan_of(mapping).actions)


# -- mapping files -------------------------------------------------------------------------------------------


def test_all_faults_of_a_mapping_at_once(tmp_path: Path) -> None:
    """Every fault of a mapping file is told with its place: keys, roles, actions, the form, what is missing."""
    path = tmp_path / "log.map.toml"
    path.write_text(
        'rolls = []\nroles = ["agnt"]\n[open]\nsubjekt = "x"\n[actions]\n"A" = "tke"\n[customers]\nx = 3\n',
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as caught:
        load_plan(path, load_definition(EXAMPLES / "service.toml"))
    expected = {
        ("rolls", "unknown_key"),
        ("roles[0]", "unknown_role"),
        ("actions.A", "not_an_option"),
        ("open.customer", "required"),
        ("open.subjekt", "unknown_field"),
        ("customers.x", "wrong_type"),
    }
    assert expected == {(fault.path, fault.code) for fault in caught.value.faults}
    assert {"log.map.toml"} == {fault.file for fault in caught.value.faults}


@pytest.mark.parametrize(("role", "code"), [("requester", "sees_too_little"), ("planner", "may_not_open")])
def test_the_importer_sees_and_opens_tickets(tmp_path: Path, role: str, code: str) -> None:
    """A mapping whose roles cannot open tickets, or not find them again, is refused before anything is done."""
    path = tmp_path / "log.map.toml"
    text = (EXAMPLES / "generated.map.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('roles = ["agent"]', f'roles = ["{role}"]'), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_plan(path, load_definition(EXAMPLES / "service.toml"))
    assert [("roles", code)] == [(fault.path, fault.code) for fault in caught.value.faults]


@pytest.mark.parametrize("text", [b"actions = [", b"\xff", b"[" * 2_000])
def test_a_mapping_that_is_no_toml(tmp_path: Path, text: bytes) -> None:
    """A mapping file that cannot be read is one fault of that file."""
    path = tmp_path / "log.map.toml"
    path.write_bytes(text)
    with pytest.raises(DefinitionError, match=r"log\.map\.toml: document"):
        load_plan(path, load_definition(EXAMPLES / "service.toml"))
