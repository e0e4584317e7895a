"""
Markdown as HTML that is safe to put on a page.

- What the text holds of HTML is shown as it was written, not interpreted.
- Links lead to http, https and mail addresses, or lie relative to the page; each gets ``rel="nofollow noopener"``.
- Images are left out and their descriptions stay: one on another server would tell that server who reads the article.

The packages are imported by the first call: extra ``markdown``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

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


def html(markdown: str) -> str:
    """Return *markdown* as HTML that holds nothing that could run; empty where the extra is not installed."""
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
