"""
``python -m bench [NAME ...] [--json FILE] [--quick]``: measure, print, and write the figures down.

Times never make it fail; only a measurement that breaks does.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench.measuring import scale
from bench.report import Measurement, machine, show

MEASUREMENTS = {
    "open": "bench.opening",
    "open-servers": "bench.opening_on_servers",
    "step": "bench.stepping",
    "import": "bench.importing",
    "replay": "bench.replaying",
    "list": "bench.listing",
    "pages": "bench.paging",
    "load": "bench.loading",
    "copy": "bench.copying",
    "views": "bench.showing",
    "due": "bench.waking",
    "helpdesk": "bench.helpdesk",
    "calendars": "bench.calendars",
    "clocks": "bench.clocks",
    "search": "bench.searching",
    "ranking": "bench.ranking",
    "analyser": "bench.analysing",
    "explore": "bench.exploring",
    "check": "bench.checking",
}
"""The modules whose ``measure(quick=...)`` returns a measurement."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is named, or everything; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; all by default")
    parser.add_argument(
        "--json", type=Path, default=Path("build/bench.json"), help="where the figures go (%(default)s)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that it runs; the figures mean nothing"
    )
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in MEASUREMENTS:
            parser.error(f"no measurement is called {name}; there are {', '.join(MEASUREMENTS)}")
    found: dict[str, Measurement] = {}
    broken: dict[str, str] = {}
    for name in dict.fromkeys(given.names or MEASUREMENTS):
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            found[name] = import_module(MEASUREMENTS[name]).measure(quick=given.quick)
        except Exception as error:
            traceback.print_exc()
            broken[name] = f"{type(error).__name__}: {error}"
        else:
            show(found[name])
    given.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "machine": machine(),
        "scale": scale(),
        "quick": given.quick,
        "measurements": {name: measurement.data() for name, measurement in found.items()},
        "broken": broken,
    }
    given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    lines = [(f"{name}.{line.key}", line) for name, measurement in found.items() for line in measurement.lines]
    missed = [name for name, line in lines if line.over or line.short]
    print(f"Off target: {', '.join(missed) or 'nothing'}. Figures in {given.json}.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
