"""A file says what it is, and any damage to it is told before anything is written."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import resource
from pathlib import Path
from typing import Any

import pytest

from supportcore.copying import CopyError, NdjsonFile, copy_store
from supportcore.copying.lines import entry_line, header_line, trailer_line
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import ENTRY_KINDS, Entry, Store
from tests.copy.samples import all_entries, read, write

pytestmark = pytest.mark.store("memory")


@pytest.fixture
def content(memory: Store, tmp_path: Path) -> bytes:
    """What is in the file of the furnished store."""
    copy_store(memory, NdjsonFile(tmp_path / "whole.ndjson"))
    return (tmp_path / "whole.ndjson").read_bytes()


def damage(path: Path, content: bytes) -> str:
    """Return what is said of a file, when a copy from it is tried; nothing may have been written."""
    path.write_bytes(content)
    target = MemoryStore()
    with pytest.raises(CopyError) as caught:
        copy_store(NdjsonFile(path, name="desk"), target)
    assert "copy_unreadable" == caught.value.code
    assert {} == all_entries(target)
    return str(caught.value)


def made(*lines: bytes, desks: tuple[str, ...] = ("a",), sha256: str = "", counts: Any = None) -> bytes:
    """Return a file of these lines, with a header and a trailer that fit them."""
    body = header_line(desks) + b"".join(lines)
    if counts is None:
        counts = {"a": {"rules": len(lines)}} if lines else {}
    return body + trailer_line(counts, sha256 or hashlib.sha256(body).hexdigest())


def rule(name: str, desk: str = "a") -> bytes:
    return entry_line(desk, Entry("rules", (name,), {"document": "{}"}))


def line(**over: Any) -> bytes:
    entry = {"desk": "a", "kind": "rules", "key": ["x"], "form": {"document": "{}"}, **over}
    return json.dumps({name: value for name, value in entry.items() if value is not ...}).encode() + b"\n"


def test_what_a_file_looks_like(memory: Store, content: bytes) -> None:
    """A header, one line an entry in the order of desk, kind and key, and a trailer with counts and sha256."""
    lines = content.decode().split("\n")
    assert "" == lines.pop()
    first, *entries, last = map(json.loads, lines)
    assert ("supportcore-copy", 1, ["noova", "old", "small"]) == (first["format"], first["version"], first["desks"])
    assert re.match(r"\d+\.\d+", first["release"])
    ranks = [(one["desk"], list(ENTRY_KINDS).index(one["kind"]), one["key"]) for one in entries]
    assert ranks == sorted(ranks)
    counts = {
        desk: {kind: len(found) for kind, found in kinds.items() if found}
        for desk, kinds in all_entries(memory).items()
    }
    assert counts == last["counts"]
    assert hashlib.sha256("".join(f"{one}\n" for one in lines[:-1]).encode()).hexdigest() == last["sha256"]
    assert "Peña & Hijos — 家" in content.decode()
    again = [json.dumps(json.loads(one), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for one in lines]
    assert again == lines


def test_a_cut_file(content: bytes, tmp_path: Path) -> None:
    """A file that ends too early, within a line or behind one, is told, and how it is completed."""
    last = content.rindex(b"\n", 0, -1) + 1
    lines = content.count(b"\n")
    for cut, at_line in ((last, lines - 1), (last + 10, lines - 1), (len(content) - 1, lines - 1)):
        message = damage(tmp_path / "cut.ndjson", content[:cut])
        assert message.startswith(f"desk, line {at_line}: the file is broken off behind this line; run the copy")
    packed = gzip.compress(content)
    assert "broken off" in damage(tmp_path / "cut.ndjson.gz", packed[: len(packed) // 2])
    assert "desk, line 1: there is no whole line" in damage(tmp_path / "cut.ndjson", b"")
    assert "desk, line 1: there is no whole line" in damage(tmp_path / "cut.ndjson", content[:20])


def test_a_changed_byte(content: bytes, tmp_path: Path) -> None:
    """A byte that was changed anywhere is noticed, also where the line remains a good one."""
    place = content.index("Straße".encode()) + 1
    changed = content[:place] + b"T" + content[place + 1 :]
    message = damage(tmp_path / "changed.ndjson", changed)
    assert "the lines before it are not those that were written (their sha256 differs)" in message
    packed = bytearray(gzip.compress(content))
    packed[len(packed) // 2] ^= 0x55
    assert re.search(r"desk, line \d+: ", damage(tmp_path / "changed.ndjson.gz", bytes(packed)))
    assert "damaged: Not a gzipped file" in damage(tmp_path / "plain.ndjson.gz", content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x8b\x08\n", "line 1: not UTF-8"),
        (b"name,at\n", "line 1: no JSON: "),
        (b"[]\n", "line 1: no JSON object"),
        (b'{"a":1}\n', 'line 1: no header of a copy; it begins with {"desks":'),
        (b'{"format":"supportcore-copy","version":"1","desks":[]}\n', "line 1: version '1' is none"),
        (
            b'{"format":"supportcore-copy","version":2,"release":"9.1","desks":7}\n',
            "line 1: format version 2, of release 9.1; this one knows 1: upgrade supportcore",
        ),
        (b'{"format":"supportcore-copy","version":1,"desks":7}\n', "line 1: desks is no list of keys"),
        (b'{"format":"supportcore-copy","version":1,"desks":["b","a"]}\n', "line 1: desks are not ascending"),
        (made(b"\xff\n"), "line 2: not UTF-8"),
        (made(b"\n"), "line 2: no JSON: "),
        (made(b'{"desk":NaN}\n'), "line 2: no JSON: NaN is no number"),
        (made(b"[" * 100_000 + b"\n"), "line 2: nested too deeply"),
        (made(line(extra=1)), "line 2: neither an entry (desk, form, key, kind) nor a trailer (counts, sha256)"),
        (made(line(form=...)), "line 2: neither an entry"),
        (made(line(kind="letter")), "line 2: kind 'letter' is unknown; there are: rules, record, counter, ticket,"),
        (made(line(kind=["rules"])), "line 2: kind ['rules'] is unknown"),
        (made(line(form=[])), "line 2: desk is no text, or form no object"),
        (made(line(desk=1)), "line 2: desk is no text, or form no object"),
        (made(line(key="x")), "line 2: the key of a rules is a list: rules_hash"),
        (made(line(key=["x", "y"])), "line 2: the key of a rules is a list: rules_hash"),
        (made(line(kind="event", key=["x", "1"])), "line 2: the key of a event is a list: ticket, position"),
        (made(line(kind="event", key=["x", True])), "line 2: the key of a event is a list: ticket, position"),
        (made(line(desk="b")), "line 2: desk b is not among those of the header"),
        (made(rule("b"), rule("a")), "line 3: rules a of desk a is not behind what stands before it"),
        (made(rule("a"), rule("a")), "line 3: rules a of desk a is not behind what stands before it"),
        (made(rule("a", "b"), rule("a"), desks=("a", "b")), "line 3: rules a of desk a is not behind"),
        (made(rule("a"), counts={"a": {"rules": 2}}), "line 3: its counts are not those of the lines before it"),
        (made(rule("a"), counts=[]), "line 3: its counts are not those of the lines before it"),
        (made(rule("a"), sha256="0" * 64), "line 3: the lines before it are not those that were written"),
        (made(rule("a")) + b"\n", "line 3: something stands behind the trailer"),
    ],
)
def test_a_line_that_cannot_stand_there(tmp_path: Path, content: bytes, message: str) -> None:
    """Whatever is wrong with a line is told with its number, and what would be right."""
    assert f"desk, {message}" in damage(tmp_path / "odd.ndjson", content)


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is read up to a limit only."""
    monkeypatch.setattr("supportcore.copying.reading.LINE_LIMIT", 1000)
    message = damage(tmp_path / "long.ndjson", made(rule("x" * 2000)))
    assert "desk, line 2: longer than 1000 bytes" in message


