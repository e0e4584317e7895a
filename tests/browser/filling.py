"""What a person writes and chooses in a form, and the slips of the pen that are worth a fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

from supportcore.forms.fields import Field
from tests.browser.driving import Browser, Seen
from tests.browser.forms import START, Shown

WORDS = "Ñandú & <b>añil</b> 🦤"
PLATE = "AB-1234"
"""What the only pattern of these desks takes."""
LATER = (START.astimezone(UTC) + timedelta(days=4000)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
NUMBER = 20


def filled_in(browser: Browser, shown: Shown, *, last: bool, sparing: bool = False) -> Seen:
    """
    Fill in a form from top to bottom, as what comes up then is asked too, and return what is seen.

    Args:
        last: Choose the last option instead of the first.
        sparing: Leave out what is not required.
    """
    seen = browser.drawn(shown.view)
    done: set[str] = set()
    while True:
        todo = [key for key in seen.order if key not in done and not seen.fields[key].locked]
        if not todo:
            return seen
        key = todo[0]
        done.add(key)
        field = shown.form.field(key)
        assert field is not None
        if sparing and not seen.fields[key].required:
            continue
        value = _value(field, seen, shown, last=last)
        if value is not None:
            (seen,) = browser.told([["fill", [[key, value]]]])


def _value(field: Field, seen: Seen, shown: Shown, *, last: bool) -> Any:
    options = seen.fields[field.key].options
    if options is not None:
        return shown.value_of(field.key, options[-1 if last else 0])
    match field.kind:
        case "flag":
            return True
        case "number":
            return int(max(field.least, min(field.greatest, NUMBER)))
        case "instant":
            return LATER
        case _:
            return PLATE if field.pattern is not None else WORDS[: field.most]


def slips(field: Field, seen: Seen) -> Iterator[Any]:
    """Yield what a person might enter in a field by mistake; None empties it."""
    drawn = seen.fields[field.key]
    if drawn.locked or drawn.control == "checkbox":
        return
    yield None
    if drawn.options is not None:
        return
    match field.kind:
        case "number":
            yield from (field.least - 1, field.greatest + 1, NUMBER + 0.5)
        case "title" | "text":
            yield from ("   ", "x" * (field.most + 1), "\u00a0x", "ab-123")
