"""A file is handed in before the command that takes it: checked, kept for its owner, taken once, or removed."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from supportcore import Actor, FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.filing import MOST_DRAFTS
from supportcore.desk.views.records import FileView, When
from supportcore.errors import CommandReused
from supportcore.storage.ports import CHUNK
from supportcore.testing.blocking import BlockingDesk
from tests.desk.files.conftest import Office
from tests.desk.files.portal import (
    ANA,
    ASKED,
    BO,
    CLEO,
    DESK,
    HAL,
    KEEP,
    LUIS,
    SIZE,
    SMALL_SIZE,
    ZOE,
    Awaited,
    Generated,
    desk_with_files,
    equip,
)  # fmt: skip
from tests.stores import open_desk_named

HOLA = b"hola"


def hand_in(me: Any, data: bytes = HOLA, name: str = "note.txt", **options: Any) -> str:
    """Hand in a file and return its id."""
    return str(me.draft(io.BytesIO(data), name, **options).id)


def codes(error: Any) -> list[tuple[str, str]]:
    """Return path and code of each fault."""
    return [(fault.path, fault.code) for fault in error.faults]


def refused(me: Any, *args: Any, **options: Any) -> list[tuple[str, str]]:
    """Return the faults that a draft is refused with."""
    with pytest.raises(Invalid) as told:
        me.draft(*args, **options)
    return codes(told.value)


# -- what is handed in


def test_a_file_goes_all_the_way(office: Office) -> None:
    """Handed in, listed, taken by a ticket, shown to whoever sees the ticket, and fetched byte by byte as it was."""
    desk, ana = office.desk, office.desk.acting_as(ANA)
    data = bytes(range(256)) * 1100
    assert len(data) > CHUNK
    draft = ana.draft(io.BytesIO(data), "C:\\docs\\informe año.pdf", "What I see", size=len(data))
    expires = When(at="2026-03-28T16:30:00.000Z", local="2026-03-28T17:30:00+01:00", text="28 Mar 2026, 17:30:00")
    assert draft == FileView(
        id=draft.id, name="informe año.pdf", caption="What I see", type="application/pdf", size=len(data),
        slot="files", expires=expires,
    )  # fmt: skip
    assert (draft,) == ana.drafts().items
    assert data == b"".join(ana.open_file(draft.id))
    case = ana.open(ASKED, files=[draft.id])
    assert () == ana.drafts().items
    for actor in (ANA, CLEO, LUIS):
        download = desk.acting_as(actor).open_file(draft.id)
        assert (download.name, download.type, download.size) == ("informe año.pdf", "application/pdf", len(data))
        parts = list(download)
        assert data == b"".join(parts)
        assert max(map(len, parts)) <= CHUNK
    assert [draft.id] == [ref.id for ref in desk.history(case.id)[0].event.files]
    assert () == desk.verify().findings


@pytest.mark.parametrize("command", ["reply", "note", "act"])
def test_every_command_with_a_form_for_files_takes_them(office: Office, command: str) -> None:
    """A reply, a note and an action keep what they are given, under the audience of what was written with it."""
    desk, luis = office.desk, office.desk.acting_as(LUIS)
    case = desk.acting_as(ANA).open(ASKED)
    file_id = hand_in(luis)
    if command == "act":
        luis.act(case.id, "cancel", {"reason": "mistake", "comment": "Not ours"}, files=[file_id])
    else:
        getattr(luis, command)(case.id, "See this.", files=[file_id])
    assert HOLA == b"".join(luis.open_file(file_id))
    theirs = desk.acting_as(ANA)
    if command == "reply":
        assert HOLA == b"".join(theirs.open_file(file_id))
    else:
        with pytest.raises(NotFound):
            theirs.open_file(file_id)


def test_a_stream_may_give_less_than_it_is_asked_for(cheap: Office) -> None:
    """As sockets do; the bytes are all there."""
    view = cheap.desk.acting_as(ANA).draft(Generated(9_999, at_most=1_000), "a.bin")
    assert 9_999 == view.size


# -- bad input: a clear code, and nothing is stored


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"data": bytes(SIZE + 1)}, [("file", "file_too_large")]),
        ({"data": bytes(SMALL_SIZE + 1), "name": "a.png", "slot": "screen"}, [("file", "file_too_large")]),
        ({"data": b""}, [("file", "file_empty")]),
        ({"size": 5}, [("file", "file_size")]),
        ({"size": 3}, [("file", "file_size")]),
        ({"size": 0}, [("file", "file_size")]),
        ({"size": -1}, [("size", "out_of_range")]),
        ({"size": SIZE + 1}, [("file", "file_too_large")]),
        ({"size": 10**30}, [("file", "file_too_large")]),
        ({"size": -(10**30)}, [("size", "out_of_range")]),
        ({"size": "4"}, [("size", "wrong_type")]),
        ({"size": True}, [("size", "wrong_type")]),
        ({"name": ""}, [("name", "bad_file_name")]),
        ({"name": "../.."}, [("name", "bad_file_name")]),
        ({"name": "a\nb.txt"}, [("name", "bad_file_name")]),
        ({"name": "a\0.txt"}, [("name", "bad_file_name")]),
        ({"name": "x" * 256}, [("name", "bad_file_name")]),
        ({"name": 7}, [("name", "wrong_type")]),
        ({"name": "a.txt", "slot": "screen"}, [("file", "file_type")]),
        ({"name": "png", "slot": "screen"}, [("file", "file_type")]),
        ({"slot": "nowhere"}, [("slot", "unknown_slot")]),
        ({"slot": None}, [("slot", "wrong_type")]),
        ({"description": "x" * 256}, [("description", "too_long")]),
        ({"description": None}, [("description", "wrong_type")]),
        (
            {"name": "..", "description": 1, "slot": "x", "size": 1.5},
            [("name", "bad_file_name"), ("description", "wrong_type"), ("slot", "unknown_slot")],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_handed_in(cheap: Office, options: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """All faults at once, and neither a draft nor bytes are left."""
    me = cheap.desk.acting_as(ANA)
    given = {"data": HOLA, "name": "note.txt", **options}
    assert expected == refused(me, io.BytesIO(given.pop("data")), given.pop("name"), **given)
    assert () == me.drafts().items
    assert 0 == cheap.stored()


@pytest.mark.parametrize("stream", [b"bytes", None, io.StringIO("text"), io.BytesIO, "path/to/file"])
def test_what_is_no_stream(cheap: Office, stream: Any) -> None:
    """It is told of as such."""
    assert [("stream", "wrong_type")] == refused(cheap.desk.acting_as(ANA), stream, "note.txt")
    assert 0 == cheap.stored()


def test_a_stream_that_is_awaited(cheap: Office) -> None:
    """An asynchronous desk takes it; the other cannot, and says so."""
    me = cheap.desk.acting_as(ANA)
    stream = Awaited(Generated(2 * CHUNK + 1, at_most=CHUNK - 1))
    if isinstance(cheap.desk, BlockingDesk):
        with pytest.raises(Invalid):
            me.draft(stream, "note.txt")  # more than is allowed
        assert HOLA == b"".join(me.open_file(me.draft(Awaited(io.BytesIO(HOLA)), "note.txt").id))
    else:
        assert [("stream", "wrong_type")] == refused(me, stream, "note.txt")


def test_nothing_is_read_that_is_not_wanted(cheap: Office) -> None:
    """Of a file of the wrong type, or announced as too large, no byte; of one that is too large a part too many."""
    me = cheap.desk.acting_as(ANA)
    for options in ({"name": "a.txt", "slot": "screen"}, {"name": "a.png", "size": SIZE + 1}):
        stream = Generated(10 * SIZE)
        refused(me, stream, **options)
        assert 0 == stream.given
    stream = Generated(100 * SIZE)
    assert [("file", "file_too_large")] == refused(me, stream, "a.png")
    assert SIZE < stream.given <= SIZE + CHUNK


def test_a_stream_that_breaks_leaves_nothing(cheap: Office) -> None:
    """The error is the stream's, and no bytes are left."""

    class Broken:
        def read(self, size: int) -> bytes:
            raise OSError("the line is dead")

    with pytest.raises(OSError, match="the line is dead"):
        cheap.desk.acting_as(ANA).draft(Broken(), "a.txt")
    assert 0 == cheap.stored()


