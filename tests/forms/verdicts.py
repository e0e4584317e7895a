"""
One document, three judges: jsonschema and ajv with the exported schema, and the engine, which is the command itself.

Documents are those that JSON can carry: what is drawn in Python goes through its text first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from jsonschema import Draft7Validator

from supportcore import Invalid
from supportcore.desk.views.records import FormView, Submit
from tests.node.judge import judge

BY_THE_CLOCK = (
    "deadline_passed", "deadline_too_far", "span_reversed", "span_passed", "span_too_far", "inside_open_hours",
)  # fmt: skip
"""What a deadline, or a span out of hours, is refused for at the instant it is sent, which no schema can say."""

FOR_WANT_OF_FILES = ("nothing_said",)
"""What a file beside the document would mend."""


class Verdict(NamedTuple):
    """The fields each judge finds fault with, empty where the document is accepted; ``""`` is the whole."""

    engine: frozenset[str] | None
    jsonschema: frozenset[str] | None
    ajv: frozenset[str] | None

    @property
    def agree(self) -> bool:
        """Whether all accept or all refuse."""
        return len({fields is None for fields in self}) == 1


def as_json(document: Any) -> Any:
    """Return a document as it arrives, two halves of a character put together."""
    return json.loads(json.dumps(document))


def verdicts(me: Any, view: FormView, submits: Sequence[Submit], documents: Sequence[Any]) -> list[Verdict]:
    """Judge documents; each is given with a way of sending of its own, so that none sees what another one did."""
    validator = Draft7Validator(dict(view.schema))
    told = judge().faults(view.schema, documents)
    found = []
    for submit, document, errors in zip(submits, documents, told, strict=True):
        ajv = frozenset(error.field for error in errors) if errors else None
        found.append(Verdict(engine(me, view, submit, document), by_jsonschema(validator, document), ajv))
    return found


def engine(me: Any, view: FormView, submit: Submit, document: Any) -> frozenset[str] | None:
    """Give the command; return the fields at fault, or None if it was carried out, or fails for want of files only."""
    try:
        me.submit(submit, document)
    except Invalid as error:
        slots = {slot.key for slot in view.slots}
        faults = [fault for fault in error.faults if fault.code not in (*BY_THE_CLOCK, *FOR_WANT_OF_FILES)]
        return frozenset(f.path for f in faults if f.path not in slots or f.code == "unknown_field") or None
    return None


def by_jsonschema(validator: Draft7Validator, document: Any) -> frozenset[str] | None:
    """Return the fields at fault, or None."""
    fields: set[str] = set()
    for error in validator.iter_errors(document):
        path = list(error.absolute_path)
        if path:
            fields.add(str(path[0]))
        elif error.validator == "required":
            fields.update(key for key in error.validator_value if key not in error.instance)
        elif error.validator == "additionalProperties":
            fields.update(key for key in error.instance if key not in error.schema["properties"])
        elif error.validator == "not":
            fields.update(error.validator_value.get("required", [""]))
        elif "propertyNames" in error.absolute_schema_path:
            fields.add(error.instance)
        else:
            fields.add("")
    return frozenset(fields) or None