def test_a_form_that_is_none_of_its_kind(tmp_path: Path) -> None:
    """A sound file with an entry that lacks what its kind has is told by the entry's key; the store stays whole."""
    form = {"subject": "no ticket at all"}
    odd = entry_line("a", Entry("ticket", ("t",), form))
    (tmp_path / "odd.ndjson").write_bytes(made(rule("a"), odd, counts={"a": {"rules": 1, "ticket": 1}}))
    target = MemoryStore()
    with pytest.raises(CopyError, match="ticket t of desk a, or one that follows it, has not the form of its kind"):
        copy_store(NdjsonFile(tmp_path / "odd.ndjson"), target)
    assert [] == list(read(target, target.ledger("a").entries("ticket", after=None, limit=9)))


# -- files as a target


def unwanted(source: Store, path: Path) -> str:
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(CopyError) as caught:
        copy_store(source, NdjsonFile(path, name="desk"))
    assert before == (path.read_bytes() if path.is_file() else b"")
    return str(caught.value)


def test_a_file_that_is_something_else(memory: Store, content: bytes, tmp_path: Path) -> None:
    """A file that is no beginning of this copy is left as it is, and told."""
    path = tmp_path / "mine.ndjson"
    for mine in (b"my notes\n", b"my notes", b'{"desks":["other"'):
        path.write_bytes(mine)
        assert "desk, line 1: " in unwanted(memory, path)
    path.write_bytes(made(rule("a")))
    assert "desk is a copy of other desks (a, not noova, old, small); give another file" in unwanted(memory, path)
    path.write_bytes(content.replace("Straße".encode(), b"Strasse").rpartition(b'{"counts"')[0])
    assert "desk holds something else than memory:// in desk small: " in unwanted(memory, path)
    packed = tmp_path / "mine.ndjson.gz"
    for mine in (b"my notes", gzip.compress(b"my notes\n")[:10], gzip.compress(b"my notes")):
        packed.write_bytes(mine)
        assert "desk, line 1: " in unwanted(memory, packed)


