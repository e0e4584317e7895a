"""The picture and the table in the document are those that its examples make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_shows_what_its_examples_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The examples of docs/coverage.md, run in order, print the lines it shows and write its picture, byte for byte."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    page = (DOCS / "coverage.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "coverage.md", "exec"), names)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert [] == sorted(set(shown.splitlines()) - {"…", ""} - set(capsys.readouterr().out.splitlines()))
    drawn = Path("coverage.svg").read_bytes()
    assert (DOCS / "images" / "coverage.svg").read_bytes() == drawn, "renew docs/images/coverage.svg"
