"""Lists, boards, menu, page and questions of a definition: what they come to, and what is told of each fault."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.definition import Definition
from supportcore.definition.loader import define, restore
from supportcore.definition.screens import Board, Cell, ListRule, MenuEntry, QuestionRule, Screens
from supportcore.errors import DefinitionError, DefinitionFault
from supportcore.predicate import Eq, Ne
from tests.definition.shown import DROP, Wrong, check, edited, faults_of, labels, load, rules

SECTIONS = ("lists", "boards", "menu", "page", "questions")


def test_screens_are_what_the_definition_says() -> None:
    """Lists, boards, menu, head and questions come out as they were written."""
    screens = load().screens
    every, busy = screens.lists
    assert ("number", "subject", "light") == every.columns
    assert (("number", "state"), "-number", 10) == (every.filters, every.sort, every.limit)
    assert (frozenset({"agent"}), Eq("is_open", True)) == (busy.roles, busy.where)
    cells = (Cell(key="north", color="blue", where=Eq("area", "north")), Cell(key="rest", where=Ne("area", "north")))
    work = Board(
        key="work", where=Eq("is_open", True), list="busy", partition=True, roles=frozenset({"agent"}), cells=cells
    )
    assert (work,) == screens.boards
    assert ("number", "state") == screens.header
    ready = QuestionRule(key="ready", where=Eq("category", "open"), answers=("finish",))
    assert (ready,) == screens.questions
    assert screens.menu == (
        MenuEntry(key="all", to="list", name="every"),
        MenuEntry(key="new", to="form", name="short"),
        MenuEntry(key="boxes", to="board", name="work"),
        MenuEntry(key="news", to="view", name="notices"),
        MenuEntry(key="shop", to="host", name="shop", roles=frozenset({"guest"})),
    )
    assert (every, work) == (screens.list("every"), screens.board("work"))
    assert (None, None) == (screens.list("work"), screens.board("every"))


def test_a_desk_that_says_nothing_has_a_list() -> None:
    """Without sections there is one list, no board, no question, and a menu of what there is."""
    bare, told = rules(), labels()
    for section in SECTIONS:
        del bare[section]
    for section in ("lists", "boards", "cells", "menu", "questions"):
        del told[section]
    screens = load(bare, told).screens
    assert Screens() == screens
    assert ("tickets", None) == (screens.lists[0].key, screens.menu)


def test_a_list_that_says_nothing_has_columns() -> None:
    """A list of which only the key is given shows what every list does."""
    assert ListRule(key="every") == load(edited(rules(), ("lists", 0), {"key": "every"})).screens.lists[0]


def test_an_empty_menu_is_one() -> None:
    """A menu without entries is not the menu of what there is."""
    told = labels()
    del told["menu"]
    assert () == load(edited(rules(), ("menu",), []), told).screens.menu


def test_screens_are_todays() -> None:
    """What is shown is no stored rule: it changes no hash, and old rules are shown as today's."""
    desk = load()
    changed = edited(rules(), ("lists", 0, "limit"), 50)
    today = load(edited(changed, ("page", "header"), ["subject"]))
    assert desk.rules_hash == today.rules_hash
    assert (50, ("subject",)) == (today.screens.lists[0].limit, today.screens.header)
    assert today.screens == restore(desk.document, today=today).screens


