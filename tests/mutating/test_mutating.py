"""The driver of `make mutate` knows what can be changed, draws the same sample again, and tells what became of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutating.operators import mutants_of
from tests.mutating.report import explanations, page, table
from tests.mutating.targets import LEFT_OUT, ROOT, TARGETS, Trial, files_of_tests, sample, short, spread
from tests.mutating.trying import Result

RULE = '''\
"""A docstring."""
from typing import Literal
Kind = Literal["a", "b"]
LIMIT = 3
def late(due: int, now: int) -> bool:
    """Another."""
    if due < now:
        return True
    return max(due, now) > LIMIT and not due
'''


def changes(source: str) -> list[tuple[str, str]]:
    """What each mutant of a module makes of the line it changes."""
    return [mutant.diff(source) for mutant in mutants_of(source)]


def test_rules_are_changed_and_words_are_not() -> None:
    """Each operator leaves its trace in a small module, and docstrings, imports and types stay."""
    found = changes(RULE)
    for expected in (
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 2"),
        ("if due < now:", "if due <= now:"),
        ("if due < now:", "if due >= now:"),
        ("if due < now:", "if True:"),
        ("if due < now:", "if False:"),
        ("return True", "return False"),
        ("return True", "return None"),
        ("return max(due, now) > LIMIT and not due", "return min(due, now) > LIMIT and not due"),
        ("return max(due, now) > LIMIT and not due", "return max(due, now) > LIMIT or not due"),
        ("return max(due, now) > LIMIT and not due", "return max(due, now) > LIMIT and due"),
        ("return max(due, now) > LIMIT and not due", "return (not due)"),
    ):
        assert expected in found
    assert set() == {before for before, _ in found if "docstring" in before or "Literal" in before}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    g(x)\n", [("g(x)", "pass")]),
        ("def f(x):\n    raise g(why='no such thing')\n", [("raise g(why='no such thing')", "pass")]),
        ("def f(x=None): ...\n", [("def f(x=None): ...", "def f(x=0): ...")]),
        ("x = [y for y in z]\n", [("x = [y for y in z]", "x = [y for y in ()]")]),
        ("x = f(y, z)\n", [("x = f(y, z)", "x = f(z, y)")]),
        ("x = f(a=1)\n", [("x = f(a=1)", f"x = f({text})") for text in ("", "a=2", "a=0")]),
        ("x = 'í' < y\n", [("x = 'í' < y", f"x = {text} y") for text in ("'í_' <", "'í' <=", "'í' >=")]),
    ],
    ids=["call", "raise", "default", "loop", "swapped", "named", "wide letters"],
)
def test_what_becomes_of_a_line(source: str, expected: list[tuple[str, str]]) -> None:
    """A small module has just these mutants (or they are among them, where the call of an error could be left out)."""
    found = changes(source)
    assert set(expected) <= set(found)
    assert len(found) == len(expected) + ("why" in source)


def test_the_sample_is_the_same_for_a_seed() -> None:
    """The same seed draws the same mutants, another one others, and a module has its share whatever the others hold."""
    sources = {"a.py": RULE, "b.py": RULE * 3}
    first = sample(sources, seed=1, count=12)
    assert first == sample(sources, seed=1, count=12)
    assert first != sample(sources, seed=2, count=12)
    assert [3, 9] == [sum(trial.path == path for trial in first) for path in sources]


def test_shares_are_in_proportion() -> None:
    """What cannot be divided goes to the largest remainders, and no more is drawn than there is."""
    assert {"a": 2, "b": 4, "c": 0, "d": 1} == spread({"a": 10, "b": 20, "c": 0, "d": 5}, 7)
    assert {"a": 1, "b": 2} == spread({"a": 1, "b": 2}, 400)


def test_every_target_is_there() -> None:
    """The modules that are mutated are those of this tree, and their tests are collected from it."""
    assert [] == [path for path in TARGETS if not (ROOT / path).is_file()]
    assert mutants_of((ROOT / "src/supportcore/tickets/advance.py").read_text(encoding="utf-8"))
    files = files_of_tests(ROOT)
    assert {"tests/core/test_predicate.py", "tests/sla/test_clocks.py"} <= set(files)
    assert [] == [path for path in LEFT_OUT if path in files or not (ROOT / path).is_file()]


def test_survivors_are_told_and_explained() -> None:
    """The table counts outcomes by module; the page shows each survivor with its change and why it may live."""
    first, second = (Trial("src/supportcore/a.py", mutant) for mutant in mutants_of(RULE)[:2])
    results = [Result(first, "survived"), Result(second, "killed", "tests/test_a.py::test_a")]
    sources, possible = {first.path: RULE}, {first.path: 9}
    assert ["a", "9", "2", "1", "0", "1", "50.0", "%"] == table(results, possible).splitlines()[1].split()
    text = page(results, sources, possible, seed=1)
    before, after = first.mutant.diff(RULE)
    assert f"`{short(first.path)}.py:4` (constant)\n\n```diff\n- {before}\n+ {after}\n```\n\nNot explained." in text


def test_explanations_are_of_lines_that_are_there() -> None:
    """Nothing is explained that no longer stands in the sources."""
    for (path, before, _), explanation in explanations().items():
        assert before in " ".join((ROOT / path).read_text(encoding="utf-8").split())
        assert explanation.why


PLANTED = """
import sys
from pathlib import Path
from tests.mutating.operators import mutants_of
from tests.mutating import running
from tests.mutating.running import carry_out, prepare
from tests.mutating.targets import Trial
from tests.mutating.trying import attempt, learn
root = Path(sys.argv[1])
running.LOADED = ()  # none of which is needed here
prepare(root, root / "compiled")
path = "src/planted.py"
source = (root / path).read_text()
known = learn(["tests/test_planted.py"], [path], root, root / "out", workers=1)
jobs = [attempt(Trial(path, one), source, known, root) for one in mutants_of(source)]
for result in carry_out(jobs, root, root / "out", workers=2):
    print(result.outcome, *result.trial.mutant.diff(source), sep=" | ")
"""


def test_a_planted_mutant_is_killed(tmp_path: Path) -> None:
    """One that a test notices is killed, and an equivalent one survives."""
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (tmp_path / "src" / "planted.py").write_text("def least(a, b):\n    return a if a < b else b\n")
    (tmp_path / "tests" / "test_planted.py").write_text(
        "from planted import least\n\ndef test_least():\n    assert least(1, 2) == 1 == least(2, 1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PLANTED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    told = sorted(done.stdout.splitlines())
    assert (0, "") == (done.returncode, done.stderr)
    line = "return a if a < b else b"
    assert [
        f"killed | {line} | return None",
        f"killed | {line} | return a if False else b",
        f"killed | {line} | return a if True else b",
        f"killed | {line} | return a if a >= b else b",
        f"survived | {line} | return a if a <= b else b",
    ] == told
