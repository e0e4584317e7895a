"""Lists: what they show, by what they are narrowed, how they are paged."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportcore import Actor, FrozenClock, Invalid, NotFound, Project, Refused
from supportcore.definition.screens import COLUMNS, SENSITIVE, SORTED
from supportcore.desk.views.filters import LOOKED_AT, OPTIONS
from supportcore.desk.views.records import dump
from supportcore.predicate import to_python
from supportcore.sla.clocks import LIGHTS, most_pressing
from supportcore.tickets.ticket import Ticket
from tests.desk.views.listed import FILED, KNOWN, NOON, live, opened, pages, portal, rows, seen
from tests.desk.views.portals import names
from tests.desks.portal import ANA, BO, CLEO, DAN, HAL, LUIS, MAR, PORTAL, ZOE
from tests.stores import server_url

FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The portal desk in memory."""
    with portal("memory", tmp_path, "", clock) as desk:
        yield desk


@pytest.fixture(params=names())
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The portal desk on each store."""
    with portal(request.param, tmp_path, server_url(request, request.param), clock) as desk:
        yield desk


def faults(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in error.value.faults]


def check_lists(desk: Any, ids: list[str]) -> None:
    """Every list of everybody holds what the list is about of what he may open, each once; all it says fits."""
    for person in KNOWN:
        mine = seen(desk, person, ids)
        for rule in PORTAL.screens.lists:
            if rule.roles and not rule.roles & person.roles:
                continue
            about = to_python(rule.where)
            expected = {ticket.id: ticket for ticket in mine if about(ticket, person)}
            found = pages(desk, person, rule.key, limit=3)
            listed = [row for view in found for row in view.rows]
            assert sorted(expected) == sorted(row.id for row in listed)
            for number, view in enumerate(found, start=1):
                assert (len(expected), number if listed else 1) == (view.page.total, view.page.number)
                assert (view.page.last - view.page.first + 1 if view.rows else 0) == len(view.rows)
            for row in listed:
                assert (expected[row.id].number, expected[row.id].version) == (row.number, row.version)
        check_boards(desk, person, mine)


def check_boards(desk: Any, person: Actor, mine: list[Ticket]) -> None:
    """A box counts and shows what its list, its board and its own condition hold of, of what somebody may open."""
    shown = {view.key: view for view in desk.acting_as(person).home().boards}
    for board in PORTAL.screens.boards:
        if board.key not in shown:
            assert not board.roles & person.roles
            continue
        rule = next(rule for rule in PORTAL.screens.lists if rule.key == board.list)
        for cell in (None, *board.cells):
            tests = [to_python(one.where) for one in (rule, board, cell) if one is not None]
            expected = sorted(ticket.id for ticket in mine if all(test(ticket, person) for test in tests))
            key = None if cell is None else cell.key
            assert expected == sorted(row.id for row in rows(desk, person, board=board.key, cell=key))
            counted = {None: shown[board.key].total, **{one.key: one.count for one in shown[board.key].cells}}
            assert len(expected) == counted[key]


@given(rng=st.randoms(use_true_random=False))
@FEW
def test_a_list_shows_what_opening_allows(rng: random.Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was done before, a list or box holds exactly what its actor may open and it is about, and counts it."""
    clock = FrozenClock(NOON)
    with portal("memory", tmp_path_factory.getbasetemp(), "", clock) as desk:
        check_lists(desk, live(desk, clock, rng))


def test_a_list_shows_what_opening_allows_anywhere(anywhere: Any, clock: FrozenClock) -> None:
    """So it is on every store."""
    check_lists(anywhere, live(anywhere, clock, random.Random(4), tickets=8, deeds=20))


def test_the_light_of_a_row_is_that_of_its_filter(desk: Any, clock: FrozenClock) -> None:
    """A list narrowed by a light holds the rows that show it, as of now and without anything being done."""
    for filed in FILED:
        opened(desk, LUIS, **filed)
    desk.acting_as(LUIS).act(opened(desk, ANA), "cancel", {"reason": "mistake"})
    told = set()
    for _ in range(12):
        clock.move(timedelta(minutes=25))
        for light in LIGHTS:
            found = rows(desk, LUIS, where={"light": light})
            assert [light] * len(found) == [row.cells[4].value for row in found]
            icon = "" if light == "none" else f"light-{light}"
            assert {icon} >= {row.cells[4].icon for row in found}
            told.update([light] if found else [])
        whole = rows(desk, LUIS)
        for row in whole:
            ticket = desk.acting_as(LUIS).get(row.id)
            assert most_pressing(one.light(clock()) for one in ticket.clocks) == row.cells[4].value
    assert set(LIGHTS) == told


