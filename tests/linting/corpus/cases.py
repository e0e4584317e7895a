"""
Faulty desks: the sound one after a small change each, with all that is to be found in it.

What is expected is code, path and the steps of the trace: what is done, after a colon what the desk takes by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from supportcore.definition import Definition, loader
from tests.linting.corpus.base import Doc, action, base, changed, defined, role

Expected = tuple[tuple[str, str, str], ...]


class Faulty(NamedTuple):
    """A desk with a fault: its name, its rules, all that is found; and the rules that it comes after, if any."""

    name: str
    rules: Doc
    expected: Expected
    former: Doc | None = None

    def definition(self) -> Definition:
        return defined(self.rules)


FOLDER = Path(loader.__file__).parent / "presets"
CASES: list[Faulty] = []


def faulty(*expected: tuple[str, str, str]) -> Callable[[Callable[[Doc], None]], Callable[[Doc], None]]:
    """Add the desk that a function makes of the sound one."""

    def add(change: Callable[[Doc], None]) -> Callable[[Doc], None]:
        CASES.append(Faulty(change.__name__, changed(change), expected))
        return change

    return add


def damaged(
    desk: str, *expected: tuple[str, str, str], after_itself: bool = False
) -> Callable[[Callable[[Doc], None]], Callable[[Doc], None]]:
    """Add what a function makes of one of the shipped desks; *after_itself* as the rules that come after its own."""

    def add(change: Callable[[Doc], None]) -> Callable[[Doc], None]:
        rules = tomllib.loads((FOLDER / f"{desk}.toml").read_text(encoding="utf-8"))
        CASES.append(Faulty(change.__name__, changed(change, rules), expected, rules if after_itself else None))
        return change

    return add


def moved(*expected: tuple[str, str, str]) -> Callable[[Callable[[Doc], None]], Callable[[Doc], None]]:
    """Add the desk that a function makes of the sound one, as the rules that come after those."""

    def add(change: Callable[[Doc], None]) -> Callable[[Doc], None]:
        CASES.append(Faulty(change.__name__, changed(change), expected, base()))
        return change

    return add


IS_ME = {"field": "assignee", "eq": "@actor.id"}
GUEST = {"key": "guest", "side": "customer", "sees": "own", "may": []}


def agreed(rules: Doc) -> None:
    """Let changes need the agreement of leads."""
    role(rules, "lead")["sees"] = {"field": "approval", "missing": False}
    action(rules, "cancel")["roles"] = ["agent"]
    rules["approvals"] = [{"key": "board", "when": {"field": "type", "eq": "change"}, "team": "leads", "quorum": "any"}]
