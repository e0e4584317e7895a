"""The command line as a process: streams, exit codes, and what is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

MAIN = "from supportcore.cli import main; main()"


def run(*args: object, before: str = "", cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a Python of its own, where any warning is an error."""
    command = [sys.executable, "-W", "error", "-c", f"{before}\n{MAIN}", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, check=False, env={**os.environ, **env}, encoding="utf-8"
    )


def test_help_loads_no_database() -> None:
    """Asking for help loads neither a backend nor rich nor the engine, so it is quick."""
    heavy = "{'sqlalchemy', 'alembic', 'pymongo', 'rich.console', 'transitions', 'hypothesis', 'cattrs'}"
    before = f"import atexit, sys; atexit.register(lambda: print(sorted({heavy} & set(sys.modules))))"
    result = run("--help", before=before)
    assert (0, "[]") == (result.returncode, result.stdout.splitlines()[-1])


def test_a_missing_library_is_named() -> None:
    """Without click the command says in one line what to install, and exits with 1."""
    for library in ("click", "rich"):
        before = f"import sys; sys.modules[{library!r}] = None"
        result = run("demo", "--tickets", 1, "--store", "memory://", before=before)
        assert (1, "") == (result.returncode, result.stdout)
        assert f"The command line needs {library}: pip install 'supportcore[cli]'" == result.stderr.splitlines()[-1]
        assert "Traceback" not in result.stderr


def test_the_demo_prints_one_json_object(tmp_path: Path) -> None:
    """With --json the demo prints one object on stdout, no warning anywhere, and writes nothing where it is run."""
    result = run("demo", "--tickets", 15, "--json", cwd=tmp_path, TMPDIR=str(tmp_path / ".."))
    data = json.loads(result.stdout)
    assert (0, "", 15, []) == (result.returncode, result.stderr, data["tickets"], data["verification"]["findings"])
    assert [] == list(tmp_path.iterdir())
    assert Path(data["store"].removeprefix("sqlite:///")).exists()


def test_the_demo_runs_twice_and_can_be_verified(tmp_path: Path) -> None:
    """Two runs without a store use two stores, and the command the demo ends with verifies what it left."""
    ends = []
    for _ in range(2):
        result = run("demo", "--tickets", 8, cwd=tmp_path)
        assert 0 == result.returncode
        ends.append(result.stdout.splitlines()[-1].removeprefix("To look again: supportcore ").split())
    assert ends[0] != ends[1]
    verified = run(*ends[0])
    assert (0, "noova: 8 tickets") == (verified.returncode, verified.stdout.partition(",")[0])


def test_the_month_does_not_depend_on_the_process() -> None:
    """Another seed of Python's own hashing gives the same month."""
    runs = [run("demo", "--tickets", 12, "--json", "--store", "memory://", PYTHONHASHSEED=seed) for seed in ("1", "2")]
    first, second = (json.loads(result.stdout) for result in runs)
    for data in (first, second):
        del data["elapsed_seconds"]
    assert first == second


def test_a_bad_store_ends_without_a_traceback(tmp_path: Path) -> None:
    """An error of the store is one line on stderr, exit code 1, and nothing on stdout."""
    (tmp_path / "x.db").write_bytes(b"no database, far too long for one, and of no use to anybody" * 20)
    result = run("verify", "--desk", "noova", "--store", "sqlite:///x.db", "--json", cwd=tmp_path)
    assert (1, "") == (result.returncode, result.stdout)
    assert "Error: x.db cannot be read: file is not a database.\n" == result.stderr