FAULTS = [
    # lists
    Wrong(("lists",), "every", "lists", "wrong_type", "expected a list"),
    Wrong(("lists", 0), "every", "lists[0]", "wrong_type", "a table"),
    Wrong(("lists", 0, "key"), DROP, "lists[0].key", "missing_key", "required"),
    Wrong(("lists", 1, "key"), "every", "lists[1].key", "duplicate", "'every' exists already"),
    Wrong(("lists", 0, "key"), "All tickets", "lists[0].key", "bad_key", "a-z, 0-9, _ and -"),
    Wrong(("lists", 0, "colums"), [], "lists[0].colums", "unknown_key", "did you mean 'columns'?"),
    Wrong(("lists", 0, "columns", 1), "subjet", "lists[0].columns[1]", "unknown_column", "did you mean 'subject'?"),
    Wrong(("lists", 0, "columns", 1), "number", "lists[0].columns[1]", "duplicate", "stands here twice"),
    Wrong(("lists", 0, "columns"), "number", "lists[0].columns", "wrong_type", "expected a list"),
    Wrong(("lists", 0, "filters", 0), "opened_at", "lists[0].filters[0]", "unknown_filter", "number"),
    Wrong(("lists", 0, "sort"), "subject", "lists[0].sort", "cannot_sort", "number, opened_at"),
    Wrong(("lists", 0, "sort"), "--number", "lists[0].sort", "cannot_sort", "number, opened_at"),
    Wrong(("lists", 0, "sort"), 1, "lists[0].sort", "wrong_type", "expected a text"),
    Wrong(("lists", 0, "limit"), 201, "lists[0].limit", "out_of_range", "at most 200 rows"),
    Wrong(("lists", 0, "limit"), 0, "lists[0].limit", "not_positive", "above zero"),
    Wrong(("lists", 0, "limit"), 2.5, "lists[0].limit", "wrong_type", "whole number"),
    Wrong(("lists", 1, "roles", 0), "agnt", "lists[1].roles[0]", "unknown_role", "did you mean 'agent'?"),
    Wrong(("lists", 1, "where", "field"), "open", "lists[1].where.field", "unknown_field", "is_open"),
    Wrong(("lists", 1, "where", "eq"), "yes", "lists[1].where.eq", "wrong_type", "true or false"),
    Wrong(("lists", 1, "where", "field"), "form.floor", "lists[1].where.field", "unknown_field", "form.floor"),
    # boards
    Wrong(("boards", 0, "cells"), DROP, "boards[0].cells", "missing_key", "at least one box"),
    Wrong(("boards", 0, "cells"), [], "boards[0].cells", "missing_key", "at least one box"),
    Wrong(("boards", 0, "cells", 0, "where"), DROP, "boards[0].cells[0].where", "missing_key", "which tickets"),
    Wrong(("boards", 0, "cells", 1, "key"), "north", "boards[0].cells[1].key", "duplicate", "'north' exists already"),
    Wrong(("boards", 0, "cells", 0, "colour"), "red",
          "boards[0].cells[0].colour", "unknown_key", "did you mean 'color'?"),
    Wrong(("boards", 0, "cells", 0, "color"), "x" * 21, "boards[0].cells[0].color", "too_long", "At most 20"),
    Wrong(("boards", 0, "cells", 0), 1, "boards[0].cells[0]", "wrong_type", "a table"),
    Wrong(("boards", 0, "list"), "evry", "boards[0].list", "unknown_list", "did you mean 'every'?"),
    Wrong(("boards", 0, "partition"), "yes", "boards[0].partition", "wrong_type", "true or false"),
    Wrong(("boards", 0, "roles"), ["boss"], "boards[0].roles[0]", "unknown_role", "there are: guest, agent"),
    Wrong(("boards", 0, "where"), {}, "boards[0].where", "bad_predicate", "eq"),
    # menu
    Wrong(("menu", 0, "list"), "evry", "menu[0].list", "unknown_list", "did you mean 'every'?"),
    Wrong(("menu", 1, "form"), "shrt", "menu[1].form", "unknown_form", "did you mean 'short'?"),
    Wrong(("menu", 2, "board"), "wrk", "menu[2].board", "unknown_board", "did you mean 'work'?"),
    Wrong(("menu", 3, "view"), "notice", "menu[3].view", "unknown_view", "did you mean 'notices'?"),
    Wrong(("menu", 4, "host"), False, "menu[4].host", "wrong_type", "host = true"),
    Wrong(("menu", 4, "host"), "https://x", "menu[4].host", "wrong_type", "true or false"),
    Wrong(("menu", 0, "view"), "home", "menu[0]", "bad_entry", "one of list, form, board, view, or host"),
    Wrong(("menu", 0, "list"), DROP, "menu[0]", "bad_entry", "one of list, form, board, view, or host"),
    Wrong(("menu", 1, "key"), "all", "menu[1].key", "duplicate", "'all' exists already"),
    Wrong(("menu", 0, "label"), "All", "menu[0].label", "unknown_key", "key, list, form"),
    Wrong(("menu", 4, "roles", 0), "gest", "menu[4].roles[0]", "unknown_role", "did you mean 'guest'?"),
    Wrong(("menu",), {"all": "every"}, "menu", "wrong_type", "expected a list"),
    # page and questions
    Wrong(("page", "header", 0), "nummer", "page.header[0]", "unknown_column", "did you mean 'number'?"),
    Wrong(("page", "head"), [], "page.head", "unknown_key", "did you mean 'header'?"),
    Wrong(("page",), ["number"], "page", "wrong_type", "a table"),
    Wrong(("questions", 0, "answers"), DROP, "questions[0].answers", "missing_key", "which actions answer it"),
    Wrong(("questions", 0, "answers"), [], "questions[0].answers", "empty", "which actions answer it"),
    Wrong(("questions", 0, "answers", 0), "finsh",
          "questions[0].answers[0]", "unknown_action", "did you mean 'finish'?"),
    Wrong(("questions", 0, "key"), DROP, "questions[0].key", "missing_key", "required"),
    Wrong(("questions", 0, "where", "eq"), 1, "questions[0].where.eq", "wrong_type", "text"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", FAULTS, ids=str)
def test_a_fault_says_where_and_what_would_be_right(wrong: Wrong) -> None:
    """Each fault names its path, has a code, and a message with what would be right."""
    check(wrong)


@pytest.mark.parametrize(
    ("section", "key"),
    [("lists", "busy"), ("boards", "work"), ("menu", "shop"), ("questions", "ready")],
)
def test_what_is_shown_needs_a_name(section: str, key: str) -> None:
    """A list, a board, an entry of the menu or a question without a label is a fault of the labels."""
    told = labels()
    del told[section][key]
    (first, *_) = faults_of(None, told)
    assert (f"{section}.{key}.label.en", "missing_label") == (first.path, first.code)


def test_a_box_needs_a_name() -> None:
    """Boxes have their labels below their board."""
    told = labels()
    del told["cells"]["work"]["rest"]
    (fault,) = faults_of(None, told)
    assert ("cells.work.rest.label.en", "missing_label") == (fault.path, fault.code)
    told = labels()
    told["cells"]["work"]["resst"] = told["cells"]["work"].pop("rest")
    found = {(fault.path, fault.code) for fault in faults_of(None, told)}
    assert {("cells.work.resst", "unknown_label"), ("cells.work.rest.label.en", "missing_label")} == found


# -- whatever is wrong, it is told -------------------------------------------------------------------------------------

Place = tuple[str | int, ...]


def _places(document: Any, below: Place = ()) -> list[Place]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    found: list[Place] = []
    for key, value in pairs:
        found.append((*below, key))
        if isinstance(value, (dict, list)):
            found.extend(_places(value, (*below, key)))
    return found


DOCUMENTS = (rules(), labels())
PLACES = [
    (which, place) for which, document in enumerate(DOCUMENTS) for place in _places(document) if place[0] != "states"
]
WORDS = [
    "", "@actor.id", "form.floor", "form.", "number", "-number", "every", "work", "default", "files", "image/*",
    "[A-Z]{2", "(a*)*", "72h", "*", "\0", "\ud800",
]  # fmt: skip
SCALARS = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=50), st.datetimes(), st.sampled_from(WORDS)
)
PIECES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner), max_leaves=5
)
KEYS = st.sampled_from(["key", "when", "where", "set", "pattern", "cells", "roles", "x"])
MUTATIONS = st.one_of(
    st.just(("drop",)),
    st.just(("twice",)),
    st.tuples(st.just("put"), PIECES),
    st.tuples(st.just("move"), st.sampled_from(PLACES)),
    st.tuples(st.just("add"), KEYS, PIECES),
)


