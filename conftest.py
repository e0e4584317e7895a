"""
Examples in documents and docstrings are tests: what README.md and docs/ show in Python blocks and what docstrings show
after ``>>>`` is executed, all of it, with warnings as errors like everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from doctest import ELLIPSIS
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the examples of one document in a folder of their own, so that they may write files."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("document")
        patch.chdir(folder)
        yield folder


def _let_go(namespace: dict[str, Any]) -> None:
    """Close what the examples of a document opened, which a host would keep for as long as it runs."""
    for value in namespace.values():
        for name in ("close", "dispose"):
            close = getattr(value, name, None)
            if callable(close) and not isinstance(value, (type, ModuleType)):
                close()


_documents = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "docs/**/*.md"],
    fixtures=["empty_folder"],
    teardown=_let_go,
)
_docstrings = Sybil(
    parsers=[DocTestParser(optionflags=ELLIPSIS)],
    patterns=["src/**/*.py"],
    document_types={".py": PythonDocStringDocument},
)

pytest_collect_file = (_documents + _docstrings).pytest()
