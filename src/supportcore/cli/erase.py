"""``supportcore erase`` and ``supportcore export``: what a desk keeps of one person, removed or written out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import attrs
import click

from supportcore.cli.commands import Failure
from supportcore.cli.options import F, desk_named, json_option, opened, store_options
from supportcore.cli.printing import counted, print_json
from supportcore.desk import Desk, Erasure, Export
from supportcore.errors import SupportError
from supportcore.storage import DirectoryBlobs

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_OUT_OF_TIME = (1980, 1, 1, 0, 0, 0)  # the first date that a ZIP file can tell; the same content, the same file
_NOBODY = "Error: Nothing is kept of {} on the desk {}."
_DATA, _MANIFEST = "person.json", "manifest.json"
Write = Callable[[str, Iterable[bytes]], tuple[int, str]]
"""Writes a file under a name; returns its bytes and their sha256."""


def _desk_options(command: F) -> F:
    desk = click.option("--desk", "name", required=True, metavar="DESK", help="A shipped desk or a TOML file.")
    told = "Where files lie, unless in the store: a directory."
    return desk(store_options()(click.option("--files", type=click.Path(file_okay=False), help=told)(command)))


@contextmanager
def _opened(name: str, url: str, prefix: str, schema: str | None, files: str | None) -> Iterator[Desk]:
    definition = desk_named(name)
    with opened(url, prefix, schema) as store:
        yield Desk(definition, store, files=None if files is None else DirectoryBlobs(files))


@click.command()
@click.argument("person", metavar="PERSON")
@_desk_options
@click.option("--name", "names", multiple=True, metavar="NAME", help="What else texts call the person; repeatable.")
@click.option("--texts", is_flag=True, help="Empty what the person wrote as staff, too.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@json_option
def erase(
    person: str,
    name: str,
    url: str,
    prefix: str,
    schema: str | None,
    files: str | None,
    names: tuple[str, ...],
    texts: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """
    Erase a person: no stored byte of PERSON, the id of a contact or an agent, is left on the desk.

    All of the desk is looked through. If it breaks off, the same command goes on. It cannot be undone.
    """
    with _opened(name, url, prefix, schema, files) as desk:
        done = desk.erase(person, names=names, texts=texts, dry_run=dry_run)
    if not (done.counts or done.tombstone or done.stays):
        raise Failure(_NOBODY.format(person, desk.definition.key))
    if as_json:
        print_json({"desk": desk.definition.key, **attrs.asdict(done)})
    else:
        _tell(done)


def _tell(done: Erasure) -> None:
    if not done.counts:
        click.echo("Nothing is kept of this person.")
    else:
        changed = ", ".join(f"{count:,} {kind}" for kind, count in done.counts.items())
        click.echo(f"{'Would be erased' if done.dry_run else 'Erased'}: {changed}.")
        click.echo(f"{counted(len(done.tickets), 'ticket')} rewritten." if not done.dry_run else "Nothing was written.")
    if done.tombstone:
        click.echo(f"In the place of the person stands {done.tombstone}.")
    for left in done.stays:
        click.echo(f"{left.count:,} {left.what} left: {left.why}.")


@click.command()
@click.argument("person", metavar="PERSON")
@_desk_options
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A new folder, or a .zip file.")
@json_option
def export(
    person: str, name: str, url: str, prefix: str, schema: str | None, files: str | None, output: Path, as_json: bool
) -> None:
    """
    Write out everything that a desk keeps of PERSON: person.json, the files, and a manifest of all of them.

    The folder must be empty or not there, and a .zip file not there. What is written is personal: keep it apart.
    """
    with _opened(name, url, prefix, schema, files) as desk:
        found = desk.export(person)
        if not any(isinstance(section, list) and section for section in found.data.values()):
            raise Failure(_NOBODY.format(person, desk.definition.key))
        with _writing(output) as write:
            manifest = _written(found, write)
    told = {"desk": desk.definition.key, "output": str(output), "files": manifest}
    if as_json:
        print_json(told)
    else:
        click.echo(f"{counted(len(manifest), 'file')} written to {output}.")


def _written(found: Export, write: Write) -> list[dict[str, Any]]:
    """Write everything, and return the manifest."""
    manifest: list[dict[str, Any]] = []
    paths: list[str] = []
    for number, file in enumerate(found.files, start=1):
        suffix = _SUFFIX.search(file.name)
        paths.append(f"files/{number:04}{suffix[0] if suffix else ''}")
        size, digest = write(paths[-1], file)
        manifest.append({"path": paths[-1], "bytes": size, "sha256": digest, "name": file.name, "type": file.type})
    told = [{**one, "path": path} for one, path in zip(found.data["files"], paths, strict=True)]
    size, digest = write(_DATA, [_json({**found.data, "files": told})])
    manifest.insert(0, {"path": _DATA, "bytes": size, "sha256": digest, "type": "application/json"})
    write(_MANIFEST, [_json({"person": found.data["person"], "files": manifest})])
    return manifest


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


@contextmanager
def _writing(output: Path) -> Iterator[Write]:
    """Yield what writes a file into a folder or a ZIP file, which only its owner reads."""
    try:
        if output.suffix.lower() == ".zip":
            output.touch(mode=0o600, exist_ok=False)
            with ZipFile(output, "w", ZIP_DEFLATED) as archive:
                yield lambda path, parts: _into_zip(archive, path, parts)
            return
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise Failure(f"Error: {output} is not empty.")
        yield lambda path, parts: _into_folder(output / path, parts)
    except SupportError:  # some of which are errors of the system, too
        raise
    except FileExistsError:
        raise Failure(f"Error: {output} is there already.") from None
    except OSError as error:
        raise Failure(f"Error: {output}: {error.strerror or error}") from error


def _into_zip(archive: ZipFile, path: str, parts: Iterable[bytes]) -> tuple[int, str]:
    entry = ZipInfo(path, _OUT_OF_TIME)
    entry.compress_type = ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as file:
        return _counted(file.write, parts)


def _into_folder(path: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        return _counted(file.write, parts)


def _counted(write: Callable[[bytes], object], parts: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for part in parts:
        write(part)
        digest.update(part)
        size += len(part)
    return size, digest.hexdigest()
