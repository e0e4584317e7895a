"""``supportcore schema`` and ``supportcore errors``: what they write and print, and that the docs hold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supportcore.cli.errors import EDGES, error_classes, facts_of
from supportcore.desk.views import VIEWS
from supportcore.errors import CODES, NotFound, SupportError
from tests.cli.test_commands import run

DOCS = Path(__file__).parents[2] / "docs"


# -- schema


def test_schema_writes_views_commands_and_errors(tmp_path: Path) -> None:
    """One file for each view, command and the error, in folders that are made; every path is printed."""
    folder = tmp_path / "deep" / "schemas"
    result = run("schema", folder)
    assert (0, "") == (result.exit_code, result.stderr)
    written = sorted(folder.rglob("*.json"))
    assert sorted(result.stdout.split()) == [str(path) for path in written]
    names = {path.relative_to(folder).as_posix() for path in written}
    assert len(VIEWS) == sum(name.startswith("views/") for name in names)
    commands = {"open", "reply", "note", "assign", "triage", "set_deadline", "retarget", "act", "cite"}
    commands |= {"move", "rate", "decide", "tag", "follow", "link", "merge"}
    commands |= {"write_article", "revise_article", "act_on_article"}
    assert {f"commands/{name}.json" for name in commands} == {name for name in names if name.startswith("commands/")}
    assert {"views/home.json", "views/list_view.json", "views/ticket_page.json", "errors/error_view.json"} <= names


def test_schema_writes_the_same_each_time(tmp_path: Path) -> None:
    """The files are the same byte by byte, over older ones too; keys are sorted, and a line ends each file."""
    run("schema", tmp_path / "one")
    run("schema", tmp_path / "two")
    run("schema", tmp_path / "two")
    for path in (tmp_path / "one").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert text == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_schema_leaves_other_files_alone(tmp_path: Path) -> None:
    """What else lies in the folder stays."""
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "mine.txt").write_text("mine", encoding="utf-8")
    run("schema", tmp_path)
    assert "mine" == (tmp_path / "views" / "mine.txt").read_text(encoding="utf-8")


def test_schema_refuses_a_file(tmp_path: Path) -> None:
    """A file in the place of the folder is told, and stays as it is."""
    place = tmp_path / "taken"
    place.write_text("mine", encoding="utf-8")
    result = run("schema", place)
    assert 2 == result.exit_code
    assert f"Directory '{place}' is a file" in result.stderr
    assert "mine" == place.read_text(encoding="utf-8")


def test_schema_tells_what_cannot_be_written(tmp_path: Path) -> None:
    """A file in the place of a folder below is told in a line, without a traceback."""
    (tmp_path / "views").write_text("mine", encoding="utf-8")
    result = run("schema", tmp_path)
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"Error: {tmp_path / 'views'}")
    assert 1 == result.stderr.count("\n")


# -- errors


@pytest.mark.parametrize(("name", "args"), [("errors.md", []), ("errors.json", ["--json"])])
def test_the_docs_hold_the_table_of_errors(name: str, args: list[str]) -> None:
    """docs/errors.md and docs/errors.json are what the command prints."""
    result = run("errors", *args)
    assert 0 == result.exit_code
    told = " ".join(["supportcore errors", *args])
    assert (DOCS / name).read_text(encoding="utf-8") == result.stdout, f"renew it: {told} > docs/{name}"


def test_the_table_has_every_code_and_class() -> None:
    """Every code is there with status, facts and texts, and every class of errors, also of the edges."""
    table = json.loads(run("errors", "--json").stdout)
    assert [
        {"code": code, "status": said.status, "facts": facts_of(said.en), "en": said.en, "es": said.es}
        for code, said in CODES.items()
    ] == table["codes"]
    names = [known["class"] for known in table["classes"]]
    assert names == [kind.__name__ for kind in error_classes()]
    assert {"SupportError", "Invalid", *(kind.__name__ for kind in EDGES)} <= set(names)
    assert len(names) == len(set(names))
    lookup = next(known for known in table["classes"] if known["class"] == NotFound.__name__)
    assert (["SupportError", "LookupError"], "not_found") == (lookup["is_a"], lookup["code"])


def test_a_class_of_a_host_is_not_in_the_table() -> None:
    """Only classes of this library are listed."""

    class OfAHost(SupportError):
        pass

    assert OfAHost in SupportError.__subclasses__()
    assert OfAHost not in list(error_classes())


def test_the_page_has_a_row_for_each() -> None:
    """The page has a line for each code and each class, and a cell keeps to its column."""
    page = run("errors").stdout
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(CODES) + len(list(error_classes())) == len(rows)
    assert {5, 4} == {line.replace("\\|", "").count("|") - 1 for line in rows}
