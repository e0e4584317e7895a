"""Does a board partition: examples, a brute search over pools of values, what `supportcore check` says of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supportcore.cli.commands import supportcore
from supportcore.definition.boards import MOST, Telling, findings, tell, tellings
from supportcore.definition.cases import holds
from supportcore.definition.screens import Board, Cell, ListRule, Screens
from supportcore.predicate import ALWAYS, All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range, parse, to_python
from tests.desks.portal import FOLDER, PORTAL

T = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


def asked(cells: list[dict[str, Any]], **over: Any) -> Telling:
    """What is told of a board with these boxes, a, b and so on, on the tests' portal desk."""
    boxes = tuple(Cell(key="abcdefghij"[place], where=parse(where)) for place, where in enumerate(cells))
    return tell(PORTAL, Board(**{"key": "box", "cells": boxes, **over}))


CATEGORIES = ["new", "open", "pending", "on_hold", "solved", "closed"]
LEVELS = ["low", "normal", "high", "urgent"]


@pytest.mark.parametrize(
    "cells",
    [
        [{"field": "category", "eq": name} for name in CATEGORIES],
        [{"field": "state", "eq": state.key} for state in PORTAL.workflow.states],
        [{"field": "is_open", "eq": True}, {"field": "category", "eq": "closed"}],
        [{"field": "is_open", "eq": True}, {"field": "outcome", "missing": False}],
        [{"field": "is_open", "eq": True}, {"field": "closed_at", "missing": False}],
        [{"field": "outcome", "in": ["resolved", "cancelled"]}, {"field": "is_open", "eq": True}],
        [{"field": "priority", "in": LEVELS}, {"field": "priority", "missing": True}],
        [{"field": "waiting_on", "in": ["customer", "vendor"]}, {"field": "waiting_on", "in": ["support", "external"]},
         {"field": "waiting_on", "missing": True}],
        [{"field": "assignee", "eq": "@actor.id"}, {"field": "assignee", "ne": "@actor.id"}],
        [{"field": "assignee", "eq": "luis"}, {"field": "assignee", "missing": True},
         {"all": [{"field": "assignee", "missing": False}, {"field": "assignee", "ne": "luis"}]}],
        [{"field": "number", "range": {"before": 10}}, {"field": "number", "range": {"from": 10}}],
        [{"field": "number", "range": {"before": 9.5}}, {"field": "number", "range": {"from": 10}}],
        [{"field": "opened_at", "range": {"before": T}}, {"field": "opened_at", "eq": T},
         {"field": "opened_at", "range": {"from": T + TICK}}],
        [{"field": "@actor.roles", "has": "agent"}, {"any": [
            {"all": [{"field": "@actor.roles", "has": "lead"}, {"field": "@actor.id", "missing": True}]},
            {"field": "@actor.id", "missing": False}]}][1:],
        [{"field": "customer", "missing": False}],
        [{"all": []}],
    ],
)  # fmt: skip
def test_boards_that_partition(cells: list[dict[str, Any]]) -> None:
    """States settle category, outcome and whether a ticket is open; vocabularies have no values but their own."""
    told = asked(cells)
    assert ("partitions", "partitions") == (told.verdict, str(told))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([{"field": "category", "eq": "new"}], "in no box where the state is working"),
        ([{"field": "is_open", "eq": True}, {"field": "state", "eq": "done"}],
         "in no box where the state is cancelled"),
        ([{"field": "is_open", "eq": True}, {"field": "category", "in": ["solved", "closed"]}],
         "in a and b where the state is solved"),
        ([{"field": "priority", "in": LEVELS}], "in no box where the priority is empty"),
        ([{"field": "priority", "in": LEVELS[:3]}, {"field": "priority", "missing": True}],
         "in no box where the priority is urgent"),
        ([{"field": "team", "eq": "desk"}, {"field": "team", "missing": True}], "in no box where the team is another"),
        ([{"field": "team", "eq": "desk"}, {"field": "team", "ne": "field"}], "in a and b where the team is desk"),
        ([{"field": "assignee", "eq": "@actor.id"}, {"field": "assignee", "missing": True}],
         "in no box where the assigned agent is another"),
        ([{"field": "team", "in": "@actor.teams"}, {"field": "team", "ne": "desk"}],
         "in no box where your teams is empty and the team is desk"),
        ([{"field": "team", "in": "@actor.teams"}, {"all": []}],
         "in a and b where the team is one of your teams"),
        ([{"field": "@actor.roles", "has": "agent"}, {"field": "@actor.roles", "has": "lead"}],
         "in no box where your roles include customer"),
        ([{"field": "number", "range": {"before": 10}}, {"field": "number", "range": {"from": 11}}],
         "in no box where the number is 10"),
        ([{"field": "opened_at", "range": {"before": T}}, {"field": "opened_at", "range": {"from": T + TICK}}],
         f"in no box where the instant of opening is {T}"),
        ([{"any": []}], "in no box where always"),
    ],
)  # fmt: skip
def test_boards_that_do_not(cells: list[dict[str, Any]], expected: str) -> None:
    """A ticket that is in no box, or in several, is told in words."""
    told = asked(cells)
    assert f"does not partition: a ticket is {expected}" == str(told)
    assert ("overlap" if told.boxes else "gap") == told.verdict


