"""
The Node packages of the tests: installed once, into a folder that is no part of the tree, and there for all who ask.

`package.json` names them in exact versions. What is installed stays until the file changes. Where Node or npm is
missing, or the registry does not answer, the tests that need them are left out with the reason; in CI they fail.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tests.conftest import left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

HERE = Path(__file__).parent
FOLDER = Path(__file__).parents[2] / "build" / "node"
"""Where they are installed: one folder for each content of `package.json`, and a link to the one in use."""
INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
PATIENCE = 600  # seconds


class NodeUnavailable(Exception):
    """Why there are no Node packages."""


def node() -> str:
    """Return the path of Node; leaves the test out if there is none."""
    return _or_leave_out(_node)


def node_modules() -> Path:
    """Return the folder with the packages, installed if need be; leaves the test out if that cannot be done."""
    return _or_leave_out(_installed)


def _or_leave_out(find: Callable[[], T]) -> T:
    try:
        return find()
    except NodeUnavailable as error:
        left_out(f"node: {error}")


@lru_cache
def _node() -> str:
    return _program("node")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NodeUnavailable(f"there is no {name} here; Node 18 or newer brings it")
    return found


@lru_cache
def _installed() -> Path:
    _program("node")
    npm = _program("npm")
    package = (HERE / "package.json").read_bytes()
    folder = FOLDER / hashlib.sha256(package).hexdigest()[:16]
    done = folder / ".installed"
    with _alone(FOLDER):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "package.json").write_bytes(package)
            _run([npm, *INSTALL], folder)
            done.touch()
    return folder / "node_modules"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other test process installs."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise NodeUnavailable(f"npm did not end within {PATIENCE} seconds") from None
    if done.returncode:
        raise NodeUnavailable(f"npm install failed: {done.stderr.strip()[-400:]}")