def test_a_file_that_cannot_be_there(memory: Store, tmp_path: Path) -> None:
    """A folder that is not there, or a folder in the place of the file, is told in words."""
    assert "desk: No such file or directory." == unwanted(memory, tmp_path / "none" / "desk.ndjson")
    (tmp_path / "folder.ndjson").mkdir()
    assert "desk: Is a directory." == unwanted(memory, tmp_path / "folder.ndjson")
    with pytest.raises(CopyError, match="No such file"):
        copy_store(NdjsonFile(tmp_path / "none.ndjson"), MemoryStore())


def test_a_source_that_grew(memory: Store, tmp_path: Path) -> None:
    """A finished file cannot take what came later, and neither can one that is beyond its place."""
    source = MemoryStore()
    copy_store(memory, source)
    path = tmp_path / "desk.ndjson"
    copy_store(source, NdjsonFile(path))
    write(source, source.ledger("noova").put_rules("f" * 64, "{}"))
    message = f"desk is beyond rules {'f' * 64} of desk noova, which it has not; give another file."
    assert message == unwanted(source, path)
    path.write_bytes(path.read_bytes().rpartition(b'{"counts"')[0])
    assert message == unwanted(source, path)


def test_a_full_disk(memory: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full is told; with room again, the copy goes on."""
    monkeypatch.setattr("supportcore.copying.files.MEMBER", 3000)
    file = NdjsonFile(tmp_path / "desk.ndjson", name="desk")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(CopyError, match=re.escape("desk: File too large.")):
            copy_store(memory, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert 20_000 == file.path.stat().st_size
    report = copy_store(memory, file)
    assert ((), True) == (report.differences, report.already > 0)
