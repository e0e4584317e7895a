"""What a replay says came of a log in open time, compared case by case with a count that knows nothing of the desk."""

from __future__ import annotations

import io
import shutil
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from supportcore import Actor, Desk, open_store
from supportcore.cli.measures import measures_data, show_measures
from supportcore.desk import Acting
from supportcore.errors import DefinitionError
from supportcore.replay.levels import LED_TO, load_promised
from supportcore.replay.logfile import Columns, Row, read
from supportcore.replay.plan import Plan, derive_plan
from supportcore.replay.runner import Read, Summary, replay, ticket_id
from supportcore.tickets.measures import Measures
from tests.replay.generator import AT_FORMAT, write_log
from tests.replay.hours import Hours, hours, rows_of
from tests.replay.test_cli import call, told, written

EXAMPLES = Path(__file__).parents[2] / "examples" / "replay"
COLUMNS = Columns(case="Case ID", activity=("Activity",), at="Complete Timestamp", resource="Resource")
LEVELS = """
[categories]
"Register" = "new"
"Wait" = "pending"
"Resolve" = "solved"
"Close" = "cancelled"

[[calendars]]
key = "office"
weekly.mon = [["09:00", "18:00"]]
weekly.tue = [["09:00", "18:00"]]
weekly.wed = [["09:00", "18:00"]]
weekly.thu = [["09:00", "18:00"]]
weekly.fri = [["09:00", "18:00"]]

[[policies]]
key = "day"
resolution = { within = "9h", calendar = "office" }
"""
KINDS = {"Register": "new", "Wait": "wait", "Resolve": "done", "Close": "done"}


def derived(rows: Read, levels: Path, zone: str = "Europe/Madrid") -> Plan:
    activities = {row.activity for row in rows() if isinstance(row, Row)}
    return derive_plan(activities, key="log", zone=zone, promised=load_promised(levels, activities))


def replayed(rows: Read, plan: Plan) -> tuple[Desk, Summary]:
    desk = Desk(plan.definition, open_store("memory://"))
    return desk, replay(desk, rows, plan, log="log")


def importer(desk: Desk) -> Acting:
    return desk.acting_as(Actor(id="importer", roles=frozenset({"importer"})))


def compared(found: Measures) -> tuple[float | int | None, ...]:
    """What `Hours` says of a case, from the measures of its ticket."""
    waited, resolution, net = found.resolution_waiting, found.resolution, found.net_resolution
    done = None if resolution is None or waited is None or net is None else resolution - waited - net
    spans = found.waiting, found.handling, found.closed, resolution, waited, done
    return (*(None if span is None else span.total_seconds() for span in spans), found.reopenings)


def expected(case: Hours) -> tuple[float | int | None, ...]:
    spans = case.waiting, case.work, case.closed, case.resolution, case.resolution_waiting, case.resolution_done
    return (*(None if span is None else round(span, 3) for span in spans), case.reopened)


def assert_agrees(
    desk: Desk, rows: dict[str, list[Any]], *, last: datetime | None, pauses: bool, **meaning: Any
) -> dict[str, tuple[Hours, Measures]]:
    """Every case has the measures and the run that the reference gives it, as of *last* or of its own last row."""
    acting = importer(desk)
    found = {}
    for case in rows:
        ticket = ticket_id(desk.definition.key, "log", case)
        measured = acting.measures(ticket, last or desk.history(ticket)[-1].event.at)
        # The reference reads stamps as they stand, so its end is one of the zone's clocks.
        end = None if last is None else last.astimezone(ZoneInfo(desk.definition.zone)).replace(tzinfo=None)
        counted = hours(rows[case], end=end, **meaning)
        assert expected(counted) == compared(measured), case
        [run] = measured.runs
        used = round(counted.pausing if pauses else counted.clock, 3)
        assert used == run.elapsed.total_seconds(), case
        late = used > run.target.total_seconds()
        assert ("breached" if late else "met" if counted.done else "open") == run.verdict, case
        found[case] = counted, measured
    return found


def shown(summary: Summary) -> str:
    """What the command prints of the measures."""
    file = io.StringIO()
    assert summary.measured is not None
    show_measures(Console(file=file, width=80, markup=False, highlight=False), summary.measured)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


