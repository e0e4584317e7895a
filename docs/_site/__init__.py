"""What the site adds to Markdown: its map, the reference, and the desks' pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import drawings, maps, reference

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Have each page looked at as it is read."""
    app.connect("source-read", maps.with_its_toctrees)
    app.connect("source-read", reference.with_its_entries)
    app.connect("autodoc-process-signature", reference.with_its_fields)
    app.connect("autodoc-skip-member", reference.without_what_says_nothing)
    app.connect("autodoc-process-bases", reference.with_bases_that_are_told_of)
    app.connect("doctree-read", reference.without_members, priority=600)  # the collector of contents comes at 500
    app.connect("doctree-resolved", reference.fields_by_their_name)
    app.connect("source-read", drawings.with_its_drawing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
