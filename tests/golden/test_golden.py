"""What was stored once loads for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore.storage import codec
from supportcore.storage.ports import RECORD_KINDS
from tests.golden.samples import FOLDER, PLAIN, load, samples
from tests.golden.write import write

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
SAMPLES = samples()
TOGETHER = (("visibility", "customer"),)
"""Fields of an article of which neither can be told without the other."""


def golden(name: str) -> codec.Document:
    form: codec.Document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return form


def dumped(name: str, value: Any) -> codec.Document:
    if name.startswith("event-"):
        return codec.dump_event(value)[2]
    return codec.dump_record(value)[1] if name.startswith("record-") else codec.dump(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_file_loads(name: str) -> None:
    """A stored form of any age loads, and one of today's version loads to the value it was made from."""
    value = load(name, golden(name))
    if name in SAMPLES:
        assert SAMPLES[name][0] == value


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_golden_file_is_dumped_as_it_was(name: str) -> None:
    """What was loaded is stored again in the very same form."""
    form = golden(name)
    assert form == dumped(name, load(name, form))


def test_everything_that_is_stored_has_a_golden_file() -> None:
    """Every event in every version, every kind of record, tickets, contents, receipts and notices."""
    events = {f"event-{name}-{version}" for name, version in (*codec.EVENTS, *codec.UPCASTERS)}
    assert {*events, *(f"record-{kind}" for kind in RECORD_KINDS), *PLAIN} == set(NAMES)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_golden_file_fills_in_every_field(name: str) -> None:
    """A sample has no field at its default, so no field escapes its golden file."""
    assert {field.name for field in attrs.fields(type(SAMPLES[name][0]))} == set(golden(name))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_field_that_has_a_default_may_be_missing(name: str) -> None:
    """A form stored before a field with a default was added loads, and the field has its default."""
    value = load(name, golden(name))
    defaults = {
        field.name: _default(field) for field in attrs.fields(type(value)) if field.default is not attrs.NOTHING
    }
    for field in defaults:
        gone = next((group for group in TOGETHER if field in group), (field,)) if name == "record-article" else (field,)
        form = {said: kept for said, kept in golden(name).items() if said not in gone}
        assert attrs.evolve(value, **{each: defaults[each] for each in gone}) == load(name, form)


def _default(field: attrs.Attribute[Any]) -> Any:
    return field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]


def test_an_unknown_field_is_no_obstacle() -> None:
    """A form with a field of a later release loads without it."""
    for name, (value, form) in SAMPLES.items():
        assert value == load(name, {**form, "of_a_later_release": 1})


def test_writing_never_changes_a_file(tmp_path: Path) -> None:
    """The script makes what is missing and leaves alone what is there."""
    (tmp_path / "ticket.json").write_text("{}", encoding="utf-8")
    assert set(SAMPLES) - {"ticket"} == set(write(tmp_path))
    assert "{}" == (tmp_path / "ticket.json").read_text(encoding="utf-8")
    assert [] == write(tmp_path)
