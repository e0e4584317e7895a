"""A replay keeps a log as it was, writes nothing twice, and goes on from wherever it was stopped."""

from __future__ import annotations

import gc
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore import Actor, Desk, load_definition, open_store
from supportcore.replay.logfile import Columns, Row, read
from supportcore.replay.plan import Plan, derive_plan, load_plan
from supportcore.replay.runner import SHOWN, Read, RefusedRow, Summary, faults_of, replay, ticket_id
from supportcore.storage.ports import Store
from tests.replay.generator import AT_FORMAT, count, write_log
from tests.replay.reference import BPI13_LOG, ITALIAN_LOG, PublicLog

EXAMPLES = Path(__file__).parents[2] / "examples" / "replay"
GENERATED = Columns(case="Case ID", activity=("Activity",), at="Complete Timestamp", resource="Resource")
PLAIN = Columns(case="case", activity=("activity",), at="at", resource="who")
HEADER = "case,activity,at,who\n"

STORES = [
    pytest.param("memory", marks=pytest.mark.store("memory")),
    pytest.param("sqlite", marks=pytest.mark.store("sqlite")),
]
on_sqlite = pytest.mark.store("sqlite")
on_memory = pytest.mark.store("memory")


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{path}")
    try:
        yield store
    finally:
        store.close()


def generated(path: Path, *, seed: int = 3, cases: int = 40) -> Read:
    write_log(path, seed=seed, cases=cases)
    return partial(read, path, GENERATED, at_format=AT_FORMAT, timezone="Europe/Madrid")


def plain(path: Path, text: str | bytes) -> Read:
    path.write_bytes(HEADER.encode() + (text if isinstance(text, bytes) else text.encode()))
    return partial(read, path, PLAIN)


def derived(rows: Read, key: str = "log") -> Plan:
    return derive_plan({row.activity for row in rows() if isinstance(row, Row)}, key=key, zone="Europe/Madrid")


def mapped(mapping: str = "generated.map.toml") -> Plan:
    return load_plan(EXAMPLES / mapping, load_definition(EXAMPLES / "service.toml"))


def run(store: Store, rows: Read, plan: Plan, log: str = "log", **options: Any) -> Summary:
    return replay(Desk(plan.definition, store), rows, plan, log=log, **options)


def run_on(path: Path, rows: Read, plan: Plan) -> Summary:
    with opened(path) as store:
        return run(store, rows, plan)


def stored_figures(summary: Summary) -> tuple[object, ...]:
    return summary.read, summary.cases, summary.events, summary.pairs, summary.actions, summary.faulty


WHEN_RUN = ("recorded_at", "imported_at", "sequence")
IMPORTED = re.compile(r'"imported_at": ?"[^"]*",? ?')


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in order, but for when it was brought in and the numbers the database gave itself."""

    def same(value: object) -> object:
        return IMPORTED.sub("", value) if isinstance(value, str) else value

    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'sc_%'")
        tables = [name for (name,) in found]
        rows = {}
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(f'"{name}"' for name in columns if name not in WHEN_RUN)
            found = connection.execute(f"SELECT {kept} FROM {table}")
            rows[table] = sorted((tuple(same(value) for value in row) for row in found), key=repr)
    assert "sc_history" in rows
    assert "sc_receipts" in rows
    return rows


@contextmanager
def each_statement(told: Callable[[str], object]) -> Iterator[None]:
    """Call *told* with every statement, before it is executed."""

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        told(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


def writes(statements: list[str]) -> list[str]:
    reads = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "WITH")
    return [statement for statement in statements if not statement.lstrip().upper().startswith(reads)]


# -- what is stored is what the log said ---------------------------------------------------------------------


@pytest.mark.parametrize("store_kind", STORES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_histories_hold_the_log(tmp_path: Path, empty_file: Path, store_kind: str, seed: int) -> None:
    """Cases, events, pairs and what follows a Close, counted in the store, are those counted in the file."""
    rows = generated(tmp_path / "log.csv", seed=seed, cases=80)
    expected = count(tmp_path / "log.csv")
    shutil.copy(empty_file, tmp_path / "desk.db")
    store = open_store("memory://" if store_kind == "memory" else f"sqlite:///{tmp_path / 'desk.db'}")
    summary = run(store, rows, derived(rows))
    store.close()
    assert (expected.events, expected.events, {}) == (summary.read, summary.applied, summary.refused)
    assert (expected.cases, expected.events, expected.pairs) == (summary.cases, summary.events, summary.pairs)
    assert expected.by_activity == {label: events for label, events, _ in summary.actions}
    assert expected.after_close == {label: followed for label, _, followed in summary.actions}["Close"]


@on_memory
def test_a_row_is_a_command_at_its_own_instant(tmp_path: Path) -> None:
    """Each row is an event at the row's instant by the row's resource; without one it is the importer's."""
    rows = plain(
        tmp_path / "log.csv",
        "c1,Open it,2024-03-04T10:00:00+01:00,Ana\n"
        "c1,Do it,2024-03-04T09:30:00.250Z,\n"
        f"c1,Do it,2024-03-05,{'x' * 70}\nc1,Do it,2024-03-05,{'x' * 64}\n",
    )
    plan = derived(rows)
    desk = Desk(plan.definition, open_store("memory://"))
    summary = replay(desk, rows, plan, log="log")
    assert [(4, "too_long")] == [(refused.line, refused.code) for refused in summary.refusals]
    ticket = ticket_id("log", "log", "c1")
    expected = [
        ("2024-03-04T09:00:00+00:00", "Ana"),
        ("2024-03-04T09:00:00+00:00", "Ana"),
        ("2024-03-04T09:30:00.250000+00:00", "importer"),
        ("2024-03-05T00:00:00+00:00", "x" * 64),
    ]
    assert expected == [(entry.event.at.isoformat(), entry.event.actor) for entry in desk.history(ticket)]
    assert "c1" == desk.acting_as(Actor(id="x", roles=frozenset({"importer"}))).get(ticket).subject


