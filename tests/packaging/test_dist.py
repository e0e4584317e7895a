"""What the wheel and the sdist hold, and what they say of themselves."""

from __future__ import annotations

import re
import subprocess
import tarfile
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.packaging.environments import EXTRAS, PROJECT, ROOT, build, run

OURS = {"supportcore", "supportcore_sql", "supportcore_mongo"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and sdist of the tree as it is."""
    return build(tmp_path_factory.mktemp("dist"))


def kept() -> Iterator[str]:
    """The files of the three packages that are kept in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "src"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    named = listed.stdout.split() or [str(p.relative_to(ROOT)) for p in (ROOT / "src").rglob("*") if p.is_file()]
    return (name.removeprefix("src/") for name in named if "__pycache__" not in name and (ROOT / name).exists())


def test_the_wheel_holds_the_packages_and_nothing_else(dist: tuple[Path, Path]) -> None:
    """Every file of src: modules, marks of types, shipped desks, migrations; no test, no server, no bench."""
    with ZipFile(dist[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert set(kept()) == names
    assert OURS == {name.split("/")[0] for name in names}
    assert {f"{package}/py.typed" for package in OURS} <= names
    assert not [name for name in names if re.search(r"(^|/)(test_|conftest|bench)|\.db$", name)]


def test_the_wheel_tells_what_it_is(dist: tuple[Path, Path]) -> None:
    """Name, version, licence, Pythons and extras stand in its metadata, and the README is its description."""
    with ZipFile(dist[0]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        said = message_from_string(wheel.read(name).decode())
    assert (PROJECT["name"], PROJECT["version"], "MIT") == (said["Name"], said["Version"], said["License-Expression"])
    assert PROJECT["requires-python"] == said["Requires-Python"]
    assert sorted(EXTRAS) == sorted(said.get_all("Provides-Extra") or ())
    assert str(said.get_payload()).startswith("# supportcore")


def test_the_sdist_holds_what_it_takes_to_test_it(dist: tuple[Path, Path], tmp_path: Path) -> None:
    """Tests, examples and documents are in it, and tests that are run from it pass."""
    with tarfile.open(dist[1]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    assert {"src", "tests", "docs", "examples", "bench", "Makefile", "LICENSE", "CHANGELOG.md", "SECURITY.md"} <= {
        path.name for path in tree.iterdir()
    }
    import sys

    told = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/core/test_clock.py", cwd=tree)
    assert " passed" in told