# -- made-up logs ------------------------------------------------------------------------------------------------------


@pytest.mark.store("memory")
@pytest.mark.parametrize("own_end", [True, False])
@pytest.mark.parametrize(("seed", "pauses"), [(1, True), (2, False), (3, True)])
def test_generated_logs(tmp_path: Path, seed: int, pauses: bool, own_end: bool) -> None:
    """On generated logs every case has the measures and the clock that the reference counts; the summary adds them."""
    write_log(tmp_path / "log.csv", seed=seed, cases=120, interleaved=bool(seed % 2))
    levels = tmp_path / "day.levels.toml"
    levels.write_text(LEVELS.replace('"office" }', f'"office", pauses = {str(pauses).lower()} }}'), encoding="utf-8")
    rows = partial(read, tmp_path / "log.csv", COLUMNS, at_format=AT_FORMAT, timezone="Europe/Madrid")
    cases = rows_of(
        tmp_path / "log.csv", case="Case ID", activity="Activity", at="Complete Timestamp", at_format=AT_FORMAT
    )
    desk, summary = replayed(rows, derived(rows, levels))
    assert summary.read == summary.applied
    as_of = max(row.at for row in rows() if isinstance(row, Row))
    found = assert_agrees(desk, cases, last=None if own_end else as_of, pauses=pauses, kinds=KINDS, resolves="Resolve")
    for case, (_, measured) in found.items():
        [promise] = importer(desk).clocks(ticket_id("log", "log", case), measured.as_of)
        [run] = measured.runs
        verdict = {True: "met", False: "breached", None: "open"}[promise.met]
        assert (run.elapsed, run.verdict) == (promise.elapsed, verdict)
    assert sum(case.reopened > 0 for case, _ in found.values()) > 5
    assert sum(case.repeated > 0 for case, _ in found.values()) > 1
    if not own_end:
        assert summary.measured is not None
        tally = summary.measured.tally
        assert (as_of, 0, 120) == (summary.measured.as_of, summary.measured.left_out, tally.tickets)
        total = sum(case.resolution or 0 for case, _ in found.values())
        assert round(total, 3) == tally.totals["resolution"].total_seconds()
        assert sum(case.resolution is not None for case, _ in found.values()) == tally.counted["resolution"]
        [(policy, clock, runs)] = summary.measured.promises
        assert ("day", "resolution", 120) == (policy, clock, sum(runs.values()))


def test_what_activities_lead_to(tmp_path: Path) -> None:
    """Each word for what an activity leads to makes that state, and ``stay`` leaves the ticket where it is."""
    log = written(
        tmp_path / "log.csv", "".join(f"c,{led},2024-03-04T{9 + n:02}:00Z,Ana\n" for n, led in enumerate(LED_TO))
    )
    levels = tmp_path / "x.levels.toml"
    meaning = "".join(f'"{led}" = "{led}"\n' for led in LED_TO)
    levels.write_text(f"[categories]\n{meaning}" + LEVELS[LEVELS.index("[[calendars]]") :], encoding="utf-8")
    rows = partial(read, log, Columns(case="case", activity=("activity",), at="at", resource="who"))
    desk, summary = replayed(rows, derived(rows, levels, "UTC"))
    assert len(LED_TO) == summary.applied
    moves = [r.event for r in desk.history(ticket_id("log", "log", "c")) if hasattr(r.event, "category")]
    opening = [("new", None)]
    closed = [("closed", "resolved"), ("closed", "cancelled"), ("closed", "cancelled")]
    plain = [(led, None) for led in LED_TO[: LED_TO.index("closed")]]
    assert opening + plain + closed == [(move.category, getattr(move, "outcome", None)) for move in moves]
    assert "s_do_cancelled" == moves[-1].state


