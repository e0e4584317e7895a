"""A typed host finds types: what is right has no complaint, and what is wrong has one, from mypy and from pyright."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.node.installing import node

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRONG = {
    number
    for number, line in enumerate((HERE / "wrong.py").read_text(encoding="utf-8").splitlines(), start=1)
    if line.endswith("# wrong")
}
Told = Mapping[str, set[int]]
"""By the name of a file, the lines that a checker complains of."""


def mypy() -> Told:
    """Ask mypy, as strict as it can be."""
    files = [str(HERE / name) for name in ("consumer.py", "wrong.py")]
    command = [sys.executable, "-m", "mypy", "--strict", "--output", "json", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    found = [one for one in map(json.loads, done.stdout.splitlines()) if one["severity"] == "error"]
    return {
        name: {one["line"] for one in found if Path(one["file"]).name == name} for name in ("consumer.py", "wrong.py")
    }


def pyright() -> Told:
    """Ask pyright, in its strict mode; it runs on Node, and would fetch one of its own where there is none."""
    node()
    command = [sys.executable, "-m", "pyright", "-p", HERE, "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    found = [one for one in json.loads(done.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    return {
        name: {one["range"]["start"]["line"] + 1 for one in found if Path(one["file"]).name == name}
        for name in ("consumer.py", "wrong.py")
    }


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_typed_host(checker: Callable[[], Told]) -> None:
    """Nothing is wrong in `consumer.py`, and exactly the marked lines are in `wrong.py`."""
    found = checker()
    assert (set(), WRONG) == (found["consumer.py"], found["wrong.py"])
    assert len(WRONG) > 10
