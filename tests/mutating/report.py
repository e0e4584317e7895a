"""
What a run found: a table by module, every survivor, and the page that is kept of a whole run.

Survivors that nobody needs to kill are explained in ``explained.toml``: equivalent to the original, or accepted.
"""

from __future__ import annotations

import platform
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.mutating.targets import Trial, short
from tests.mutating.trying import Result

EXPLAINED = Path(__file__).with_name("explained.toml")
HEAD = ("module", "possible", "tried", "killed", "timeouts", "survived", "share")


@dataclass(frozen=True)
class Explanation:
    """Why a survivor may live: nobody could tell it from the original, or nobody needs to."""

    equivalent: bool
    why: str


def explanations(file: Path = EXPLAINED) -> dict[tuple[str, str, str], Explanation]:
    """Return what is known of survivors, by path and by the text before and after."""
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
    return {
        (one["path"], one["before"], one["after"]): Explanation(one.get("equivalent", False), one["why"])
        for one in listed
    }


def rows(results: Sequence[Result], possible: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the rows of the table, by module, and last of all of them."""
    outcomes: dict[str, Counter[str]] = {path: Counter() for path in possible if possible[path]}
    for result in results:
        outcomes[result.trial.path][result.outcome] += 1
    found = [_row(short(path), possible[path], counts) for path, counts in outcomes.items()]
    return [*found, _row("all", sum(possible.values()), sum(outcomes.values(), Counter()))]


def _row(name: str, possible: int, counts: Counter[str]) -> tuple[str, ...]:
    tried = counts.total()
    dead = counts["killed"] + counts["timeout"]
    numbers = possible, tried, counts["killed"], counts["timeout"], counts["survived"]
    return (name, *(f"{number:,}" for number in numbers), f"{100 * dead / tried:.1f} %" if tried else "")


def table(results: Sequence[Result], possible: Mapping[str, int]) -> str:
    """Return the table as a person reads it in a terminal."""
    lines = [HEAD, *rows(results, possible)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) if not place else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (tuple(zip(line, widths, strict=True)) for line in lines)
    )


def survivors(results: Sequence[Result], sources: Mapping[str, str]) -> Iterator[tuple[Trial, str, str]]:
    """Yield what survived, with its lines before and after, module by module."""
    for result in sorted(results, key=lambda one: (list(sources).index(one.trial.path), one.trial.mutant)):
        if result.outcome == "survived":
            yield result.trial, *result.trial.mutant.diff(sources[result.trial.path])


def told(results: Sequence[Result], sources: Mapping[str, str]) -> str:
    """Return every survivor as a person reads it in a terminal, and the explanations that explain nothing."""
    known, lines = explanations(), list[str]()
    for trial, before, after in survivors(results, sources):
        explanation = known.get((trial.path, before, after))
        why = "" if explanation is None else f" ({'equivalent' if explanation.equivalent else 'accepted'})"
        lines += [f"{trial.path}:{trial.mutant.line}: {trial.mutant.operator}{why}", f"  - {before}", f"  + {after}"]
    return "\n".join(lines)


def page(results: Sequence[Result], sources: Mapping[str, str], possible: Mapping[str, int], *, seed: int) -> str:
    """Return the page docs/measured/mutation.md."""
    known = explanations()
    counts = Counter(result.outcome for result in results)
    dead, alive = counts["killed"] + counts["timeout"], counts["survived"]
    lines = [
        "| " + " | ".join(HEAD) + " |",
        "|" + "---|" * len(HEAD),
        *("| " + " | ".join(row) + " |" for row in rows(results, possible)),
    ]
    shown, equivalent, unexplained = [], 0, 0
    for trial, before, after in survivors(results, sources):
        explanation = known.get((trial.path, before, after))
        equivalent += explanation is not None and explanation.equivalent
        unexplained += explanation is None
        kind = "Not explained." if explanation is None else "Equivalent" if explanation.equivalent else "Accepted"
        why = kind if explanation is None else f"{kind}: {explanation.why}"
        shown.append(
            f"`{short(trial.path)}.py:{trial.mutant.line}` ({trial.mutant.operator})\n\n"
            f"```diff\n- {before}\n+ {after}\n```\n\n{why}\n"
        )
    text = Path(__file__).with_name("page.md").read_text(encoding="utf-8")
    return text.format(
        date=date.today().isoformat(),
        versions=f"Python {platform.python_version()}, pytest {version('pytest')}, Hypothesis {version('hypothesis')}",
        seed=seed,
        tried=len(results),
        possible=f"{sum(possible.values()):,}",
        dead=dead,
        share=f"{100 * dead / len(results):.1f} %",
        table="\n".join(lines),
        alive=alive,
        equivalent=equivalent,
        accepted=alive - equivalent - unexplained,
        unexplained=f" {unexplained} are not explained." if unexplained else "",
        survivors="\n".join(shown).rstrip(),
    )
