"""Markdown as HTML that cannot do harm."""

from __future__ import annotations

import builtins
import json
import sys
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore.desk.views import dump
from supportcore.knowledge import markdown
from tests.desk.knowledge.library import ANA, SHELF


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a <script>x()</script>", "<p>a &lt;script&gt;x()&lt;/script&gt;</p>\n"),
        ("[x](https://a.example)", '<p><a href="https://a.example" rel="nofollow noopener">x</a></p>\n'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](ftp://a.example)", '<p><a rel="nofollow noopener">x</a></p>\n'),
        ("![A <b> map](https://spy.example/p.png)", "<p>A &lt;b&gt; map</p>\n"),
        ("~~old~~", "<p><s>old</s></p>\n"),
        ("```py\n1 < 2\n```", '<pre><code class="language-py">1 &lt; 2\n</code></pre>\n'),
        ("", ""),
    ],
)
def test_markdown_as_html(written: str, shown: str) -> None:
    """Marks become elements; HTML, images and strange links do not."""
    assert shown == markdown.html(written)


def test_tables() -> None:
    """Tables are shown, too."""
    assert "<td>1</td>" in markdown.html("|a|b|\n|-|-|\n|1|2|")


PIECES = st.sampled_from([
    "<script>", "</p>", "<img src=x onerror=y()>", "![a](http://b/c.png)", "[a](javascript:b)", "[a](data:text/html,b)",
    "<a href='vbscript:x'>", "<style>", "<iframe src=http://b>", "`", "**", "> ", "- ", "\n\n", "|", "&lt;script&gt;",
    "&#106;avascript:", "<svg onload=x>", "[a]: javascript:b\n\n[a]", "\\", "\"", "'", "é",
])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_runs(written: str) -> None:
    """Whatever is written, the HTML has no element or attribute but those that are harmless."""
    from html.parser import HTMLParser

    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attributes)))

    Reader().feed(markdown.html(written))
    for tag, attributes in seen:
        assert tag not in (
            "script",
            "style",
            "iframe",
            "img",
            "svg",
            "form",
            "input",
            "object",
            "embed",
            "base",
            "meta",
        )
        assert not any(name.startswith("on") or name in ("style", "src", "srcset") for name in attributes)
        address = (attributes.get("href") or "").strip().lower()
        assert not address.startswith(("javascript:", "data:", "vbscript:"))
        assert tag != "a" or "nofollow noopener" == attributes["rel"]


def test_without_the_extra_there_is_no_html(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Markdown is given all the same."""
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **given_: Any) -> Any:
        if name.partition(".")[0] in ("nh3", "markdown_it"):
            raise ImportError(name)
        return real(name, *rest, **given_)

    markdown._renderer.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("nh3", "markdown_it")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    try:
        found = memory.acting_as(ANA).article("a-public")
    finally:
        markdown._renderer.cache_clear()
    assert ("", SHELF[0].body) == (found.html, found.body)
    json.dumps(dump(found))


@pytest.mark.parametrize("mark", ["![", "[", "([", "<![CDATA[", "_a_", "*", "`", "a\n", "> ", "|a", "[a](b "])
def test_too_many_marks_are_shown_as_they_were_written(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long body of marks is not rendered at all, but escaped in one element."""
    monkeypatch.setattr(markdown, "_renderer", lambda: pytest.fail)
    written = mark * (262_144 // len(mark))
    shown = markdown.html(written)
    assert shown.startswith("<pre>")
    assert shown.endswith("</pre>\n")
    assert written == unescape(shown.removeprefix("<pre>").removesuffix("</pre>\n"))
    assert 1 == shown.count("</")


@given(st.sampled_from(["[", "*"]), st.integers(-3, 3), st.sampled_from([0, 250_000]))
@settings(max_examples=20)
def test_how_many_marks_are_rendered(mark: str, more: int, letters: int) -> None:
    """As many as are said; of brackets fewer in a text that is longer than is said."""
    most = markdown.MOST_MARKS
    if mark == "[":
        most = markdown.MOST_BRACKETS
        if letters:
            most = next(n for n in range(most, 0, -1) if n * (n + letters) <= most * markdown.LONGEST_SEARCHED)
    rendered: list[str] = []

    def render(written: str) -> str:
        rendered.append(written)
        return ""

    markdown._kept.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "_renderer", lambda: render)
        markdown.html(mark * (most + more) + "a" * letters)
    markdown._kept.cache_clear()
    assert (more <= 0) == bool(rendered)


def test_what_was_rendered_is_kept() -> None:
    """A text is rendered for its first reader; a very long one for each; only so many are kept."""
    rendered: list[int] = []

    def render(written: str) -> str:
        rendered.append(len(written))
        return written

    markdown._kept.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "_renderer", lambda: render)
        for length in (5, 5, markdown.LONGEST_KEPT, markdown.LONGEST_KEPT, *[markdown.LONGEST_KEPT + 1] * 2):
            assert length == len(markdown.html("a" * length))
    limit = markdown._kept.cache_info().maxsize
    markdown._kept.cache_clear()
    assert ([5, 65_536, 65_537, 65_537], markdown.KEPT) == (rendered, limit)


def test_the_most_that_is_rendered() -> None:
    """Bodies that lie just within the bounds come out as HTML."""
    brackets, marks = markdown.MOST_BRACKETS, markdown.MOST_MARKS
    for written in ("![" * brackets, "_a_" * (marks // 2), "[a](b" * brackets):
        assert markdown.html(written).startswith("<p>")
