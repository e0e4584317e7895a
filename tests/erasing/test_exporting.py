"""What a desk keeps of a person is handed out: all of it, and nothing of anybody else that is not his."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import Desk, FrozenClock, Invalid
from supportcore.definition.screens import STAFF_ONLY
from supportcore.desk.persons import reading
from supportcore.desk.requests import Request
from supportcore.storage.codec import NAME_OF
from supportcore.storage.memory import MemoryStore
from supportcore.testing.blocking import BlockingDownload
from supportcore.tickets.commands import Decision, OutboxRow
from supportcore.tickets.events import INTERNAL
from tests.conftest import selected_stores
from tests.erasing.office import ANA, AT, LUIS, OF_ANA, OWN, PORTAL, SHARED, STAFF, fill
from tests.stores import open_desk_named, reported_as, server_url

STORES = ("memory", "memory-async", "sqlite", "postgresql", "mariadb", "mongodb")
HIDDEN = {
    "hash": OF_ANA["hash"],
    "bytes": OF_ANA["bytes"],
    "last bytes": OF_ANA["last bytes"],
    "draft": OF_ANA["draft"],
}
"""What is no data: bytes of files, and what a password could be guessed by."""


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.store(reported_as(name)))
        for name in STORES
        if reported_as(name) in selected_stores()
    ]
)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    url = server_url(request, request.param)
    with open_desk_named(request.param, PORTAL, tmp_path, server_url=url, clock=FrozenClock(AT)) as desk:
        fill(desk)
        yield desk


def bytes_of(desk: Any, file: Any) -> bytes:
    return b"".join(BlockingDownload(file, desk._background) if hasattr(file, "__aiter__") else file)


def test_everything_of_a_contact_is_handed_out(desk: Any) -> None:
    """What the scanner knows of the person is in the data or in a file; the order is fixed; it goes through JSON."""
    found = desk.export(ANA.id)
    said = json.dumps(found.data, ensure_ascii=False)
    lower = said.lower()
    assert [] == [what for what, mark in OF_ANA.items() if mark.lower() not in lower and what not in HIDDEN]
    assert [] == [what for what, mark in HIDDEN.items() if mark.lower() in lower]
    assert found.data == json.loads(said)
    assert said == json.dumps(desk.export(ANA.id).data, ensure_ascii=False)
    drafted = b"a draft that nobody sent"
    assert sorted([OWN, SHARED, STAFF, drafted]) == sorted(bytes_of(desk, file) for file in found.files)
    assert [file.id for file in found.files] == [one["id"] for one in found.data["files"]]
    kinds = [one["kind"] for one in found.data["records"]]
    assert ["account", "contact", "preferences"] == kinds


def test_others_are_not_handed_out(desk: Any) -> None:
    """Not their ids, not internal notes, not what other customers wrote."""
    said = json.dumps(desk.export(ANA.id).data, ensure_ascii=False)
    assert "Hola Anabela" in said  # what was written to the person
    for hidden in (LUIS.id, '"mar"', '"bo"', "que llame Ferreyra", "Mandarin", "Guacamole, dice"):
        assert hidden not in said


def test_a_customer_is_told_nothing_internal() -> None:
    """Neither events that only staff sees nor notices of them nor fields of staff; an agent is told of them."""
    desk = Desk(PORTAL, MemoryStore(), clock=FrozenClock(AT))
    ticket = fill(desk)
    kept = desk._run(Request(lambda ledger: reading.kept_of(ledger, ticket)))
    names = {one.key[1]: one.form["name"] for one in kept.events}
    (noted, *_) = (position for position, name in names.items() if name == "note_added")
    rows = [
        OutboxRow(
            id=f"noted-{person}", ticket=ticket, position=noted, rule="noted", role="follower", recipient=person,
            channel="in_app", template="noted", due_at=AT,
        )
        for person in (ANA.id, LUIS.id)
    ]  # fmt: skip
    desk._run(Request(lambda ledger: ledger.save(Decision(outbox=tuple(rows))), write=True))
    desk._run(Request(lambda ledger: ledger.mark_read(ANA.id, [f"noted-{ANA.id}"], AT), write=True))
    hers, his = desk.export(ANA.id).data, desk.export(LUIS.id).data
    internal = {NAME_OF[kind][0] for kind in INTERNAL}
    assert {"voted", "followed"} < set(names.values()) & internal
    assert set() == {one["event"] for one in hers["events"]} & internal
    assert {"ticket_opened", "replied"} == {one["event"] for one in hers["events"]}
    assert [] == [one["event"] for one in hers["events"] if one["data"].keys() & set(STAFF_ONLY)]
    assert [] == [one["id"] for one in hers["notices"] if one["id"].startswith("noted-")]
    assert f"noted-{ANA.id}" not in json.dumps(hers)
    assert "tagged" in {one["event"] for one in his["events"]}
    assert f"noted-{LUIS.id}" in {one["id"] for one in his["notices"]}


def test_of_an_agent_his_own_words_are(desk: Any) -> None:
    """What he wrote, notes too, in whose ticket ever; of the tickets themselves no more than the number."""
    data = desk.export(LUIS.id).data
    assert {"Guacamole, dice Luisandro Ferreyra"} < {one["body"] for one in data["texts"]}
    assert all(one["mine"] for one in data["texts"])
    assert [{"number"}] == [set(one) - {"id", "as"} for one in data["tickets"] if one["as"] == ["assignee"]]
    assert [("article", "how"), ("customer", "acme"), ("team", "desk")] == [
        (one["kind"], one["id"]) for one in data["named_by"]
    ]
    assert "melocot" not in json.dumps(data)


def test_of_somebody_who_was_erased_there_is_nothing() -> None:
    """Every section is empty then, as for somebody unknown."""
    desk = Desk(PORTAL, MemoryStore(), clock=FrozenClock(AT))
    fill(desk)
    desk.erase(ANA.id)
    found = desk.export(ANA.id)
    assert () == found.files
    assert [] == [name for name, value in found.data.items() if isinstance(value, list) and value]
    assert {**found.data, "person": "nobody"} == desk.export("nobody").data


def test_the_desk_itself_is_nobody() -> None:
    """Its id is refused, as is what is no id."""
    desk = Desk(PORTAL, MemoryStore(), clock=FrozenClock(AT))
    desk.install()
    for person, code in (("system", "not_a_person"), ("", "empty"), (None, "wrong_type")):
        with pytest.raises(Invalid) as refused:
            desk.export(person)  # type: ignore[arg-type]
        assert [code] == [fault.code for fault in refused.value.faults]