# -- columns and rows


def test_what_a_row_says(desk: Any, clock: FrozenClock) -> None:
    """Cells stand in the order of the columns, as data and in words: names, states, lights, instants in the zone."""
    ticket = opened(desk, ANA, product="erp", priority="high", type="problem", steps="Switch it on", blocking=True)
    desk.acting_as(LUIS).act(ticket, "take")
    clock.move(timedelta(hours=3))
    view = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}, zone="America/Bogota")).listing()
    (row,) = view.rows
    assert [column.key for column in view.columns] == [cell.key for cell in row.cells]
    said = {cell.key: (cell.value, cell.text) for cell in row.cells}
    expected = {
        "number": (1, "1"),
        "subject": ("It beeps", "It beeps"),
        "state": ("working", PORTAL.labels.label("states", "working", "es")),
        "customer": ("acme", "ACME"),
        "contact": ("ana", "Ana Pérez"),
        "product": ("erp", "ERP"),
        "module": (None, ""),
        "assignee": ("luis", "Luis Gil"),
        "is_open": (True, "Sí"),
        "opened_at": ("2026-03-02T11:00:00.000Z", "2 mar 2026, 06:00:00"),
        "light": ("red", "Retrasado"),
        "closed_at": (None, ""),
    }
    assert expected == {key: said[key] for key in expected}
    assert [("view", "Ver detalles")] == [(action.name, action.label) for action in row.actions]
    english = desk.acting_as(MAR).listing()
    assert ["View details"] == [action.label for action in english.rows[0].actions]
    assert json.loads(json.dumps(dump(view)))["rows"][0]["number"] == 1


def test_what_is_for_staff_only(desk: Any) -> None:
    """Agreement and team are columns and filters of staff, and to a customer as if they were not there."""
    opened(desk, ANA)
    for person, there in ((ANA, set()), (LUIS, {"agreement", "team"})):
        view = desk.acting_as(person).listing()
        assert there == {column.key for column in view.columns} & set(SENSITIVE)
        assert there == {one.key for one in view.filters} & set(SENSITIVE)
        assert there == {cell.key for cell in view.rows[0].cells} & set(SENSITIVE)
    with pytest.raises(Invalid) as error:
        desk.acting_as(ANA).listing(where={"team": "desk"})
    assert [("team", "cannot_filter")] == faults(error)
    assert "team" not in dict(error.value.faults[0].params)["options"].split(", ")


def test_columns_say_how_they_sort(desk: Any) -> None:
    """A column that can be sorted by says by what; the one that is, which way."""
    view = desk.acting_as(LUIS).listing()
    assert {column.key: column.key for column in view.columns if column.key in SORTED} == {
        column.key: column.sort for column in view.columns if column.sort
    }
    assert [("updated_at", "down")] == [(column.key, column.sorted) for column in view.columns if column.sorted]
    view = desk.acting_as(LUIS).listing(sort="priority")
    assert [("priority", "up")] == [(column.key, column.sorted) for column in view.columns if column.sorted]


def test_rows_stand_in_the_order_asked_for(desk: Any, clock: FrozenClock) -> None:
    """By the rank of the priority, not by its name; with a minus the other way round."""
    for place, filed in enumerate(FILED):
        clock.move(timedelta(minutes=place))
        opened(desk, LUIS, **filed)
    ranks = ["low", "normal", "normal", "high", "urgent"]
    assert ranks == [row.cells[14].value for row in rows(desk, LUIS, sort="priority", limit=2)]
    assert ranks[::-1] == [row.cells[14].value for row in rows(desk, LUIS, sort="-priority", limit=2)]


# -- which list


