"""The example that drives somebody else's workflow over HTTP finds its planted fault, and nothing without it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from supportcore.testing.story import BrokenRule

EXAMPLE = Path(__file__).parents[3] / "examples" / "workflow_http"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the example, whose server is ended afterwards."""
    monkeypatch.syspath_prepend(EXAMPLE)
    spec = importlib.util.spec_from_file_location("workflow_example", EXAMPLE / "test_workflow.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    module.workshop.server.shutdown()
    module.workshop.server.server_close()
    sys.modules.pop("workflow", None)


def run(example: Any, *, runs: int) -> None:
    test = example.TestWorkshop
    test.settings = settings(test.settings, derandomize=True, database=None, max_examples=runs)
    test("runTest").runTest()


def test_the_workshop_does_what_its_desk_says(example: Any) -> None:
    """Without the fault the example passes."""
    run(example, runs=8)


def test_the_fault_of_the_workshop_is_found(example: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer that a reply does not stop is found, and told in the five steps that it takes."""
    monkeypatch.setenv("WORKFLOW_FAULT", "1")
    with pytest.raises(BrokenRule) as broken:
        run(example, runs=80)
    story = broken.value.story
    assert ["open", "start", "ask", "reply", "wait"] == [step.do for step in story.steps]
    assert "state: by the rules “In repair”, in the system “Given up”" == story.told
