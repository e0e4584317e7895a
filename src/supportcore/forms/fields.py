"""
Fields of a form: what a person is asked for, and what one field takes.

A document is a flat mapping of field keys to plain values (text, number, true or false). `supportcore.forms.checking`
checks it against a form, `supportcore.forms.schema` tells front ends the same as JSON Schema: what one accepts the
other accepts. Lengths are in characters, which are code points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore import text
from supportcore.errors import Fault, facts
from supportcore.predicate import ALWAYS, NEVER, Predicate, Test, bind, to_python

FieldKind = Literal["title", "text", "choice", "record", "number", "flag", "instant"]
Plain = str | int | float | bool
"""A value of a document."""

KINDS: tuple[FieldKind, ...] = ("title", "text", "choice", "record", "number", "flag", "instant")
INTAKE: Mapping[str, tuple[FieldKind, str | None]] = MappingProxyType(
    {
        "subject": ("title", None),
        "description": ("text", None),
        "customer": ("record", "customer"),
        "product": ("record", "product"),
        "module": ("record", "module"),
        "product_version": ("record", "version"),
        "service": ("record", "service"),
        "project": ("record", "project"),
        "type": ("choice", "type"),
        "priority": ("choice", "priority"),
        "urgency": ("choice", "urgency"),
        "area": ("choice", "area"),
        "origin": ("choice", "origin"),
        "agreement": ("record", "agreement"),
        "reference": ("title", None),
    }
)
"""Fields every ticket knows: their kind, and the vocabulary or the kind of record they are chosen from."""
REFERENCE = "reference"
"""The field that holds a number as another system gave it, which is no longer than an id."""
INPUTS: Mapping[str, tuple[FieldKind, str | None]] = MappingProxyType(
    {
        "comment": ("text", None),
        "reason": ("choice", "reason"),
        "waiting_on": ("choice", "waiting_on"),
        "assignee": ("record", "agent"),
        "team": ("record", "team"),
        "rating": ("number", None),
    }
)
"""Inputs an action may ask for, beside ``files``."""
Prefill = Literal["name", "email", "phone"]
"""Facts of the person who fills in the form, as the catalogue knows them."""


@attrs.frozen(kw_only=True, slots=False)
class Field:
    """
    One field.

    Attributes:
        source: The vocabulary a choice is taken from, or the kind of record.
        options: The keys of that vocabulary, in its order.
        default: Taken when nothing is given.
        fixed: The default cannot be changed.
        limit: Characters at most, for titles and texts.
        pattern: What a title or text matches as a whole; see `supportcore.forms.patterns`.
        lines: The pattern is that of each line of a text, not of the whole.
        minimum: The least number.
        maximum: The greatest number.
        whole: Only whole numbers.
        when: What was said in fields before it, and facts of the actor, for it to be asked at all.
        prefill: What stands in it at first.
        clears: Null is a value and takes away what the ticket has.
    """

    key: str = text.key()
    kind: FieldKind
    required: bool = False
    source: str | None = None
    options: tuple[str, ...] = ()
    default: Plain | None = None
    fixed: bool = False
    limit: int | None = None
    pattern: str | None = None
    lines: bool = False
    minimum: int | float | None = None
    maximum: int | float | None = None
    whole: bool = False
    when: Predicate = ALWAYS
    prefill: Prefill | None = None
    clears: bool = False

    @property
    def most(self) -> int:
        """Characters at most, of a title, a text or the id of a record."""
        if self.kind == "record" or self.key == REFERENCE:
            return min(self.limit or text.ID_LIMIT, text.ID_LIMIT)
        return self.limit or (text.TITLE_LIMIT if self.kind == "title" else text.TEXT_LIMIT)

    @property
    def least(self) -> int | float:
        """The least number it takes."""
        return -text.SAFE_INT if self.minimum is None else self.minimum

    @property
    def greatest(self) -> int | float:
        """The greatest number it takes."""
        return text.SAFE_INT if self.maximum is None else self.maximum

    @cached_property
    def asked(self) -> Test:
        """`when` as a function of what was said, by key, and of the actor."""
        return to_python(self.when)

    def fault(self, value: object) -> Fault | None:
        """Return what is wrong with a given *value*, or None."""
        match self.kind:
            case "title" | "text":
                return self._text_fault(value)
            case "choice":
                if not isinstance(value, str) or value not in self.options:
                    return Fault(self.key, "not_an_option", facts(options=", ".join(self.options)))
            case "record":
                return text.id_fault(value, self.key)
            case "number":
                return self._number_fault(value)
            case "flag":
                if not isinstance(value, bool):
                    told = facts(expected="true or false", expected_es="verdadero o falso")
                    return Fault(self.key, "wrong_type", told)
            case "instant":
                return text.said_instant_fault(value, self.key)
        return None

    def _text_fault(self, value: object) -> Fault | None:
        fault = text.text_fault(value, self.key, limit=self.most, empty=False)
        if fault is not None or not isinstance(value, str):
            return fault
        if self.pattern is not None:
            matches = _pattern(self.pattern).fullmatch
            if not all(map(matches, value.split("\n") if self.lines else (value,))):
                return Fault(self.key, "bad_line" if self.lines else "bad_pattern", facts(pattern=self.pattern))
        if self.required and text.is_blank(value):
            return Fault(self.key, "required")
        return None

    def _number_fault(self, value: object) -> Fault | None:
        fault = text.number_fault(value, self.key)
        if fault is not None or not isinstance(value, (int, float)):
            return fault
        if not self.least <= value <= self.greatest:
            return Fault(self.key, "out_of_range", facts(minimum=self.least, maximum=self.greatest))
        if self.whole and value != int(value):
            return Fault(self.key, "wrong_type", facts(expected="a whole number", expected_es="un número entero"))
        return None


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


FILE_LIMIT = 26_214_400
"""Bytes of one file at most where a desk says nothing else: 25 MiB."""
FILES_AT_ONCE = 20
"""Files in one slot at most where a desk says nothing else."""


@attrs.frozen(kw_only=True)
class Slot:
    """
    A place for files in a form.

    Attributes:
        field: Key of the field it stands beside; empty for none in particular.
        count: Files at most.
        size: Bytes of one file at most.
        types: Media types it takes, such as ``application/pdf`` or ``image/*``; empty means any.
        required: At least one file.
    """

    key: str = text.key()
    field: str = ""
    count: int = FILES_AT_ONCE
    size: int = FILE_LIMIT
    types: tuple[str, ...] = ()
    required: bool = False

    def takes(self, media_type: str) -> bool:
        """Return whether files of *media_type* may be handed in here."""
        family = media_type.partition("/")[0] + "/*"
        return not self.types or media_type in self.types or family in self.types


@attrs.frozen(kw_only=True)
class Outside:
    """
    A span of time that has to lie, at least in part, outside the open hours of a calendar.

    Attributes:
        start: Key of the field that says its first instant.
        until: Key of the field that says the first instant after it.
        calendar: Key of a calendar of the desk.
    """

    start: str = text.key()
    until: str = text.key()
    calendar: str = text.key()


DEFAULT_FORM = "default"
"""Key of the form that a desk has in any case."""


@attrs.frozen
class Form:
    """
    The fields that a command or an action asks for, in order.

    Attributes:
        key: Its name among the intake forms of the desk.
        area: The area it is for, which the ticket gets; None is any.
        service: Id of the service it is for, which the ticket gets; None is any.
        variant: Another way to ask for the same, such as ``quick``.
        sets: What a ticket opened with it gets without being asked, as pairs of field and value.
        slots: Where files are handed in.
        any_of: Keys of required fields, and of slots, of which one is enough; empty asks for each required field.
        outside: A span that is asked for outside open hours; None if there is none.
    """

    fields: tuple[Field, ...] = ()
    key: str = text.key(DEFAULT_FORM)
    area: str | None = None
    service: str | None = None
    variant: str = ""
    sets: tuple[tuple[str, Plain], ...] = ()
    slots: tuple[Slot, ...] = ()
    any_of: tuple[str, ...] = ()
    outside: Outside | None = None

    def bound(self, actor: object) -> Form:
        """Return the form as *actor* is asked it: fields that hang on facts of the actor are there, or not."""
        fields = tuple(attrs.evolve(f, when=bind(f.when, actor)) if f.when != ALWAYS else f for f in self.fields)
        return attrs.evolve(self, fields=tuple(field for field in fields if field.when != NEVER))

    @property
    def asks(self) -> bool:
        """Whether it cannot be sent as it is."""
        return any(field.required for field in self.fields) or any(slot.required for slot in self.slots)

    def field(self, key: str) -> Field | None:
        """Return the field of that key, or None."""
        return next((field for field in self.fields if field.key == key), None)
