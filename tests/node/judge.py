"""
ajv as a judge of documents, in one long-lived Node process.

    with Judge() as ajv:
        ajv.faults(schema, [{"subject": "x"}, {}])      # [[], [Told(field="subject", keyword="required")]]
"""

from __future__ import annotations

import atexit
import json
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.node.installing import node, node_modules

PROGRAM = Path(__file__).with_name("judge.mjs")


class NotCompiled(Exception):
    """What ajv says of a schema, or ECMA-262 of a pattern, that it does not take."""


class Told(NamedTuple):
    """One error of ajv: the field it is about (empty for the whole), and the keyword."""

    field: str
    keyword: str


class Judge:
    """The process; it ends with `close`."""

    def __init__(self) -> None:
        command = [node(), str(PROGRAM), str(node_modules())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def faults(self, schema: object, documents: Sequence[object]) -> list[list[Told]]:
        """Return what is wrong with each document, nothing where it is accepted."""
        found = self._ask({"schema": schema, "documents": list(documents)})["verdicts"]
        return [[Told(error["field"], error["keyword"]) for error in errors] for errors in found]

    def matches(self, pattern: str, texts: Sequence[str]) -> list[bool]:
        """Return whether each text matches a pattern with the flag ``u``, as ajv compiles one."""
        found: list[bool] = self._ask({"pattern": pattern, "texts": list(texts)})["matches"]
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, asked: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")  # ASCII, so that lone surrogates get through
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in said:
            raise NotCompiled(said["error"])
        return said


@lru_cache
def judge() -> Judge:
    """Return the judge of this test process, which ends with it."""
    found = Judge()
    atexit.register(found.close)
    return found
