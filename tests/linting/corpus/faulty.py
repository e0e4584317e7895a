"""All faulty desks, see `tests.linting.corpus.cases`."""

from __future__ import annotations

from tests.linting.corpus import faulty_closing, faulty_rules, faulty_shipped, faulty_structure, faulty_waiting
from tests.linting.corpus.cases import CASES, Faulty

FAULTY: dict[str, Faulty] = {case.name: case for case in CASES}
"""The faulty desks by name."""
MODULES = (faulty_structure, faulty_waiting, faulty_rules, faulty_closing, faulty_shipped)
assert len(FAULTY) == len(CASES)
