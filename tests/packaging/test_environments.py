"""What is installed works, and says what else would: in clean environments, on the Pythons found here."""

from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

import pytest

from tests.packaging.environments import EXTRAS, build, environment, pythons, run, tried


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tree as it is."""
    return build(tmp_path_factory.mktemp("dist"))[0]


# None on every Python, all on this one (.ci/run has them on the others), and every extra, each on another Python than
# the one before; `python -m tests.packaging` tries each on all of them.
THIS = ".".join(map(str, sys.version_info[:2]))
ENDS = [(EXTRAS, THIS), *(((), minor) for minor in pythons())]
SETS = [*zip([(extra,) for extra in EXTRAS], cycle(pythons()), strict=False)]


@pytest.mark.parametrize(
    ("extras", "minor"),
    [*ENDS, *SETS],
    ids=lambda part: part if isinstance(part, str) else "+".join(part)[:20] or "none",
)
def test_what_an_extra_brings_works_and_the_rest_names_its_extra(
    extras: tuple[str, ...], minor: str, wheel: Path, tmp_path: Path
) -> None:
    """With no extra, each and all of them: imports, a first ticket, `check`; what is missing says what to install."""
    found = tried(environment(tmp_path / "env", wheel, extras, pythons()[minor]), extras)
    assert len(found) > 20
    assert {} == {what: why for what, why in found.items() if why}


def test_a_fault_is_seen(wheel: Path, tmp_path: Path) -> None:
    """An environment that has less than it should, or that says nothing of use, fails."""
    python = environment(tmp_path / "env", wheel, ())
    assert "it is installed" in str(tried(python, ("cli",))["supportcore check"])
    module = run(python, "-c", "import supportcore.lazy as it; print(it.__file__)").strip()
    Path(module).write_text(Path(module).read_text().replace("supportcore[", "supportcore("), encoding="utf-8")
    assert "and says" in str(tried(python, ())["supportcore_mongo"])
