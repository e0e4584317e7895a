"""What came of a row, told so that somebody who did not write it knows what to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from supportcore.testing.scenarios.matching import Mismatch
from supportcore.testing.scenarios.paths import MISSING
from supportcore.testing.scenarios.reading import Row
from supportcore.testing.scenarios.steps import Step

_SHOWN = 600
"""Characters of a value that a story shows."""


@attrs.frozen(kw_only=True)
class Outcome:
    """
    What came of a row on a store.

    Attributes:
        story: What was done, what was expected and what was there; empty if it passed.
    """

    row: str
    store: str
    title: str
    passed: bool
    story: str = ""


@attrs.frozen
class Trouble:
    """
    What a step came to instead.

    Attributes:
        told: In a few words.
        mismatches: What it should have seen.
        found: What it returned, where that says more.
    """

    told: str
    mismatches: tuple[Mismatch, ...] = attrs.field(default=(), kw_only=True)
    found: Any = attrs.field(default=MISSING, kw_only=True)


def story_of(
    row: Row,
    store: str,
    *,
    done: Sequence[Step] = (),
    troubles: Sequence[tuple[Step, Trouble]] = (),
    told_first: str = "",
) -> str:
    """
    Return the story of a row that failed.

    Args:
        told_first: What went wrong before the first step.
    """
    lines = [f"{row.id}{f' on {store}' if store else ''}: {row.title or 'is not written as it should be'}"]
    lines += [f"  {fault}" for fault in row.faults]
    lines += [f"  {told_first}"] if told_first else []
    failed = dict(troubles)
    for step in row.steps:
        if step in failed:
            lines += [f"  ✗ {step.place}  {told(step)}", *_trouble(failed[step])]
        elif step in done:
            lines.append(f"  ✓ {step.place}  {told(step)}")
    return "\n".join(lines)


def told(step: Step) -> str:
    """Return who does what, in a line."""
    who = step.actor or "the host"
    match step.kind:
        case "act":
            said = ", ".join(f"{name}={shown(value, 60)}" for name, value in step.args.items())
            return f"{who}: {f'{step.prefix}.' if step.prefix else ''}{step.method}({said})"
        case "file":
            return f"{who}: hands in {shown(step.args.get('name'), 60)}"
        case "put":
            return f"{who}: puts {shown(step.args, 120)}"
        case "look":
            return f"look at {step.args['look']}"
    return ", ".join(f"{key} {value}" if not isinstance(value, bool) else key for key, value in step.args.items())


def _trouble(trouble: Trouble) -> list[str]:
    lines = [f"      {trouble.told}"]
    for mismatch in trouble.mismatches:
        lines += [
            f"      at {mismatch.path}",
            f"        expected {shown(mismatch.expected)}",
            f"        found    {shown(mismatch.found)}",
        ]
    if trouble.found is not MISSING:
        lines.append(f"        found    {shown(trouble.found)}")
    return lines


def shown(value: Any, limit: int = _SHOWN) -> str:
    """Return a value as a line, cut where it is long."""
    if value is MISSING:
        return "nothing there"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
