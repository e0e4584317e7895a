"""docs/cli.md: every command stands in it, with its options and an example that tests/test_documents.py runs."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from supportcore.cli.commands import COMMANDS, supportcore
from tests.documents.shell import commands

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part.partition("\n")[2] for part in PAGE.split("\n## ")[1:]}
OF_STORES = {"--prefix", "--schema"}
"""Options told once at the head of the page, for every command with a store."""


def options(verb: str) -> set[str]:
    """Return the long names of the options of a command."""
    command = supportcore.get_command(click.Context(supportcore), verb)
    assert command is not None
    names = [option for one in command.params if isinstance(one, click.Option) for option in one.opts]
    return {name for name in names if name.startswith("--")} - OF_STORES


def test_every_command_has_a_section_and_a_link() -> None:
    """The sections of the page are the commands, in the order of --help, and the table at its head leads to each."""
    assert sorted(COMMANDS) == list(SECTIONS)
    head = PAGE.partition("\n## ")[0]
    assert sorted(COMMANDS) == sorted(re.findall(r"\[`[\w-]+`\]\(#([\w-]+)\)", head))


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_has_an_example(verb: str) -> None:
    """Each section runs its command and shows what it prints."""
    blocks = re.findall(r"^```console\n(.*?)\n```$", SECTIONS[verb], re.DOTALL | re.MULTILINE)
    shown = [one for block in blocks for one in commands(block) if one.command.startswith(f"supportcore {verb} ")]
    assert [one.command for one in shown if one.output.strip(" …\n")]


@pytest.mark.parametrize("verb", COMMANDS)
def test_the_page_names_the_options_there_are(verb: str) -> None:
    """The head of a section names every option of its command and no other, by the long name or as -o."""
    head = SECTIONS[verb].partition("```")[0]
    lines = re.findall(rf"`{verb}\b[^`]*`", head)
    named = {option for line in lines for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)}
    expected = options(verb)
    if "-o" in named:
        named = named - {"-o"} | {"--output"}
    assert expected == named - OF_STORES


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_tells_what_the_table_of_commands_tells(verb: str) -> None:
    """``VERB --help`` works, names every option, and ``--help`` tells it in a line."""
    result = CliRunner().invoke(supportcore, [verb, "--help"])
    assert 0 == result.exit_code
    assert result.output.startswith(f"Usage: supportcore {verb} ")
    assert [] == [name for name in options(verb) if name not in result.output]
    listed = " ".join(CliRunner().invoke(supportcore, ["--help"]).output.split())
    assert f" {verb} {COMMANDS[verb].told}" in listed
