"""
What a list may be narrowed by: values that are taken, the conditions they come to, and what there is to choose from.

A filter takes one value, or None for "has none". As front ends send text, a number may be written ``968`` or ``#968``
and a flag ``true`` or ``false``. What is chosen from a vocabulary must be of today's; an id may be any, since a list
never shows more than its actor may see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore.definition.screens import COLUMNS
from supportcore.desk.promises import light_is, light_words
from supportcore.desk.views.records import Filter, OptionView, Plain
from supportcore.desk.views.values import YES_NO
from supportcore.desk.views.viewer import UNCHOSEN, Viewer
from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import Eq, Missing, Predicate, both
from supportcore.sla.clocks import LIGHTS
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import INT_LIMIT, id_fault, key_fault, whole_fault
from supportcore.tickets.references import belongs, kind_of_field, parents_of

OPTIONS = 200
"""Records of a kind that a filter offers at most; where there are more, an id is typed in."""
LOOKED_AT = 500
"""Records of a kind that are looked through at most; where the catalogue has more, an id is typed in."""
_NUMBER = re.compile(r"\s*#?([0-9]{1,19})\s*").fullmatch
_FLAGS = {"true": True, "false": False}
_STAFF_ONLY = ("agent", "contact", "team", "agreement")
"""Kinds of records that a customer is not told of by name."""


def read(viewer: Viewer, where: object, known: Sequence[str]) -> dict[str, Plain]:
    """
    Return what a list is narrowed by, by filter.

    Args:
        where: As it was asked for; None narrows by nothing.
        known: The filters that the list has for the actor.

    Raises:
        Invalid: All that cannot be meant.
    """
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        expected = facts(expected="a mapping of filters to values", expected_es="filtros con sus valores")
        raise Invalid(Fault("where", "wrong_type", expected))
    found: dict[str, Plain] = {}
    faults: list[Fault] = []
    for key, value in where.items():
        if key not in known:
            faults.append(Fault(str(key)[:60], "cannot_filter", facts(options=", ".join(known))))
            continue
        try:
            if value is None and COLUMNS[key] == "tags":
                raise Invalid(Fault(key, "required"))
            found[key] = None if value is None else _value(viewer, key, value)
        except Invalid as error:
            faults.extend(error.faults)
    if faults:
        raise Invalid(*faults)
    return found


def condition(said: Mapping[str, Plain], now: datetime) -> Predicate:
    """Return the condition that filters come to; a light is as of *now*."""
    parts: list[Predicate] = []
    for key, value in said.items():
        if COLUMNS[key] == "tags":
            continue  # the index tells who has them
        if COLUMNS[key] == "light":
            parts.append(light_is(value or "none", now))
        else:
            parts.append(Missing(key) if value is None else Eq(key, value))
    return both(*parts)


def filters(
    ledger: Ledger, viewer: Viewer, known: Sequence[str], said: Mapping[str, Plain]
) -> Steps[tuple[Filter, ...]]:
    """Return the filters of a list; one round trip for each kind of record that there is to choose from."""
    read: dict[str, tuple[OptionView, ...] | None] = {}
    found: list[Filter] = []
    for key in known:
        kind = COLUMNS[key]
        if kind in ("record", "person"):
            named = "contact" if key == "contact" else kind_of_field(key)
            if named not in read:
                read[named] = yield from _records(ledger, viewer, key, named)
            options = read[named]
        else:
            options = _options(viewer, key)
        label = viewer.column(key, "columns")
        found.append(
            Filter(
                key=key,
                label=label,
                kind=kind,
                options=options,
                value=said.get(key),
                active=key in said,
                unchosen=viewer.say(*UNCHOSEN),
            )
        )
    return tuple(found)


def _value(viewer: Viewer, key: str, value: Any) -> Plain:
    """Return the value of a filter as it is compared, or raise `Invalid`."""
    match COLUMNS[key]:
        case "number" | "rating":
            return _number(key, value)
        case "tags":
            if (fault := key_fault(value, key)) is not None:
                raise Invalid(fault)
            return str(value)
        case "flag":
            flag = _FLAGS.get(value.lower()) if isinstance(value, str) else value
            if not isinstance(flag, bool):
                raise Invalid(Fault(key, "wrong_type", facts(expected="true or false", expected_es="sí o no")))
            return flag
        case "record" | "person" | "text":
            fault = id_fault(value, key)
            if fault is not None:
                raise Invalid(fault)
            return str(value)
    options = [str(option.value) for option in _options(viewer, key) or ()]
    if not isinstance(value, str) or value not in options:
        raise Invalid(Fault(key, "not_an_option", facts(options=", ".join(options))))
    return value


def _number(key: str, value: Any) -> int:
    if isinstance(value, str):
        written = _NUMBER(value)
        if written is None:
            told = facts(expected="a number such as 968 or #968", expected_es="un número como 968 o #968")
            raise Invalid(Fault(key, "wrong_type", told))
        value = int(written[1])
    fault = whole_fault(value, key, minimum=0, maximum=INT_LIMIT)
    if fault is not None:
        raise Invalid(fault)
    return int(value)


def _options(viewer: Viewer, key: str) -> tuple[OptionView, ...] | None:
    """Return what there is to choose from without a look at the catalogue; None for what is typed in."""
    match COLUMNS[key]:
        case "choice":
            return viewer.options(key)
        case "light":
            desk, language = viewer.desk, viewer.language
            return tuple([OptionView(value=light, title=light_words(desk, light, language)) for light in LIGHTS])
        case "flag":
            return tuple([OptionView(value=flag, title=viewer.say(*YES_NO[flag])) for flag in (True, False)])
    return None


def _records(ledger: Ledger, viewer: Viewer, field: str, kind: str) -> Steps[tuple[OptionView, ...] | None]:
    """Return the records that the actor may name in *field*; None where they are typed in."""
    mine = sorted(viewer.actor.customers)
    found: list[Any]
    if kind in _STAFF_ONLY and not viewer.is_staff:
        return None
    if kind == "customer" and not viewer.is_staff:
        known = (yield from ledger.records([(kind, one) for one in mine])) if mine else ()
        found = [record for record in known if record is not None]
    else:
        found = list((yield from ledger.records_of(kind, limit=LOOKED_AT + 1)))
        if len(found) > LOOKED_AT:
            return None
        if not viewer.is_staff and "customer" in parents_of(field):
            found = [record for record in found if _is_theirs(record, mine)]
    if kind == "service":
        found = [attrs.evolve(record, name=viewer.service(record.id, record.name)) for record in found]
    told = sorted((record.name, record.id) for record in found if record.active)
    options = tuple([OptionView(value=record_id, title=name or record_id) for name, record_id in told])
    return options if len(options) <= OPTIONS else None


def _is_theirs(record: Any, customers: Sequence[str]) -> bool:
    """Return whether somebody who speaks for *customers* may name a record of one of them, or of everybody."""
    nobody = ""  # no id: what belongs to nobody in particular belongs to it as well
    return any(belongs("customer", record, customer) for customer in (nobody, *customers))
