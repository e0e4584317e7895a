"""
Strategies for documents: sound ones under a form, and what people and programs make of them.

`sound` knows the rules by itself: it asks the form what is asked, and the catalogue what belongs to what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from supportcore.forms.fields import Field, Form
from supportcore.predicate import ALWAYS
from supportcore.tickets.references import belongs, kind_of_field, parents_of

PATTERNS = ("[A-Z]{2}-[0-9]{1,4}", "a|bc?", "(?:x[^a-z]){1,2}y*", "[ñ😀]+", "\\(\\.\\)", "[^\\]]")
"""Patterns of fields."""
MATCHING = ("AB-1", "AB-1234", "a", "b", "bc", "x1", "x\n", "xÑyy", "x1x2y", "ñ", "ñ😀", "(.)", "😀", "\n", " ")
"""Texts of which one or another matches each of them."""
TEXTS = ("a", "Ñandú 🦤", "line\nline", " x ", "no\u00a0break")
INSTANTS = (
    "2026-03-27T16:30:00Z", "2028-02-29T23:59:59.999999+14:00", "2100-02-28T00:00-23:59", "2198-12-31T23:59:00.1Z",
    "1971-01-01T00:00Z",
)  # fmt: skip
BAD_INSTANTS = (
    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00Z", "2026-03-27T24:00Z", "2026-03-27T16:30:60Z",
    "2026-03-27T16:30:00", "2026-03-27", "2026-03-27 16:30:00Z", "2026-03-27T16:30:00Z\n", "1970-01-01T00:00:00Z",
    "2199-12-31T23:59:59Z", "2026-03-27T16:30:00z", "2026-W13-5T16:30:00Z", "20260327T163000Z", "２026-03-27T16:30:00Z",
    "2026-03-27T16:30:00.1234567Z", "2026-03-27T16:30:00+24:00", "2026-03-27T16Z", "2026-03-27T16:30:00,5Z",
)  # fmt: skip
ODD = (
    None, "", " ", "\t\u3000", True, False, 0, 1, 1.0, -1, 0.5, -0.0, 10, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, 2**63,
    10**30, 1e300, "1", "true", "null", [], ["a"], {}, {"a": 1}, "a\0b", "\0", "\ud800", "x\udfff", "\ud83d\ude00",
    "\n", "a\n", "\ufeff", "\u200b", "\u0085", "\u001c", "nobody", "a" * 64, "a" * 65, "😀" * 64, "😀" * 65, "a" * 256,
    "😀" * 255, "😀" * 256, *INSTANTS, *BAD_INSTANTS,
)  # fmt: skip
"""Values of every kind, and next to every limit."""
KEYS = ("zz", "", "Subject", "subject ", "__proto__", "constructor", "files", "contact", "a" * 41, "ñ")


@st.composite
def sound(
    draw: st.DrawFn,
    form: Form,
    records: Iterable[Any],
    *,
    known: Mapping[str, str] | None = None,
    customers: Iterable[str] | None = None,
) -> dict[str, Any]:
    """
    A document that is right, as far as one can be: what cannot be chosen is left out.

    Args:
        records: All there are.
        known: What is settled without being asked, such as the customer of a ticket.
        customers: What may be chosen as customer; None means any.
    """
    document: dict[str, Any] = {}
    said: dict[str, Any] = dict(known or {})
    values: dict[str, Any] = {}
    for field in form.fields:
        if field.when != ALWAYS and not field.asked(values, None):
            continue
        if field.default is not None:
            values[field.key] = said[field.key] = field.default
        if not field.required and draw(st.integers(0, 2)) == 0:
            continue
        if field.clears and draw(st.integers(0, 4)) == 0:
            document[field.key] = None
            said.pop(field.key, None)
            continue
        found = _values(field, records, said, customers)
        if found is not None:
            document[field.key] = values[field.key] = said[field.key] = draw(found)
    return document


def _values(
    field: Field, records: Iterable[Any], said: Mapping[str, Any], customers: Iterable[str] | None
) -> st.SearchStrategy[Any] | None:
    if field.fixed:
        return st.just(field.default)
    match field.kind:
        case "title" | "text":
            if field.pattern is not None:
                return _matching(field.pattern, field.most, lines=field.lines)
            most = min(field.most, 300)
            return st.sampled_from(
                [text for text in (*TEXTS, "😀" * most, "a" * field.most) if len(text) <= field.most]
            )
        case "choice":
            return st.sampled_from(field.options)
        case "number":
            least, greatest = field.least, field.greatest
            if field.whole:
                return st.sampled_from([n for n in (int(-(-least // 1)), int(greatest // 1)) if least <= n <= greatest])
            return st.sampled_from([least, greatest, (least + greatest) / 2])
        case "flag":
            return st.booleans()
        case "instant":
            return st.sampled_from([at for at in INSTANTS if at > "2027"])
    kind = kind_of_field(field.key)
    fitting = [
        record.id
        for record in records
        if type(record).__name__.lower() == kind
        and record.active
        and all(belongs(parent, record, said.get(parent)) for parent in parents_of(field.key))
        and (kind != "customer" or customers is None or record.id in customers)
    ]
    return st.sampled_from(fitting) if fitting else None


def _matching(pattern: str, most: int, *, lines: bool) -> st.SearchStrategy[str] | None:
    found = [text for text in MATCHING if len(text) <= most and re.fullmatch(pattern, text)]
    if lines:
        found += [f"{text}\n{text}" for text in found if 2 * len(text) < most]
    return st.sampled_from(found) if found else None


@st.composite
def changed(draw: st.DrawFn, document: Mapping[str, Any], form: Form, records: Iterable[Any]) -> dict[str, Any]:
    """A document with one thing changed: a field left out, one more, or another value."""
    keys = [field.key for field in form.fields]
    found = dict(document)
    match draw(st.sampled_from(["leave out", "add", "set", "set", "set", "edge", "edge"])):
        case "leave out" if found:
            del found[draw(st.sampled_from(sorted(found)))]
        case "add":
            found[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(["x", None, 1]))
        case "edge" if keys:
            field = draw(st.sampled_from(form.fields))
            found[field.key] = draw(st.sampled_from(_edges(field, records)))
        case _ if keys:
            pool = [
                *ODD,
                *(record.id for record in records),
                *(option for field in form.fields for option in field.options),
            ]
            found[draw(st.sampled_from(keys))] = draw(st.sampled_from(pool))
    return found


def _edges(field: Field, records: Iterable[Any]) -> list[Any]:
    """Return values at the limits of a field, and records of its kind whether they fit or not."""
    match field.kind:
        case "title" | "text":
            texts = [character * length for character in "a😀" for length in (field.most, field.most + 1)]
            return [*texts, "\u3000" * 3, "A\n", "\n", "a\nb", "AB-1\nAB-1", "AB-1\n\nAB-1", "\na", "a\n", "b\nx"]
        case "number":
            ends = [field.least, field.greatest]
            near = [end + step for end in ends for step in (-1, -0.5, 0.5, 1)]
            return [*ends, *near, *(float(end) for end in ends), bool(field.least)]
        case "instant":
            return [*INSTANTS, *BAD_INSTANTS]
        case "flag":
            return [True, False, 0, 1, "true"]
        case "record":
            kind = kind_of_field(field.key)
            return [*(record.id for record in records if type(record).__name__.lower() == kind), "nobody"]
    return [*field.options, *(option.upper() for option in field.options), "", None]


def documents(form: Form, records: Iterable[Any], **more: Any) -> st.SearchStrategy[Any]:
    """Sound documents, and those with one or two things changed; now and then what is no document at all."""
    right = sound(form, records, **more)
    one = right.flatmap(lambda document: changed(document, form, records))
    two = one.flatmap(lambda document: changed(document, form, records))
    return st.one_of(right, one, one, two, st.sampled_from(["", None, 1, [], [["subject", "x"]]]))
