"""
Where in a TOML file a path of a definition stands: the line, as an editor counts.

It is enough of a reader of TOML to find tables, keys, and the elements of arrays; that the document is TOML was seen
before. Where a path is in none of that, the line is that of the last part that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

_TOKENS = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""|'
    r"'''[\s\S]*?'''|"
    r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'|"
    r"#[^\n]*|\n|[\[\]{}=,]|[^\s\[\]{}=,#\"']+"
)
_PARTS = re.compile(r"[^.\[\]]+|\[\d+\]")


def lines_of(text: str) -> dict[str, int]:
    """
    Return the lines, from 1, on which the parts of a TOML document begin, by their paths.

    >>> lines_of('key = "a"\\n[[states]]\\nkey = "new"\\ntimer = { after = "1h" }\\n')["states[0].timer.after"]
    4
    """
    return dict(_Reader(text).read())


def line_of(lines: dict[str, int], path: str) -> int:
    """Return the line of *path*, or of the nearest part above it; 1 for the document as a whole."""
    parts = [part if part.startswith("[") else f".{part}" for part in _PARTS.findall(path)]
    while parts:
        found = lines.get("".join(parts).removeprefix("."))
        if found is not None:
            return found
        parts.pop()
    return 1


class _Reader:
    """The tokens of a document, each with its line."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, int]] = []
        line = 1
        for match in _TOKENS.finditer(text):
            self._tokens.append((match[0], line))
            line += match[0].count("\n")
        self._place = 0
        self._counts: dict[str, int] = defaultdict(int)

    def read(self) -> Iterator[tuple[str, int]]:
        below = ""
        while self._place < len(self._tokens):
            token, line = self._tokens[self._place]
            if token == "\n" or token.startswith("#"):
                self._place += 1
            elif token == "[":
                below = self._header()
                yield below, line
            else:
                path = self._key(below)
                yield path, line
                self._place += 1  # the sign of equality
                yield from self._value(path)

    def _header(self) -> str:
        """Pass the head of a table, and return its path."""
        start, line = self._place, self._tokens[self._place][1]
        while self._place < len(self._tokens) and self._tokens[self._place][0] != "\n":
            self._place += 1
        told = [token for token, at in self._tokens[start : self._place] if at == line and not token.startswith("#")]
        many = told[:2] == ["[", "["]
        names = [name for token in told if token not in "[]" for name in _names(token)]
        path = ""
        for index, name in enumerate(names):
            path = f"{path}.{name}" if path else name
            if index < len(names) - 1 and self._counts[path]:
                path = f"{path}[{self._counts[path] - 1}]"
        if many:
            self._counts[path] += 1
            path = f"{path}[{self._counts[path] - 1}]"
        return path

    def _key(self, below: str) -> str:
        names: list[str] = []
        while self._tokens[self._place][0] != "=":
            names += _names(self._tokens[self._place][0])
            self._place += 1
        return ".".join([below, *names] if below else names)

    def _value(self, path: str) -> Iterator[tuple[str, int]]:
        token, _ = self._tokens[self._place]
        self._place += 1
        if token == "[":
            yield from self._array(path)
        elif token == "{":
            yield from self._table(path)

    def _array(self, path: str) -> Iterator[tuple[str, int]]:
        index = 0
        while (found := self._next())[0] != "]":
            if found[0] == ",":
                self._place += 1
                continue
            yield f"{path}[{index}]", found[1]
            yield from self._value(f"{path}[{index}]")
            index += 1
        self._place += 1

    def _table(self, path: str) -> Iterator[tuple[str, int]]:
        while (found := self._next())[0] != "}":
            if found[0] == ",":
                self._place += 1
                continue
            below = self._key(path)
            yield below, found[1]
            self._place += 1
            yield from self._value(below)
        self._place += 1

    def _next(self) -> tuple[str, int]:
        """Return the next token that is no line break and no comment."""
        while self._tokens[self._place][0] == "\n" or self._tokens[self._place][0].startswith("#"):
            self._place += 1
        return self._tokens[self._place]


def _names(token: str) -> list[str]:
    """Return the parts of a key: one that is quoted, or several with dots between them."""
    if token[0] in "\"'":
        return [token[1:-1]]
    return [part for part in token.split(".") if part]
