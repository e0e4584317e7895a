"""
Pages that are maps: what they link to is what lies beneath them in the sidebar.

Each section of `docs/index.md` becomes a part of the sidebar, under the heading of the section and in the words of its
links; the links of the other maps come beneath the map itself. The first link of a line in a list or table counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FRONT = "docs/index"
MAPS = (FRONT, "docs/reference/README", "docs/adr/README", "docs/desks/README", "docs/measured/README")

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ENTRY = re.compile(r"^(?:- |\| )\[([^\]]+)\]\(([^)#:]+\.md)\)", re.MULTILINE)


def _toctree(text: str, caption: str = "") -> str:
    entries = [f"{words} <{path}>" if caption else path for words, path in _ENTRY.findall(text)]
    if not entries:
        return ""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["\n\n```{toctree}", *options, "", *entries, "```\n"])


def with_its_toctrees(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the toctrees of a map at its end, unseen: the page itself shows the links, with what they are about."""
    if page == FRONT:
        _, *parts = _HEADING.split(source[0])
        source[0] += "".join(_toctree(text, heading) for heading, text in zip(parts[::2], parts[1::2], strict=True))
    elif page in MAPS:
        source[0] += _toctree(source[0])
