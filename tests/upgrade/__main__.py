"""
Upgrade from any commit of this repository.

    python -m tests.upgrade v0.1.0
    python -m tests.upgrade HEAD~8 --stores sqlite,mongodb

checks that commit out into a temporary folder, installs it into an environment of its own, lets *its* code write a
store (by its own tests/upgrade/lives.py, or by today's where it has none), and lets today's code migrate, verify and go
on with it, on every store. Exit code 1 if one fails. It needs git, the network for pip, and the servers of the tests.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.upgrade.going_on import upgrade
from tests.upgrade.kept import HERE, STORES
from tests.upgrade.write import SERVERS

ROOT = HERE.parents[1]
PREFIX = "before_"
EXTRAS = "sql,postgresql,mariadb,mongo"


def main() -> int:
    """Read the command line, and try each store."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__.strip().splitlines()[0])
    parser.add_argument("ref", metavar="FROM", help="a tag, branch or commit")
    parser.add_argument("--stores", default=",".join(STORES), help="with commas between; all four by default")
    asked = parser.parse_args()
    failed = 0
    with _checked_out(asked.ref) as tree:
        python = _environment(tree)
        own = tree / "tests" / "upgrade" / "lives.py"
        lives = own if own.is_file() else HERE / "lives.py"
        print(f"{asked.ref}: written by {'its own' if lives == own else 'the present'} lives.py")
        for store in asked.stores.split(","):
            said = _try(store, python, lives)
            failed += bool(said)
            print(f"{store}: {said or 'migrated, verified, and gone on with'}")
    return 1 if failed else 0


def _try(store: str, python: Path, lives: Path) -> str:
    """Write a store with the code of before and go on with that of today; return what went wrong."""
    with contextlib.ExitStack() as stack:
        if store == "sqlite":
            url = f"sqlite:///{Path(stack.enter_context(tempfile.TemporaryDirectory())) / 'desk.db'}"
        else:
            url = stack.enter_context(SERVERS[store]()).url
        # Nothing of today's code is to be found by it.
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        written = subprocess.run([python, lives, url, PREFIX], env=clean, cwd="/", capture_output=True, text=True)
        if written.returncode:
            return f"the code of before did not write it: {_last(written.stderr)}"
        try:
            upgrade(url, PREFIX, json.loads(written.stdout))
        except Exception as error:  # whatever it is, it is what there is to tell
            return f"{type(error).__name__}: {error}"
    return ""


@contextlib.contextmanager
def _checked_out(ref: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        tree = Path(folder) / "tree"
        _run("git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, ref)
        try:
            yield tree
        finally:
            _run("git", "-C", ROOT, "worktree", "remove", "--force", tree)


def _environment(tree: Path) -> Path:
    """Return the Python of an environment in which the library of *tree* is installed, as a wheel would be."""
    venv = tree.parent / "venv"
    _run(sys.executable, "-m", "venv", venv)
    python = venv / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{tree}[{EXTRAS}]")
    return python


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command[:6]))} …: {_last(done.stderr)}")


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "without a word"


if __name__ == "__main__":
    sys.exit(main())
