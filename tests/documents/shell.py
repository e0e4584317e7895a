"""
The command lines of a page: what stands in ```console is run, what stands in ```sh is looked at.

A console block is what a terminal shows: ``$ `` before each command, below it all that it printed, on both streams.
``supportcore`` runs in this process, which costs no start of Python, everything else in a shell; they may be joined by
``|`` and end in ``> file``. A block in which no command shows anything only has to succeed. A command may fail only if
it is shown how, or ``echo $?`` follows. ``$ export NAME=value`` lasts to the end of the page.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
from click.testing import CliRunner

from supportcore.cli.commands import supportcore
from tests.documents.shown import compare

ROOT = Path(__file__).parents[2]
EXTRAS = frozenset(re.findall(r"^([a-z-]+) = \[", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE))
TARGETS = frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PATIENCE = 60  # seconds for one command


@attrs.frozen
class Shown:
    """A command of a console block, and the lines below it."""

    command: str
    output: str


def commands(block: str) -> list[Shown]:
    """Return the commands of a console block; a command goes on after a backslash at the end of its line."""
    found: list[tuple[str, list[str]]] = []
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = f"{command[:-1].rstrip()} {next(lines).strip()}"
            found.append((command, []))
        elif found:
            found[-1][1].append(line)
        else:
            raise AssertionError(f"a console block begins with a command, not with {line!r}")
    return [Shown(command, "\n".join(output)) for command, output in found]


def segments(command: str) -> list[tuple[str, str]]:
    """Split a command line at ``|`` and ``>`` outside quotes, without its comment: the sign before, and each part."""
    parts, before, quote, start = [], "", "", 0
    for at, letter in enumerate(command):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and command[at - 1 : at] in ("", " "):
            command = command[:at]
            break
        elif letter in "|>":
            parts.append((before, command[start:at].strip()))
            before, start = letter, at + 1
    return [*parts, (before, command[start:].strip())]


class Terminal:
    """Runs the commands of one page, one after the other, in the folder that is the current one."""

    def __init__(self) -> None:
        """Begin with the environment of this process, and the Python that runs it first on the path."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        self._env: dict[str, str] = {"PATH": path, "COLUMNS": "80"}
        self._status = 0

    def run(self, block: str) -> None:
        """Run the commands of a block, and compare what they print with what is shown."""
        shown = commands(block)
        silent = not any(one.output.strip() for one in shown)
        asked = [one.command == "echo $?" for one in shown[1:]] + [False]
        for one, told in zip(shown, asked, strict=True):
            printed, self._status = self._line(one.command)
            if self._status and not one.output.strip() and not told:
                raise AssertionError(f"$ {one.command}\nexit code {self._status}:\n{printed}")
            if not silent:
                try:
                    compare(one.output, printed)
                except AssertionError as error:
                    raise AssertionError(f"$ {one.command}\n{error}") from None

    def _line(self, command: str) -> tuple[str, int]:
        """Run one command line; return what is seen of it, and its exit code."""
        if given := re.fullmatch(r"export (\w+)=(\S*)", command):
            self._env[given[1]] = given[2].strip("'\"")
            return "", 0
        if command == "echo $?":
            return f"{self._status}\n", 0
        seen, fed, status = "", b"", 0
        *before, (_, last) = parts = segments(command)
        for number, (sign, part) in enumerate(parts):
            if sign == ">":
                Path(part).write_bytes(fed)
                return seen, status
            output, errors, status = self._part(part, fed)
            fed = output
            seen += errors if number < len(before) else ""
        if shlex.split(last)[0] == "supportcore":
            return seen + self._mixed, status
        return seen + fed.decode() + errors, status

    def _part(self, part: str, fed: bytes) -> tuple[bytes, str, int]:
        words = shlex.split(part)
        if words[0] == "supportcore":
            result = CliRunner(env=self._env).invoke(supportcore, words[1:], input=fed)
            if result.exception is not None and not isinstance(result.exception, SystemExit):
                raise result.exception
            self._mixed = result.output
            return result.stdout_bytes, result.stderr, result.exit_code
        env = {**os.environ, **self._env}
        done = subprocess.run(part, shell=True, input=fed, capture_output=True, timeout=PATIENCE, check=False, env=env)
        return done.stdout, done.stderr.decode(), done.returncode


# -- what cannot be run in a test --------------------------------------------------------------------------------------


def check(block: str) -> None:
    """Look at commands that no test can run: their syntax, and that what they name of ours is there."""
    text = block if "$ " not in block[:2] else re.sub(r"^\$ ", "", block, flags=re.MULTILINE)
    read = subprocess.run(["/bin/bash", "-n"], input=text, capture_output=True, text=True, check=False)
    if read.returncode or read.stderr:
        raise AssertionError(f"no shell reads this: {read.stderr}\n{block}")
    for words in _commands(text):
        check_words(words)


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every command, without what is set before it."""
    for line in text.replace("\\\n", " ").splitlines():
        for _, part in segments(line):
            for command in re.split(r"&&|\|\||;", part):
                words = shlex.split(command)
                while words and (re.match(r"[A-Z_]+=", words[0]) or words[0] in ("sudo", "exec", "nice")):
                    words = words[1:]
                if words:
                    yield words


def check_words(words: list[str]) -> None:
    """Look at one command: subcommand and options of ours, extras, modules, targets and files."""
    program, *rest = words
    name = Path(program).name
    if name == "supportcore":
        _check_ours(rest)
    elif name == "pip" or rest[:2] in (["-m", "pip"], ["pip", "install"]):
        for requirement in rest:
            for named in re.findall(r"(?:supportcore|\.)(?:-[\d.]+\S*\.whl)?\[([\w,-]+)\]", requirement):
                _known("extra", named.split(","), EXTRAS)
    elif name.startswith("python"):
        _check_python(rest)
    elif name == "make":
        _known("target", [word for word in rest if re.fullmatch(r"[a-z-]+", word)], TARGETS)


def _known(kind: str, named: list[str], known: frozenset[str]) -> None:
    if unknown := sorted({*named} - known):
        raise AssertionError(f"no such {kind}: {', '.join(unknown)}")


def _check_python(words: list[str]) -> None:
    if words[:1] == ["-m"] and len(words) > 1:
        module = words[1].partition(".")[0]
        if importlib.util.find_spec(module) is None and not (ROOT / module).exists():
            raise AssertionError(f"no such module: {words[1]}")


def _check_ours(words: list[str]) -> None:
    """Let click read a command line of ours without carrying it out."""
    if not words or words[0].startswith("-"):
        return
    context = click.Context(supportcore, info_name="supportcore")
    command = supportcore.get_command(context, words[0])
    if command is None:
        raise AssertionError(f"no such command: supportcore {words[0]}")
    try:
        command.make_parser(click.Context(command, context, info_name=words[0])).parse_args(words[1:])
    except click.UsageError as error:
        raise AssertionError(f"supportcore {shlex.join(words)}: {error.message}") from error
