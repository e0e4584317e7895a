"""``supportcore erase`` and ``supportcore export``, as they are typed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from supportcore import Desk, FrozenClock, open_store
from supportcore.cli.commands import supportcore
from tests.desks.portal import FOLDER
from tests.erasing.office import ANA, AT, OF_ANA, OWN, PORTAL, fill
from tests.erasing.scanning import everything, found

pytestmark = pytest.mark.store("sqlite")


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/desk.db"
    store = open_store(url)
    store.migrate()
    fill(Desk(PORTAL, store, clock=FrozenClock(AT)))
    store.close()
    return url


def call(*words: object) -> Result:
    return CliRunner().invoke(supportcore, [str(word) for word in words])


def left(url: str) -> set[str]:
    store = open_store(url)
    try:
        return {what for _, what in found(OF_ANA, everything(store))}
    finally:
        store.close()


def test_a_person_is_erased(url: str) -> None:
    """A dry run tells the same and does nothing; afterwards there is nothing left to erase."""
    at = ("--desk", FOLDER / "portal.toml", "--store", url)
    dry = call("erase", ANA.id, *at, "--dry-run")
    assert (0, True) == (dry.exit_code, dry.output.endswith("Nothing was written.\n")), dry.output
    assert set(OF_ANA) == left(url)
    planned = json.loads(call("erase", ANA.id, *at, "--dry-run", "--json").output)
    done = json.loads(call("erase", ANA.id, *at, "--json").output)
    assert planned["counts"] == done["counts"]
    assert (True, False) == (planned["dry_run"], done["dry_run"])
    assert set() == left(url)
    again = call("erase", ANA.id, *at)
    assert (1, f"Error: Nothing is kept of {ANA.id} on the desk portal.\n") == (again.exit_code, again.stderr)


def test_it_is_told_in_words(url: str) -> None:
    """How much was changed, what stands there now, and what stays."""
    told = call("erase", "u-5512-luisandro", "--desk", FOLDER / "portal.toml", "--store", url).output
    assert "2 tickets rewritten." in told
    assert "In the place of the person stands erased-" in told
    assert "3 texts left: what the person wrote as staff" in told


def test_a_person_is_exported_to_a_folder(url: str, tmp_path: Path) -> None:
    """The manifest tells of every file what it holds; a folder that is not empty is left alone."""
    at = ("--desk", FOLDER / "portal.toml", "--store", url)
    folder = tmp_path / "out"
    assert 0 == call("export", ANA.id, *at, "-o", folder).exit_code
    manifest = json.loads((folder / "manifest.json").read_text())
    assert ANA.id == manifest["person"]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {"manifest.json", *(one["path"] for one in manifest["files"])}
    for one in manifest["files"]:
        data = (folder / one["path"]).read_bytes()
        assert (one["bytes"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    told = json.loads((folder / "person.json").read_text())
    (own,) = (one for one in told["files"] if one["name"] == "albaricoque.pdf")
    assert (".pdf", OWN) == (Path(own["path"]).suffix, (folder / own["path"]).read_bytes())
    again = call("export", ANA.id, *at, "-o", folder)
    assert (1, f"Error: {folder} is not empty.\n") == (again.exit_code, again.stderr)
    assert 0o700 == folder.stat().st_mode & 0o777


def test_a_person_is_exported_to_a_zip_file(url: str, tmp_path: Path) -> None:
    """It holds the same files; one that is there is left alone."""
    at = ("--desk", FOLDER / "portal.toml", "--store", url)
    path = tmp_path / "out.zip"
    told = json.loads(call("export", ANA.id, *at, "-o", path, "--json").output)
    with ZipFile(path) as archive:
        assert {"manifest.json", *(one["path"] for one in told["files"])} == set(archive.namelist())
        assert ANA.id == json.loads(archive.read("person.json"))["person"]
    before = path.read_bytes()
    again = call("export", ANA.id, *at, "-o", path)
    assert (1, f"Error: {path} is there already.\n") == (again.exit_code, again.stderr)
    assert before == path.read_bytes()


@pytest.mark.parametrize("command", ["erase", "export"])
def test_what_is_wrong_is_told(url: str, tmp_path: Path, command: str) -> None:
    """An id that is none, and a store that is not there: one line, no traceback, nothing written."""
    output = ("-o", tmp_path / "new") if command == "export" else ()
    at = ("--desk", FOLDER / "portal.toml", "--store")
    refused = call(command, "system", *at, url, *output)
    assert (1, "Error: person: system is the desk itself, no person.\n") == (refused.exit_code, refused.stderr)
    typo = call(command, "typo", *at, url, *output)
    assert (1, "Error: Nothing is kept of typo on the desk portal.\n") == (typo.exit_code, typo.stderr)
    assert not (tmp_path / "new").exists()
    gone = call(command, "ana", *at, f"sqlite:///{tmp_path}/no.db", *output)
    assert (1, True, 1) == (gone.exit_code, gone.stderr.startswith("Error: "), gone.stderr.count("\n"))
