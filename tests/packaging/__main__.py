"""
Install what is built in clean environments, and try it there.

    python -m tests.packaging                            every extra alone, none and all of them, on every Python found
    python -m tests.packaging --python 3.12 --extra sql
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.packaging.environments import EXTRAS, build, environment, pythons, tried


def main() -> int:
    """Print a line for each environment; returns how many have a fault, at most 1."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.packaging", description="Try the wheel in clean environments."
    )
    parser.add_argument("--python", action="append", choices=pythons(), help="one of those found; all of them")
    parser.add_argument("--extra", action="append", choices=EXTRAS, help="this one alone; each, none and all of them")
    given = parser.parse_args()
    sets = [[extra] for extra in given.extra or ()] or [[], *([extra] for extra in EXTRAS), list(EXTRAS)]
    faulty = 0
    with TemporaryDirectory() as folder:
        wheel, _ = build(Path(folder) / "dist")
        for minor in given.python or pythons():
            for extras in sets:
                began = perf_counter()
                name = "+".join(extras) if len(extras) < len(EXTRAS) else "all"
                found = tried(environment(Path(folder) / f"{minor}-{name}", wheel, extras, pythons()[minor]), extras)
                wrong = {what: why for what, why in found.items() if why}
                faulty += bool(wrong)
                told = f"{len(found)} tried" if not wrong else "\n    ".join(["FAULTS", *map(": ".join, wrong.items())])
                print(f"Python {minor:<5} {name or 'no extra':<17} {perf_counter() - began:5.1f} s  {told}", flush=True)
    return min(faulty, 1)


if __name__ == "__main__":
    sys.exit(main())