def _at(document: Any, way: Place) -> Any:
    for key in way:
        document = document[key]
    return document


def _mutate(documents: Any, where: tuple[int, Place], mutation: Any) -> None:
    which, (*way, last) = where
    holder = _at(documents[which], tuple(way))
    match mutation:
        case ("drop",):
            del holder[last]
        case ("twice",):
            if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
        case ("put", value):
            holder[last] = value
        case ("move", (other, place)):
            holder[last] = copy.deepcopy(_at(DOCUMENTS[other], place))
        case ("add", key, value):
            if isinstance(holder[last], dict):
                holder[last][key] = value


@given(where=st.sampled_from(PLACES), mutation=MUTATIONS)
def test_a_mutated_document_loads_or_tells_its_faults(where: tuple[int, Place], mutation: Any) -> None:
    """Drop, double, replace or add anything: the document loads, or one error lists its faults, and nothing else."""
    documents = copy.deepcopy(DOCUMENTS)
    _mutate(documents, where, mutation)
    desk: Definition | None = None
    faults: tuple[DefinitionFault, ...] = ()
    try:
        desk = define(*documents)
    except DefinitionError as error:
        faults = error.faults
    if desk is not None:
        assert desk == restore(desk.document, today=desk)
        assert desk.forms == restore(desk.document, today=desk).forms
    else:
        assert len(faults) > 0
        assert len(faults) == len(set(faults))
        assert all(fault.file in ("rules", "labels") and fault.path and fault.message for fault in faults)
