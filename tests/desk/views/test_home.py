"""The first screen: greeting, menu, boards, what is unread and asked, what a ticket can be opened with."""

from __future__ import annotations

import copy
import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from supportcore import Actor, Customer, Desk, FrozenClock, Refused, load_definition
from supportcore.definition.loader import define
from supportcore.desk.views.home import part_of_day
from supportcore.desk.views.records import dump
from supportcore.storage import open_store
from tests.desk.views.listed import NOON, live, opened, portal
from tests.desk.views.portals import names
from tests.desks.portal import ANA, BEA, BO, DAN, FOLDER, HAL, LEA, LUIS, MAR, PORTAL, ZOE, equip
from tests.stores import server_url

ADDRESSES = {"invoices": "https://shop.example/invoices", "contracts": ""}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture(params=names())
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The portal desk on each store, in a host with one address."""
    url = server_url(request, request.param)
    with portal(request.param, tmp_path, url, clock, addresses=ADDRESSES) as desk:
        yield desk


@pytest.fixture
def near(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The portal desk in memory, in a host without addresses."""
    with portal("memory", tmp_path, "", clock) as desk:
        yield desk


def in_memory(definition: Any, clock: FrozenClock, **options: Any) -> Desk:
    """Another desk in memory, with the catalogue of the portal."""
    desk = Desk(definition, open_store("memory://"), clock=clock, **options)
    equip(desk)
    return desk


# -- greeting


@pytest.mark.parametrize(
    ("hour", "zone", "part", "spanish", "english"),
    [
        ("2026-03-02T03:59:59.999Z", "", "night", "Buenas noches", "Good evening"),  # 4:59 in Madrid
        ("2026-03-02T04:00:00Z", "", "morning", "Buenos días", "Good morning"),
        ("2026-03-02T10:59:59Z", "", "morning", "Buenos días", "Good morning"),
        ("2026-03-02T11:00:00Z", "", "afternoon", "Buenas tardes", "Good afternoon"),
        ("2026-03-02T11:00:00Z", "America/Bogota", "morning", "Buenos días", "Good morning"),
        ("2026-03-02T11:00:00Z", "Asia/Tokyo", "evening", "Buenas noches", "Good evening"),
        ("2026-03-02T18:00:00Z", "", "evening", "Buenas noches", "Good evening"),
        ("2026-03-02T21:00:00Z", "", "night", "Buenas noches", "Good evening"),
        ("2026-07-02T20:00:00Z", "", "night", "Buenas noches", "Good evening"),  # summer time
    ],
)
def test_people_are_greeted_at_their_time_of_day(
    near: Any, clock: FrozenClock, hour: str, zone: str, part: str, spanish: str, english: str
) -> None:
    """By the wall time of the actor, in the actor's language, by the first name."""
    clock.at = datetime.fromisoformat(hour)
    for locale, greeting in (("es", spanish), ("en", english), ("fr", spanish)):
        home = near.acting_as(Actor(id="ana", roles={"customer"}, locale=locale, zone=zone)).home()
        assert (f"{greeting}, Ana", part) == (home.greeting, home.part_of_day)
        assert (zone or "Europe/Madrid") == home.zone


def test_the_day_has_four_parts() -> None:
    """Morning from 5, afternoon from 12, evening from 19, night from 22."""
    hours = Counter(part_of_day(datetime(2026, 3, 2, hour, tzinfo=UTC), "UTC") for hour in range(24))
    assert {"morning": 7, "afternoon": 7, "evening": 3, "night": 7} == hours


def test_who_somebody_is(near: Any) -> None:
    """Names and addresses are those of the catalogue; somebody it does not know is called by his id."""
    account = near.acting_as(ANA).home().account
    expected = ("Ana Pérez", "Ana", "ana@acme.example", "+34 600 000 001")
    assert expected == (account.name, account.first_name, account.email, account.phone)
    home = near.acting_as(DAN).home()
    assert ("dan", "dan", "") == (home.account.name, home.account.first_name, home.account.email)
    assert "Buenas tardes, dan" == home.greeting
    assert "Luis" == near.acting_as(LUIS).home().account.first_name


def test_somebody_unknown_has_no_home(near: Any) -> None:
    """Who has no role on the desk is refused."""
    with pytest.raises(Refused) as error:
        near.acting_as(ZOE).home()
    assert "unknown_actor" == error.value.code


