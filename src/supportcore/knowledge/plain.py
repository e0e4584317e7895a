"""
Markdown as the plain text that people read: what is indexed, and what snippets are cut from.

Every rule looks at a character a bounded number of times, whatever is written. Of HTML nothing is left that could be
taken for a tag, not even where taking marks away would make one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE), " "),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),  # links and images: what they are called
    (re.compile(r"^[|: \t*_-]{3,}$", re.MULTILINE), ""),  # lines of tables, and across the page
    (
        re.compile(r"^ {0,3}(?:(?:#{1,6}|>+|[-*+]|\d{1,9}[.)]|```\w*|~~~\w*|={3,})(?:[ \t]+|$))+", re.MULTILINE),
        "",
    ),
    (re.compile(r"\\([!-/:-@\[-`{-~])|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|`+|(?<!\w)_{1,3}|_{1,3}(?!\w)"), r"\1"),
    (
        re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"),
        lambda found: html.unescape(found[0]),
    ),
    (re.compile(r"[\0\ud800-\udfff]"), ""),
    (re.compile(r"<(?=[A-Za-z/!?<])"), ""),
    (re.compile(r"\s+"), " "),
)


def plain(markdown: str) -> str:
    """
    Return *markdown* as one line of text, without marks and tags.

    >>> plain("## Pay\\n- open the *[form](https://example.org)* <b>now</b> &amp; here")
    'Pay open the form now & here'
    """
    for pattern, instead in _RULES:
        markdown = pattern.sub(instead, markdown)
    return markdown.strip()
