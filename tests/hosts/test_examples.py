"""The shops of examples/: an order and its ticket, or neither, whatever the framework and the database."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest

from supportcore import Actor
from tests.conftest import selected_stores
from tests.hosts.shops import Shop, open_shop
from tests.hosts.sites import EXAMPLES, fresh_database
from tests.stores import server_url

SHOPS = [
    ("django", "sqlite"),
    ("django", "postgresql"),
    ("django", "mariadb"),
    ("flask", "sqlite"),
    ("flask", "mariadb"),
    ("fastapi", "sqlite"),
    ("fastapi", "postgresql"),
]
CLERK = Actor(id="cleo", roles={"clerk"})


SEEDED = {
    "django": "python manage.py seed",
    "flask": "flask --app shop seed",
    "fastapi": "python shop.py seed",
}
"""The command of each README that gives one something to try."""


@pytest.fixture(
    params=[
        pytest.param((framework, store), marks=pytest.mark.store(store), id=f"{framework}-{store}")
        for framework, store in SHOPS
        if store in selected_stores()
    ]
)
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    framework, store = request.param
    if store == "sqlite":
        with open_shop(framework, f"sqlite:///{tmp_path}/shop.db", monkeypatch) as shop:
            yield shop
        return
    with (
        fresh_database(server_url(request, store)) as url,
        open_shop(framework, url, monkeypatch) as shop,
    ):
        yield shop


def test_a_complaint_marks_the_order_and_opens_a_ticket(shop: Shop) -> None:
    """Both are there afterwards, and the customer sees, reads and answers the ticket; nobody else does."""
    order = shop.order("ana", "Teapot ñ")
    assert (201, {"ticket": 1}) == shop.post(f"/orders/{order}/complaint", "ana", text="Broken")
    assert shop.ticket_of(order) == shop.desk.acting_as(CLERK).get(1).id
    listed = {"tickets": [{"ticket": 1, "subject": "Teapot ñ", "state": "new"}], "next": None}
    assert (200, listed) == shop.get("/tickets", "ana")
    assert (201, {"state": "new"}) == shop.post("/tickets/1/reply", "ana", text="And the lid")
    status, answer = shop.get("/tickets/1", "ana")
    assert (200, ["Broken", "And the lid"]) == (status, [entry["text"] for entry in answer["timeline"]])

    shop.order("bo", "Spoon")
    assert (200, {"tickets": [], "next": None}) == shop.get("/tickets", "bo")
    assert 404 == shop.get("/tickets/1", "bo")[0]
    assert 404 == shop.post(f"/orders/{order}/complaint", "bo", text="Mine")[0]
    assert () == shop.desk.verify().findings


def test_what_fails_after_the_command_takes_the_ticket_with_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the shop's own after our command rolls both back; the next complaint goes through."""
    order = shop.order("ana", "Teapot")

    def fail(*_: Any) -> None:
        raise RuntimeError("the shop stumbles")

    with monkeypatch.context() as broken:
        broken.setattr(shop.module, "mark", fail)
        assert 500 == shop.post(f"/orders/{order}/complaint", "ana", text="Broken", command_id="c1")[0]
    assert ("", 0) == (shop.ticket_of(order), shop.desk.acting_as(CLERK).count())
    assert (None,) == shop.desk.receipts(["c1"])
    assert {} == {name: number for name, number in shop.desk.outbox().items() if number}
    assert 201 == shop.post(f"/orders/{order}/complaint", "ana", text="Broken", command_id="c1")[0]
    assert 1 == shop.desk.acting_as(CLERK).count()


def test_what_the_desk_refuses_is_told(shop: Shop) -> None:
    """A refusal becomes the status of its code with the reason, and leaves the order unmarked."""
    order = shop.order("ana", "Teapot")
    status, answer = shop.post(f"/orders/{order}/complaint", "ana", text="")
    assert (422, "required") == (status, answer["code"])
    assert "description: This field is required." == answer["message"]
    assert ("", 0) == (shop.ticket_of(order), shop.desk.acting_as(CLERK).count())

    assert 201 == shop.post(f"/orders/{order}/complaint", "ana", text="Broken", command_id="c1")[0]
    status, answer = shop.post(f"/orders/{order}/complaint", "ana", text="Other words", command_id="c1")
    assert (409, "command_reused") == (status, answer["code"])
    assert shop.post(f"/orders/{order}/complaint", None, text="x")[0] in (401, 403)