@pytest.mark.parametrize(
    ("person", "asked", "kind"),
    [
        (ANA, {"key": "queue"}, "list"),
        (ANA, {"key": "nothing"}, "list"),
        (ANA, {"key": 7}, "list"),
        (ANA, {"board": "attention"}, "board"),
        (LUIS, {"board": "nothing"}, "board"),
        (LUIS, {"board": "attention", "cell": "nothing"}, "cell"),
        (LUIS, {"board": "attention", "cell": "busy"}, "cell"),
        (LUIS, {"cell": "pressing"}, "cell"),
        (DAN, {"board": ["attention"]}, "board"),
    ],
)
def test_a_list_of_others_is_not_there(desk: Any, person: Actor, asked: dict[str, Any], kind: str) -> None:
    """A list, board or box that the actor does not have is told from none by nothing."""
    with pytest.raises(NotFound) as error:
        desk.acting_as(person).listing(**asked)
    assert kind == error.value.params["kind"]


def test_somebody_unknown_has_no_list(desk: Any) -> None:
    """Who has no role on the desk is refused."""
    with pytest.raises(Refused) as error:
        desk.acting_as(ZOE).listing()
    assert "unknown_actor" == error.value.code


def test_titles_are_those_of_list_board_and_box(desk: Any) -> None:
    """A list behind a board or box is called like it, in the actor's language."""
    for person in (ANA, LUIS, MAR):
        me, language = desk.acting_as(person), PORTAL.labels.language(person.locale)
        label = PORTAL.labels.label
        assert label("lists", "mine", language) == me.listing("mine").title
        view = me.listing(board="progress")
        assert ("tickets", label("boards", "progress", language)) == (view.key, view.title)
        view = me.listing(board="progress", cell="held")
        assert (label("cells.progress", "held", language), "held") == (view.title, view.cell)


# -- filters


@pytest.mark.parametrize("said", [2, "2", "#2", " #2 "])
def test_a_number_is_found_as_people_write_it(desk: Any, said: Any) -> None:
    """With and without the sign, as text or as a number; the list says which number it holds."""
    for _ in range(3):
        opened(desk, ANA)
    view = desk.acting_as(ANA).listing(where={"number": said})
    assert [2] == [row.number for row in view.rows]
    assert [("number", 2)] == [(one.key, one.value) for one in view.filters if one.active]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"subject": "x"}, [("subject", "cannot_filter")]),
        ({7: "x"}, [("7", "cannot_filter")]),
        ({"number": "x"}, [("number", "wrong_type")]),
        ({"number": "9" * 5000}, [("number", "wrong_type")]),
        ({"number": "9" * 19}, [("number", "out_of_range")]),
        ({"number": "٣"}, [("number", "wrong_type")]),
        ({"number": True}, [("number", "wrong_type")]),
        ({"number": 1.0}, [("number", "wrong_type")]),
        ({"number": 2**70}, [("number", "out_of_range")]),
        ({"state": "sleeping"}, [("state", "not_an_option")]),
        ({"state": ["new"]}, [("state", "not_an_option")]),
        ({"state": {"ne": "new"}}, [("state", "not_an_option")]),
        ({"light": "blue"}, [("light", "not_an_option")]),
        ({"priority": ""}, [("priority", "not_an_option")]),
        ({"is_open": "maybe"}, [("is_open", "wrong_type")]),
        ({"is_open": 1}, [("is_open", "wrong_type")]),
        ({"customer": 5}, [("customer", "wrong_type")]),
        ({"customer": ""}, [("customer", "empty")]),
        ({"customer": "x" * 65}, [("customer", "too_long")]),
        ({"assignee": "a\0"}, [("assignee", "bad_text")]),
        ({"assignee": "\ud800"}, [("assignee", "bad_text")]),
        ({"number": "x", "state": "?"}, [("number", "wrong_type"), ("state", "not_an_option")]),
        ({"zz": 1, "number": "x"}, [("zz", "cannot_filter"), ("number", "wrong_type")]),
        (["state"], [("where", "wrong_type")]),
        ("state", [("where", "wrong_type")]),
    ],
)  # fmt: skip
def test_filters_that_cannot_be(desk: Any, where: Any, expected: list[tuple[str, str]]) -> None:
    """Unknown and mistyped filters are told, all at once, in both languages."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).listing(where=where)
    assert expected == faults(error)
    for fault in error.value.faults:
        assert fault.text("es") != fault.text("en")


def test_a_filter_that_the_list_has_not(desk: Any) -> None:
    """Only the filters of the list are taken, and a fault says which they are."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).listing("queue", where={"state": "new"})
    assert "customer, priority, area, team, light" == dict(error.value.faults[0].params)["options"]


