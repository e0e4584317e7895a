"""
Reading requests for time outside open hours: a form whose two instants are checked against a calendar of the desk.

    outside = { from = "starts", until = "ends", calendar = "support" }

Both instants are required fields of the form, under the same condition, so that a span is said as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from supportcore.definition.reading import Node, meant
from supportcore.forms.fields import Field, Form, Outside

if TYPE_CHECKING:
    from supportcore.sla.calendar import Calendar

_A_WEEK = timedelta(days=7)


def read_outside(root: Node, fields: Sequence[Field]) -> Outside | None:
    """Return the span of a form that has to lie outside open hours; None if it has none."""
    node = root.at("outside")
    if node.value is None or not node.table("from", "until", "calendar"):
        return None
    by_key = {field.key: field for field in fields}
    ends = [_instant(node.at(name), by_key) for name in ("from", "until")]
    calendar = node.at("calendar").key()
    if None in ends or not calendar:
        return None
    start, until = (by_key[str(key)] for key in ends)
    if start.when != until.when:
        node.fault("other_condition", f"{start.key!r} and {until.key!r} are asked together; give both the same when")
    return Outside(start=start.key, until=until.key, calendar=calendar)


def _instant(node: Node, fields: Mapping[str, Field]) -> str | None:
    """Return the key of a field that says an instant in any case."""
    key = node.text()
    field = fields.get(key)
    if field is None:
        node.fault("unknown_field", f"the form has no field {key!r}{meant(key, fields)}")
    elif field.kind != "instant" or not field.required:
        node.fault("other_kind", f'{key!r} has to be a required field of kind "instant"')
    else:
        return key
    return None


def check_calendars(root: Node, forms: Sequence[Form], calendars: Mapping[str, Calendar]) -> None:
    """Note a span that is checked against no calendar of the desk, or against one that never closes."""
    nodes = dict(zip((form.key for form in forms), (root, *root.at("forms").each()), strict=False))
    for form in forms:
        if form.outside is None:
            continue
        node = nodes.get(form.key, root).at("outside").at("calendar")
        found = calendars.get(form.outside.calendar)
        if found is None:
            told = f"no calendar {form.outside.calendar!r}{meant(form.outside.calendar, calendars)} in [[calendars]]"
            node.fault("unknown_calendar", told)
        elif found.open_in_a_week == _A_WEEK and not (found.holidays or found.overrides):
            node.fault("never_closed", f"{form.outside.calendar!r} never closes, so nothing lies outside of it")
