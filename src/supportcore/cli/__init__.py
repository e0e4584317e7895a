"""
The command line: ``supportcore demo | verify | replay | copy | migrate | run-due | check | describe | diagram |
schema | new | errors | holidays | acceptance``.

Rules: what a command found goes to stdout, as text or (``--json``) as one JSON object; progress and errors go to
stderr. Every error of this library is told in words, never as a traceback. Exit code 0 is "all well", 1 "something is
wrong", 2 "that is no command line".
"""

from __future__ import annotations

import sys
from importlib import import_module

_NEEDED = ("click", "rich")


def main() -> None:
    """Run the command line; the entry point ``supportcore``."""
    for name in _NEEDED:
        try:
            import_module(name)
        except ModuleNotFoundError:
            sys.stderr.write(f"The command line needs {name}: pip install 'supportcore[cli]'\n")
            sys.exit(1)
    from supportcore.cli.commands import supportcore

    supportcore()
