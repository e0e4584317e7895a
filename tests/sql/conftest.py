"""
Stores for the tests of the SQL backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supportcore_sql import SqlStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """
    A place for a database, in a folder of its own, where no file is yet.
    """
    return tmp_path / "desk.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqlStore]:
    """
    A store in a file, with tables.
    """
    store = SqlStore(f"sqlite:///{file}")
    store.migrate()
    yield store
    store.close()
