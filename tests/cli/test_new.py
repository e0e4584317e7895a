"""``supportcore new``, and ``supportcore schema`` of the documents of a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from supportcore.authoring import reference
from tests.cli.test_commands import run

FILES = ["Club.desk.toml", "Club.labels.toml", "desk.schema.json", "labels.schema.json"]


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_new_writes_a_desk_without_a_finding(language: str, tmp_path: Path) -> None:
    """Desk, labels and schemas are written, and check has nothing to say against them."""
    folder = tmp_path / "deep" / "desks"
    result = run("new", "Club", "--zone", "Europe/Madrid", "--language", language, "-o", folder)
    assert (0, "") == (result.exit_code, result.stderr)
    assert FILES == sorted(path.name for path in folder.iterdir())
    assert [str(folder / name) for name in FILES] == result.stdout.splitlines()[:4]
    assert f"  supportcore check {folder / 'Club.desk.toml'}" in result.stdout.splitlines()
    checked = run("check", folder / "Club.desk.toml")
    assert (0, "") == (checked.exit_code, checked.stderr)
    assert "club: 2 roles, 6 states" in checked.stdout


def test_new_makes_a_key_of_the_name_or_takes_one(tmp_path: Path) -> None:
    """The key follows from the name unless it is given."""
    run("new", "My Club", "-o", tmp_path)
    run("new", "Other", "--key", "other-1", "-o", tmp_path)
    assert "my_club: " in run("check", tmp_path / "My Club.desk.toml").stdout
    assert "other-1: " in run("check", tmp_path / "Other.desk.toml").stdout


@pytest.mark.parametrize("taken", FILES[:2])
def test_new_overwrites_nothing(taken: str, tmp_path: Path) -> None:
    """A file that is there already is named, and stays; no other is written."""
    (tmp_path / taken).write_text("mine", encoding="utf-8")
    result = run("new", "Club", "-o", tmp_path)
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"Error: {tmp_path / taken} is there already")
    assert [taken] == [path.name for path in tmp_path.iterdir()]
    assert "mine" == (tmp_path / taken).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["Club", "--key", "My Club"], "Error: key: "),
        (["¡!"], "Error: no key can be made of '¡!'; say one by --key"),
        (["Club", "--zone", "Madrid"], "Error: zone: "),
        (["a/b", "--key", "ab"], "Error: name: "),
    ],
)
def test_new_tells_what_cannot_be(args: list[str], told: str, tmp_path: Path) -> None:
    """A key, a zone or a name that cannot be is told in a line, and nothing is written."""
    result = run("new", *args, "-o", tmp_path)
    assert (1, "") == (result.exit_code, result.stdout)
    assert (True, 1) == (result.stderr.startswith(told), result.stderr.count("\n"))
    assert [] == list(tmp_path.iterdir())


# -- schema


def test_schema_writes_those_of_the_documents_of_a_desk(tmp_path: Path) -> None:
    """With --definition the folder gets the schemas for editors, and nothing else."""
    result = run("schema", "--definition", tmp_path)
    assert (0, "") == (result.exit_code, result.stderr)
    assert FILES[2:] == sorted(path.name for path in tmp_path.iterdir())
    for name in FILES[2:]:
        Draft7Validator.check_schema(json.loads((tmp_path / name).read_text(encoding="utf-8")))


def test_schema_writes_the_reference(tmp_path: Path) -> None:
    """The reference is a page of its own; no folder is needed for it."""
    result = run("schema", "--reference", tmp_path / "reference.md")
    assert (0, f"{tmp_path / 'reference.md'}\n") == (result.exit_code, result.stdout)
    assert reference() == (tmp_path / "reference.md").read_text(encoding="utf-8")


def test_schema_needs_a_place() -> None:
    """Without a folder or a file there is nothing to write."""
    assert 2 == run("schema").exit_code
    assert "say where to write" in run("schema", "--definition").stderr