@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize("log", [ITALIAN_LOG, BPI13_LOG], ids=["italian", "bpi13"])
def test_public_logs(tmp_path: Path, log: PublicLog) -> None:
    """The figures of each public log, counted in a SQLite store, are the known ones; a second run writes nothing."""
    if not log.path.exists():
        pytest.skip(f"no {log.file} in {log.path.parent} (SUPPORTCORE_LOGS names another folder)")
    columns = Columns(case=log.case, activity=log.activity, at=log.at, resource=log.resource)
    rows = partial(read, log.path, columns, at_format=log.at_format, timezone=log.zone)
    figures = count(log.path, case=log.case, activity=log.activity, close=log.close)
    assert log.figures == {key: getattr(figures, key) for key in log.figures}
    plan = derived(rows, key=log.path.stem)
    with opened(tmp_path / "desk.db") as store:
        store.migrate()
        first = run(store, rows, plan)
    followed = {label: count for label, _, count in first.actions}
    found = {"events": first.events, "cases": first.cases, "pairs": first.pairs, "after_close": followed[log.close]}
    assert log.figures == found
    assert (first.read, {}) == (first.applied, first.refused)
    statements: list[str] = []
    with each_statement(statements.append), opened(tmp_path / "desk.db") as store:
        store.migrate()
        second = run(store, rows, plan)
    assert [] == writes(statements)
    assert stored_figures(first) == stored_figures(second)
    assert (first.applied, 0, {}) == (second.already, second.applied, second.refused)


# -- again, and after a stop ---------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("plan_kind", ["derived", "mapped"])
def test_a_second_run_writes_nothing(tmp_path: Path, empty_file: Path, plan_kind: str) -> None:
    """A second run reads, and tells the same; what the first one refused it tells as refused earlier."""
    rows = generated(tmp_path / "log.csv")
    plan = mapped() if plan_kind == "mapped" else derived(rows)
    path = Path(shutil.copy(empty_file, tmp_path / "desk.db"))
    first = run_on(path, rows, plan)
    before = dump(path)
    statements: list[str] = []
    with each_statement(statements.append), opened(path) as store:
        store.migrate()
        second = run(store, rows, plan)
    assert [] == writes(statements)
    assert any("receipts" in statement for statement in statements)
    assert before == dump(path)
    assert stored_figures(first) == stored_figures(second)
    assert (first.applied, 0) == (second.already, second.applied)
    assert sum(first.refused.values()) == sum(second.refused.values())
    last = sum(count for code, count in second.refused.items() if code != "refused_earlier")
    assert last < 20, "only rows behind the last one carried out are tried again"


class Killed(BaseException):
    """The process ends here."""


