"""Where the ticket of a subject is another than the rules say, and how both are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any

from supportcore.definition.model import Definition
from supportcore.errors import Invalid, NotFound, Refused, SupportError
from supportcore.testing.machine.model import HISTORY, Model
from supportcore.text import instant_text

_SECTIONS = {"state": "states"}
"""Fields whose values are told by a label of the desk."""


def differences(model: Model, told: Mapping[str, Any]) -> Iterator[str]:
    """Yield, in words, what a subject tells otherwise than the rules say."""
    for name, found in told.items():
        if not model.knows(name):
            continue
        expected = model.value(name)
        if expected == found or _plain(expected) == _plain(found):
            continue
        if name == HISTORY:
            yield _of_history(expected, found)
        else:
            values = (_worded(model.world.definition, name, value) for value in (expected, found))
            yield "{}: by the rules {}, in the system {}".format(name, *values)


def codes(error: SupportError) -> tuple[str, ...] | None:
    """Return the codes of a refusal, those of an input sorted; None where it gives no reason."""
    if isinstance(error, Invalid):
        return tuple(sorted(fault.code for fault in error.faults))
    if isinstance(error, Refused):
        return tuple(reason.code for reason in error.reasons) or None
    return (error.code,) if isinstance(error, NotFound) else None


def _of_history(expected: Any, found: Any) -> str:
    """Return the first event that is another."""
    for place, (one, other) in enumerate(zip_longest(expected, found), 1):
        if _plain(one) != _plain(other):
            return f"event {place} of the history: by the rules {_event(one)}, in the system {_event(other)}"
    return "the history"


def _event(event: Any) -> str:
    if event is None:
        return "none"
    kind, at, actor = event
    return f"{kind} by {actor} at {_plain(at)}"


def _worded(desk: Definition, name: str, value: Any) -> str:
    if name in _SECTIONS:
        return f"“{desk.labels.label(_SECTIONS[name], str(value), 'en')}”"
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return f"{len(value)}: {'; '.join(map(str, value))}"
    return str(_plain(value)) if value not in (None, "", ()) else "none"


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, as far as it can be."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value
