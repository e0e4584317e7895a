"""``check`` beside loading: how much longer a desk takes to be analysed than to be read."""

from __future__ import annotations

from bench.measuring import interleave
from bench.report import Line, Measurement
from supportcore import load_definition
from supportcore.definition.loader import PRESETS
from supportcore.linting import lint

TARGET = 10.0


def measure(*, quick: bool) -> Measurement:
    """Measure checking."""
    rounds, warmup = (1, 0) if quick else (25, 2)
    largest = max(PRESETS, key=lambda desk: len(load_definition(desk).document))
    lines = []
    for desk in (largest, *(one for one in PRESETS if one != largest)):
        definition = load_definition(desk)

        def load(desk: str = desk) -> int:
            return len([load_definition(desk)])

        def check(desk: str = desk) -> int:
            found = lint(load_definition(desk))
            assert not found, found
            return 1

        samples = interleave({"load": load, "check": check}, rounds=rounds, warmup=warmup)
        size = f"{len(definition.document):,} characters of rules"
        lines += [
            Line(key=desk, what=f"{desk} ({size}): load and check", value=samples.micros("check") / 1e3, unit="ms",
                 ratio=samples.ratio("check", "load"), target=TARGET if desk == largest else None),
            Line(key=f"{desk}_load", what=f"{desk}: load", value=samples.micros("load") / 1e3, unit="ms"),
        ]  # fmt: skip
    return Measurement(
        title="check: analysing a desk, beside loading it",
        how="Ratio: loading and checking to loading, of the same file with its labels.",
        lines=tuple(lines),
        facts={"largest": largest, "rounds": rounds},
    )