def test_only_what_the_board_is_about() -> None:
    """Tickets that neither the board nor its list is about need no box."""
    cells = [{"field": "priority", "eq": "high"}, {"field": "priority", "eq": "urgent"}]
    assert "gap" == asked(cells).verdict
    assert "partitions" == asked(cells, where=parse({"field": "priority", "in": ["high", "urgent"]})).verdict
    assert "partitions" == asked([{"field": "is_open", "eq": True}], list="queue").verdict


def test_facts_of_the_actor_have_values_that_are_named() -> None:
    """A named value may be the actor's own, or not; only the one makes these boards wrong."""
    mine = parse({"field": "team", "in": "@actor.teams"})
    told = asked([{"field": "team", "ne": "desk"}], where=mine)
    assert str(told).endswith("in no box where the team is one of your teams and the team is desk")
    told = asked([{"field": "assignee", "ne": "luis"}], where=parse({"field": "assignee", "eq": "@actor.id"}))
    assert str(told).endswith("in no box where you is luis and the assigned agent is you")
    others = AnyOf((Missing("team"), Eq("team", "field")))
    assert "partitions" == asked([{"field": "team", "eq": "desk"}], where=All((mine, Eq("team", "desk")))).verdict
    assert "partitions" == asked([{"field": "team", "ne": "desk"}], where=others).verdict


def test_a_desk_without_customers() -> None:
    """Where tickets have no customer, none is looked for."""
    board = Board(key="box", cells=(Cell(key="a", where=Missing("customer")),))
    assert "partitions" == tell(attrs.evolve(PORTAL, customer="none"), board).verdict
    assert "gap" == tell(PORTAL, board).verdict


def test_too_many_cases() -> None:
    """Beyond the limit nothing is claimed, and it is no finding; it comes back at once."""
    fields = ("assignee", "responsible", "team", "product", "module", "service", "project")
    cells = [{"field": name, "eq": f"x{number}"} for name in fields for number in range(1, 7)]
    boxes = tuple(Cell(key=f"c{place}", where=parse(where)) for place, where in enumerate(cells))
    told = tell(PORTAL, Board(key="box", cells=boxes, partition=True))
    assert ("too_many", f"too many cases to tell: more than {MOST:,}") == (told.verdict, str(told))
    assert MOST < told.cases
    assert () == findings([told])


def test_a_finding_where_it_is_declared() -> None:
    """A board that says that it partitions and does not is found, with its place; one that says nothing is not."""
    wrong = Board(key="box", cells=(Cell(key="a", where=Eq("category", "new")),))
    screens = Screens(boards=(wrong, attrs.evolve(wrong, key="second", partition=True)))
    told = tellings(attrs.evolve(PORTAL, screens=screens))
    (found,) = findings(told)
    assert ("no_partition", "boards[1].partition") == (found.code, found.path)
    assert "board 'second' does not partition: a ticket is in no box where the state is working" in found.message


# -- a brute search over pools


def subsets(*values: str) -> list[frozenset[str]]:
    return [
        frozenset(some) for some in chain.from_iterable(combinations(values, size) for size in range(len(values) + 1))
    ]


