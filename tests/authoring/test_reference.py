"""The reference page of the definition format, and the desk to start from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from supportcore.authoring import desk_schema, labels_schema, reference, starter
from supportcore.authoring.kinds import anchor
from supportcore.authoring.starter import SPOKEN
from supportcore.authoring.table import DESK, tables
from supportcore.definition import load_definition
from supportcore.errors import Invalid

PAGE = Path(__file__).parents[2] / "docs" / "definition-reference.md"


def test_the_page_is_what_the_table_says() -> None:
    """docs/definition-reference.md is what the command writes."""
    told = f"renew it: supportcore schema --reference docs/{PAGE.name}"
    assert PAGE.read_text(encoding="utf-8") == reference(), told


def test_every_link_of_the_page_leads_somewhere() -> None:
    """A link within the page names a heading; every table has one of its own."""
    page = reference()
    anchors = [anchor(title) for title in re.findall(r"^## (.*)$", page, re.MULTILINE)]
    assert len(anchors) == len(set(anchors))
    assert {anchor(table.title) for table in tables()} <= set(anchors)
    assert set() == set(re.findall(r"\]\(#([^)]*)\)", page)) - set(anchors)


def test_every_example_of_the_page_is_toml_that_fits() -> None:
    """What stands in a box is TOML, and the schema finds no fault in what is there."""
    rules = Draft7Validator({**desk_schema(), "required": []})
    examples = re.findall(r"```toml\n(.*?)```", reference(), re.DOTALL)
    assert 10 < len(examples)
    for example in examples[:-1]:
        assert [] == [error.message for error in rules.iter_errors(tomllib.loads(example))], example
    assert Draft7Validator(labels_schema()).is_valid(tomllib.loads(examples[-1]))
    assert "format" in {entry.name for entry in DESK.entries}


# -- a desk to start from


@pytest.mark.parametrize("language", SPOKEN)
def test_a_desk_to_start_from_loads(language: str, tmp_path: Path) -> None:
    """The files load as they are, name the schema beside them and say what was asked for."""
    files = starter("Club", key="club-1", zone="Europe/Madrid", language=language)  # type: ignore[arg-type]
    assert ["Club.desk.toml", "Club.labels.toml"] == list(files)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    desk = load_definition(tmp_path / "Club.desk.toml")
    expected = {"en": ("en",), "es": ("es",), "both": ("en", "es")}[language]
    assert ("club-1", "Europe/Madrid", expected) == (desk.key, desk.zone, desk.languages)
    assert "Club" == desk.labels.label("desk", "name")
    assert ["#:schema ./desk.schema.json", "#:schema ./labels.schema.json"] == [
        text.partition("\n")[0] for text in files.values()
    ]
    timed = [state.key for state in desk.workflow.states if state.timer is not None]
    assert (["asking", "solved"], ("to_do",)) == (timed, tuple(rule.key for rule in desk.screens.lists))
    assert {True, False} <= {step.confirms for step in desk.workflow.transitions}
    assert 70 <= files["Club.desk.toml"].count("\n") <= 100


@pytest.mark.parametrize(
    ("name", "over", "path"),
    [
        ("Club", {"key": "My Club"}, "key"),
        ("Club", {"zone": "Madrid"}, "zone"),
        ("Club", {"zone": ""}, "zone"),
        ("a/b", {}, "name"),
        ("", {}, "name"),
        (".hidden", {}, "name"),
        ("x" * 61, {}, "name"),
    ],
)
def test_what_no_desk_can_be_called_is_refused(name: str, over: dict[str, str], path: str) -> None:
    """A bad key, zone or name is told by its name."""
    with pytest.raises(Invalid) as caught:
        starter(name, **{"key": "club", **over})  # type: ignore[arg-type]
    assert [path] == [fault.path for fault in caught.value.faults]
