"""
The site: `python -m sphinx -W --keep-going -b html docs build/docs`, or `make docs`.

Its pages are the Markdown files of the repository as they lie there, README and the examples among them, so that a
relative link is true on the site wherever it is true in the repository. Nothing is fetched from elsewhere, neither when
it is built nor when it is read. What Markdown cannot say is put in by the modules of `docs/_site`.
"""

from __future__ import annotations

import gc
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
gc.set_threshold(200_000, 20, 50)  # looking for cycles as often as by default made a build a fifth slower

project = "supportcore"
author = "supportcore contributors"
copyright = "supportcore contributors, MIT licence"
release = version = version_of("supportcore")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "_site"]
master_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "examples/**.md"]
exclude_patterns = [".*", "build", "dist", "src", "tests", "bench", "changelog.d", "**/node_modules"]
suppress_warnings = [
    "misc.highlighting_failure",  # "…" stands for what was left out, which is no JSON
    "ref.python",  # two classes of one name, one of them annotated where only a type checker imports it
]

myst_heading_anchors = 6  # as GitHub makes them
smartquotes = False  # a page says what its Markdown says
myst_linkify_fuzzy_links = False

default_role = "py:obj"  # `name` in a docstring: a link where the reference has it, else code
add_module_names = False
python_maximum_signature_line_length = 100
python_use_unqualified_type_names = True
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Source", "notes_style")]

html_theme = "furo"
html_title = f"supportcore {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_additional_pages = {"index": "to-the-map.html"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Read from the root of the repository, though it is the folder of this file that is built."""
    app.srcdir = type(app.srcdir)(HERE.parent)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
