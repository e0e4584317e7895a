"""How the forms of a desk are filled in when it is explored: as little as is needed, and what rules can tell apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, product
from math import ceil

from supportcore.definition.model import Definition
from supportcore.exploring.cast import Cast
from supportcore.forms.checking import check
from supportcore.forms.fields import Field, Form, Plain, Slot
from supportcore.forms.fitting import fitting
from supportcore.people.access import Actor
from supportcore.text import instant_text

MOST = 200
"""Ways in which one form is filled in at most."""
FILLER = "x"
"""What is written where it makes no difference."""
Said = dict[str, Plain | None]


def documents(
    form: Form, cast: Cast, actor: Actor, now: datetime, *, varied: Collection[str] = (), clears: bool = False
) -> Iterator[Said]:
    """
    Yield documents that are valid under *form*, in each combination of the options of *varied* fields.

    Args:
        varied: Keys of the fields whose values make a difference.
        clears: Whether null takes away what the ticket has.
    """
    bound = form.bound(actor)
    several = [(field, options_of(field, cast)) for field in bound.fields if field.key in varied and not field.fixed]
    choices: list[Sequence[tuple[str, Plain | None] | None]] = []
    for field, options in several:
        said = [(field.key, option) for option in options]
        left_out = [] if field.required and field.default is None else [None]
        choices.append([*left_out, *said, *([(field.key, None)] if clears else [])])
    for chosen in islice(product(*choices), MOST):
        found = filled(bound, cast, actor, now, dict(one for one in chosen if one is not None))
        if found is not None:
            yield found


def filled(form: Form, cast: Cast, actor: Actor, now: datetime, said: Mapping[str, Plain | None]) -> Said | None:
    """Return a document with what is *said* and what is needed beside; None where that is not asked, or not known."""
    found: Said = {}
    given: dict[str, Plain] = {}
    for field in form.fields:
        known, _ = check(form, given)
        if not field.asked(known, actor):
            if field.key in said:
                return None
            continue
        if field.key in said:
            value = said[field.key]
            found[field.key] = value
        elif field.required and field.default is None and not field.fixed:
            value = value_of(field, cast, now + timedelta(days=1) * (1 + len(given)))
            if value is None:
                return None
            found[field.key] = value
        else:
            continue
        if value is not None:
            given[field.key] = value
    return found


def options_of(field: Field, cast: Cast) -> tuple[Plain, ...]:
    """Return the values of a field that make a difference."""
    match field.kind:
        case "choice":
            return field.options
        case "record":
            return cast.ids(field.source or "")
        case "flag":
            return (False, True)
        case "number":
            return tuple(dict.fromkeys((ceil(max(field.least, 0)), field.greatest if field.maximum is not None else 1)))
    return (FILLER,)


def value_of(field: Field, cast: Cast, at: datetime) -> Plain | None:
    """Return some value that fits a field; None where none is known."""
    match field.kind:
        case "title" | "text":
            return FILLER if field.pattern is None else fitting(field.pattern)
        case "instant":
            return instant_text(at)
    return next(iter(options_of(field, cast)), None)


def slots_of(definition: Definition) -> Mapping[str, Slot]:
    """Return the places for files of a desk by key."""
    forms = (*definition.forms, *(step.form for step in definition.workflow.transitions))
    found = {slot.key: slot for form in forms for slot in form.slots}
    if definition.files is not None:
        found.setdefault("files", definition.files.slot("files"))
    return found
