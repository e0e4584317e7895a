"""
The group of commands: a table, from which each is loaded when it is asked for.

So ``--help`` and a slip of the pen are answered without loading a database, and a command costs only its own imports.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import IO, Any, NamedTuple

import click

from supportcore.errors import DefinitionError, SupportError


class Entry(NamedTuple):
    """Where a command is (module and name), and what it does in a line."""

    module: str
    name: str
    told: str


COMMANDS = {
    "acceptance": Entry("supportcore.cli.acceptance", "acceptance", "Run acceptance scenarios on stores."),
    "check": Entry("supportcore.cli.check", "check", "Look for faults in a desk of your own."),
    "copy": Entry("supportcore.cli.copy", "copy", "Copy whole desks between stores, to NDJSON and back."),
    "coverage": Entry("supportcore.cli.coverage", "coverage", "Tell which rules of a desk its tickets ever used."),
    "deliver": Entry("supportcore.cli.deliver", "deliver", "Send notices by e-mail and to other programs."),
    "diff": Entry("supportcore.cli.diff", "diff", "Tell what one desk allows and another refuses."),
    "demo": Entry("supportcore.cli.demo", "demo", "Live through a month at a support desk."),
    "describe": Entry("supportcore.cli.describe", "describe", "Write a desk as a page to read, as Markdown."),
    "diagram": Entry("supportcore.cli.diagram", "diagram", "Draw the workflow of a desk, as Mermaid text or SVG."),
    "erase": Entry("supportcore.cli.erase", "erase", "Erase a person: no stored byte of him is left."),
    "errors": Entry("supportcore.cli.errors", "errors", "Print every error code with its status and texts."),
    "explore": Entry("supportcore.cli.explore", "explore_", "Try everything that can become of a ticket."),
    "export": Entry("supportcore.cli.erase", "export", "Write out everything that is kept of a person."),
    "holidays": Entry("supportcore.cli.holidays", "holidays", "Print public holidays for a calendar, as TOML."),
    "labels": Entry("supportcore.cli.labels", "labels", "Print the labels that a desk lacks, to be pasted."),
    "migrate": Entry("supportcore.cli.migrate", "migrate", "Make or upgrade the tables of a store."),
    "new": Entry("supportcore.cli.new", "new", "Write a desk to start from."),
    "reindex": Entry("supportcore.cli.reindex", "reindex", "Mend what articles and tickets are found by."),
    "replay": Entry("supportcore.cli.replay", "replay", "Put another helpdesk's event log through a desk."),
    "run-due": Entry("supportcore.cli.run_due", "run_due", "Let happen what has come due."),
    "schema": Entry("supportcore.cli.schema", "schema", "Write JSON Schema of views, commands, errors and desks."),
    "story": Entry("supportcore.cli.story", "story", "Take the steps of a failed test again, told as a story."),
    "verify": Entry("supportcore.cli.verify", "verify", "Fold every history and compare what is stored."),
}
"""Every command, by the name it is given on the command line."""


class Failure(click.ClickException):
    """An error of the library, told on stderr; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message, without "Usage" or a traceback."""
        click.echo(self.message, file=file, err=file is None)


def told(error: SupportError) -> str:
    """Return an error in one line, or a faulty definition with a line for each fault."""
    if isinstance(error, DefinitionError):
        return "\n".join(str(fault) for fault in error.faults)
    return f"Error: {' '.join(str(error).split())}"


class LazyGroup(click.Group):
    """A group that loads a command when it is asked for, and tells errors of the library in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load and return a command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(entry.module), entry.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].told) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        for stream in (sys.stdout, sys.stderr):  # a terminal without the letters shows "?" instead of failing
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except SupportError as error:
            raise Failure(told(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="supportcore", message="%(package)s %(version)s")
def supportcore() -> None:
    """
    Helpdesk logic as a library; here what is useful without a line of code.

    A store is named by --store URL, such as sqlite:///desk.db, and --prefix P where its tables have another one than
    sc_. A desk is named by --desk: a shipped one (noova, cltech, ...) or the path of a TOML file.
    """
