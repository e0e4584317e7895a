"""
Mermaid fences, which GitHub draws. On the site that of a shipped desk is our own drawing of it; any other is text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from supportcore import load_definition
from supportcore.definition import PRESETS
from supportcore.drawing import svg

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_FENCE = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def with_its_drawing(app: Sphinx, page: str, source: list[str]) -> None:
    """Draw the desk that a page of `docs/desks` tells of."""
    desk = page.removeprefix("docs/desks/")
    if desk in PRESETS:
        drawn = f'<div class="desk">\n{svg(load_definition(desk))}</div>'
        source[0] = _FENCE.sub(lambda _: f"```{{raw}} html\n{drawn}\n```", source[0])
    else:
        source[0] = _FENCE.sub(r"```text\n\1```", source[0])
