"""
Requests for time outside open hours, such as a person's company at night.

A span is refused if support is there anyway: if it lies in open hours as a whole. One that is partly outside is taken.
Spans are half-open, as windows are: from five o'clock, where a window closes, is outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from supportcore.errors import Fault, facts
from supportcore.forms.fields import Outside
from supportcore.sla.working import HORIZON, WorkingTime
from supportcore.text import instant_of_text


def span_said(rule: Outside, values: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return the two instants that were said; None where they were not asked, or are wrong in themselves."""
    if rule.start not in values or rule.until not in values:
        return None
    return instant_of_text(values[rule.start], rule.start), instant_of_text(values[rule.until], rule.until)


def closed_between(calendar: WorkingTime, start: datetime, until: datetime) -> timedelta:
    """Return how much of a span is outside open hours."""
    return (until - start) - calendar.between(start, until)


def outside_faults(rule: Outside, values: Mapping[str, Any], calendar: WorkingTime, now: datetime) -> list[Fault]:
    """
    Return what is wrong with the span that was said in a form, the first of it.

    Args:
        values: What was said and is right in itself, by field.
        calendar: That which the rule names.
        now: The instant of the request.
    """
    said = span_said(rule, values)
    if said is None:
        return []
    start, until = said
    if until <= start:
        return [Fault(rule.until, "span_reversed")]
    if start < now:
        return [Fault(rule.start, "span_passed", facts(at=now.isoformat()))]
    if until - now > HORIZON:
        return [Fault(rule.until, "span_too_far")]
    if not closed_between(calendar, start, until):
        return [Fault(rule.start, "inside_open_hours", facts(calendar=rule.calendar))]
    return []