def test_clocks_may_pause_by_state(tmp_path: Path) -> None:
    """The pause of a levels file may name states of the derived desk."""
    log = written(
        tmp_path / "log.csv",
        "c,Take,2024-03-04T09:00Z,Ana\nc,Park,2024-03-04T10:00Z,Ana\nc,End,2024-03-04T12:00Z,Ana\n",
    )
    levels = tmp_path / "x.levels.toml"
    text = '[categories]\n"End" = "closed"\n[levels]\npause = { field = "state", eq = "s_do_park" }\n'
    levels.write_text(text + LEVELS[LEVELS.index("[[calendars]]") :], encoding="utf-8")
    figures = told(call(log, "--levels", str(levels), "--json"))["measures"]
    assert {"tickets": 1, "total_seconds": 7200.0} == figures["spans"]["waiting"]
    assert {"tickets": 1, "total_seconds": 3600.0} == figures["spans"]["net_resolution"]


# -- the command -------------------------------------------------------------------------------------------------------

SMALL = (
    "c1,Register,2024-03-04T09:00:00Z,Ana\n"
    "c1,Wait,2024-03-04T10:00:00Z,Ana\n"
    "c1,Take,2024-03-04T12:00:00Z,Ana\n"
    "c1,Resolve,2024-03-04T13:00:00Z,Ana\n"
    "c2,Register,2024-03-04T17:00:00Z,Ana\n"
    "c1,Close,2024-03-06T12:00:00Z,Ana\n"
    "c3,Close,2190-03-06T12:00:00Z,Ana\n"
)
FIGURES = {
    "as_of": "2024-03-06T12:00:00.000Z",
    "tickets": 2,
    "left_out": 0,
    "reopened": 0,
    "reopenings": 0,
    "replies": 0,
    "spans": {
        "first_response": {"tickets": 0, "total_seconds": 0.0},
        "resolution": {"tickets": 1, "total_seconds": 14400.0},
        "resolution_waiting": {"tickets": 1, "total_seconds": 7200.0},
        "net_resolution": {"tickets": 1, "total_seconds": 7200.0},
        "handling": {"tickets": 2, "total_seconds": 3600.0},
        "waiting": {"tickets": 2, "total_seconds": 7200.0},
        "closed": {"tickets": 2, "total_seconds": 0.0},
    },
    "promises": [{"policy": "day", "clock": "resolution", "met": 1, "breached": 1, "open": 0}],
}


@pytest.fixture
def levels(tmp_path: Path) -> Path:
    path = tmp_path / "day.levels.toml"
    path.write_text(LEVELS, encoding="utf-8")
    return path


def test_measures_as_json(tmp_path: Path, levels: Path) -> None:
    """They stand under one key; a row that was refused, such as one of the future, moves their instant nowhere."""
    log = written(tmp_path / "log.csv", SMALL)
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    first = told(call(log, "--levels", str(levels), "--store", url, "--json"))
    assert FIGURES == first["measures"]
    assert {"at_in_future": 1} == first["refused"]
    assert FIGURES == told(call(log, "--levels", str(levels), "--store", url, "--json"))["measures"]
    assert "measures" not in told(call(log, "--json"))


def test_tickets_of_a_later_log_are_left_out(tmp_path: Path, levels: Path) -> None:
    """Tickets that another log opened later on the same desk are told as a count, and not measured."""
    activities = [*KINDS, "Take"]
    plan = derive_plan(activities, key="log", zone="UTC", promised=load_promised(levels, activities))
    desk = Desk(plan.definition, open_store("memory://"))
    columns = Columns(case="case", activity=("activity",), at="at", resource="who")
    later = written(tmp_path / "later.csv", SMALL.replace("2024-", "2025-"))
    assert 2 == replay(desk, partial(read, later, columns), plan, log="later").cases
    summary = replay(desk, partial(read, written(tmp_path / "log.csv", SMALL), columns), plan, log="log")
    assert summary.measured is not None
    assert (4, 2) == (summary.cases, summary.measured.left_out)
    assert FIGURES | {"left_out": 2} == measures_data(summary.measured)
    assert "2 tickets that were opened later, or whose timers loop, are left out" in shown(summary)


