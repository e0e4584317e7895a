"""What the demonstration shows, as plain values: the same for tables on a terminal and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Row:
    """A state of the board and how many tickets are in it."""

    state: str
    label: str
    label_es: str
    category: str
    tickets: int


@attrs.frozen(kw_only=True)
class Line:
    """An entry of the timeline: when (in the customer's zone), who, what happened and what was said."""

    at: datetime
    who: str
    what: str
    said: str


@attrs.frozen(kw_only=True)
class Sample:
    """
    One ticket as its customer sees it.

    Attributes:
        customer: Name of the company; empty on a desk whose tickets have none.
        hidden: Entries the customer does not see, or sees less of than the staff do.
    """

    number: int
    subject: str
    customer: str
    contact: str
    language: str
    entries: tuple[Line, ...]
    hidden: int


@attrs.frozen(kw_only=True)
class Button:
    """An action as a screen would show it; *refused* says why it is not offered, empty if it is."""

    name: str
    label: str
    refused: str


@attrs.frozen(kw_only=True)
class Buttons:
    """
    What one of the staff may do with the ticket.

    Attributes:
        tried: The action that was tried although it is not offered; None if everything is.
        answer: What the desk answered.
    """

    who: str
    roles: tuple[str, ...]
    buttons: tuple[Button, ...]
    tried: str | None
    answer: str


@attrs.frozen(kw_only=True)
class Difference:
    """A value of the ticket on the earlier day and now."""

    what: str
    then: str
    now: str


@attrs.frozen(kw_only=True)
class Earlier:
    """The ticket as it was."""

    at: datetime
    differences: tuple[Difference, ...]


@attrs.frozen(kw_only=True)
class Checked:
    """What verification looked at and found."""

    tickets: int
    events: int
    columns: int
    findings: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Report:
    """
    Everything the demonstration shows of a desk; equal for equal seeds, on every store.

    Attributes:
        timers: Events that happened because time had passed.
        parts: What came of what the desk has beside states; see `supportcore.demo.counting.count_parts`.
        notices: Delivered, by channel.
        skipped: Notices that needed no sending.
        retried: Notices that failed at first.
    """

    desk: str
    name: str
    zone: str
    seed: int
    begins_at: datetime
    ends_at: datetime
    tickets: int
    open: int
    commands: Mapping[str, int]
    refused: Mapping[str, int]
    timers: int
    board: tuple[Row, ...]
    ticket: Sample
    actions: Buttons
    earlier: Earlier
    parts: Mapping[str, Mapping[str, float]]
    notices: Mapping[str, int]
    skipped: int
    retried: int
    pending: int
    verification: Checked

    def data(self) -> dict[str, Any]:
        """Return this as plain JSON-safe values."""

        def plain(_: object, __: object, value: Any) -> Any:
            return value.isoformat() if isinstance(value, datetime) else value

        return attrs.asdict(self, value_serializer=plain)
