"""
Markdown as HTML that is safe to put on a page.

- What the text holds of HTML is shown as it was written, not interpreted.
- Links lead to http, https and mail addresses, or lie relative to the page; each gets ``rel="nofollow noopener"``.
- Images are left out and their descriptions stay: one on another server would tell that server who reads the article.
- What has more marks than are rendered in a moment is shown as it was written, escaped, in ``<pre>``.

The packages are imported by the first call: extra ``markdown``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape

_TAGS = frozenset(
    {
        "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
        "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}
_SCHEMES = {"http", "https", "mailto"}
_NESTING = 50
"""Quotes and lists within one another, at most; what lies deeper is left out."""


MOST_BRACKETS = 1_000
"""Opening brackets of a text that is rendered, at most: each may begin a link, whose end is looked for."""
LONGEST_SEARCHED = 131_072
"""Characters of a text with as many brackets; in a longer one they are fewer in proportion."""
MOST_MARKS = 10_000
"""Characters and line ends of a text that is rendered that Markdown may take for a mark, at most."""
KEPT = 64
"""Texts whose HTML is kept for the next reader, at most."""
LONGEST_KEPT = 65_536
"""Characters of a text whose HTML is kept, at most."""
_MARKS = re.compile(r"[\n\\\[\]*_~`<>|&!]")


def html(markdown: str) -> str:
    """
    Return *markdown* as HTML that holds nothing that could run; empty where the extra is not installed.

    With more than `MOST_BRACKETS` brackets or `MOST_MARKS` marks it is plain text in ``<pre>``.
    """
    render = _renderer()
    if render is None:
        return ""
    searched = markdown.count("[") * max(len(markdown), LONGEST_SEARCHED)
    if searched > MOST_BRACKETS * LONGEST_SEARCHED or len(_MARKS.findall(markdown)) > MOST_MARKS:
        return f"<pre>{escape(markdown, quote=False)}</pre>\n"
    return _kept(markdown) if len(markdown) <= LONGEST_KEPT else render(markdown)


@lru_cache(KEPT)
def _kept(markdown: str) -> str:
    render = _renderer()
    return "" if render is None else render(markdown)


@cache
def _renderer() -> Callable[[str], str] | None:
    try:
        import nh3
        from markdown_it import MarkdownIt
        from markdown_it.common.utils import escapeHtml
    except ImportError:
        return None
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable(["table", "strikethrough"])

    def described(self: object, tokens: list[object], index: int, *rest: object) -> str:
        return escapeHtml(getattr(tokens[index], "content", ""))

    parser.add_render_rule("image", described)

    def render(markdown: str) -> str:
        return nh3.clean(
            parser.render(markdown),
            tags=set(_TAGS),
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="nofollow noopener",
        )

    return render
