"""What views are made of: kinds of values, instants, reasons, options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

Side = Literal["customer", "staff", "desk"]
Light = Literal["none", "green", "amber", "red"]
ColumnKind = Literal["text", "number", "instant", "choice", "record", "person", "flag", "light", "rating", "tags"]
Plain = str | int | float | bool | None
"""A value of JSON that is neither a list nor an object."""


@attrs.frozen(kw_only=True)
class When:
    """
    An instant.

    Attributes:
        at: ISO 8601 in UTC, to the millisecond.
        local: ISO 8601 in the actor's zone, with its offset, to the second.
        text: As a person reads it, to the second.
    """

    at: str
    local: str
    text: str


@attrs.frozen(kw_only=True)
class ReasonView:
    """Why something is refused: its code, its facts, and the sentence in the actor's language."""

    code: str
    text: str
    params: Mapping[str, str] = attrs.field(factory=dict, eq=False)


@attrs.frozen(kw_only=True)
class OptionView:
    """One value to choose, and what it is called."""

    value: Plain
    title: str
