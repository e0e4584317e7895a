"""The measurements of exploring and checking run; how fast anything is, no test says."""

from __future__ import annotations

import json
from pathlib import Path

from bench.__main__ import main


def test_exploring_and_checking_are_measured(tmp_path: Path) -> None:
    """Each has its lines, with a least ratio for exploring, and a greatest for the largest desk."""
    file = tmp_path / "bench.json"
    assert 0 == main(["explore", "check", "--quick", "--json", str(file)])
    found = json.loads(file.read_text(encoding="utf-8"))["measurements"]
    assert {0.5} == {line["least"] for line in found["explore"]["lines"].values() if "least" in line}
    assert {10.0: [found["check"]["facts"]["largest"]]} == {
        line["target"]: [key] for key, line in found["check"]["lines"].items() if "target" in line
    }