STATES = [
    {"state": s.key, "category": s.category, "outcome": s.outcome, "is_open": not s.final, "closed_at": closed}
    for s in PORTAL.workflow.states
    for closed in ((T - TICK, T, T + TICK, T + 2 * TICK) if s.final else (None,))
]
POOLS: dict[str, list[Any]] = {
    "waiting_on": [None, "customer", "vendor", "support", "external"],
    "priority": [None, *LEVELS],
    "urgency": [None, "later", "soon", "now"],
    "assignee": [None, "luis", "hal", "you", "zz"],
    "team": [None, "desk", "field", "ours", "zz"],
    "customer": ["acme", "beta", "ours", "zz"],
    "number": [1, 2, 3, 4, 6, 7, 8, 2**62],
    "opened_at": [T - TICK, T, T + TICK, T + 2 * TICK],
    "green_at": [None, T - TICK, T, T + TICK, T + 2 * TICK],
    "red_at": [None, T - TICK, T, T + TICK, T + 2 * TICK],
    "@actor.id": ["luis", "hal", "you"],
    "@actor.teams": subsets("desk", "field", "ours"),
    "@actor.customers": subsets("acme", "beta", "ours"),
    "@actor.roles": subsets("agent", "lead", "guest")[1:],
}
NAMED: dict[str, list[Any]] = {
    "state": ["new", "solved", "done", "nowhere"], "category": ["new", "closed"], "outcome": ["resolved"],
    "is_open": [True, False], "closed_at": [T, T + TICK], "waiting_on": ["customer", "vendor"],
    "priority": ["low", "urgent", "nothing"], "urgency": ["now"], "assignee": ["luis", "hal"],
    "team": ["desk", "field"], "customer": ["acme", "beta"], "number": [3, 7, 2.5], "opened_at": [T, T + TICK],
    "green_at": [T], "red_at": [T + TICK],
}  # fmt: skip
FACTS = {"assignee": "@actor.id", "team": "@actor.teams", "customer": "@actor.customers"}


