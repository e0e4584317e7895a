"""Articles: who reads which, page by page, and Markdown as HTML that cannot do harm."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.views import articles, dump
from supportcore.knowledge import Article, markdown
from tests.desk.machine import START
from tests.desk.views.portals import ANA, BO, LUIS, NEAR, NOOVA, STRANGER, equip, opened
from tests.stores import open_desk_named

KNOWN = [
    Article(id="a-public", title="For all", body="# Hello\n\nA *word*."),
    Article(id="b-customers", title="For customers", visibility="customers", language="en"),
    Article(id="c-acme", title="For ACME", visibility="customers", customers={"acme"}),
    Article(id="d-internal", title="For staff", visibility="internal", customers={"acme"}),
    Article(id="e-retired", title="For nobody", active=False),
    Article(id="f-public", title="For all too"),
]
NOBODY = attrs.evolve(ANA, customers=frozenset())


@pytest.fixture(params=NEAR)
def noova(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with opened(request, tmp_path, NOOVA, FrozenClock(START)) as desk:
        equip(desk)
        desk.catalogue.put(*KNOWN)
        yield desk


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (ANA, ["a-public", "b-customers", "c-acme", "f-public"]),
        (BO, ["a-public", "b-customers", "f-public"]),
        (NOBODY, ["a-public", "f-public"]),
        (LUIS, ["a-public", "b-customers", "c-acme", "d-internal", "f-public"]),
    ],
    ids=["acme", "beta", "no customer", "staff"],
)
def test_who_reads_which(noova: Any, actor: Any, expected: list[str]) -> None:
    """A list shows exactly what can be opened; what is hidden is not told from what does not exist."""
    me = noova.acting_as(actor)
    assert expected == [item.id for item in me.articles().items]
    for article in KNOWN:
        if article.id in expected:
            assert article.title == me.article(article.id).title
        else:
            with pytest.raises(NotFound) as hidden:
                me.article(article.id)
            with pytest.raises(NotFound) as missing:
                me.article("nothing")
            assert str(missing.value) == str(hidden.value)


def test_an_article(noova: Any) -> None:
    """Title, language, Markdown as it was written, and HTML."""
    found = noova.acting_as(ANA).article("a-public")
    assert ("For all", "es", "public", "# Hello\n\nA *word*.") == (
        found.title,
        found.language,
        found.visibility,
        found.body,
    )
    assert "<h1>Hello</h1>\n<p>A <em>word</em>.</p>\n" == found.html
    assert "en" == noova.acting_as(ANA).article("b-customers").language
    assert ("Base de conocimientos", "No hay artículos.") == (
        noova.acting_as(ANA).articles().title,
        noova.acting_as(ANA).articles().empty,
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_are_filled_and_hold_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """A page is full as long as there is more, whatever is hidden between; the last one has no `next`."""
    with open_desk_named("memory", NOOVA, tmp_path) as desk:
        equip(desk)
        desk.catalogue.put(*KNOWN)
        monkeypatch.setattr(articles, "LIMIT", max(limit, 2))
        me = desk.acting_as(ANA)
        pages = [me.articles(limit=limit)]
        while pages[-1].next:
            pages.append(me.articles(limit=limit, after=pages[-1].next))
    assert all(limit == len(page.items) for page in pages[:-1])
    assert pages[-1].items
    assert ["a-public", "b-customers", "c-acme", "f-public"] == [item.id for page in pages for item in page.items]


def test_input_that_is_none(noova: Any) -> None:
    """Faults with their path, never a crash; without a role nothing is read."""
    me = noova.acting_as(ANA)
    asked: list[tuple[str, Any]] = [("limit", 0), ("limit", 201), ("limit", "2"), ("limit", True)]
    asked += [("after", 3), ("after", "a\0"), ("after", "x" * 65), ("after", None)]
    for path, given_ in asked:
        with pytest.raises(Invalid) as refused:
            me.articles(**{path: given_})
        assert [path] == [fault.path for fault in refused.value.faults]
    for key in ("", 3, None, "a\0b", "x" * 65, "\ud800"):
        with pytest.raises(NotFound):
            me.article(key)
    for ask in (lambda who: who.articles(), lambda who: who.article("a-public")):
        with pytest.raises(Refused) as unknown:
            ask(noova.acting_as(STRANGER))
        assert "unknown_actor" == unknown.value.code


# -- Markdown ----------------------------------------------------------------------------------------------------------


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


def test_without_the_extra_there_is_no_html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
        with open_desk_named("memory", NOOVA, tmp_path) as desk:
            equip(desk)
            desk.catalogue.put(KNOWN[0])
            found = desk.acting_as(ANA).article("a-public")
    finally:
        markdown._renderer.cache_clear()
    assert ("", KNOWN[0].body) == (found.html, found.body)
    json.dumps(dump(found))
