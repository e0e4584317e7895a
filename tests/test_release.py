"""Version, changelog and the stores that are kept for upgrades tell of the same release."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.upgrade.kept import versions

ROOT = Path(__file__).parents[1]


def parts(version: str) -> list[int]:
    """Return the numbers of a version, without what says that it is under way."""
    return [int(part) for part in version.partition(".dev")[0].split(".")]


def heading(changelog: str) -> str:
    """Return the newest version that a changelog tells of."""
    found = re.search(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)$", changelog, re.MULTILINE)
    assert found is not None, "no heading such as '## 0.1.0 (2026-11-22)'"
    return found[1]


def disagreement(version: str, newest: str, kept: list[str]) -> str | None:
    """Return what does not agree, or None."""
    if not kept or kept[-1] != newest:
        return f"the changelog tells of {newest}, stores are kept of {', '.join(kept) or 'no release'}"
    if ".dev" in version:
        return None if parts(version) > parts(newest) else f"{version} is under way, and {newest} is released"
    return None if version == newest else f"the version is {version}, the changelog tells of {newest}"


def test_version_changelog_and_kept_stores_agree() -> None:
    """A release has its section in the changelog and its stores under tests/upgrade; a version under way is later."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = heading((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert disagreement(project["version"], newest, versions()) is None


@pytest.mark.parametrize(
    ("version", "newest", "kept", "agree"),
    [
        ("0.1.0", "0.1.0", ["0.1.0"], True),
        ("0.2.0.dev0", "0.1.0", ["0.1.0"], True),
        ("0.2.0", "0.1.0", ["0.1.0"], False),
        ("0.2.0", "0.2.0", ["0.1.0"], False),
        ("0.1.0.dev0", "0.1.0", ["0.1.0"], False),
        ("0.10.0", "0.10.0", ["0.9.0", "0.10.0"], True),
        ("0.1.0", "0.1.0", [], False),
    ],
)
def test_what_is_forgotten_is_noticed(version: str, newest: str, kept: list[str], agree: bool) -> None:
    """A number, a section or stores that were left behind are told."""
    assert (disagreement(version, newest, kept) is None) is agree


def test_the_newest_section_stands_first() -> None:
    """Sections of the changelog go from the newest release to the oldest."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = [parts(version) for version in re.findall(r"^## (\d+\.\d+\.\d+) ", text, re.MULTILINE)]
    assert told == sorted(told, reverse=True)
