"""
The one check of a document against a form.

It trims and converts nothing: absent means "not given", and null is a value only where a field clears. Faults come all
at once, each with the path of its field. Whether a named record exists and fits is asked of the store afterwards
(`supportcore.tickets.references`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supportcore.errors import Fault, facts
from supportcore.forms.fields import Form, Plain
from supportcore.predicate import ALWAYS


def check(form: Form, document: Mapping[str, object]) -> tuple[dict[str, Plain], tuple[Fault, ...]]:
    """
    Check *document* against *form*, which is bound to its actor.

    Returns:
        The values given, defaulted or set, by key, and all faults, in the order of the form; unknown keys come last.
        Whether one was given of what one is enough of hangs on files too: `nothing_said`.
    """
    values: dict[str, Plain] = {}
    faults: list[Fault] = []
    for field in form.fields:
        given = field.key in document
        if field.when != ALWAYS and not field.asked(values, None):
            if given:
                faults.append(Fault(field.key, "not_asked"))
            continue
        if not given:
            if field.default is not None:
                values[field.key] = field.default
            elif field.required and field.key not in form.any_of:
                faults.append(Fault(field.key, "required"))
            continue
        value = document[field.key]
        if value is None and field.clears:
            continue
        if field.required and (value is None or value == ""):
            faults.append(Fault(field.key, "required"))
        elif value is None:
            told = facts(
                expected="a value; leave the field out where there is none",
                expected_es="un valor; omita el campo donde no lo haya",
            )
            faults.append(Fault(field.key, "wrong_type", told))
        elif field.fixed and not _same(value, field.default):
            faults.append(Fault(field.key, "read_only"))
        elif (fault := field.fault(value)) is not None:
            faults.append(fault)
        elif isinstance(value, (str, int, float)):
            values[field.key] = value
    known = {field.key for field in form.fields}
    faults.extend(Fault(str(key), "unknown_field") for key in document if key not in known)
    values.update(form.sets)
    return values, tuple(faults)


def nothing_said(form: Form, document: Mapping[str, object], slots: Iterable[str]) -> tuple[Fault, ...]:
    """Return the fault of a command that gives nothing of what one is enough of; *slots* are those it fills."""
    if form.any_of and {*document, *slots}.isdisjoint(form.any_of):
        return (Fault(form.any_of[0], "nothing_said"),)
    return ()


def _same(value: object, default: Plain | None) -> bool:
    """Whether a read-only value is what it has to be; true is not 1."""
    return value == default and isinstance(value, bool) == isinstance(default, bool)