def test_a_double_click_opens_one_ticket(shop: Shop) -> None:
    """The same complaint sent four times at once is one ticket, and everybody is told its number."""
    order = shop.order("ana", "Teapot")
    together = Barrier(4)

    def click(_: int) -> tuple[int, Any]:
        together.wait()
        return shop.post(f"/orders/{order}/complaint", "ana", text="Broken", command_id="c1")

    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(click, range(4)))
    assert [(201, {"ticket": 1})] * 4 == answers
    assert (1, 1) == (shop.desk.acting_as(CLERK).count(), len(shop.desk.history(shop.ticket_of(order))))


def test_the_worker_sends_what_is_to_be_sent(shop: Shop) -> None:
    """The clerk's answer goes to the address that the shop has of the customer, once."""
    order = shop.order("ana", "Teapot")
    shop.post(f"/orders/{order}/complaint", "ana", text="Broken")
    shop.desk.acting_as(CLERK).reply(shop.ticket_of(order), "We send another one.")
    assert ["to ana@example.com: Your complaint 1", "0 due, 1 sent"] == shop.work().splitlines()
    assert ["0 due, 0 sent"] == shop.work().splitlines()


def curls(readme: str) -> list[tuple[str, str, dict[str, str], bytes]]:
    """Return the curl lines of a README: method, path, headers and body."""
    found = []
    for line in re.findall(r"^(curl .*)$", readme.replace("\\\n", " "), re.MULTILINE):
        method, headers, body, (_, *words) = "GET", {}, b"", shlex.split(line)
        for word in (rest := iter(words)):
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest).encode()
            else:
                path = urlsplit(f"http://{word}").path
        found.append((method, path, headers, body))
    return found


def test_the_lines_of_the_readme_are_true(shop: Shop, request: pytest.FixtureRequest) -> None:
    """After the README's seed, which may be repeated, its curl lines open a ticket and list it."""
    framework, _ = request.node.callspec.params["shop"]
    readme = (EXAMPLES / framework / "README.md").read_text(encoding="utf-8")
    assert f"\n{SEEDED[framework]} " in readme
    for _ in range(2):
        shop.command("seed")
    complaint, tickets = curls(readme)
    assert (201, {"ticket": 1}) == shop.send(*complaint)
    listed = {"tickets": [{"ticket": 1, "subject": "Teapot", "state": "new"}], "next": None}
    assert (200, listed) == shop.send(*tickets)
    assert 2 == shop.order("ana", "Spoon")


@pytest.mark.parametrize("body", [b"not JSON", b"", b"\xff", b'["a list"]'])
def test_what_is_no_document_is_the_customers_fault(shop: Shop, body: bytes) -> None:
    """A body that is no JSON object is told with 4xx, in complaints and replies, and leaves no ticket."""
    order = shop.order("ana", "Teapot")
    headers = {"X-Customer": "ana", "Content-Type": "application/json"}
    for path in (f"/orders/{order}/complaint", "/tickets/1/reply"):
        assert shop.send("POST", path, headers, body)[0] in (400, 422)
    assert ("", 0) == (shop.ticket_of(order), shop.desk.acting_as(CLERK).count())


@pytest.mark.store("sqlite")
def test_the_shop_on_django_has_tests_of_its_own() -> None:
    """`manage.py test` finds the desk's tables in Django's test database, and Django's clean-up cleans up."""
    command = [sys.executable, "-W", "error", "manage.py", "test"]
    done = subprocess.run(command, cwd=EXAMPLES / "django", capture_output=True, text=True, timeout=120, check=False)
    assert (0, "OK") == (done.returncode, done.stderr.strip().splitlines()[-2]), done.stderr


@pytest.mark.parametrize(
    "file",
    sorted(file for file in EXAMPLES.glob("*/**/*.py") if file.parent.name != "portal"),  # measured by its own test
    ids=lambda file: str(file.relative_to(EXAMPLES)),
)
def test_an_example_is_short(file: Path) -> None:
    """An example that is to be read has at most 160 lines; a system that stands for somebody else's, 200."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= (200 if file.name == "workflow.py" else 160)