def test_a_desk_without_files_takes_none(small: Any) -> None:
    """It says so, and has no drafts."""
    me = small.acting_as(ANA)
    assert [("file", "no_files")] == refused(me, io.BytesIO(HOLA), "a.txt")
    assert () == me.drafts().items


def test_who_is_unknown_hands_in_nothing(cheap: Office) -> None:
    """An actor without a role is refused, whatever he asks for."""
    zoe = cheap.desk.acting_as(ZOE)
    for ask in (
        lambda: zoe.draft(io.BytesIO(HOLA), "a.txt"), zoe.drafts, lambda: zoe.open_file("x"),
        lambda: zoe.drop_draft("x"),
    ):  # fmt: skip
        with pytest.raises(Refused) as told:
            ask()
        assert "unknown_actor" == told.value.code
    assert 0 == cheap.stored()


def test_types_of_the_desk(tmp_path: Any, clock: FrozenClock) -> None:
    """What a desk says of types holds for every slot that says nothing else."""
    desk = desk_with_files(types=["application/pdf", "image/*"])
    with open_desk_named("memory", desk, tmp_path, clock=clock) as opened:
        me = opened.acting_as(ANA)
        for name in ("a.pdf", "A.PDF", "a.webp", "a.jpeg"):
            me.draft(io.BytesIO(HOLA), name)
        for name in ("a.exe", "pdf", "a.pdf.html", "a.pdf/", "data:application/pdf,x", "a.png.gz"):
            with pytest.raises(Invalid):
                me.draft(io.BytesIO(HOLA), name)


