"""
Reading a document with a memory for faults.

A `Node` is a place in a document: it hands out values of the wanted kind, notes a fault with file and path where there
is another, and goes on with something harmless, so that one reading finds all faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from supportcore.errors import DefinitionFault
from supportcore.predicate import ALWAYS, Malformed, Predicate, parse
from supportcore.text import int_fault, key_fault, text_fault

SPAN_PATTERN = r"(-?[0-9]{1,15})\s*(ms|s|m|h|d)"
"""A span of time as it is written."""
_SPAN = re.compile(SPAN_PATTERN).fullmatch
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def meant(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return "; did you mean …?" if *word* resembles one of *known*, else *otherwise*, by default what is known."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(word[:255], names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    if otherwise is not None:
        return otherwise
    return f"; there are: {', '.join(names)}" if names else "; there are none"


class Node:
    """
    A table or value of a document, where it stands, and the list all faults go to.

    Attributes:
        path: Such as ``transitions[3].to``.
    """

    def __init__(self, value: Any, *, file: str, path: str, faults: list[DefinitionFault]) -> None:
        self.value = value
        self.file = file
        self.path = path
        self.faults = faults

    def fault(self, code: str, message: str, at: str = "") -> None:
        """Note a fault here, or at a place below."""
        path = f"{self.path}.{at}" if self.path and at else self.path or at or "document"
        self.faults.append(DefinitionFault(self.file, path, code, message))

    def at(self, key: str) -> Node:
        """Return the place below *key*; its value is None where there is nothing."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return self._below(value, f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield key and place of everything below a table."""
        if self.value is None:
            return
        if not isinstance(self.value, Mapping):
            self.fault("wrong_type", f"expected a table, found {self._found()}")
            return
        for key in self.value:
            yield key, self.at(key)

    def each(self) -> Iterator[Node]:
        """Yield the places of a list."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault("wrong_type", f"expected a list, found {self._found()}")
            return
        for index, item in enumerate(self.value):
            yield self._below(item, f"{self.path}[{index}]")

    def table(self, *known: str) -> bool:
        """Return whether this is a table; unknown keys in it are faults."""
        if not isinstance(self.value, Mapping):
            self.fault("wrong_type", f"expected a table, found {self._found()}")
            return False
        for key in self.value:
            if key not in known:
                self.fault("unknown_key", f"no key {key!r} here{meant(key, known)}", key)
        return True

    def text(self, default: str | None = None, *, limit: int = 255) -> str:
        """Return a text; without *default* it must be there and not empty."""
        if self.value is None:
            if default is None:
                self.fault("missing_key", "this key is required")
        elif not isinstance(self.value, str):
            self.fault("wrong_type", f"expected a text, found {self._found()}")
        elif (found := text_fault(self.value, "", limit=limit, empty=default is not None)) is not None:
            self.fault(found.code, found.text())
        else:
            return self.value
        return default or ""

    def given(self, *, limit: int = 255) -> str | None:
        """Return a text, or None where there is none."""
        return None if self.value is None else self.text(limit=limit) or None

    def key(self, default: str | None = None) -> str:
        """Return a key; empty where there is a fault and no *default*."""
        found = self.text() if self.value is not None or default is None else default
        if found and key_fault(found, "") is not None:
            self.fault("bad_key", f"{self._found()} is no key: 1 to 40 of a-z, 0-9, _ and -")
            return default or ""
        return found or default or ""

    def one_of(self, options: Sequence[str], default: str | None = None) -> Any:
        """Return one of *options*; without *default* it must be there."""
        if self.value is None:
            if default is None:
                self.fault("missing_key", f"this key is required: one of {', '.join(options)}")
        elif not isinstance(self.value, str):
            self.fault("wrong_type", f"expected one of {', '.join(options)}, found {self._found()}")
        elif self.value not in options:
            told = f"{self._found()} is none of {', '.join(options)}{meant(self.value, options, '')}"
            self.fault("not_an_option", told)
        else:
            return self.value
        return default or options[0]

    def flag(self, default: bool = False) -> bool:
        """Return true or false."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.fault("wrong_type", f"expected true or false, found {self._found()}")
            return default
        return self.value

    def number(self, default: int | None = None) -> int | None:
        """Return a whole number greater than zero."""
        if self.value is None:
            return default
        if (found := int_fault(self.value, "")) is not None:
            self.fault(found.code, f"expected a whole number above zero, found {self._found()}")
        elif self.value <= 0:
            self.fault("not_positive", f"expected a whole number above zero, found {self._found()}")
        else:
            return int(self.value)
        return default

    def span(self) -> timedelta:
        """Return a span of time written as ``72h`` (ms, s, m, h, d), greater than zero."""
        match = _SPAN(self.value) if isinstance(self.value, str) else None
        if self.value is None:
            self.fault("missing_key", 'this key is required: a span such as "72h" (ms, s, m, h or d)')
        elif match is None:
            self.fault("bad_span", f'expected a span such as "72h" (ms, s, m, h or d), found {self._found()}')
        else:
            count = int(match[1]) * _UNITS[match[2]]
            if 0 < count <= 100 * 365 * _UNITS["d"]:
                return timedelta(milliseconds=count)
            self.fault("not_positive", f"{self._found()} must be more than zero and at most 100 years")
        return timedelta(days=1)

    def names(self, known: Iterable[str] | None = None, what: str = "name", *, needed: str = "") -> tuple[str, ...]:
        """
        Return a list of texts without repetition.

        Args:
            known: Each must be one of these.
            what: What one of them is called.
            needed: What to say if there is none, where there has to be one.
        """
        if needed and (self.value is None or self.value == []):
            self.fault("missing_key" if self.value is None else "empty", needed)
        allowed = None if known is None else list(known)
        found: list[str] = []
        for node in self.each():
            if not isinstance(node.value, str):
                node.fault("wrong_type", f"expected a {what}, found {node._found()}")
            elif node.value in found:
                node.fault("duplicate", f"{node._found()} stands here twice; leave one out")
            elif allowed is not None and node.value not in allowed:
                node.fault(f"unknown_{what}", f"no {what} {node._found()}{meant(node.value, allowed)}")
            else:
                found.append(node.value)
        return tuple(found)

    def predicate(self) -> Predicate:
        """Return the predicate written here; `ALWAYS` where there is none or it has a fault."""
        if self.value is None:
            return ALWAYS
        try:
            return parse(self.value)
        except Malformed as error:
            self.faults.append(error.fault(self.file, self.path))
        except RecursionError:
            self.fault("bad_predicate", "this predicate is nested too deeply")
        return ALWAYS

    def _found(self) -> str:
        """Return the value as a message quotes it: briefly."""
        if isinstance(self.value, Mapping):
            return "a table"
        if isinstance(self.value, list):
            return "a list"
        if isinstance(self.value, str):
            return repr(self.value if len(self.value) <= 60 else self.value[:59] + "…")
        # an integer of thousands of digits has no repr
        return "a huge number" if isinstance(self.value, int) and abs(self.value) > 2**64 else repr(self.value)

    def _below(self, value: Any, path: str) -> Node:
        return Node(value, file=self.file, path=path, faults=self.faults)
