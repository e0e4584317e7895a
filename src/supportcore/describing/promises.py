"""What a desk promises: policies with their targets, calendars, ladders, and how clocks behave."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, heading, table
from supportcore.describing.teller import Teller
from supportcore.predicate import ALWAYS
from supportcore.sla.calendar import Calendar
from supportcore.sla.policy import ClockKind, Policy, Rung, ServiceLevels, Told
from supportcore.sla.words import CLOCK_LABELS


def promises(t: Teller) -> Lines:
    """Yield the service levels of a desk; nothing for one that promises nothing."""
    levels = t.desk.levels
    if levels is None:
        return
    yield from heading(2, t.say("What is promised", "Qué se promete"))
    for policy in levels.policies:
        where = t.say("every ticket", "todos los tickets")
        if policy.when != ALWAYS:
            where = t.say("tickets where ", "tickets donde ") + t.condition(policy.when)
        yield from heading(3, code(policy.key))
        yield t.say(f"For {where}.", f"Para {where}.")
        yield from _targets(t, levels, policy)
    if len(levels.policies) > 1:
        yield t.say(
            "The first policy that holds is the ticket's.", "La primera política que se cumple es la del ticket."
        )
    yield from bullets(_behaviour(t, levels))
    yield from _calendars(t, levels)


def _targets(t: Teller, levels: ServiceLevels, policy: Policy) -> Lines:
    yield from table(
        (
            t.say("clock", "reloj"),
            t.say("within", "en"),
            t.say("calendar", "calendario"),
            t.say("due soon at", "por vencer al"),
            t.say("holds", "en espera"),
        ),
        (
            (
                clock_told(t, kind),
                t.span(target.within),
                _calendar(levels, target.calendar),
                f"{target.amber} %",
                t.say("pauses", "se detiene") if target.pauses else t.say("runs on", "sigue"),
            )
            for kind, target in policy.targets
        ),
    )
    for kind, target in policy.targets:
        yield from _ladder(t, clock_told(t, kind), target.ladder)


def clock_told(t: Teller, kind: ClockKind) -> str:
    """Return what a clock is called."""
    return t.say(*CLOCK_LABELS[kind])


def _calendar(levels: ServiceLevels, wanted: Calendar) -> str:
    return next((code(name) for name, known in levels.calendars.items() if known is wanted), "")


def _ladder(t: Teller, clock: str, rungs: tuple[Rung, ...]) -> Lines:
    """Yield what happens at which share of a target."""
    yield from bullets(f"{clock}, {rung.percent} %: {'; '.join(_changes(t, rung))}" for rung in rungs)


def _changes(t: Teller, rung: Rung) -> Iterator[str]:
    if rung.team is not None:
        yield t.say(f"goes to the team {code(rung.team)}", f"pasa al equipo {code(rung.team)}")
    if rung.assignee is not None:
        yield t.say(f"is assigned to {code(rung.assignee)}", f"se asigna a {code(rung.assignee)}")
    if rung.priority is not None:
        priority = t.options("priority", [rung.priority])
        yield t.say(f"has the priority {priority}", f"pasa a la prioridad {priority}")
    if rung.tell:
        people = ", ".join(_told(t, one) for one in rung.tell)
        how = f"{code(rung.channel)}, {code(rung.template)}"
        yield t.say(f"tells {people} ({how})", f"avisa: {people} ({how})")


def _told(t: Teller, one: Told) -> str:
    name = t.word(words.RECIPIENTS, one.role)
    return name if one.id is None else f"{name} {code(one.id)}"


def _behaviour(t: Teller, levels: ServiceLevels) -> Iterator[str]:
    """Yield how clocks behave."""
    held = t.condition(levels.pause)
    yield t.say(f"A ticket is held where {held}", f"Un ticket está en espera donde {held}")
    if levels.policies:
        retargeting = t.word(words.RETARGETING, levels.retargeting)
        yield t.say(f"Under another target, {retargeting}", f"Con otro objetivo, {retargeting}")
        reopening = t.word(words.REOPENING, levels.reopening)
        yield t.say(
            f"Where a solved ticket is opened again, {reopening}", f"Si un ticket solucionado se reabre, {reopening}"
        )
    if levels.grace:
        grace = t.span(levels.grace)
        yield t.say(
            f"Within {grace} after it was solved its clock goes on", f"En las {grace} tras solucionarse su reloj sigue"
        )
    rule = levels.deadline
    runs = t.say("stands still", "se detiene") if rule.pauses else t.say("runs on", "sigue")
    yield t.say(
        f"A deadline that is set by hand is due soon at {rule.amber} % and {runs} while the ticket is held",
        f"Un plazo fijado a mano está por vencer al {rule.amber} % y {runs} mientras el ticket está en espera",
    )
    for rung in rule.ladder:
        yield f"{clock_told(t, 'deadline')}, {rung.percent} %: {'; '.join(_changes(t, rung))}"


def _calendars(t: Teller, levels: ServiceLevels) -> Lines:
    """Yield the calendars that targets count in."""
    named = {name: known for name, known in levels.calendars.items() if name in _used(levels)}
    if not named:
        return
    yield from heading(3, t.say("Calendars", "Calendarios"))
    yield from bullets(f"{code(name)}: {'; '.join(_hours(t, calendar))}" for name, calendar in named.items())


def _used(levels: ServiceLevels) -> set[str]:
    wanted = [target.calendar for policy in levels.policies for _, target in policy.targets]
    return {name for name, known in levels.calendars.items() if any(known is one for one in wanted)}


def _hours(t: Teller, calendar: Calendar) -> Iterator[str]:
    """Yield when a calendar is open."""
    if calendar is Calendar.always():
        yield t.say("all the time", "todo el tiempo")
        return
    yield code(calendar.timezone)
    for day, windows in calendar.weekly:
        hours = ", ".join("-".join(window) for window in windows)
        yield f"{t.word(words.WEEKDAYS, day)} {hours}"
    for count, english, spanish in (
        (len(calendar.holidays), "holidays", "festivos"),
        (len(calendar.overrides), "days with hours of their own", "días con horario propio"),
    ):
        if count:
            yield t.say(f"{english}: {count}", f"{spanish}: {count}")
    if calendar.covered_until is not None:
        known = calendar.covered_until.isoformat()
        yield t.say(f"known until {known}", f"conocido hasta {known}")
