"""Filled-in forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.forms.checking import check
from supportcore.forms.fields import Field, Form, Plain
from supportcore.people.access import Actor
from supportcore.storage.ports import KIND_OF, Record
from supportcore.testing.strategies.values import (
    bodies,
    flags,
    instants,
    texts,
)
from supportcore.text import TITLE_LIMIT, instant_text
from supportcore.tickets.references import record_faults, refs_of

_NOBODY = Actor(id="nobody")
_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2198, 12, 31, tzinfo=UTC)
"""What may be said as an instant in a form; see `supportcore.text.INSTANT_PATTERN`."""


def _plain_values(field: Field) -> SearchStrategy[Any]:
    """Return what can be filled into a field that is no reference."""
    match field.kind:
        case "title" | "text":
            return _texts(field).filter(lambda text: field.fault(text) is None)
        case "choice":
            return st.sampled_from(field.options) if field.options else st.nothing()
        case "number":
            return _numbers(field)
        case "instant":
            return instants(_FIRST, _LAST).map(instant_text)
        case _:
            return flags()


def _texts(field: Field) -> SearchStrategy[str]:
    """Return texts of which most may stand in *field*."""
    if field.pattern is not None:
        return st.from_regex(field.pattern, fullmatch=True)
    if field.most > TITLE_LIMIT:
        return bodies(min_size=1).map(lambda text: text[: field.most])
    return texts(min_size=1, max_size=field.most)


def _numbers(field: Field) -> SearchStrategy[int | float]:
    """Return numbers from the least to the greatest that *field* takes."""
    whole = st.integers(ceil(field.least), floor(field.greatest))
    if field.whole:
        return whole
    return whole | st.floats(field.least, field.greatest, allow_nan=False)


@st.composite
def documents(
    draw: st.DrawFn, form: Form, catalogue: Iterable[Record] = (), *, actor: Actor | None = None
) -> dict[str, Plain]:
    """
    Return documents that are valid under *form*: fields filled in as it demands, optional ones here and there.

    Args:
        catalogue: The records that references can name; only those in use and fitting together are named.
        actor: Who fills it in, where it asks facts of the actor; by default somebody without a role.
    """
    in_use = {(KIND_OF[type(record)], record.id): record for record in catalogue if record.active}
    document: dict[str, Plain] = {}
    asked = form.bound(actor or _NOBODY)
    for field in asked.fields:
        said, _ = check(asked, document)
        if not field.asked(said, None):
            continue
        if field.fixed:
            if field.default is not None and draw(flags()):
                document[field.key] = field.default
            continue
        needed = field.required and field.default is None
        if not needed and not draw(flags()):
            continue
        if field.kind != "record":
            document[field.key] = draw(_plain_values(field))
            continue
        named = [found for kind, found in in_use if kind == field.source]
        fitting = [found for found in named if _fits(document, field.key, found, in_use)]
        assume(fitting or not needed)
        if fitting:
            document[field.key] = draw(st.sampled_from(fitting))
    return document


def _fits(document: Mapping[str, Plain], key: str, record_id: str, in_use: Mapping[tuple[str, str], Record]) -> bool:
    values = {**document, key: record_id}
    known = {name: in_use.get(ref) for name, ref in refs_of(values).items()}
    return not record_faults(values, known)
