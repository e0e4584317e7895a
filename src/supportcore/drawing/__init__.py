"""
A workflow as a picture: SVG of its own layout, without any other program.

    from supportcore.drawing import svg
    Path("desk.svg").write_text(svg(load_definition("noova"), "es"), encoding="utf-8")

The same definition gives the same bytes. As Mermaid text it is drawn by `supportcore.workflow.diagram`.
"""

from supportcore.drawing.svg import svg

__all__ = ["svg"]
