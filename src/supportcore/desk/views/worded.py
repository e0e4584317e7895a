"""
An error in the words of a desk, in the language that the views of its actor are in.

A fault holds keys, as programs read them. What a person reads has labels in their place: of the field that is to be
chosen first, of the options of a field of the desk, of slots for files. `FaultView.params` keep the keys.
"""

from __future__ import annotations

from collections.abc import Callable

from supportcore.definition.files import FILES
from supportcore.desk.views.errors import ErrorView, worded_view
from supportcore.desk.views.viewer import COLUMN_LABELS, Viewer
from supportcore.errors import Fault, SupportError, facts


def error_of(viewer: Viewer, error: SupportError) -> ErrorView:
    """
    Return what went wrong, for the actor.

    Raises:
        Invalid: *error* is none of the library's.
    """
    return worded_view(error, viewer.language, in_words=lambda fault: _in_words(viewer, fault))


def _in_words(viewer: Viewer, fault: Fault) -> Fault:
    told = dict(fault.params)
    match fault.code:
        case "needs_field":
            told["field"] = viewer.field(told["field"])
        case "not_an_option":
            key = fault.path.rpartition(".")[2]
            source = _source(viewer, key)
            if source is None:
                return fault
            told["options"] = _each(told["options"], lambda value: viewer.choice(source, value))
        case "unknown_slot":
            told["slot"] = _slot(viewer, told["slot"])
            told["options"] = _each(told["options"], lambda slot: _slot(viewer, slot))
        case _:
            return fault
    return fault._replace(params=facts(**told))


def _each(keys: str, word: Callable[[str], str]) -> str:
    """Return a list of keys, as a fact holds it, with a word for each."""
    return ", ".join(word(key) for key in keys.split(", "))


def _source(viewer: Viewer, key: str) -> str | None:
    """Return what a field is chosen from: a vocabulary, or its own kind of values; None if it is no such field."""
    desk = viewer.desk
    asked = (*desk.forms, desk.triage, *(step.form for step in desk.workflow.transitions))
    for form in asked:
        field = form.field(key)
        if field is not None and field.kind == "choice":
            return field.source or key
    return key if viewer.options(key) else None


def _slot(viewer: Viewer, key: str) -> str:
    return viewer.label("slots", key, COLUMN_LABELS["files"] if key == FILES else None)
