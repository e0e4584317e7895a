"""
What is promised on a desk that is derived from a log: a file with service levels, and what activities mean to clocks.

The service levels are written as in a desk: ``[levels]``, ``[[calendars]]``, ``[[ladders]]``, ``[[policies]]``. A log
knows activities and not states of work, so beside them stands what each leads to:

    [categories]
    "Wait" = "pending"
    "Resolve ticket" = "solved"
    "Closed" = "closed"
    "VERIFIED" = "stay"

That is a category of state; ``closed`` means with the outcome ``resolved``, ``cancelled`` is closed with the other;
``stay`` leaves the ticket as it is. What is not named is work: ``open``. By default clocks pause in ``pending`` and
``on_hold``; ``levels.pause`` may also ask about ``state``, whose keys are those of the derived desk (``s_do_wait``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import attrs

from supportcore.definition.model import LEVELS
from supportcore.definition.reading import Node, meant
from supportcore.errors import DefinitionError, DefinitionFault
from supportcore.workflow.definition import DONE, Category

__all__ = ["Promised", "load_promised"]

LedTo = Literal[Category, "cancelled", "stay"]
LED_TO: tuple[LedTo, ...] = (*get_args(Category), "cancelled", "stay")
"""What an activity may lead to."""


@attrs.frozen(kw_only=True)
class Promised:
    """
    A file of service levels, as far as it can be read without a desk.

    Attributes:
        file: Its name, for faults.
        categories: What an activity leads to; those not named to ``open``.
        sections: The service levels, unread.
        faults: What is wrong with the categories.
    """

    file: str
    categories: Mapping[str, LedTo]
    sections: Mapping[str, Any]
    faults: tuple[DefinitionFault, ...] = ()


def load_promised(path: Path, activities: Iterable[str]) -> Promised:
    """
    Return the service levels in a file, for a log with *activities*.

    Raises:
        DefinitionError: The file is no TOML.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionError([DefinitionFault(path.name, "document", "bad_toml", str(error))]) from error
    faults: list[DefinitionFault] = []
    root = Node(document, file=path.name, path="", faults=faults)
    root.table("categories", *LEVELS)
    if not root.at("policies").value:
        told = "say what is promised: [[policies]], with a calendar to count in"
        root.at("policies").fault("missing_key", told)
    known = sorted(activities)
    categories: dict[str, LedTo] = {}
    for activity, node in root.at("categories").items():
        if activity not in known:
            node.fault("unknown_activity", f"the log has no activity {activity[:60]!r}{meant(activity, known)}")
        categories[activity] = node.one_of(LED_TO)
    if not faults and not any(led in (*DONE, "cancelled") for led in categories.values()):
        told = 'no activity solves or closes a ticket, so no promise could be kept: [categories], "Activity" = "solved"'
        root.at("categories").fault("missing_key", told)
    return Promised(
        file=path.name,
        categories=MappingProxyType(categories),
        sections=MappingProxyType({key: document[key] for key in LEVELS if key in document}),
        faults=tuple(faults),
    )
