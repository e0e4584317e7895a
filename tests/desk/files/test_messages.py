"""A message or a note is a text, files, or both; one with neither is refused, and nothing is stored of it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Contact, Desk, FrozenClock, Invalid
from supportcore.definition.loader import load_definition
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.events import NoteAdded, Replied
from tests.desk.files.conftest import Office
from tests.desk.files.portal import ANA, DESK, DESKS, LUIS, equip
from tests.desk.machine import START

UNDESCRIBED = {"subject": "Printer"}


def in_memory(**rules: Any) -> Desk:
    """Return a desk in memory that takes files, with other rules than it has."""
    found = Desk(attrs.evolve(DESK, **rules), MemoryStore(), clock=FrozenClock(START))
    equip(found)
    return found


def hand_in(me: Any, name: str) -> str:
    """Hand in a file and return its id."""
    return str(me.draft(BytesIO(b"bytes"), name).id)


def refused(call: Any) -> list[tuple[str, str]]:
    """Return path and code of each fault that a call is refused with."""
    with pytest.raises(Invalid) as told:
        call()
    return [(fault.path, fault.code) for fault in told.value.faults]


@pytest.mark.parametrize("command", ["reply", "note"])
def test_files_alone_are_a_message(office: Office, command: str) -> None:
    """It stands in the history without a text and on the page with its files, and the store is sound."""
    desk, luis = office.desk, office.desk.acting_as(LUIS)
    case = desk.acting_as(ANA).open(UNDESCRIBED)
    file_id = hand_in(luis, "log.txt")
    getattr(luis, command)(case.id, files=[file_id])
    event = desk.history(case.id)[-1].event
    kind, said = (Replied, "message") if command == "reply" else (NoteAdded, "note")
    assert (kind, None, [file_id]) == (type(event), getattr(event, said), [ref.id for ref in event.files])
    entry = luis.page(case.id).thread[-1]
    assert ("", ["log.txt"]) == (entry.text, [file.name for file in entry.files])
    assert ("internal" if command == "note" else "public") == entry.audience
    assert () == desk.verify().findings


@pytest.mark.parametrize("command", ["reply", "note"])
def test_a_message_with_nothing_in_it_is_refused(office: Office, command: str) -> None:
    """By itself and out of its form, which says so beforehand; nothing is stored."""
    desk, luis = office.desk, office.desk.acting_as(LUIS)
    case = desk.acting_as(ANA).open(UNDESCRIBED)
    before = desk.history(case.id)
    (form,) = (view.form for view in luis.page(case.id).actions if view.name == command)
    assert (("text", "files"), None) == (form.any_of, form.schema.get("required"))
    assert [("text", "nothing_said")] == refused(lambda: getattr(luis, command)(case.id))
    assert [("text", "nothing_said")] == refused(lambda: luis.submit(form.submit, {}))
    assert [("files.0", "unknown_file")] == refused(lambda: luis.submit(form.submit, {}, files=["nowhere"]))
    assert before == desk.history(case.id)


def test_without_files_a_message_needs_a_text() -> None:
    """A desk that takes no files asks for a text, as its schema says."""
    desk = Desk(load_definition(DESKS / "small.toml"), MemoryStore(), clock=FrozenClock(START))
    equip(desk)
    ana = desk.acting_as(ANA)
    case = ana.open(UNDESCRIBED)
    (form,) = (view.form for view in ana.page(case.id).actions if view.name == "reply")
    assert form is not None
    assert ((), ["text"]) == (form.any_of, form.schema["required"])
    assert [("text", "required")] == refused(lambda: ana.reply(case.id))


@given(
    command=st.sampled_from(["reply", "note"]),
    text=st.sampled_from([None, "", " ", "\n\u3000", "Hola", " x "]),
    names=st.lists(st.sampled_from(["a.txt", "b.png"]), max_size=3),
)
@settings(deadline=None)
def test_text_or_files_or_both(command: str, text: str | None, names: list[str]) -> None:
    """A message is taken if it has a text that is not blank, or has none and a file; else its history is as before."""
    desk = in_memory()
    luis = desk.acting_as(LUIS)
    case = luis.open({**UNDESCRIBED, "customer": "acme"}, contact="ana")
    document = {} if text is None else {"text": text}
    submit = {"command": command, "ticket": case.id}
    files = [hand_in(luis, name) for name in names]
    before = desk.history(case.id)
    if names if text is None else text.strip():
        luis.submit(submit, document, files=files)
        entry = luis.page(case.id).thread[-1]
        assert (text or "", names) == (entry.text, [file.name for file in entry.files])
    else:
        assert refused(lambda: luis.submit(submit, document, files=files))
        assert before == desk.history(case.id)
        assert len(names) == luis.drafts().count


def test_files_alone_answer_a_customer(cheap: Office, clock: FrozenClock) -> None:
    """They are the first response, and what a customer waits for, as a message in words is."""
    ana, luis = cheap.desk.acting_as(ANA), cheap.desk.acting_as(LUIS)
    case = ana.open(UNDESCRIBED)
    clock.move(timedelta(hours=1))
    ana.reply(case.id, files=[hand_in(ana, "screen.png")])
    asked = luis.get(case.id)
    assert (START + timedelta(hours=1), None) == (asked.unanswered_at, asked.responded_at)
    clock.move(timedelta(hours=1))
    luis.reply(case.id, files=[hand_in(luis, "manual.pdf")])
    answered = luis.get(case.id)
    assert (None, START + timedelta(hours=2)) == (answered.unanswered_at, answered.responded_at)


def test_a_ticket_is_found_by_its_first_message_in_words(cheap: Office) -> None:
    """Files that came before it do not keep it out of the index; a later message does not come into it."""
    ana = cheap.desk.acting_as(ANA)
    case = ana.open(UNDESCRIBED)
    for text in ("", "The drum is scratched", "A toner leaks"):
        ana.reply(case.id, text, files=[hand_in(ana, "screen.png")])
    assert [case.id] == [hit.id for hit in ana.search_tickets("scratched drum").items]
    assert [] == list(ana.search_tickets("toner").items)
    assert () == cheap.desk.verify().findings


def test_a_notice_of_files_alone_names_them(cheap: Office) -> None:
    """Where nothing was written, a notice tells what the files are called; of a note's the contact never learns."""
    cheap.desk.catalogue.put(Contact(id="ana", name="Ana", customers={"acme"}, email="ana@acme.example"))
    desk, ana, luis = cheap.desk, cheap.desk.acting_as(ANA), cheap.desk.acting_as(LUIS)
    case = ana.open(UNDESCRIBED)
    luis.note(case.id, files=[hand_in(luis, "secret.txt")])
    luis.reply(case.id, files=[hand_in(luis, "manual.pdf"), hand_in(luis, "log.txt")])
    sent: list[Any] = []
    desk.deliver(sent.append, limit=100)
    bodies = [notice.body for notice in sent if notice.recipient == "ana"]
    assert "manual.pdf, log.txt" in "\n".join(bodies)
    assert "secret" not in "\n".join(bodies)
