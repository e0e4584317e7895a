"""Opening many tickets at once comes to what opening them one by one does, or to nothing."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock, Invalid, Refused
from supportcore.errors import CommandReused
from supportcore.storage.memory import MemoryStore
from tests.desk.machine import SMALL, START, equip

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})


def document(number: int = 0, **over: Any) -> dict[str, Any]:
    return {"subject": f"Printer {number}", "description": "On fire", "product": "erp", **over}


def fresh_desk(salts: Any = None) -> Desk:
    numbers = count()
    desk = Desk(SMALL, MemoryStore(), clock=FrozenClock(START), salts=salts or (lambda: f"{next(numbers):032x}"))
    equip(desk)
    return desk


@given(products=st.lists(st.sampled_from(["erp", "crm"]), max_size=12))
def test_together_is_one_by_one(products: list[str]) -> None:
    documents = [document(number, product=product) for number, product in enumerate(products)]
    ids = [f"c{number}" for number in range(len(documents))]
    together, alone = fresh_desk(lambda: "00"), fresh_desk(lambda: "00")
    receipts = together.acting_as(ANA).open_all(documents, command_ids=ids)
    one_by_one = [
        alone.acting_as(ANA).open(each, command_id=command_id) for each, command_id in zip(documents, ids, strict=True)
    ]
    assert list(receipts) == one_by_one
    for receipt in receipts:
        assert together.history(receipt.id) == alone.history(receipt.id)
        assert together.acting_as(ANA).timeline(receipt.id) == alone.acting_as(ANA).timeline(receipt.id)
    assert together.outbox() == alone.outbox()
    assert together.verify().findings == ()


def test_on_every_store(small: Any) -> None:
    receipts = small.acting_as(ANA).open_all([document(number) for number in range(130)])
    assert list(range(1, 131)) == [receipt.number for receipt in receipts]
    assert 130 == small.acting_as(ANA).count()
    assert () == small.verify().findings


def test_what_was_opened_is_not_opened_again() -> None:
    desk = fresh_desk()
    ana = desk.acting_as(ANA)
    first = ana.open(document(0), command_id="c0")
    both = ana.open_all([document(0), document(1)], command_ids=["c0", "c1"])
    assert (first, 2) == (both[0], both[1].number)
    assert both == ana.open_all([document(0), document(1)], command_ids=["c0", "c1"])
    with pytest.raises(CommandReused) as caught:
        ana.open_all([document(0), document(2)], command_ids=["c0", "c1"])
    assert "number 1" in caught.value.__notes__[0]
    assert 2 == ana.count()


def test_one_fault_and_nothing_is_opened() -> None:
    desk = fresh_desk()
    with pytest.raises(Invalid) as caught:
        desk.acting_as(ANA).open_all([document(), document(product="fax", subject="")])
    assert {"1.product", "1.subject"} >= {fault.path for fault in caught.value.faults} > set()
    assert 0 == desk.acting_as(ANA).count()
    assert 1 == desk.acting_as(ANA).open(document()).number


def test_faults_of_all_documents_come_at_once() -> None:
    """Each path begins with the place of its document, whatever is wrong there and whenever it is found."""
    desk = fresh_desk()
    documents: list[Any] = [document(subject=""), None, document(), document(product="fax"), 5, {"Ñ": 1}]
    with pytest.raises(Invalid) as caught:
        desk.acting_as(ANA).open_all(documents)
    assert [
        ("0.subject", "required"), ("1", "wrong_type"), ("3.product", "unknown_record"), ("4", "wrong_type"),
        ("5.Ñ", "unknown_field"),
    ] == [(fault.path, fault.code) for fault in caught.value.faults]  # fmt: skip
    assert 0 == desk.acting_as(ANA).count()
    assert 1 == desk.acting_as(ANA).open(document()).number


def test_what_is_given_beside_a_document_is_told_at_its_place() -> None:
    """A contact and a command id that cannot be, too."""
    with pytest.raises(Invalid) as caught:
        fresh_desk().acting_as(ANA).open_all([document()] * 2, contacts=[5, None], command_ids=["a", ""])  # type: ignore[list-item]
    assert ["0.contact", "1.command_id"] == [fault.path for fault in caught.value.faults]


def test_staff_opens_for_contacts() -> None:
    desk = fresh_desk()
    luis = desk.acting_as(LUIS)
    documents = [document(customer="acme"), document(customer="acme")]
    receipts = luis.open_all(documents, contacts=["ana", None])
    assert ["ana", "luis"] == [luis.get(receipt.id).contact for receipt in receipts]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"documents": "abc"}, "documents"),
        ({"documents": [document()] * 1001}, "documents"),
        ({"documents": [document()], "contacts": []}, "contacts"),
        ({"documents": [document()] * 2, "command_ids": ["a", "a"]}, "command_ids.1"),
    ],
)
def test_what_cannot_be_meant(given: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        fresh_desk().acting_as(ANA).open_all(given.pop("documents"), **given)
    assert path == caught.value.faults[0].path


def test_a_role_that_opens_nothing_is_refused() -> None:
    with pytest.raises(Refused):
        fresh_desk().acting_as(Actor(id="zoe", roles={"baker"}, customers={"acme"})).open_all([document()])
