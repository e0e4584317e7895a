"""What was promised to tickets, and how it stands: clocks and lights, as of any instant."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import AnyOf, Missing, Predicate, Range, both
from supportcore.sla.clocks import LIGHTS, TICK, Clock, ClockState, Light, elapsed_at
from supportcore.sla.words import CLOCK_LABELS, LIGHT_LABELS
from supportcore.tickets.draft import Draft
from supportcore.tickets.timekeeping import target_of


@attrs.frozen(kw_only=True)
class Promise:
    """
    One clock of a ticket as it stands at an instant.

    Attributes:
        kind: ``first_response``, ``next_response``, ``resolution`` or ``deadline``.
        label: What it is called, in the actor's language.
        policy: Key of the policy that promised it; None for a deadline set by hand.
        elapsed: Open time used up.
        remaining: Open time left; negative once more than the target has passed.
        due_at: When the target is used up; None while paused.
        met: Whether it was kept; None as long as that is open.
        uncertain: It is due beyond the days for which holidays are known.
    """

    kind: str
    label: str
    policy: str | None
    state: ClockState
    light: Light
    light_label: str
    target: timedelta
    elapsed: timedelta
    remaining: timedelta
    due_at: datetime | None
    met: bool | None
    uncertain: bool


def promises(draft: Draft, *, at: datetime, locale: str) -> tuple[Promise, ...]:
    """Return the clocks of a ticket that was advanced to *at*."""
    return tuple(_promise(draft, clock, at, locale) for clock in draft.ticket.clocks if clock.state != "removed")


def _promise(draft: Draft, clock: Clock, at: datetime, locale: str) -> Promise:
    spanish = draft.desk.labels.language(locale) == "es"
    elapsed = elapsed_at(clock, target_of(draft.levels, clock).calendar, at)
    light = clock.light(at)
    return Promise(
        kind=clock.kind,
        label=CLOCK_LABELS[clock.kind][spanish],
        policy=clock.policy,
        state=clock.state,
        light=light,
        light_label=light_words(draft.desk, light, locale),
        target=clock.target,
        elapsed=elapsed,
        remaining=clock.target - elapsed,
        due_at=clock.due_at,
        met=False if clock.breached_at is not None else True if clock.met else None,
        uncertain=clock.uncertain,
    )


def light_words(desk: Definition, light: Light, locale: str) -> str:
    """Return what a desk calls a light."""
    language = desk.labels.language(locale)
    told, _ = desk.labels.entries.get(("vocabularies.light", light, language), ("", ""))
    return told or LIGHT_LABELS[light][language == "es"]


def light_is(light: object, at: datetime) -> Predicate:
    """
    Return the condition of tickets that show *light* at *at*, an instant not before they last changed.

    Raises:
        Invalid: There is no such light.
    """
    if light not in LIGHTS:
        raise Invalid(Fault("light", "not_an_option", facts(options=", ".join(LIGHTS))))
    after = at + TICK

    def come(field: str) -> Predicate:
        return Range(field, None, after)

    def not_come(field: str) -> Predicate:
        return AnyOf((Missing(field), Range(field, after, None)))

    match light:
        case "red":
            return come("red_at")
        case "amber":
            return both(come("amber_at"), not_come("red_at"))
        case "green":
            return both(come("green_at"), not_come("amber_at"), not_come("red_at"))
    return not_come("green_at")