def test_so_many_drafts_and_no_more(office: Office, clock: FrozenClock) -> None:
    """Of one owner; others have theirs, and those that expired, were dropped or taken count no more."""
    me = office.desk.acting_as(ANA)
    ids = [hand_in(me, name=f"{n}.txt") for n in range(MOST_DRAFTS)]
    stream = Generated(10)
    assert [("file", "too_many_drafts")] == refused(me, stream, "more.txt")
    assert 0 == stream.given
    hand_in(office.desk.acting_as(BO))
    me.drop_draft(ids[0])
    hand_in(me)
    me.open(ASKED, files=ids[1:3])
    hand_in(me)
    hand_in(me)
    assert [("file", "too_many_drafts")] == refused(me, stream, "more.txt")
    clock.move(KEEP)
    hand_in(me)
    assert 1 == me.drafts().count


# -- what a command takes


def test_a_draft_is_taken_once(office: Office) -> None:
    """Named twice in one command, or by a second one, it is told of, and nothing of that command is stored."""
    me = office.desk.acting_as(ANA)
    file_id = hand_in(me)
    with pytest.raises(Invalid) as told:
        me.open(ASKED, files=[file_id, file_id])
    assert [("files.1", "file_twice")] == codes(told.value)
    case = me.open(ASKED, files=[file_id])
    with pytest.raises(Invalid) as told:
        me.reply(case.id, "again", files=[file_id])
    assert [("files.0", "file_taken")] == codes(told.value)
    assert 1 == me.get(case.id).version
    assert HOLA == b"".join(me.open_file(file_id))


def test_a_command_that_is_sent_again_takes_its_files_once(office: Office) -> None:
    """The same id returns the first receipt; with other files it is another command."""
    me = office.desk.acting_as(ANA)
    file_id, other = hand_in(me), hand_in(me)
    first = me.open(ASKED, files=[file_id], command_id="c1")
    assert first == me.open(ASKED, files=[file_id], command_id="c1")
    with pytest.raises(CommandReused):
        me.open(ASKED, files=[other], command_id="c1")
    assert [other] == [view.id for view in me.drafts().items]


def test_a_draft_of_another_is_unknown(cheap: Office) -> None:
    """He cannot take, fetch, drop or list it, and is told no more than of one that never was."""
    me, other = cheap.desk.acting_as(ANA), cheap.desk.acting_as(LUIS)
    file_id = hand_in(me)
    for name in (file_id, "never"):
        with pytest.raises(Invalid) as told:
            other.open({**ASKED, "customer": "acme"}, files=[name])
        assert [("files.0", "unknown_file")] == codes(told.value)
        for ask in (other.open_file, other.drop_draft):
            with pytest.raises(NotFound) as hidden:
                ask(name)
            assert {"kind": "file", "id": name} == hidden.value.params
    assert () == other.drafts().items
    assert HOLA == b"".join(me.open_file(file_id))