# -- menu


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ANA, ["new_ticket", "quick_question", "all_tickets", "my_tickets", "work_board", "messages", "help", "account",
               "invoices"]),
        (BEA, ["new_ticket", "quick_question", "all_tickets", "my_tickets", "work_board", "messages", "help",
               "account"]),
        (DAN, ["all_tickets", "my_tickets", "work_board", "messages", "help", "account", "invoices"]),
        (LUIS, ["new_ticket", "all_tickets", "my_tickets", "waiting_work", "work_board", "attention_board", "messages",
                "help", "account"]),
        (LEA, ["all_tickets", "my_tickets", "waiting_work", "work_board", "messages", "help", "account"]),
        (HAL, ["all_tickets", "my_tickets", "work_board", "messages", "help", "account"]),
    ],
)  # fmt: skip
def test_the_menu_of_the_desk(tmp_path: Path, clock: FrozenClock, person: Actor, expected: list[str]) -> None:
    """What the desk declares, without what is not for the actor, what would be refused, and hosts without address."""
    with portal("memory", tmp_path, "", clock, addresses=ADDRESSES) as desk:
        home = desk.acting_as(person).home()
    assert expected == [item.key for item in home.menu]
    label = PORTAL.labels.label
    assert [label("menu", key, person.locale) for key in expected] == [item.label for item in home.menu]
    assert {"invoices": ADDRESSES["invoices"]} == {i.key: i.address for i in home.menu if i.to == "host"} or (
        "invoices" not in expected
    )
    assert {""} == {item.address for item in home.menu if item.to != "host"}


def test_entries_lead_somewhere(near: Any) -> None:
    """Every list, form and board of somebody's menu is there for him."""
    for person in (ANA, BO, BEA, DAN, LUIS, MAR, LEA, HAL):
        me = near.acting_as(person)
        home = me.home()
        for item in home.menu:
            match item.to:
                case "list":
                    assert me.listing(item.name).key == item.name
                case "board":
                    assert item.name in [board.key for board in home.boards]
                case "form":
                    assert item.name in [link.key for link in home.forms]
        for board in home.boards:
            assert all(me.listing(board=board.key, cell=cell.key).key == cell.list for cell in board.cells)


def test_a_host_without_addresses(near: Any) -> None:
    """Entries of the host are not shown where it gives no address."""
    assert [] == [item for item in near.acting_as(ANA).home().menu if item.to == "host"]


def test_a_desk_without_a_menu(clock: FrozenClock) -> None:
    """There is an entry for every list and form there is for the actor, and for the views."""
    plain = attrs.evolve(PORTAL, screens=attrs.evolve(PORTAL.screens, menu=None))
    desk = in_memory(plain, clock)
    menu = desk.acting_as(ANA).home().menu
    views = ["articles", "notices", "questions", "profile"]
    forms = [form.key for form in PORTAL.forms]
    assert [*(("list", key) for key in ("tickets", "mine")), *(("form", key) for key in forms),
            *(("view", view) for view in views)] == [(item.to, item.name) for item in menu]  # fmt: skip
    assert len(menu) == len({item.key for item in menu})
    assert "Base de conocimientos" in [item.label for item in menu]
    staff = desk.acting_as(LEA).home().menu
    assert [("list", "tickets"), ("list", "mine"), ("list", "queue")] == [(i.to, i.name) for i in staff[:3]]
    assert [] == [item for item in staff if item.to == "form"]
    assert "Knowledge base" in [item.label for item in staff]


def test_a_desk_that_says_nothing(clock: FrozenClock) -> None:
    """A desk that declares no screens has one list, its form, and no questions."""
    small = load_definition(FOLDER / "small.toml")
    desk = Desk(small, open_store("memory://"), clock=clock)
    desk.install(customers=[Customer(id="acme", name="ACME")])
    home = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es")).home()
    keys = [item.key for item in home.menu]
    assert ["list-tickets", "form-default", "view-articles", "view-notices", "view-profile"] == keys
    assert ("Mesa pequeña", (), ()) == (home.title, home.boards, home.questions)


# -- what a ticket can be opened with


def test_forms_are_those_that_opening_allows(near: Any) -> None:
    """Whoever may open a ticket is given all forms, anybody else none, as asking for the actions tells."""
    strange = Actor(id="eva", roles={"customer"}, customers={"gone"})
    staff = Actor(id="luis", roles={"agent"}, customers={"gone"})
    for person in (ANA, BO, BEA, DAN, LUIS, MAR, LEA, HAL, strange, staff):
        me = near.acting_as(person)
        (offer,) = me.actions()
        keys = [link.key for link in me.home().forms]
        assert ([form.key for form in PORTAL.forms] if offer.allowed else []) == keys
    assert () == near.acting_as(strange).home().forms
    assert () == near.acting_as(LEA).home().forms


# -- boards, notices, questions


