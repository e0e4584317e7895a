"""A mutant: one change of the text of one module."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mutant:
    """
    One change of one module.

    Attributes:
        start: Byte in the module where it begins, and `end` where what it replaces ends.
        line: The line of that byte, from 1.
        first: The first line of the statement (or of its head) that it stands in, and `last` the last.
        wide: It stands in what runs once, as the module is imported: any test that runs the `body` may notice it.
        body: The lines that may notice a wide one: those of the function whose default it is, or of the module.
    """

    start: int
    end: int
    text: str
    operator: str
    line: int
    first: int
    last: int
    wide: bool
    body: tuple[int, int]

    def applied(self, source: str) -> str:
        """Return *source* with this change."""
        raw = source.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()

    def diff(self, source: str) -> tuple[str, str]:
        """Return the statement's lines that change, on one line each: before and after."""
        before, after = source.splitlines(), self.applied(source).splitlines()
        head = 0
        while before[head] == after[head]:
            head += 1
        tail = 0
        while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        told = [" ".join(" ".join(lines[head : len(lines) - tail]).split()) for lines in (before, after)]
        return told[0], told[1]
