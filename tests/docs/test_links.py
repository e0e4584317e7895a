"""Links between the Markdown files of the repository, as whoever reads them there follows them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]

_FENCE = re.compile(r"^(```+|~~~+).*?^\1$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\(<?([^()\s>]+)>?(?: \"[^\"]*\")?\)")
_SOURCE = re.compile(r"""<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=["']([^"']+)["']""")
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)


def _prose(page: Path) -> str:
    return _COMMENT.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


@cache
def _anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found, text = Counter[str](), _prose(page)
    anchors = set(re.findall(r"""<a (?:id|name)=["']([^"']+)["']""", text))
    for heading in _HEADING.findall(text):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.replace("`", "").lower()).replace(" ", "-")
        anchors.add(f"{slug}-{found[slug]}" if found[slug] else slug)
        found[slug] += 1
    return frozenset(anchors)


def _dead(page: Path) -> Iterator[str]:
    """Yield each link of a page that leads nowhere, and why."""
    text = _prose(page)
    for target in [*_LINK.findall(_CODE.sub("", text)), *_LINK.findall(_in_code(text)), *_SOURCE.findall(text)]:
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.is_relative_to(ROOT):
            yield f"{target}: outside of the repository"
        elif not there.exists():
            yield f"{target}: no such file"
        elif anchor and there.suffix == ".md" and anchor not in _anchors(there):
            yield f"{target}: {there.name} has no such heading"


def _in_code(text: str) -> str:
    """Return the links whose words are code, such as [`noova`](desks/noova.md), without what is code itself."""
    return " ".join(re.findall(r"(?<=`)\]\([^)\s]+\)", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """The file and the heading that a relative link names are there."""
    assert [] == list(_dead(page))


def test_a_link_is_followed_to_a_file_that_is_kept() -> None:
    """No page links to a file that git ignores, and a fresh clone would not have."""
    targets = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in _LINK.findall(_prose(page))
        if not re.match(r"[a-z][a-z0-9+.-]*:|#", target)
    }
    named = "\n".join(sorted(str(target.relative_to(ROOT)) for target in targets if target.is_relative_to(ROOT)))
    asked = subprocess.run(["git", "check-ignore", "--stdin"], input=named, cwd=ROOT, capture_output=True, text=True)
    if asked.returncode > 1:
        pytest.skip("no git repository")
    assert "" == asked.stdout


def test_a_dead_link_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a missing heading and a way out of the repository are told; what is quoted as code is not."""
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# Two `words`, and *more*\n\n[a](gone.md) [`b`](#nothing) [c](#two-words-and-more) [d](../out.md)\n"
        "`[e](gone.md)`\n\n```text\n[f](gone.md)\n```\n",
        encoding="utf-8",
    )
    assert {
        "gone.md: no such file",
        "#nothing: page.md has no such heading",
        "../out.md: outside of the repository",
    } == {*_dead(page)}
