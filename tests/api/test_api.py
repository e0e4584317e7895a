"""The shapes of views, commands and errors are the ones that front ends were written against."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from supportcore.cli.schema import schema_files
from tests.api.write import kept, write

RENEW = "python -m tests.api.write"


@pytest.mark.parametrize("path", sorted({*kept(), *schema_files()}))
def test_a_shape_is_the_one_that_is_kept(path: str) -> None:
    """A schema changes only when somebody means it, who then renews the kept one."""
    now, before = (json.loads(texts.get(path, "null")) for texts in (schema_files(), kept()))
    assert before == now, f"{path} is another than before; if that is meant: {RENEW}"
    assert kept().get(path) == schema_files().get(path), f"{path} is laid out otherwise; {RENEW}"


@pytest.mark.parametrize("path", sorted(schema_files()))
def test_every_schema_is_one_of_draft_07(path: str) -> None:
    """Each is a schema that the draft's own schema accepts, and says which draft it is."""
    schema = json.loads(schema_files()[path])
    assert "http://json-schema.org/draft-07/schema#" == schema["$schema"]
    Draft7Validator.check_schema(schema)


def test_writing_renews_what_changed(tmp_path: Path) -> None:
    """Writing makes what is missing, mends what differs, removes what is gone, and leaves the rest alone."""
    expected = schema_files()
    assert sorted(expected) == write(tmp_path)
    assert [] == write(tmp_path)
    (tmp_path / "views" / "home.json").write_text("{}", encoding="utf-8")
    (tmp_path / "views" / "gone.json").write_text("{}", encoding="utf-8")
    (tmp_path / "errors" / "error_view.json").unlink()
    assert ["errors/error_view.json", "views/gone.json", "views/home.json"] == write(tmp_path)
    assert expected == kept(tmp_path)