@on_sqlite
@pytest.mark.parametrize("plan_kind", ["derived", "mapped"])
def test_killed_at_any_statement_and_run_again(tmp_path: Path, empty_file: Path, plan_kind: str) -> None:
    """Killed at 20 random statements, in the middle of rows, and run again, the store equals an uninterrupted one."""
    rows = generated(tmp_path / "log.csv", cases=25)
    plan = mapped() if plan_kind == "mapped" else derived(rows)
    whole = Path(shutil.copy(empty_file, tmp_path / "whole.db"))
    statements: list[str] = []
    with each_statement(statements.append):
        run_on(whole, rows, plan)
    expected = dump(whole)
    for place in random.Random(11).sample(range(len(statements)), 20):
        path = Path(shutil.copy(empty_file, tmp_path / "killed.db"))
        left = iter(range(place))

        def kill(statement: str, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Killed

        with each_statement(kill), pytest.raises(Killed):
            run_on(path, rows, plan)
        run_on(path, rows, plan)
        assert expected == dump(path), f"killed at statement {place}"


@on_sqlite
def test_killed_again_and_again(tmp_path: Path, empty_file: Path) -> None:
    """A replay that is killed over and over, and goes on each time, makes the store of an uninterrupted one."""
    rows = generated(tmp_path / "log.csv", cases=25)
    plan = mapped()
    whole = Path(shutil.copy(empty_file, tmp_path / "whole.db"))
    run_on(whole, rows, plan)
    path = Path(shutil.copy(empty_file, tmp_path / "killed.db"))
    draw = random.Random(5)
    kills = 0
    while True:
        left = iter(range(draw.randrange(10, 80)))

        def kill(statement: str, left: Iterator[int] = left) -> None:
            if statement.startswith("INSERT") and next(left, None) is None:
                raise Killed

        try:
            with each_statement(kill):
                run_on(path, rows, plan)
        except Killed:
            kills += 1
        else:
            break
    assert kills > 3
    assert dump(whole) == dump(path)


@on_sqlite
@pytest.mark.parametrize("receipts", random.Random(17).sample(range(5, 600), 3))
def test_killed_by_the_system(tmp_path: Path, empty_file: Path, receipts: int) -> None:
    """A process that is killed by a signal, wherever it is, leaves a store that the next run completes."""
    rows = generated(tmp_path / "log.csv", cases=120)
    whole = Path(shutil.copy(empty_file, tmp_path / "whole.db"))
    plan = derived(rows)
    run_on(whole, rows, plan)
    path = Path(shutil.copy(empty_file, tmp_path / "killed.db"))
    arguments = ["replay", str(tmp_path / "log.csv"), "--case", "Case ID", "--activity", "Activity", "--name", "log"]
    arguments += ["--resource", "Resource", "--at", "Complete Timestamp", "--at-format", AT_FORMAT]
    arguments += ["--timezone", "Europe/Madrid", "--store", f"sqlite:///{path}"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from supportcore.cli import main; main()", *arguments], stdout=subprocess.DEVNULL
    )
    try:
        with closing(sqlite3.connect(path)) as connection:
            while process.poll() is None:
                (done,) = connection.execute("SELECT count(*) FROM sc_receipts").fetchone()
                if done >= receipts:
                    break
                time.sleep(0.002)
        assert process.poll() is None, "the replay ended before it could be killed"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert dump(path) != dump(whole)
    summary = run_on(path, rows, plan)
    assert summary.already >= receipts - 120  # each case has a receipt of its opening, too
    assert summary.applied > 0
    assert dump(whole) == dump(path)


@on_memory
def test_a_refused_row_is_not_tried_on_a_later_state(tmp_path: Path) -> None:
    """A row refused before another one of the same instant would succeed on a second run; it is not tried."""
    rows = plain(
        tmp_path / "log.csv",
        "c1,Take in charge,2024-03-04T09:00:00Z,Ana\n"
        "c1,Resolve,2024-03-04T09:00:00Z,Luis\n"  # not his
        "c1,Take in charge,2024-03-04T09:00:00Z,Luis\n"
        "c2,Close,2024-03-04T09:00:00Z,Ana\n",  # behind the last one carried out: tried again, refused again
    )
    plan = mapped()
    desk = Desk(plan.definition, open_store("memory://"))
    first = replay(desk, rows, plan, log="log")
    assert {"condition_not_met": 1, "wrong_state": 1} == first.refused
    history = desk.history(ticket_id("service", "log", "c1"))
    second = replay(desk, rows, plan, log="log")
    assert {"refused_earlier": 1, "wrong_state": 1} == second.refused
    assert [(3, "refused_earlier"), (5, "wrong_state")] == [(row.line, row.code) for row in second.refusals]
    assert (2, 0) == (second.already, second.applied)
    assert history == desk.history(ticket_id("service", "log", "c1"))


@on_sqlite
@pytest.mark.parametrize("plan_kind", ["derived", "mapped"])
def test_a_log_that_was_appended_to(tmp_path: Path, empty_file: Path, plan_kind: str) -> None:
    """A log that grew between two runs, even by half a row, makes the store of the whole log."""
    rows = generated(tmp_path / "log.csv")
    plan = mapped() if plan_kind == "mapped" else derived(rows)
    whole = Path(shutil.copy(empty_file, tmp_path / "whole.db"))
    run_on(whole, rows, plan)
    content = (tmp_path / "log.csv").read_bytes()
    path = Path(shutil.copy(empty_file, tmp_path / "grown.db"))
    for share in (0.3, 0.7, 1.0):
        (tmp_path / "log.csv").write_bytes(content[: int(len(content) * share)])
        summary = run_on(path, rows, plan)
        assert summary.applied > 0
    assert dump(whole) == dump(path)


@on_memory
def test_an_activity_that_comes_up_later(tmp_path: Path) -> None:
    """A ticket of a derived desk keeps the activities of its day; a ticket opened later knows the new one."""
    old = "c1,Open,2024-03-04T09:00:00Z,Ana\n"
    store = open_store("memory://")
    rows = plain(tmp_path / "log.csv", old)
    run(store, rows, derived(rows))
    rows = plain(tmp_path / "log.csv", old + "c1,Audit,2024-03-05,Ana\nc2,Audit,2024-03-05,Ana\n")
    summary = run(store, rows, derived(rows))
    assert (1, 1, {"unknown_action": 1}) == (summary.already, summary.applied, summary.refused)


@on_memory
def test_another_log_under_the_same_name(tmp_path: Path) -> None:
    """A row that says something else than what was carried out in its place is refused, whatever differs in it."""
    rows = plain(tmp_path / "log.csv", "".join(f"c1,Take,2024-03-04T09:00:0{n}Z,Ana\n" for n in range(6)))
    plan = derived(rows)
    store = open_store("memory://")
    run(store, rows, plan)
    changed = (
        "c1,Take,2024-03-04T09:00:00Z,Ana\n"
        "c2,Take,2024-03-04T09:00:01Z,Ana\n"
        "c1,Take,2024-03-04T09:00:02.001Z,Ana\n"
        "c1,Take,2024-03-04T09:00:03Z,Luis\n"
        "c1,Other,2024-03-04T09:00:04Z,Ana\n"
        "c1,Take,2024-03-04T10:00:05+01:00,Ana\n"
        "c1,Take,2024-03-04T09:00:06Z,Ana\n"
    )
    summary = run(store, plain(tmp_path / "log.csv", changed), plan)
    assert (2, 1, {"row_changed": 4}) == (summary.already, summary.applied, summary.refused)
    assert [3, 4, 5, 6] == [row.line for row in summary.refusals]
    other = run(store, plain(tmp_path / "log.csv", changed), plan, log="other")
    assert (0, 6, {"unmapped_activity": 1}) == (other.already, other.applied, other.refused)


# -- bad rows ------------------------------------------------------------------------------------------------

BAD = (
    b"c1,Open,2024-03-04T09:00:00Z,Ana\n"
    b"c1,Op\xe9n,2024-03-04T09:00:01Z,Ana\n"
    b"c1,Close,yesterday,Ana\n"
    b"c1,Work,2024-03-04T09:00:02Z\n"
    b"c1,Work,2024-03-04T09:00:03Z,Ana\n"
    b"c1,Work,2024-03-04T08:00:00Z,Ana\n"
    b"c2,Work,2024-03-04T08:00:00Z,Ana\n"
    b"c1,Close,2024-03-04T09:00:03Z,Ana\n"
    b"c2,Clo"
)
UNREADABLE = [(3, "not_utf8"), (4, "unreadable_instant"), (5, "too_few_columns"), (10, "truncated")]


@pytest.mark.parametrize("store_kind", STORES)
def test_bad_rows_are_named_and_the_rest_is_applied(tmp_path: Path, empty_file: Path, store_kind: str) -> None:
    """Rows that cannot be read or run backwards are told by their line, twice the same; the others are carried out."""
    rows = plain(tmp_path / "log.csv", BAD)
    plan = derived(rows)
    shutil.copy(empty_file, tmp_path / "desk.db")
    store = open_store("memory://" if store_kind == "memory" else f"sqlite:///{tmp_path / 'desk.db'}")
    first, second = run(store, rows, plan), run(store, rows, plan)
    store.close()
    assert (9, 4, {"at_runs_backwards": 1}) == (first.read, first.applied, first.refused)
    assert UNREADABLE == [(fault.line, fault.code) for fault in first.faults]
    assert dict.fromkeys((code for _, code in UNREADABLE), 1) == first.faulty
    [refused] = first.refusals
    told = "The ticket already has events up to 2024-03-04T09:00:03+00:00; 2024-03-04T08:00:00+00:00 is earlier."
    assert RefusedRow(line=7, code="at_runs_backwards", message=told) == refused
    assert stored_figures(first) == stored_figures(second)
    assert (4, 0, {"refused_earlier": 1}) == (second.already, second.applied, second.refused)
    assert first.faults == second.faults


def test_faults_before_anything_is_done(tmp_path: Path) -> None:
    """Looking for faults finds unreadable rows and those that run backwards, in the order of the file."""
    found = faults_of(plain(tmp_path / "log.csv", BAD))
    expected = sorted([*UNREADABLE, (7, "at_runs_backwards")])
    assert expected == [(fault.line, fault.code) for fault in found]


@on_memory
def test_the_first_bad_rows_are_told_one_by_one(tmp_path: Path) -> None:
    """Of many bad rows of each kind the first are told, and all are counted."""
    more = SHOWN + 5
    rows = plain(
        tmp_path / "log.csv",
        "c1,Take in charge,2024-03-04,Ana\n" + "c1,Sing,2024-03-04,Ana\nc1,Wait,never,Ana\n" * more,
    )
    summary = run(open_store("memory://"), rows, mapped())
    assert ({"unmapped_activity": more}, {"unreadable_instant": more}) == (summary.refused, summary.faulty)
    assert [3 + 2 * n for n in range(SHOWN)] == [row.line for row in summary.refusals]
    assert [4 + 2 * n for n in range(SHOWN)] == [fault.line for fault in summary.faults]
    assert "No action stands for the activity 'Sing'." == summary.refusals[0].message
    assert summary.read == summary.applied + more + more


@on_memory
def test_a_row_of_the_future(tmp_path: Path) -> None:
    """A row whose instant has not come yet is refused, and its case is not opened."""
    summary_of = plain(tmp_path / "log.csv", "c1,Open,2190-01-01,Ana\n")
    summary = run(open_store("memory://"), summary_of, derived(summary_of))
    assert ({"at_in_future": 1}, 0) == (summary.refused, summary.cases)


@on_memory
def test_a_case_whose_title_is_too_long(tmp_path: Path) -> None:
    """A case that the intake form does not take is refused row by row, and the others go on."""
    rows = plain(
        tmp_path / "log.csv", f"{'x' * 250},Accepted+Wait,2024-03-04,Ana\nc2,Accepted+Assigned,2024-03-04,Ana\n"
    )
    summary = run(open_store("memory://"), rows, mapped("bpi13.map.toml"))
    assert ({"too_long": 1}, 1) == (summary.refused, summary.cases)


# -- memory --------------------------------------------------------------------------------------------------


@on_sqlite
def test_memory_does_not_grow_with_the_log(tmp_path: Path, empty_file: Path) -> None:
    """Four times the log needs at most a fifth more memory."""

    def peak(cases: int) -> int:
        rows = generated(tmp_path / "log.csv", cases=cases)
        path = Path(shutil.copy(empty_file, tmp_path / "desk.db"))
        plan = mapped()
        with opened(path) as store:
            gc.freeze()  # what was there before is not looked through again and again
            tracemalloc.start()
            try:
                # What waits for the collector is not what a replay holds on to.
                run(store, rows, plan, progress=lambda count: gc.collect())
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
                gc.unfreeze()

    peak(40)  # what is made once and kept: compiled statements, the machine
    assert peak(300) < 1.2 * peak(75)  # both fill several batches, whose rows are what a replay holds
