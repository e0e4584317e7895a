"""``supportcore check``: how it tells what it found, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore.cli.commands import supportcore

DESKS = Path(__file__).parents[1] / "desks"


def run(*args: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(supportcore, ["check", *map(str, args)])


def written(folder: Path, *changes: tuple[str, str], name: str = "mine") -> Path:
    """Write the small desk with changes of its rules, and return the file."""
    for ending in (".toml", ".labels.toml"):
        text = (DESKS / f"small{ending}").read_text(encoding="utf-8")
        for old, new in changes if ending == ".toml" else ():
            assert old in text
            text = text.replace(old, new)
        (folder / f"{name}{ending}").write_text(text, encoding="utf-8")
    return folder / f"{name}.toml"


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A desk whose tickets never get out of a question that was asked."""
    waits = 'timer = { after = "72h", action = "silence" }\non_reply = { customer = "answered" }\n'
    gone = (f'waiting_on = "customer"\n{waits}\n[[states]]\nkey = "solved"', '\n[[states]]\nkey = "solved"')
    here = ('from = "*"\nto = "working"', 'from = ["new", "working", "solved"]\nto = "working"')
    closing = ('from = "*"\nto = "cancelled"', 'from = ["new", "working", "solved"]\nto = "cancelled"')
    return written(tmp_path, gone, here, closing)


def test_a_finding_is_told_with_its_steps(trapped: Path) -> None:
    """Text has a line for each finding, and below it the steps that lead there, numbered."""
    result = run(trapped)
    assert 1 == result.exit_code
    lines = result.stderr.splitlines()
    place = next(index for index, line in enumerate(lines) if "[trap_state]" in line)
    assert lines[place].startswith("mine.toml: states[2]: ")
    assert ["    1.", "    2."] == [line[:6] for line in lines[place + 1 : place + 3]]


def test_steps_are_told_in_the_language_asked_for(trapped: Path) -> None:
    """With --language es the steps are in Spanish."""
    assert "abre un ticket" in run(trapped, "--language", "es").stderr


def test_json_has_the_steps_of_each_finding(trapped: Path) -> None:
    """JSON has each finding with code, path, message and the steps of its trace; --json is the same."""
    result = run(trapped, "--format", "json")
    told = json.loads(result.stdout)
    (found,) = [finding for finding in told["findings"] if finding["code"] == "trap_state"]
    assert (1, "states[2]") == (result.exit_code, found["path"])
    assert ["open", "ask"] == [step["do"] for step in found["trace"]]
    assert told == json.loads(run(trapped, "--json").stdout)


def test_sarif_has_the_line_in_the_file(trapped: Path) -> None:
    """SARIF points at the line of the document where a finding stands."""
    result = run(trapped, "--format", "sarif")
    (results,) = [one["results"] for one in json.loads(result.stdout)["runs"]]
    (found,) = [one for one in results if one["ruleId"] == "trap_state"]
    place = found["locations"][0]["physicalLocation"]
    line = trapped.read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] :]
    assert (1, 'key = "asking"') == (result.exit_code, line[0])
    assert trapped.as_posix() == place["artifactLocation"]["uri"]


def test_sarif_of_a_sound_desk_and_of_one_with_faults(tmp_path: Path) -> None:
    """A sound desk has no result, and exit code 0; faults are results, with exit code 1."""
    sound = run("noova", "--format", "sarif")
    assert (0, []) == (sound.exit_code, json.loads(sound.stdout)["runs"][0]["results"])
    faulty = run(written(tmp_path, ('initial = "new"', 'initial = "gnu"')), "--format", "sarif")
    (result,) = json.loads(faulty.stdout)["runs"][0]["results"]
    assert (1, "not_an_option") == (faulty.exit_code, result["ruleId"])


def test_codes_are_selected_and_ignored(trapped: Path) -> None:
    """With --select only these codes are told, with --ignore all but these; what is not told does not fail."""
    only = json.loads(run(trapped, "--json", "--select", "dead_action").stdout)["findings"]
    assert {"dead_action"} == {finding["code"] for finding in only}
    every = json.loads(run(trapped, "--json").stdout)["findings"]
    codes = sorted({finding["code"] for finding in every})
    assert 0 == run(trapped, "--ignore", ",".join(codes)).exit_code
    assert {*codes} - {"trap_state"} == {
        finding["code"] for finding in json.loads(run(trapped, "--json", "--ignore", "trap_state").stdout)["findings"]
    }


def test_a_code_that_there_is_not_is_no_command_line(trapped: Path) -> None:
    """A code that nothing has is told with those there are, and exit code 2."""
    result = run(trapped, "--select", "trap")
    assert (2, True) == (result.exit_code, "there are nobody_opens, " in result.stderr)


def test_former_rules_are_looked_at(tmp_path: Path) -> None:
    """With --from a state of former rules that goes nowhere is found, with how a ticket comes into it there."""
    old = written(tmp_path, name="old")
    gone = [('key = "cancelled"', 'key = "called_off"'), ('to = "cancelled"', 'to = "called_off"')]
    new = written(tmp_path, *gone, name="new")
    labels = tmp_path / "new.labels.toml"
    text = labels.read_text(encoding="utf-8").replace("[states.cancelled]", "[states.called_off]")
    labels.write_text(text, encoding="utf-8")
    assert 0 == run(new).exit_code
    result = run(new, "--from", old)
    assert (1, True) == (result.exit_code, "new.toml: moves: a ticket may be in 'cancelled'" in result.stderr)
    assert "    2. " in result.stderr


def test_what_adds_labels_is_named_where_some_are_missing(tmp_path: Path) -> None:
    """Whoever lacks labels is told the command that adds them; nobody else is."""
    desk = written(tmp_path)
    assert "supportcore labels" not in run(desk).stderr
    (tmp_path / "mine.labels.toml").write_text("", encoding="utf-8")
    lines = run(desk).stderr.splitlines()
    assert f"supportcore labels {desk} --write adds the labels that are missing, to be edited" == lines[-1]