def test_measures_in_words(tmp_path: Path, levels: Path) -> None:
    """A table of times, one of promises, and a line of counts."""
    result = call(written(tmp_path / "log.csv", SMALL), "--levels", str(levels))
    lines = [" ".join(line.split()) for line in result.stdout.replace("│", " ").splitlines()]
    for line in (
        "In open time, as of 2024-03-06T12:00:00.000Z",
        "until resolved 1 4.0 4.0",
        "of that neither waiting nor solved 1 2.0 2.0",
        "in work 2 1.0 0.5",
        "day Resolution 1 1 0",
        "2 tickets, 0 of them reopened; 0 replies of staff",
    ):
        assert line in lines
    assert "first response" not in result.stdout
    assert "left out" not in result.stdout


def test_a_desk_that_promises_by_itself(tmp_path: Path) -> None:
    """On a mapped desk the service levels are its own, and --levels is refused."""
    for name in ("service.toml", "service.labels.toml"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    text = LEVELS[LEVELS.index("[[calendars]]") :]
    with (tmp_path / "service.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    log = written(
        tmp_path / "log.csv",
        "c,Take in charge,2024-03-04T09:00Z,Ana\n"
        "c,Wait,2024-03-04T10:00Z,Ana\n"  # comes back by itself after 72 hours
        "c,Resolve,2024-03-07T12:00Z,Ana\n"
        "d,Take in charge,2024-03-08T12:00Z,Ana\n"
        "d,Wait,2024-03-08T13:00Z,Ana\n"
        "e,Take in charge,2024-04-08T13:00Z,Ana\n",
    )
    mapped = ("--desk", str(tmp_path / "service.toml"), "--map", str(EXAMPLES / "generated.map.toml"))
    found = told(call(log, *mapped, "--json"))["measures"]
    # On the clocks of Rome: Monday at 11 to Thursday at 11, and Friday at 14 to Monday at 14; then the timer had fired.
    waits = (7 + 9 + 9 + 2) + (4 + 5)
    assert waits * 3600 == found["spans"]["waiting"]["total_seconds"]
    assert [{"policy": "day", "clock": "resolution", "met": 1, "breached": 1, "open": 1}] == found["promises"]
    refused = call(log, *mapped, "--levels", str(tmp_path / "service.toml"))
    assert (2, True) == (refused.exit_code, "--levels is for a desk derived from the log" in refused.output)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[policies]", "document: "),
        ("", "policies: say what is promised"),
        (
            LEVELS.replace('"Wait" =', '"Wiat" ='),
            "categories.Wiat: the log has no activity 'Wiat'; did you mean 'Wait'?",
        ),
        (LEVELS.replace('"pending"', '"parked"'), "categories.Wait: 'parked' is none of new, open, pending"),
        (LEVELS.replace('"solved"', '"open"').replace('"cancelled"', '"open"'), "categories: no activity solves or"),
        (LEVELS.replace('"office" }', '"ofice" }'), "policies[0].resolution.calendar: no calendar 'ofice'"),
        ("[policy]\n" + LEVELS, "policy: no key 'policy' here"),
    ],
    ids=["no toml", "empty", "activity", "category", "never done", "calendar", "key"],
)
def test_levels_with_faults(tmp_path: Path, text: str, expected: str) -> None:
    """What is wrong with a levels file is told with its name and place, and no store is made."""
    path = tmp_path / "bad.levels.toml"
    path.write_text(text, encoding="utf-8")
    log = written(tmp_path / "log.csv", SMALL)
    result = call(log, "--levels", str(path), "--store", f"sqlite:///{tmp_path / 'desk.db'}")
    assert 1 == result.exit_code
    assert f"bad.levels.toml: {expected}" in result.output
    assert not (tmp_path / "desk.db").exists()


def test_all_faults_of_a_levels_file_at_once(tmp_path: Path) -> None:
    """Faults of the categories and of the service levels are told together."""
    path = tmp_path / "bad.levels.toml"
    path.write_text(LEVELS.replace('"pending"', '"parked"').replace('"9h"', '"soon"'), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        derive_plan(KINDS, key="log", zone="UTC", promised=load_promised(path, KINDS))
    found = {(fault.file, fault.path, fault.code) for fault in caught.value.faults}
    assert found == {
        ("bad.levels.toml", "categories.Wait", "not_an_option"),
        ("bad.levels.toml", "policies[0].resolution.within", "bad_span"),
    }
