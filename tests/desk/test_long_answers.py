"""Answers to the desk's own questions are kept together, and together they can be too long."""

from __future__ import annotations

import pytest

from supportcore import Invalid
from supportcore.text import BODY_LIMIT
from tests.desk.beside.club import ANA, club, opened_desk


def test_answers_that_are_too_long_together_are_told_at_the_longest() -> None:
    """Each of them is within its limit; the fault names the longest, and nothing is stored."""
    form = [
        {"key": "subject", "required": True},
        *({"key": f"part_{n}", "kind": "text", "limit": 65_536} for n in range(5)),
    ]
    desk = opened_desk(club(form=form))
    said = {f"part_{n}": "x" * (60_000 + n) for n in range(5)}
    with pytest.raises(Invalid) as error:
        desk.acting_as(ANA).open({"subject": "Long", **said})
    (fault,) = error.value.faults
    assert ("part_4", "too_long", str(BODY_LIMIT)) == (fault.path, fault.code, dict(fault.params)["limit"])
    assert () == desk.feed()
    fits = {**said, "part_4": "x", "part_3": "y"}
    assert 1 == desk.acting_as(ANA).open({"subject": "Shorter", **fits}).number
