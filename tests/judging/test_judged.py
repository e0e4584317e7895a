"""
The linter judged by exploration: on whatever the operators make of sound desks, both say the same.

A mutant that cannot be loaded is refused, which is another matter; one whose exploration does not come to an end has no
judge.
"""

from __future__ import annotations

import tomllib
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.exploring.tiny import RULES
from tests.judging.documents import Doc
from tests.judging.judging import Verdict, explored, linted, loaded
from tests.judging.operators import OPERATORS, mutants
from tests.linting.corpus.sound import SOUND

PRESETS = Path(__file__).parents[2] / "src" / "supportcore" / "definition" / "presets"
SMALL = Path(__file__).parents[1] / "desks" / "small.toml"
MOST = 2_000
"""Tickets an exploration looks at; all desks here come to an end before, but for a few mutants."""
SEED = 8
CLEAN = Verdict(frozenset(), frozenset(), frozenset())


def read(path: Path) -> Doc:
    """Return the rules of a file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def judged(told: str, rules: Doc) -> Verdict | None:
    """Return what exploration and linter agree on of a mutant; None if there is nothing to judge."""
    definition = loaded(rules)
    if definition is None:
        return None
    found, verdict = explored(definition, MOST)
    if not found.complete:
        return None
    assert verdict == linted(definition), told
    return verdict


def some(rules: Doc, count: int) -> list[tuple[str, Doc]]:
    """Return some mutants of a document, of each operator as many, always the same, and first of all itself."""
    random = Random(f"{SEED} {rules['key']}")
    left = [random.sample(made, len(made)) for operator in OPERATORS if (made := list(operator(rules)))]
    turns = chain.from_iterable(zip_longest(*random.sample(left, len(left))))
    return [("itself", rules), *islice((one for one in turns if one is not None), count)]


@pytest.mark.parametrize(
    ("desk", "count", "least"),
    [("infoavan", 80, 10), ("noova", 24, 3), ("comfanorte", 4, 1)],
)
def test_mutants_of_shipped_desks(desk: str, count: int, least: int) -> None:
    """Unreachable, trapped and looping states are what exploration shows, on sound mutants and faulty ones alike."""
    found = [judged(told, made) for told, made in some(read(PRESETS / f"{desk}.toml"), count)]
    assert CLEAN == found[0]
    assert len([verdict for verdict in found if verdict not in (None, CLEAN)]) >= least


# What a host's guard says, the linter cannot know and exploration has to choose.
@pytest.mark.parametrize(
    "desk", [key for key, rules in SOUND.items() if not any("guard" in s for s in rules["transitions"])]
)
def test_mutants_of_the_corpus(desk: str) -> None:
    """So it is on mutants of every sound desk of the linter's own corpus."""
    found = [judged(told, made) for told, made in some(SOUND[desk], 4)]
    assert CLEAN == found[0]


def test_every_operator_makes_something() -> None:
    """Each operator has a mutant of some desk that can be loaded."""
    documents = [RULES, read(PRESETS / "noova.toml"), read(SMALL), SOUND["committee"], SOUND["grace"]]
    for operator in OPERATORS:
        made = (loaded(made) for rules in documents for _, made in operator(rules))
        assert any(definition is not None for definition in made), operator.__name__


@settings(max_examples=50)
@given(data=st.data(), times=st.integers(1, 3))
def test_mutants_of_mutants(data: st.DataObject, times: int) -> None:
    """So it is after several faults at once."""
    rules, told = RULES, ""
    for _ in range(times):
        made = list(mutants(rules))
        told, rules = made[data.draw(st.integers(0, len(made) - 1))]
    verdict = judged(told, rules)
    event("refused" if verdict is None else "clean" if verdict == CLEAN else "faulty")
