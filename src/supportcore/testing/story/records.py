"""A story as a record, and what of it is written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.authoring.writing import documents_of
from supportcore.definition.model import Definition
from supportcore.errors import Refused
from supportcore.exploring.world import Taken
from supportcore.testing.story.taking import taken_by
from supportcore.text import instant_text
from supportcore.workflow.steps import Trace, as_data

FORMAT = 1
"""Of a story as a file."""
_TOLD = (
    "state",
    "outcome",
    "waiting_on",
    "team",
    "assignee",
    "responsible",
    "area",
    "priority",
    "type",
    "approval",
    "confirmed",
    "rating",
    "merged_into",
)
"""Fields of a ticket that say what came of a step."""


def _kept(who: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(who))


def _words(told: str) -> str:
    """Return what a rule says, without the account of its values that pytest adds to an assertion."""
    return told.partition("\nassert ")[0].partition("\n +")[0]


@attrs.frozen(slots=False)
class Story:
    """
    How a rule was broken.

    Attributes:
        definition: The desk it happened on.
        now: When it began.
        steps: What was done, in order; the last step is the one that broke the rule.
        rule: What was expected, in a few words, such as ``no reply after close``.
        told: What happened instead.
        who: What people are called, by the name that steps have for them; the others are called as their role is.
        system: It was a system that did otherwise than the rules say; on the rules alone nothing is to be seen.
        came: What came of each step when it was found, as `Story.course` gives it; empty where it was not kept.
    """

    definition: Definition
    now: datetime
    steps: Trace
    rule: str
    told: str = attrs.field(default="", converter=_words)
    who: Mapping[str, str] = attrs.field(factory=dict, converter=_kept)
    system: bool = attrs.field(default=False, kw_only=True)
    came: tuple[Mapping[str, Any], ...] = attrs.field(default=(), kw_only=True)

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        """What comes of the steps by the rules; it ends before a step that cannot be taken at all."""
        return tuple(taken_by(self.definition, self.now, self.steps))

    @property
    def course(self) -> tuple[Mapping[str, Any], ...]:
        """What comes of the steps by the rules, as plain data."""
        return tuple(came_of(taken) for taken in self.taken)

    def text(self, locale: str = "en") -> str:
        """Return the story for somebody who knows the desk and not the code, in a language of the desk."""
        from supportcore.testing.story.telling import told

        return told(self, locale)

    def to_json(self) -> dict[str, Any]:
        """
        Return it as JSON-safe data, which `from_json` takes.

        The rules and labels of the desk are part of it.
        """
        rules, labels = documents_of(self.definition)
        steps = as_data(self.steps)
        for step, came in zip(steps, self.came or self.course, strict=False):
            step["came"] = dict(came)
        found: dict[str, Any] = {"format": FORMAT, "rule": self.rule, "told": self.told}
        found |= {"system": True} if self.system else {}
        found |= {"now": instant_text(self.now)} | ({"who": dict(self.who)} if self.who else {})
        return found | {"steps": steps, "desk": {"rules": rules, "labels": labels}}


class BrokenRule(AssertionError):
    """
    A rule of a desk was broken; its text is the story.

    Attributes:
        story: How.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        super().__init__(story.text())  # now: what the rules come to may be another thing once a test has ended


def came_of(taken: Taken) -> dict[str, Any]:
    """Return what came of a step as plain data: where the ticket is, what happened, why it was refused."""
    found: dict[str, Any] = {}
    ticket = taken.after.ticket
    if ticket is not None:
        found = {name: value for name in _TOLD if (value := getattr(ticket, name)) not in (None, False)}
        timers = {timer.action: instant_text(timer.due_at) for timer in ticket.timers}
        found |= {"timers": timers} if timers else {}
    if taken.error is not None:
        codes = [reason.code for reason in taken.error.reasons] if isinstance(taken.error, Refused) else []
        found["refused"] = codes or [taken.error.code]
    elif taken.events:
        found["events"] = [type(event).__name__ for event in taken.events]
    return found