def test_home_on_every_store(desk: Any, clock: FrozenClock) -> None:
    """Boards count what their lists show, the menu what is unread and asked; it is plain data in the end."""
    live(desk, clock, random.Random(11), tickets=6, deeds=10)
    solved = opened(desk, ANA)
    desk.acting_as(LUIS).act(solved, "take")
    desk.acting_as(LUIS).act(solved, "solve", {"comment": "Done."})
    for person in (ANA, LUIS, LEA):
        me = desk.acting_as(person)
        home = me.home()
        notices = me.notices()
        assert notices.unread == home.unread
        assert [home.unread] == [item.count for item in home.menu if item.name == "notices"]
        for board in home.boards:
            assert board.total == me.listing(board=board.key).page.total
            for cell in board.cells:
                view = me.listing(board=board.key, cell=cell.key, limit=200)
                assert (cell.count, cell.count, cell.label) == (view.page.total, len(view.rows), view.title)
            if board.partition:
                assert board.total == sum(cell.count for cell in board.cells)
        assert json.loads(json.dumps(dump(home)))["desk"] == "portal"
    assert solved in [question.ticket for question in desk.acting_as(ANA).home().questions]
    assert 0 < desk.acting_as(ANA).home().unread


def test_boards_of_roles(near: Any) -> None:
    """A board is for those who have it and its list; its boxes have labels, colours, and zeros too."""
    expected = {
        ANA: ["progress"], LEA: ["progress", "attention"], LUIS: ["progress", "attention"], HAL: ["progress"],
    }  # fmt: skip
    for person, keys in expected.items():
        assert keys == [board.key for board in near.acting_as(person).home().boards]
    (board,) = near.acting_as(ANA).home().boards
    assert [("fresh", "blue", 0), ("busy", "#1a7f37", 0), ("held", "amber", 0), ("ended", "", 0)] == [
        (cell.key, cell.color, cell.count) for cell in board.cells
    ]
    assert (PORTAL.labels.label("boards", "progress", "es"), 0, True) == (board.label, board.total, board.partition)


def test_a_board_of_a_list_one_has_not(clock: FrozenClock) -> None:
    """A board whose list is for others is not shown: its boxes would lead nowhere."""
    boards = tuple(attrs.evolve(board, list="queue", roles=frozenset()) for board in PORTAL.screens.boards)
    desk = in_memory(attrs.evolve(PORTAL, screens=attrs.evolve(PORTAL.screens, boards=boards)), clock)
    assert () == desk.acting_as(ANA).home().boards
    assert 2 == len(desk.acting_as(LUIS).home().boards)


# -- cost


def with_boards(count: int) -> Any:
    """The portal desk with more boards, of four boxes each."""
    rules = tomllib.loads((FOLDER / "portal.toml").read_text(encoding="utf-8"))
    labels = tomllib.loads((FOLDER / "portal.labels.toml").read_text(encoding="utf-8"))
    for number in range(count):
        board = copy.deepcopy(rules["boards"][0])
        board["key"] = f"board-{number}"
        rules["boards"].append(board)
        labels["boards"][board["key"]] = labels["boards"]["progress"]
        labels["cells"][board["key"]] = labels["cells"]["progress"]
    return define(rules, labels)


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("boards", [0, 30])
def test_statements_of_a_home(tmp_path: Path, clock: FrozenClock, boards: int) -> None:
    """At most eight reads, whatever the number of boards, tickets and questions."""
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    store.migrate()
    desk = Desk(with_boards(boards), store, clock=clock)
    equip(desk)
    for _ in range(5):
        solved = opened(desk, ANA)
        desk.acting_as(LUIS).act(solved, "take")
        desk.acting_as(LUIS).act(solved, "solve", {"comment": "Done."})
        opened(desk, ANA)
    try:
        for person in (ANA, LUIS, LEA, BEA):
            me = desk.acting_as(person)
            me.home()
            with counted() as found:
                home = me.home()
            assert found["SELECT"] <= 8
            assert {"SELECT"} >= set(found) - {"BEGIN", "PRAGMA"}
            assert boards + 1 <= len(home.boards)
    finally:
        store.close()


@pytest.mark.store("sqlite")
def test_statements_of_a_list(tmp_path: Path, clock: FrozenClock) -> None:
    """One for the rows, one for the total, one for names, and one for each kind of record there is to choose from."""
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    store.migrate()
    desk = Desk(PORTAL, store, clock=clock)
    equip(desk)
    for _ in range(30):
        clock.move(timedelta(minutes=1))
        opened(desk, ANA, product="erp", module="sales", service="backup", project="move")
    kinds = {"mine": 0, "queue": 2, "tickets": 10}
    named = {"mine": 0, "queue": 1, "tickets": 1}
    me = desk.acting_as(LUIS)
    try:
        for key, more in kinds.items():
            me.listing(key)
            with counted() as found:
                me.listing(key)
            assert 2 + named[key] + more == found["SELECT"]
    finally:
        store.close()


class counted:
    """Count the statements that are executed meanwhile, by their first word."""

    def __enter__(self) -> Counter[str]:
        self._found: Counter[str] = Counter()
        sa.event.listen(sa.Engine, "before_cursor_execute", self._count)
        return self._found

    def __exit__(self, *error: object) -> None:
        sa.event.remove(sa.Engine, "before_cursor_execute", self._count)

    def _count(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        self._found[statement.split()[0].upper()] += 1
