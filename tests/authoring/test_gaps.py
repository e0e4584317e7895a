"""What labels lack: told with its place, and put at the end of their file, which is left as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from supportcore import load_definition
from supportcore.authoring import label_gaps, labels_added, starter
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError
from tests.cli.test_commands import run

RULES, LABELS = starter("help", key="help", language="both").values()
SHELF = '\n[[states]]\nkey = "on_shelf"\ncategory = "on_hold"\n'


def texts(change: tuple[str, str] = ("", ""), labels: tuple[str, str] = ("", "")) -> tuple[dict[str, Any], str]:
    """The rules of a desk, parsed, and the text of its labels, each after a change."""
    return tomllib.loads(RULES.replace(*change, 1)), LABELS.replace(*labels, 1)


def test_a_desk_with_all_its_labels_lacks_none() -> None:
    """Nothing is missing and nothing too much, and nothing is added."""
    rules, labels = texts()
    gaps = label_gaps(rules, tomllib.loads(labels))
    assert ((), (), ("", ())) == (gaps.missing, gaps.unknown, labels_added(labels, gaps))


def test_what_is_added_makes_the_desk_load() -> None:
    """Entries for what is new are added in both languages; comments and texts that are there stay."""
    rules, labels = texts(("\n[[states]]", SHELF + "\n[[states]]"))
    gaps = label_gaps(rules, tomllib.loads(labels))
    wanted = [f"states.on_shelf.{part}.{language}" for part in ("label", "help") for language in ("es", "en")]
    assert sorted(wanted) == sorted(gaps.missing)
    added, by_hand = labels_added(labels, gaps)
    desk = define(rules, tomllib.loads(labels + added))
    assert ((), "On shelf") == (by_hand, desk.labels.label("states", "on_shelf", "es"))


def test_all_labels_are_made_of_nothing() -> None:
    """Where there are no labels at all, what is added is a whole document of them."""
    rules, _ = texts()
    added, by_hand = labels_added("", label_gaps(rules, {}))
    assert () == by_hand
    define(rules, tomllib.loads(added))


def test_a_part_of_an_entry_is_added_or_left_to_people() -> None:
    """A help that is missing gets a section of its own; a language that is missing in a line is written by hand."""
    whole = '[states.new]\nlabel = { en = "New", es = "Nuevo" }\n'
    assert whole in LABELS
    rules, labels = texts(labels=(whole, '[states.new]\nlabel = { en = "New" }\n'))
    added, by_hand = labels_added(labels, label_gaps(rules, tomllib.loads(labels)))
    assert ("", ("states.new.label.es",)) == (added, by_hand)
    start = LABELS.index("help = ", LABELS.index("[states.new]"))
    without = LABELS[:start] + LABELS[LABELS.index("\n", start) + 1 :]
    added, by_hand = labels_added(without, label_gaps(rules, tomllib.loads(without)))
    assert ((), True) == (by_hand, "\n[states.new.help]\n" in added)
    define(rules, tomllib.loads(without + added))


def test_labels_in_one_piece_are_left_to_people() -> None:
    """A section that is written in one piece cannot be added to: everything goes by hand."""
    labels = 'states = { new = { label = { en = "New" } } }\n'
    gaps = label_gaps(texts()[0], tomllib.loads(labels))
    assert ("", gaps.missing) == labels_added(labels, gaps)


def test_other_faults_are_told_first() -> None:
    """With rules that do not load for another reason it is not known what labels they need."""
    with pytest.raises(DefinitionError) as raised:
        label_gaps(texts(('initial = "new"', 'initial = "nwe"'))[0], {})
    assert ["initial"] == [fault.path for fault in raised.value.faults]


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    """It prints what is missing, tells what is of nothing, and with --write mends the file."""
    desk, labels = tmp_path / "mine.desk.toml", tmp_path / "mine.labels.toml"
    desk.write_text(RULES.replace("\n[[states]]", SHELF + "\n[[states]]", 1), encoding="utf-8")
    result = run("labels", desk)
    assert (0, False) == (result.exit_code, labels.exists())
    assert "[states.on_shelf]" in result.stdout
    labels.write_text("# mine\n" + LABELS + '\n[states.gone.label]\nen = "Gone"\nes = "Ido"\n', encoding="utf-8")
    result = run("labels", desk, "--write")
    assert (0, f"{labels}\n") == (result.exit_code, result.stdout)
    told = ["mine.labels.toml: states.gone names nothing that the desk has; take it away"]
    assert [*told, "4 texts missing, 1 label of nothing."] == result.stderr.splitlines()
    text = labels.read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    labels.write_text(text.partition("\n[states.gone")[0] + text.partition('es = "Ido"\n')[2], encoding="utf-8")
    assert "on_shelf" in load_definition(desk).workflow.by_key
    assert "0 texts missing, 0 labels of nothing." in run("labels", desk).stderr


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    """Exit code 1 and a line, no traceback."""
    desk = tmp_path / "mine.desk.toml"
    desk.write_text("[", encoding="utf-8")
    result = run("labels", desk)
    assert (1, True) == (result.exit_code, "is not TOML" in result.stderr)
