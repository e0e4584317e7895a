"""Where in a document the parts of a definition stand that are kept in other places than they are written in."""

from __future__ import annotations

import json
from collections.abc import Iterator

from supportcore.definition.model import Definition

ANSWERS = ("yes", "no", "silence", "reply")
"""The parts of a confirmation that are transitions, in the order in which they are kept."""


def step_places(definition: Definition) -> tuple[str, ...]:
    """
    Return where each transition of the workflow stands, in its order.

    That is a table of its own, such as ``transitions[3]``, or a part of a confirmation, as ``confirmations[0].yes``.
    """
    return tuple(_places(json.loads(definition.document)))


def _places(document: dict[str, list[dict[str, object]]]) -> Iterator[str]:
    for index in range(len(document.get("transitions", ()))):
        yield f"transitions[{index}]"
    for index, asked in enumerate(document.get("confirmations", ())):
        yield from (f"confirmations[{index}].{part}" for part in ANSWERS if part in asked)