@given(where=st.dictionaries(
    st.sampled_from([*PORTAL.screens.lists[0].filters, "subject", ""]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(
        ["new", "#1", "acme", "high", "red", "luis"]) | st.lists(st.text(max_size=2), max_size=2), max_size=4,
))  # fmt: skip
@settings(max_examples=150)
def test_any_filter_is_taken_or_told(where: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is asked, a list comes back or faults do; filters that contradict one another leave nothing."""
    with portal("memory", tmp_path_factory.getbasetemp(), "", FrozenClock(NOON)) as desk:
        opened(desk, ANA)
        codes: set[str] = set()
        try:
            view = desk.acting_as(LUIS).listing(where=where)
        except Invalid as error:
            codes = {fault.code for fault in error.faults}
        else:
            assert set(where) == {one.key for one in view.filters if one.active}
            assert len(view.rows) <= 1
        assert codes <= {
            "cannot_filter", "wrong_type", "not_an_option", "out_of_range", "empty", "too_long", "bad_text",
        }  # fmt: skip


def test_filters_together(anywhere: Any) -> None:
    """All of them must hold; what contradicts leaves an empty list with words for it; None is for "has none"."""
    first = opened(anywhere, ANA, priority="high")
    second = opened(anywhere, BO)
    anywhere.acting_as(LUIS).act(first, "take")

    def found(**where: Any) -> list[str]:
        return [row.id for row in rows(anywhere, LUIS, where=where)]

    assert [first] == found(state="working", priority="high", is_open=True, assignee="luis")
    assert [] == found(state="working", priority="normal")
    assert [] == found(is_open="false", state="new")
    assert [second] == found(assignee=None, customer="beta", is_open="true")
    assert [] == found(number=None)
    empty = anywhere.acting_as(LUIS).listing(where={"state": "working", "assignee": None})
    page = empty.page
    assert (0, 0, 0, 1, 1, "") == (page.first, page.last, page.total, page.number, page.pages, page.next)
    assert empty.empty
    assert {"state": "working", "assignee": None} == {one.key: one.value for one in empty.filters if one.active}


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ANA, {"customer": ["acme"], "service": ["backup", "outage", "visits"], "project": ["move"],
               "product_version": ["erp-10", "erp-9"], "assignee": None, "responsible": None, "contact": None}),
        (BO, {"customer": ["beta"], "service": ["outage", "visits"], "project": ["rollout"],
              "product_version": ["crm-2", "erp-9"]}),
        (DAN, {"customer": [], "service": ["outage"], "project": [], "product_version": ["erp-9"]}),
        (CLEO, {"customer": ["acme", "beta"], "project": ["move", "rollout"]}),
        (LUIS, {"customer": ["acme", "beta"], "project": ["move", "rollout"], "agreement": ["gold", "plain"],
                "team": ["desk", "field"], "assignee": ["hal", "lea", "luis", "mar"],
                "contact": ["ana", "bea", "bo", "cleo", "gil"]}),
        (HAL, {"product": ["crm", "erp"], "module": ["leads", "sales", "stock"]}),
        (MAR, {"number": None, "is_open": [True, False], "light": list(LIGHTS),
               "waiting_on": ["customer", "vendor", "support", "external"], "area": ["systems", "premises"]}),
    ],
)  # fmt: skip
def test_what_there_is_to_choose_from(desk: Any, person: Actor, expected: dict[str, Any]) -> None:
    """Vocabularies of the desk, and of the catalogue what the actor may name, without what is retired."""
    view = desk.acting_as(person).listing()
    options = {one.key: one.options for one in view.filters}
    for key, values in expected.items():
        told = options[key]
        found = None if told is None else [option.value for option in told]
        assert values == (sorted(found) if found and COLUMNS[key] in ("record", "person") else found)
        assert told is None or all(option.title for option in told)


def test_names_of_options_are_words(desk: Any) -> None:
    """Options are called as people call them, sorted by that; a state by its label, a flag Sí or No."""
    view = desk.acting_as(LUIS).listing()
    options = {one.key: [option.title for option in one.options or ()] for one in view.filters}
    assert ["ACME", "Beta"] == options["customer"]
    assert ["Sí", "No"] == options["is_open"]
    assert ["Sin plazo", "A tiempo", "Próximo a vencer", "Retrasado"] == options["light"]
    assert [PORTAL.labels.label("states", state.key, "es") for state in PORTAL.workflow.states] == options["state"]


@pytest.mark.parametrize(
    ("mine", "others", "expected"),
    [(OPTIONS - 1, 0, OPTIONS), (OPTIONS, 0, None), (1, LOOKED_AT - 4, 2), (0, LOOKED_AT - 1, None)],
)
def test_too_many_to_choose_from(desk: Any, mine: int, others: int, expected: int | None) -> None:
    """Where there are more records than a person looks through, an id is typed in; and it is taken."""
    desk.catalogue.put(*[Project(id=f"a{n}", name=f"A{n}", customer="acme") for n in range(mine)])
    desk.catalogue.put(*[Project(id=f"b{n}", name=f"B{n}", customer="beta") for n in range(others)])
    view = desk.acting_as(ANA).listing(where={"project": "move"})
    (options,) = [one.options for one in view.filters if one.key == "project"]
    assert expected == (None if options is None else len(options))


# -- pages


def test_where_a_page_lies(desk: Any) -> None:
    """First, last, total, number and words for them; forwards, backwards and by number."""
    for _ in range(5):
        opened(desk, ANA)
    me = desk.acting_as(MAR)
    first = me.listing(sort="number", limit=2)
    assert "Showing 1 to 2 of 5" == first.page.text
    assert "Mostrando desde 1 hasta 2 de 5 entradas" == desk.acting_as(LUIS).listing(sort="number", limit=2).page.text
    second = me.listing(sort="number", limit=2, cursor=first.page.next)
    third = me.listing(sort="number", limit=2, cursor=second.page.next)
    places = [(view.page.first, view.page.last, view.page.number) for view in (first, second, third)]
    assert [(1, 2, 1), (3, 4, 2), (5, 5, 3)] == places
    assert [[1, 2], [3, 4], [5]] == [[row.number for row in view.rows] for view in (first, second, third)]
    assert ("", "") == (first.page.previous, third.page.next)
    back = me.listing(sort="number", limit=2, cursor=third.page.previous)
    assert (second.rows, second.page.first) == (back.rows, back.page.first)
    for number, view in enumerate((first, second, third), start=1):
        jumped = me.listing(sort="number", limit=2, page=number)
        assert (view.rows, view.page.first, 3) == (jumped.rows, jumped.page.first, jumped.page.pages)
    beyond = me.listing(sort="number", limit=2, page=9)
    assert ((), "Showing 0 of 5") == (beyond.rows, beyond.page.text)


def test_a_page_that_moved_says_where_it_is(desk: Any) -> None:
    """When rows before a page have gone, it still says its place among those there are."""
    ids = [opened(desk, ANA) for _ in range(6)]
    asked = {"sort": "number", "limit": 2, "where": {"is_open": True}}
    me = desk.acting_as(MAR)
    second = me.listing(**asked, cursor=me.listing(**asked).page.next)
    for ticket in ids[:3]:
        desk.acting_as(LUIS).act(ticket, "cancel", {"reason": "mistake"})
    last = me.listing(**asked, cursor=second.page.next)
    assert ([5, 6], 2, 3, 3) == ([row.number for row in last.rows], last.page.first, last.page.last, last.page.total)
    assert "" != last.page.previous
    desk.acting_as(LUIS).act(ids[3], "cancel", {"reason": "mistake"})
    last = me.listing(**asked, cursor=second.page.next)
    assert (1, 2, 2, "") == (last.page.first, last.page.last, last.page.total, last.page.previous)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"limit": 0}, ("limit", "out_of_range")),
        ({"limit": 201}, ("limit", "out_of_range")),
        ({"limit": "5"}, ("limit", "wrong_type")),
        ({"limit": True}, ("limit", "wrong_type")),
        ({"page": 0}, ("page", "out_of_range")),
        ({"page": 401, "limit": 25}, ("page", "out_of_range")),
        ({"page": "2"}, ("page", "wrong_type")),
        ({"sort": "subject"}, ("sort", "cannot_sort")),
        ({"sort": "priority_rank"}, ("sort", "cannot_sort")),
        ({"sort": "--number"}, ("sort", "cannot_sort")),
        ({"sort": ["number"]}, ("sort", "cannot_sort")),
        ({"cursor": 5}, ("cursor", "bad_cursor")),
        ({"cursor": ""}, ("cursor", "bad_cursor")),
        ({"cursor": "eyJ4Ijo1fQ"}, ("cursor", "bad_cursor")),
        ({"cursor": "ñ" * 9000}, ("cursor", "bad_cursor")),
    ],
)
def test_pages_that_cannot_be(desk: Any, asked: dict[str, Any], expected: tuple[str, str]) -> None:
    """A limit, page, sort key or cursor that cannot be is told."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).listing(**asked)
    assert [expected] == faults(error)


def test_page_and_cursor_exclude_each_other(desk: Any) -> None:
    """A page is asked for by its number or by a cursor."""
    for _ in range(3):
        opened(desk, ANA)
    me = desk.acting_as(ANA)
    with pytest.raises(Invalid) as error:
        me.listing(limit=1, page=2, cursor=me.listing(limit=1).page.next)
    assert ("page", "A page is asked for by its number or by a cursor, not by both.") == (
        error.value.faults[0].path,
        error.value.faults[0].text(),
    )


def test_a_cursor_belongs_to_its_list(desk: Any) -> None:
    """The cursor of another list, box, filter, sort key or actor is refused; another limit is no other list."""
    for _ in range(4):
        opened(desk, ANA)
    me = desk.acting_as(ANA)
    cursor = me.listing(limit=1).page.next
    assert 2 == len(me.listing(limit=2, cursor=cursor).rows)
    for asked in (
        {"key": "mine"}, {"where": {"is_open": True}}, {"sort": "number"}, {"sort": "updated_at"},
        {"board": "progress"}, {"board": "progress", "cell": "fresh"},
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            me.listing(limit=1, cursor=cursor, **asked)
        assert [("cursor", "bad_cursor")] == faults(error)
    for person in (BO, LUIS, CLEO):
        with pytest.raises(Invalid):
            desk.acting_as(person).listing(limit=1, cursor=cursor)
    box = me.listing(board="progress", cell="fresh", limit=1).page.next
    assert 1 == len(me.listing(board="progress", cell="fresh", limit=1, cursor=box).rows)
    with pytest.raises(Invalid):
        me.listing(board="progress", cell="busy", limit=1, cursor=box)


def test_a_cursor_of_a_light_lasts(desk: Any, clock: FrozenClock) -> None:
    """A list narrowed by a light is paged on although time has passed."""
    for _ in range(3):
        opened(desk, ANA)
    clock.move(timedelta(hours=1))
    first = desk.acting_as(ANA).listing(limit=2, where={"light": "green"})
    clock.move(timedelta(minutes=1))
    second = desk.acting_as(ANA).listing(limit=2, where={"light": "green"}, cursor=first.page.next)
    assert 3 == len({row.id for row in (*first.rows, *second.rows)})
    with pytest.raises(Invalid):
        desk.acting_as(ANA).listing(limit=2, where={"light": "red"}, cursor=first.page.next)


def test_a_cursor_of_tickets_by_light_lasts(desk: Any, clock: FrozenClock) -> None:
    """So it is where tickets are asked for themselves."""
    for _ in range(3):
        opened(desk, ANA)
    me = desk.acting_as(ANA)
    first = me.find({"light": ["green", "amber"]}, limit=2)
    clock.move(timedelta(minutes=1))
    assert 1 == len(me.find({"light": ["amber", "green"]}, limit=2, cursor=first.next).items)
    with pytest.raises(Invalid, match="cursor"):
        me.find({"light": "red"}, limit=2, cursor=first.next)
