"""`[moves]`: where tickets of earlier rules go, what is wrong with it, and what it leaves as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from supportcore.definition import Definition
from supportcore.definition.loader import define, restore
from supportcore.definition.moves import state_after, unmapped
from supportcore.errors import DefinitionError

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"
RULES = SMALL.read_text(encoding="utf-8")
LABELS = tomllib.loads(SMALL.with_name("small.labels.toml").read_text(encoding="utf-8"))
KEYS = ["new", "working", "asking", "solved", "done", "cancelled"]


def small(moves: Any = None) -> Definition:
    """Return the small desk with a section of moves."""
    return define(tomllib.loads(RULES) | ({} if moves is None else {"moves": moves}), LABELS)


def test_a_state_goes_to_the_one_that_is_named_or_to_its_namesake() -> None:
    """A line comes before a state of the same key; without either there is nowhere to go."""
    desk = small({"waiting": "asking", "working": "new"})
    assert (("waiting", "asking"), ("working", "new")) == desk.moves
    former = ("waiting", "working", "new", "lost")
    assert ["asking", "new", "new", None] == [getattr(state_after(desk, key), "key", None) for key in former]


def test_where_no_ticket_can_go_is_told() -> None:
    """States without line and namesake are named in the order of the old rules; between equal rules there are none."""
    rules = tomllib.loads(RULES)
    rules["states"] = [
        {"key": "waiting", "category": "pending"}, {"key": "lost", "category": "open"}, *rules["states"]
    ]  # fmt: skip
    words = {key: {"label": {"en": key, "es": key}, "help": {"en": key, "es": key}} for key in ("waiting", "lost")}
    old = define(rules, {**LABELS, "states": {**LABELS["states"], **words}})
    assert ("waiting", "lost") == unmapped(old, small())
    assert ("lost",) == unmapped(old, small({"waiting": "asking"}))
    assert () == unmapped(old, old)


def test_moves_are_no_part_of_the_rules() -> None:
    """They are about former rules: neither hashed nor stored, and stored rules have those of today."""
    plain, moving = small(), small({"waiting": "asking"})
    assert () == plain.moves
    assert (plain.rules_hash, plain.document) == (moving.rules_hash, moving.document)
    assert moving.moves == restore(plain.document, today=moving).moves


@pytest.mark.parametrize(
    ("moves", "path", "code", "message"),
    [
        ({"waiting": "askin"}, "moves.waiting", "unknown_state", "no state 'askin'; did you mean 'asking'?"),
        ({"waiting": "zzz"}, "moves.waiting", "unknown_state", f"no state 'zzz'; there are: {', '.join(KEYS)}"),
        ({"waiting": 5}, "moves.waiting", "wrong_type", "expected a text, found 5"),
        ({"waiting": ""}, "moves.waiting", "empty", "Must not be empty."),
        ({"To do": "asking"}, "moves.To do", "bad_key", "'To do' is no key: 1 to 40 of a-z, 0-9, _ and -"),
        (["asking"], "moves", "wrong_type", "expected a table, found a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_moves(moves: Any, path: str, code: str, message: str) -> None:
    """Each fault is told once, where it stands and with what would be right."""
    with pytest.raises(DefinitionError) as told:
        small(moves)
    assert [(path, code, message)] == [(fault.path, fault.code, fault.message) for fault in told.value.faults]
