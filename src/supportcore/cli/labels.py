"""``supportcore labels``: what the labels of a desk lack, to be pasted, or put at the end of their file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from supportcore.authoring.gaps import label_gaps, labels_added
from supportcore.cli.commands import Failure
from supportcore.cli.options import guard_option
from supportcore.cli.printing import counted


@click.command()
@click.argument("desk", metavar="DESK.toml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Put it at the end of the file of labels, instead of printing it.")
@guard_option
def labels(desk: Path, write: bool, guards: tuple[str, ...]) -> None:
    """
    Print the labels that a desk lacks, as TOML to paste, in each of its languages; each text is the key, to be edited.

    Labels of what the desk has not got are listed on stderr, and so is what has to be written by hand. What stands in
    the file is left as it is, with its comments.
    """
    path = desk.with_name(f"{desk.name.removesuffix('.toml').removesuffix('.desk')}.labels.toml")
    text = _read(path) if path.exists() else ""
    stands_in = dict.fromkeys(guards, lambda ticket, actor: True)
    gaps = label_gaps(_parsed(desk, _read(desk)), _parsed(path, text), guards=stands_in)
    added, by_hand = labels_added(text, gaps)
    if not write:
        click.echo(added.lstrip("\n"), nl=False)
    elif added:
        try:
            path.write_text(text + added if text else added.lstrip("\n"), encoding="utf-8", newline="\n")
        except OSError as error:
            raise Failure(f"Error: {path} cannot be written: {error.strerror}") from error
        click.echo(path)
    for where in by_hand:
        click.echo(f"{path.name}: {where} is missing; write it by hand", err=True)
    for where in gaps.unknown:
        click.echo(f"{path.name}: {where} names nothing that the desk has; take it away", err=True)
    found = [counted(len(gaps.missing), "text"), counted(len(gaps.unknown), "label")]
    click.echo(f"{found[0]} missing, {found[1]} of nothing.", err=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise Failure(f"Error: {path} cannot be read as UTF-8 text: {error}") from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failure(f"Error: {path} is not TOML: {error}") from error
