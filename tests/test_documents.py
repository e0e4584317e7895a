"""
What README.md and docs/ show in Python blocks is executed, all of it, with warnings as errors like everything else.

A document is one test: its examples build on one another. What an example prints is what the text block after it shows;
there "…" stands for anything that was left out.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_SYBIL = Sybil(parsers=[PythonCodeBlockParser()], pattern="*.md", path=str(ROOT))


def _let_go(namespace: dict[str, Any]) -> None:
    """Close what the examples of a document opened, which a host would keep for as long as it runs."""
    for value in list(namespace.values()):
        for name in ("close", "dispose"):
            close = getattr(value, name, None)
            if callable(close) and not isinstance(value, (type, ModuleType)):
                close()


def _compare(printed: str, after: str) -> None:
    """Compare what an example printed with the text block that follows it, if one does."""
    shown = re.match(r"(?:```)?\n\n```text\n(.*?)\n```\n", after, re.DOTALL)
    if shown is None or not printed:
        return
    parts = [re.escape(part) for part in shown[1].split("…")]
    if not re.fullmatch(".*".join(parts), printed.strip("\n"), re.DOTALL):
        raise AssertionError(f"shown:\n{shown[1]}\nprinted:\n{printed}")


def _executed(page: Path) -> int:
    """Execute the examples of a document, and return how many there are."""
    document = _SYBIL.parse(page)
    count = 0
    try:
        for example in document.examples():
            with redirect_stdout(io.StringIO()) as printed:
                example.evaluate()
            _compare(printed.getvalue(), document.text[example.end :])
            count += 1
    finally:
        _let_go(document.namespace)
    return count


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_document_do_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every Python block of a document runs, in order, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    found = _executed(page)
    assert page.read_text(encoding="utf-8").count("```python") <= found


def test_what_an_example_prints_is_what_is_shown(tmp_path: Path) -> None:
    """A text block that shows something else than was printed fails the document; … leaves out."""
    page = tmp_path / "page.md"
    page.write_text("```python\nprint('one\\ntwo\\nthree')\n```\n\n```text\none\n…\nthree\n```\n", encoding="utf-8")
    assert 1 == _executed(page)
    page.write_text("```python\nprint('one')\n```\n\n```text\ntwo\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="shown:\ntwo"):
        _executed(page)


def test_an_example_that_is_wrong_is_seen(tmp_path: Path) -> None:
    """A block that fails fails the document."""
    page = tmp_path / "page.md"
    page.write_text("```python\nassert 1 == 2\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        _executed(page)
