"""How a form is sent, as it comes from outside: contradictions are refused, and all faults have a path into it."""

from __future__ import annotations

from typing import Any

import pytest

from supportcore import Actor, Desk, FrozenClock, Invalid
from supportcore.desk.views import dump
from supportcore.desk.views.records import Submit
from supportcore.errors import Fault
from supportcore.storage.memory import MemoryStore
from tests.desk.machine import SMALL, START, equip

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
ON = {"ticket": "t-1", "seen_version": 1}


@pytest.fixture
def desk() -> Desk:
    desk = Desk(SMALL, MemoryStore(), clock=FrozenClock(START))
    equip(desk)
    return desk


def faults(me: Any, submit: Any, document: Any = None, **options: Any) -> list[Fault]:
    """Return what a command is refused for."""
    with pytest.raises(Invalid) as caught:
        me.submit(submit, {} if document is None else document, **options)
    return list(caught.value.faults)


def told(me: Any, submit: Any, document: Any = None, **options: Any) -> list[tuple[str, str]]:
    """Return path and code of what a command is refused for."""
    return [(fault.path, fault.code) for fault in faults(me, submit, document, **options)]


@pytest.mark.parametrize("submit", [None, [], "open", 5])
def test_what_is_no_submit(desk: Desk, submit: Any) -> None:
    """It is told in either language."""
    (fault,) = faults(desk.acting_as(ANA), submit)
    assert ("submit", "wrong_type") == (fault.path, fault.code)
    assert "Se esperaba el `submit` de un formulario." == fault.text("es")


@pytest.mark.parametrize("command", [None, [], ["open"], {}, {"a": 1}, 5, "", "run_due", "__class__"])
def test_a_command_that_is_none_is_one_fault(desk: Desk, command: Any) -> None:
    """Whatever stands there, it is told once, with what could stand there."""
    assert [("submit.command", "not_an_option")] == told(desk.acting_as(ANA), {"command": command})
    assert [("submit.command", "not_an_option")] == told(desk.acting_as(ANA), {"form": "x"})


@pytest.mark.parametrize(
    ("submit", "expected"),
    [
        ({"command": "open", "ticket": "t"}, [("submit.ticket", "unknown_field")]),
        ({"command": "open", "seen_version": 0}, [("submit.seen_version", "unknown_field")]),
        ({"command": "open", "action": "take"}, [("submit.action", "unknown_field")]),
        ({"command": "reply", "form": "default", **ON}, [("submit.form", "unknown_field")]),
        ({"command": "reply", "contact": "ana", **ON}, [("submit.contact", "unknown_field")]),
        ({"command": "retarget", "action": "take", **ON}, [("submit.action", "unknown_field")]),
        ({"command": "reply"}, [("submit.ticket", "required")]),
        (
            {"command": "act", "ticket": None, "action": ""},
            [("submit.ticket", "required"), ("submit.action", "required")],
        ),
        ({"command": "act", "action": "A b", **ON}, [("submit.action", "bad_key")]),
        ({"command": "reply", "ticket": ["a"]}, [("submit.ticket", "wrong_type")]),
        ({"command": "reply", "ticket": "t" * 65}, [("submit.ticket", "too_long")]),
        ({"command": "open", "form": "A b"}, [("submit.form", "bad_key")]),
        ({"command": "open", "form": "nope"}, [("submit.form", "not_an_option")]),
        ({"command": "open", "contact": 5}, [("submit.contact", "wrong_type")]),
        ({"command": "reply", **ON, "seen_version": "1"}, [("submit.seen_version", "wrong_type")]),
        ({"command": "reply", **ON, "seen_version": True}, [("submit.seen_version", "wrong_type")]),
        ({"command": "reply", **ON, "seen_version": -1}, [("submit.seen_version", "out_of_range")]),
        ({"command": "reply", **ON, "seen_version": 10**30}, [("submit.seen_version", "out_of_range")]),
        (
            {"command": "open", "label": 5, "colour": "red", "ticket": "t"},
            [("submit.colour", "unknown_field"), ("submit.label", "wrong_type"), ("submit.ticket", "unknown_field")],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_sent(desk: Desk, submit: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """All that is wrong with it comes at once, each fault with its path; as a record it is judged as its dump is."""
    me = desk.acting_as(LUIS)
    assert expected == told(me, submit)
    if "colour" not in submit:
        whole = Submit(**{"label": "", **submit})
        assert expected == told(me, whole) == told(me, dump(whole))


def test_parts_that_say_nothing_are_as_left_out(desk: Desk) -> None:
    """None and empty text in a part that a command does not have, or need not have."""
    blank = {"form": "", "contact": None, "action": "", "ticket": None, "seen_version": None, "label": ""}
    receipt = desk.acting_as(ANA).submit({**blank, "command": "open"}, {"subject": "It beeps"})
    again = {**blank, "command": "act", "ticket": receipt.id, "action": "take"}
    assert 1 < desk.acting_as(LUIS).submit(again, {}).version


def test_a_version_to_come_is_no_stale_one(desk: Desk) -> None:
    """A version that the ticket never had cannot have been seen, by any command; its bounds are told."""
    receipt = desk.acting_as(ANA).open({"subject": "It beeps"})
    for submit, document in (
        ({"command": "reply"}, {"text": "x"}), ({"command": "act", "action": "take"}, {}), ({"command": "triage"}, {})
    ):  # fmt: skip
        sent = {**submit, "ticket": receipt.id, "seen_version": receipt.version + 1}
        (fault,) = faults(desk.acting_as(LUIS), sent, document)
        assert ("submit.seen_version", "out_of_range") == (fault.path, fault.code)
        assert {"minimum": "0", "maximum": str(receipt.version)} == dict(fault.params)


def test_staff_opens_for_a_contact(desk: Desk) -> None:
    """The contact of a submit is that of the ticket; only staff may name another."""
    luis = desk.acting_as(LUIS)
    document = {"subject": "It beeps", "customer": "acme"}
    receipt = luis.submit({"command": "open", "contact": "ana"}, document, command_id="c")
    assert "ana" == luis.get(receipt.id).contact
    assert receipt == luis.open(document, contact="ana", command_id="c")
    assert [("submit.contact", "read_only")] == told(
        desk.acting_as(ANA), {"command": "open", "contact": "bo"}, {"subject": "x"}
    )
    assert [("contact", "unknown_field")] == told(
        desk.acting_as(ANA), {"command": "open"}, {"subject": "x", "contact": 1}
    )


def test_a_command_without_a_document_or_files_takes_none(desk: Desk) -> None:
    """What is given beside is told of at its own path."""
    me = desk.acting_as(LUIS)
    assert [("reason", "unknown_field")] == told(me, {"command": "retarget", **ON}, {"reason": "x"})
    assert [("files", "unknown_field")] == told(me, {"command": "assign", **ON}, files=["f"])
    assert [("files", "wrong_type")] == told(me, {"command": "assign", **ON}, files="f")


def test_the_limit_of_a_text_is_that_of_its_field(desk: Desk) -> None:
    """However long it is, its own field's limit is told, together with all other faults."""
    found = faults(
        desk.acting_as(ANA), {"command": "open"}, {"subject": "x" * 300_000, "phone": "1" * 31, "priority": "?"}
    )
    assert {"subject": "255", "phone": "30"} == {f.path: dict(f.params)["limit"] for f in found if f.code == "too_long"}
    assert {"subject", "phone", "priority"} == {fault.path for fault in found}
    assert "At most 30 characters." in [fault.text() for fault in found]