def test_a_draft_that_expired_is_gone(office: Office, clock: FrozenClock) -> None:
    """At the instant itself: not listed, fetched, dropped or taken, whether it was removed already or not."""
    me = office.desk.acting_as(ANA)
    file_id = hand_in(me)
    clock.move(KEEP - timedelta(milliseconds=1))
    assert [file_id] == [view.id for view in me.drafts().items]
    clock.move(timedelta(milliseconds=1))
    for removed in (False, True):
        if removed:
            assert 1 == office.desk.run_due().files
        assert () == me.drafts().items
        for ask in (me.open_file, me.drop_draft):
            with pytest.raises(NotFound):
                ask(file_id)
        with pytest.raises(Invalid) as told:
            me.open(ASKED, files=[file_id])
        assert [("files.0", "unknown_file" if removed else "file_expired")] == codes(told.value)
    assert 0 == office.stored()


def test_a_refused_command_leaves_the_draft(office: Office) -> None:
    """It can be used by the next one."""
    me = office.desk.acting_as(ANA)
    file_id = hand_in(me)
    with pytest.raises(Invalid):
        me.open({"description": "no subject"}, files=[file_id])
    case = me.open(ASKED)
    with pytest.raises(Refused):
        me.note(case.id, "not mine", files=[file_id])
    assert [file_id] == [view.id for view in me.drafts().items]
    me.reply(case.id, "now", files=[file_id])
    assert HOLA == b"".join(me.open_file(file_id))


def test_a_slot_takes_so_many_of_its_kind(cheap: Office) -> None:
    """Count and slot are those of the form of the command, all faults at once."""
    me = cheap.desk.acting_as(ANA)
    four = [hand_in(me, name=f"{n}.txt") for n in range(4)]
    screens = [hand_in(me, name=f"{n}.png", slot="screen") for n in range(2)]
    with pytest.raises(Invalid) as told:
        me.open(ASKED, files=[*four, *screens])
    assert [("files", "too_many_files"), ("screen", "too_many_files")] == codes(told.value)
    case = me.open(ASKED, files=[*four[:3], screens[0]])
    with pytest.raises(Invalid) as told:
        me.reply(case.id, "a screen", files=[screens[1]])
    assert [("files.0", "unknown_slot")] == codes(told.value)


# -- what is dropped, and what is removed


def test_what_is_dropped_is_gone(office: Office) -> None:
    """With its bytes, unless another file has the same; a file that a ticket took cannot be dropped."""
    me = office.desk.acting_as(ANA)
    first, second, third = hand_in(me), hand_in(me), hand_in(me)
    me.open(ASKED, files=[third])
    me.drop_draft(first)
    assert [second] == [view.id for view in me.drafts().items]
    assert HOLA == b"".join(me.open_file(second))
    me.drop_draft(second)
    for gone in (first, second, third):
        with pytest.raises(NotFound):
            me.drop_draft(gone)
    assert HOLA == b"".join(me.open_file(third))
    assert 1 == office.stored()


def test_what_nobody_sent_is_removed(office: Office, clock: FrozenClock) -> None:
    """Up to the limit, the oldest first; bytes that a ticket has stay."""
    me, desk = office.desk.acting_as(ANA), office.desk
    ids = [hand_in(me, data=bytes([n % 3]), name=f"{n}.txt") for n in range(5)]
    me.open(ASKED, files=ids[:1])
    clock.move(timedelta(hours=1))
    late = hand_in(me, data=b"late")
    clock.move(KEEP - timedelta(hours=1))
    assert 3 == desk.run_due(limit=3).files
    assert 1 == desk.run_due(limit=3).files
    assert 0 == desk.run_due(limit=3).files
    assert b"\0" == b"".join(me.open_file(ids[0]))
    assert b"late" == b"".join(me.open_file(late))
    assert 2 == office.stored()


def test_many_are_removed_in_one_run(cheap: Office, clock: FrozenClock) -> None:
    """More than are asked for at once."""
    for owner in (f"p{n}" for n in range(23)):
        me = cheap.desk.acting_as(Actor(id=owner, roles={"customer"}))
        for n in range(5):
            hand_in(me, data=b"%d" % n)
    clock.move(KEEP)
    assert 115 == cheap.desk.run_due(limit=200).files
    assert 0 == cheap.stored()