@st.composite
def leaves(draw: st.DrawFn, fields: list[str]) -> Predicate:
    name = draw(st.sampled_from([*fields, "@actor.roles"]))
    if name == "@actor.roles":
        return Has(name, draw(st.sampled_from(["agent", "lead"])))
    values = st.sampled_from(NAMED[name])
    kinds: list[st.SearchStrategy[Predicate]] = [
        st.builds(Eq, st.just(name), values),
        st.builds(Ne, st.just(name), values),
        st.builds(Missing, st.just(name), st.booleans()),
        st.builds(In, st.just(name), st.lists(values, max_size=3).map(tuple)),
    ]
    if name in ("number", "opened_at", "closed_at", "red_at", "green_at"):
        ends = st.none() | values
        kinds.append(st.builds(Range, st.just(name), ends, ends))
    if name == "assignee":
        kinds += [st.just(Eq(name, Fact("@actor.id"))), st.just(Ne(name, Fact("@actor.id")))]
    elif name in FACTS:
        kinds += [st.just(In(name, Fact(FACTS[name]))), st.just(Missing(FACTS[name]))]
    return draw(st.one_of(kinds))


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Boards about two or three fields; some of them partition."""
    fields = draw(st.lists(st.sampled_from(sorted(NAMED)), min_size=1, max_size=2, unique=True))
    one = leaves(fields)
    conditions = st.one_of(
        one, st.lists(one, max_size=2).map(tuple).map(All), st.lists(one, max_size=2).map(tuple).map(AnyOf)
    )
    kind = draw(st.sampled_from(["any", "in two", "by value"]))
    where = draw(conditions)
    if kind == "any":
        cells = draw(st.lists(conditions, min_size=1, max_size=3))
    elif kind == "in two" and isinstance(where, (Eq, Ne)):
        cells = [where, (Ne if isinstance(where, Eq) else Eq)(where.field, where.value), draw(conditions)][
            : draw(st.sampled_from([2, 3]))
        ]
        where = draw(st.just(ALWAYS) | conditions)
    else:
        name = draw(st.sampled_from(fields))
        cells = [Missing(name), *(Eq(name, value) for value in dict.fromkeys(NAMED[name]))]
        cells.append(All((Missing(name, False), *(Ne(name, value) for value in NAMED[name]))))
        if draw(st.booleans()):
            cells.pop(draw(st.integers(0, len(cells) - 1)))
        where = draw(leaves([name]) | conditions | st.just(ALWAYS))
    boxes = tuple(Cell(key=f"c{place}", where=cell) for place, cell in enumerate(cells))
    return Board(key="box", cells=boxes, where=where, list="all")


def used(predicate: Predicate) -> set[str]:
    if isinstance(predicate, (All, AnyOf)):
        return {name for part in predicate.parts for name in used(part)}
    value = predicate.values if isinstance(predicate, In) else getattr(predicate, "value", None)
    return {predicate.field} | ({value.name} if isinstance(value, Fact) else set())


def tickets(paths: set[str]) -> Iterator[tuple[Any, Any]]:
    """Every ticket and actor that the pools make, as far as the paths tell."""
    pools = [[{path: value} for value in POOLS[path]] for path in sorted(paths & set(POOLS))]
    for parts in product(STATES if paths & set(STATES[0]) else [{}], *pools):
        made = {path: value for part in parts for path, value in part.items()}
        opened, closed = made.get("opened_at"), made.get("closed_at")
        if opened is not None and closed is not None and "closed_at" in paths and opened > closed:
            continue
        if made.get("red_at") is not None and "green_at" in made and made["green_at"] is None:
            continue
        actor = {path.removeprefix("@actor."): value for path, value in made.items() if path.startswith("@")}
        yield SimpleNamespace(**{p: v for p, v in made.items() if not p.startswith("@")}), SimpleNamespace(**actor)


@given(board=boards())
@settings(max_examples=200)
def test_what_is_told_is_what_a_brute_search_finds(board: Board) -> None:
    """A board partitions if and only if no ticket and actor of large pools of values is in no box, or in several."""
    screens = Screens(lists=(ListRule(key="all"),))
    told = tell(attrs.evolve(PORTAL, screens=screens), board)
    assume(told.verdict != "too_many")
    about, cells = to_python(board.where), [to_python(cell.where) for cell in board.cells]
    paths = {name for one in (board.where, *(cell.where for cell in board.cells)) for name in used(one)}
    wrong = any(
        about(ticket, actor) and sum(test(ticket, actor) for test in cells) != 1 for ticket, actor in tickets(paths)
    )
    assert wrong is (told.verdict != "partitions")
    if wrong:
        assert holds(about, told.witness)
        assert list(told.boxes) == [cell.key for cell in board.cells if holds(to_python(cell.where), told.witness)]
        assert told.told


# -- supportcore check


def run(*args: object) -> Any:
    return CliRunner().invoke(supportcore, ["check", *(str(arg) for arg in args)])


def test_check_has_a_line_for_each_board() -> None:
    """It says of each board whether it partitions; that one does not is no fault unless it says that it does."""
    result = run(FOLDER / "portal.toml")
    lines = result.output.splitlines()
    assert (0, "board progress: partitions") == (result.exit_code, lines[0])
    assert lines[1].startswith("board attention: does not partition: a ticket is in unassigned and pressing where ")
    told = json.loads(run(FOLDER / "portal.toml", "--json").output)
    assert [("progress", "partitions", []), ("attention", "overlap", ["unassigned", "pressing"])] == [
        (one["board"], one["verdict"], one["boxes"]) for one in told["boards"]
    ]


def test_check_finds_a_board_that_is_not_what_it_says(tmp_path: Path) -> None:
    """The exit code is 1, and the finding stands in the text and in the JSON."""
    rules = (FOLDER / "portal.toml").read_text(encoding="utf-8")
    old = '{ field = "category", in = ["solved", "closed"] }'
    assert old in rules
    (tmp_path / "mine.toml").write_text(rules.replace(old, '{ field = "category", eq = "closed" }'), encoding="utf-8")
    shutil.copy(FOLDER / "portal.labels.toml", tmp_path / "mine.labels.toml")
    result = run(tmp_path / "mine.toml")
    assert 1 == result.exit_code
    assert "boards[0].partition: board 'progress' does not partition" in result.output
    assert "[no_partition]" in result.output
    told = json.loads(run(tmp_path / "mine.toml", "--json").output)
    assert [("no_partition", "boards[0].partition")] == [(one["code"], one["path"]) for one in told["findings"]]
