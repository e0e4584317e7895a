"""The site: it is built without a warning, its links lead somewhere, and its reference has every public name."""

from __future__ import annotations

import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest

from supportcore.definition import PRESETS
from supportcore.storage import AsyncStore, Ledger, Store
from tests.conftest import IN_CI

ROOT = Path(__file__).parents[2]
PACKAGES = ("supportcore", "supportcore_sql", "supportcore_mongo")

if any(find_spec(name) is None for name in ("sphinx", "furo", "myst_parser")):
    told = "the site needs Sphinx, furo and myst-parser: pip install --group docs"
    if IN_CI:
        raise ImportError(told)
    pytest.skip(told, allow_module_level=True)

sys.path.insert(0, str(ROOT / "docs"))
from _site import reference  # noqa: E402


class _Page(HTMLParser):
    """What a page links to, loads, and can be linked at."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = {""}
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.tags: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        self.tags.add(tag)
        self.anchors |= {told[key] for key in ("id", "name") if key in told}
        if tag == "a" and "href" in told:
            self.links.add(told["href"])
        elif tag != "meta":
            self.loaded |= {told[key] for key in ("src", "href") if told.get(key) and not told[key].startswith("data:")}


def _read(site: Path) -> dict[Path, _Page]:
    return {file.resolve(): _Page(file) for file in site.rglob("*.html")}


def _dead(pages: dict[Path, _Page]) -> Iterator[str]:
    """Yield links to a file or an anchor that is not there, and what a page loads and has not got."""
    for file, page in pages.items():
        for target in page.links | page.loaded:
            if _is_elsewhere(target):
                continue
            path, _, anchor = unquote(target).partition("#")
            there = (file.parent / path.partition("?")[0]).resolve() if path else file
            if not there.is_file() or (there in pages and anchor not in pages[there].anchors):
                yield f"{file.name}: {target}"


def _is_elsewhere(target: str) -> bool:
    return ":" in target.partition("/")[0] or target.startswith("//")


def _fetched(pages: dict[Path, _Page]) -> Iterator[str]:
    """Yield styles, scripts and pictures that are not the site's own."""
    return (each for page in pages.values() for each in page.loaded if _is_elsewhere(each))


def _without_page(pages: dict[Path, _Page], site: Path) -> set[str]:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    built = {str(file.relative_to(site.resolve()).with_suffix(".md")) for file in pages}
    return {str(file.relative_to(ROOT)) for file in documents} - built


def _without_entry(pages: dict[Path, _Page]) -> set[str]:
    anchors = {anchor for page in pages.values() for anchor in page.anchors}
    modules = reference.modules()
    return {
        f"{reference.home(module, name)}.{name}" for module in modules for name in reference.offered(module)
    } - anchors


def test_the_site_is_whole(tmp_path: Path) -> None:
    """
    It is built without a warning, is its own, and has no dead link, each document, desk and public name.

    One test, because building it is most of the work.
    """
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode or done.stderr:
        pytest.fail(f"Sphinx ended with {done.returncode}:\n{done.stderr[-8000:]}", pytrace=False)
    pages = _read(tmp_path)
    assert [] == sorted(_dead(pages))
    assert [] == sorted(_fetched(pages))
    assert set() == _without_page(pages, tmp_path)
    assert set() == _without_entry(pages)
    desks = {name: pages[(tmp_path / f"docs/desks/{name}.html").resolve()] for name in PRESETS}
    assert set() == {name for name, page in desks.items() if "svg" not in page.tags}


def test_what_a_site_has_not_got_is_told(tmp_path: Path) -> None:
    """A link to a file or an anchor that is not there is dead, and what is loaded from elsewhere is told."""
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">1</a><a href="#gone">2</a><a href="b.html#there">3</a><a href="b.html#gone">4</a>'
        '<a href="c.html">5</a><a href="https://example.org/">6</a><a href="mailto:a@b.example">7</a>'
        '<img src="d.png"><script src="https://cdn.example/x.js"></script>'
    )
    (tmp_path / "b.html").write_text('<h1 id="there">')
    pages = _read(tmp_path)
    assert ["a.html: #gone", "a.html: b.html#gone", "a.html: c.html", "a.html: d.png"] == sorted(_dead(pages))
    assert ["https://cdn.example/x.js"] == list(_fetched(pages))


# --- without building it ------------------------------------------------------------------------------------


INSIDE = {"supportcore.desk.requests"}
"""Modules whose ``__all__`` tells other modules of the library what they may use, and nobody else."""


def _offering() -> Iterator[str]:
    """Yield every module that says by ``__all__`` what it offers."""
    for package in map(import_module, PACKAGES):
        inside = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for name in [package.__name__, *(one for one in inside if ".migrations" not in one and "__main__" not in one)]:
            if hasattr(import_module(name), "__all__"):
                yield name


def test_every_package_that_offers_something_is_in_the_reference() -> None:
    """Each ``__all__`` has a page, or all its names are offered by the package around it."""
    told = set(reference.modules())
    missing = [
        module
        for module in _offering()
        if module not in told | INSIDE
        and not {*import_module(module).__all__} <= {*getattr(import_module(module.rpartition(".")[0]), "__all__", ())}
    ]
    assert [] == missing


_PROMISED = {name for port in (Ledger, Store, AsyncStore) for name in dir(port)}
"""What a port promises is told there, and not again by each store."""
_STORES = ("supportcore.storage.memory", "supportcore_sql", "supportcore_mongo")


def _undocumented(module: str) -> Iterator[str]:
    for name, value in reference.offered(module).items():
        told = reference.told_of(module, name)
        if not told or told.startswith("Method generated by attrs"):
            yield f"{module}.{name}"
        if inspect.isclass(value):
            yield from (f"{module}.{name}.{each}" for each in _untold(module, value))


def _untold(module: str, value: type[Any]) -> Iterator[str]:
    for name in dir(value):
        found = inspect.getattr_static(value, name)
        found = getattr(found, "__func__", found)
        if name.startswith("_") or not (inspect.isroutine(found) or isinstance(found, property)):
            continue
        if not inspect.getdoc(getattr(value, name)) and not (module in _STORES and name in _PROMISED):
            yield name


def test_every_public_name_is_told_of() -> None:
    """Each name that a package offers has a docstring, a constant beneath it, and so has each method and property."""
    assert [] == [each for module in reference.modules() for each in _undocumented(module)]


def test_a_name_that_nothing_is_told_of_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A class, a method, a function and a constant without a word are found, each by its name."""
    file = tmp_path / "offers.py"
    file.write_text(
        'class Told:\n    """Yes."""\n    def untold(self): ...\n'
        'class Untold: ...\ndef silent(): ...\nLIMIT = 3\nSPAN = 4\n"""In hours."""\n'
        '__all__ = ["Told", "Untold", "silent", "LIMIT", "SPAN"]\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "offers", raising=False)
    assert isinstance(import_module("offers"), ModuleType)
    assert ["offers.Told.untold", "offers.Untold", "offers.silent", "offers.LIMIT"] == list(_undocumented("offers"))