@pytest.mark.parametrize("file_id", ["", "x" * 65, None, 7, "a\0"])
def test_what_is_no_id(cheap: Office, file_id: Any) -> None:
    """It is told of as such."""
    me = cheap.desk.acting_as(ANA)
    for ask in (me.open_file, me.drop_draft):
        with pytest.raises(Invalid):
            ask(file_id)


# -- who may fetch


def test_whoever_sees_the_ticket_fetches_its_files(cheap: Office) -> None:
    """And nobody else; when what he sees changes, so does what he may fetch."""
    desk = cheap.desk
    file_id = hand_in(desk.acting_as(ANA))
    case = desk.acting_as(ANA).open(ASKED, files=[file_id])
    hal = desk.acting_as(HAL)
    for other in (desk.acting_as(BO), hal):
        with pytest.raises(NotFound) as told:
            other.open_file(file_id)
        assert {"kind": "file", "id": file_id} == told.value.params
    desk.acting_as(LUIS).assign(case.id, {"assignee": "hal"})
    assert HOLA == b"".join(hal.open_file(file_id))


def test_a_file_is_fetched_by_whoever_reads_it_on_the_page(cheap: Office) -> None:
    """Every actor, for each file of a ticket with public and internal ones: shown if and only if opened."""
    desk = cheap.desk
    ana, luis = desk.acting_as(ANA), desk.acting_as(LUIS)
    ids = [hand_in(ana), *(hand_in(luis) for _ in range(4))]
    case = ana.open(ASKED, files=ids[:1])
    luis.note(case.id, "inside", files=ids[1:2])
    luis.reply(case.id, "outside", files=ids[2:3])
    luis.act(case.id, "ask", {"comment": "And?"}, files=ids[3:4])
    luis.act(case.id, "cancel", {"reason": "mistake", "comment": "secret"}, files=ids[4:])
    for actor, expected in ((ANA, {0, 2, 3}), (CLEO, {0, 2, 3}), (LUIS, {0, 1, 2, 3, 4}), (BO, set()), (HAL, set())):
        me = desk.acting_as(actor)
        opened = set()
        for place, file_id in enumerate(ids):
            try:
                opened.add(place) if me.open_file(file_id).size == 4 else None
            except NotFound:
                continue
        assert expected == opened
        if expected:
            assert {ids[place] for place in expected} == {view.id for view in me.page(case.id).files}
            assert ids[1] not in str(me.timeline(case.id))


def test_the_definition_says_how_long(clock: FrozenClock) -> None:
    """The day that the tests count with is the desk's."""
    assert DESK.files is not None
    assert DESK.files.keep == KEEP


# -- verification


def test_verification_looks_at_files(clock: FrozenClock, tmp_path: Any) -> None:
    """A file that tells another name than it was taken under is found, and one that is filed for other eyes."""
    with open_desk_named("memory", DESK, tmp_path, clock=clock) as desk:
        equip(desk)
        luis = desk.acting_as(LUIS)
        ids = [hand_in(luis) for _ in range(4)]
        case = luis.open({**ASKED, "customer": "acme"}, files=ids[:1])
        luis.note(case.id, "inside", files=ids[1:2])
        luis.act(case.id, "ask", {"comment": "And?"}, files=ids[2:3])
        luis.act(case.id, "cancel", {"reason": "mistake"}, files=ids[3:])  # without a word beside it
        assert () == desk.verify().findings
        contents = desk.store._tables["contents"]
        for file_id, field, value, expected in (
            (ids[0], "body", "{}", "is not what is kept of it"),
            (ids[0], "audience", "internal", "is filed under another"),
            (ids[1], "audience", "public", "is filed under another"),
            (ids[2], "audience", "internal", "is filed under another"),
            (ids[3], "author", "eva", "is filed under another"),
        ):
            key = (DESK.key, case.id)
            kept = contents[key]
            items = [{**item, field: value} if item["id"] == file_id else item for item in kept["items"]]
            assert items != kept["items"]
            contents[key] = {"items": items}
            assert [expected in finding.what for finding in desk.verify().findings] == [True]
            contents[key] = kept
