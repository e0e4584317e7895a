"""Filled-in forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.forms.fields import Field, Form, Plain
from supportcore.storage.ports import KIND_OF, Record
from supportcore.testing.strategies.values import (
    bodies,
    flags,
    numbers,
    texts,
)
from supportcore.text import TITLE_LIMIT
from supportcore.tickets.references import record_faults, refs_of


def _plain_values(field: Field) -> SearchStrategy[Any]:
    """Return what can be filled into a field that is no reference."""
    match field.kind:
        case "title" | "text":
            limit = field.limit or TITLE_LIMIT
            any_size = field.kind == "text" and not field.limit
            filled = bodies(min_size=1) if any_size else texts(min_size=1, max_size=limit)
            return filled.filter(lambda text: bool(text.strip())) if field.required else filled
        case "choice":
            return st.sampled_from(field.options) if field.options else st.nothing()
        case "number":
            return numbers()
        case _:
            return flags()


@st.composite
def documents(draw: st.DrawFn, form: Form, catalogue: Iterable[Record] = ()) -> dict[str, Plain]:
    """
    Return documents that are valid under *form*: fields filled in as it demands, optional ones here and there.

    Args:
        catalogue: The records that references can name; only those in use and fitting together are named.
    """
    in_use = {(KIND_OF[type(record)], record.id): record for record in catalogue if record.active}
    document: dict[str, Plain] = {}
    for field in form.fields:
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
