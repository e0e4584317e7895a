"""What operators work on: the rules of a desk as a document, and what is made of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Doc = dict[str, Any]
Mutant = tuple[str, Doc]
"""What was done, and the rules afterwards; not every such document can be loaded."""
Operator = Callable[[Doc], Iterator[Mutant]]
PARTIES = ("customer", "vendor", "support", "external")


def each(rules: Doc, section: str) -> Iterator[tuple[int, Doc, Doc]]:
    """Yield place, entry, and the entry of a fresh copy with that copy's document under ``"*"``."""
    for place in range(len(rules.get(section, ()))):
        fresh = copy.deepcopy(rules)
        yield place, rules[section][place], {"*": fresh, "entry": fresh[section][place]}


def own(rules: Doc) -> list[str]:
    """Return the actions that the desk itself may take."""
    return list(dict.fromkeys(step["action"] for step in rules["transitions"] if "system" in step["roles"]))
