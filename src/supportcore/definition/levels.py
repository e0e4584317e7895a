"""
Reading what a desk promises: calendars, ladders, policies, and how clocks behave.

These four parts are a document of their own, hashed and stored apart from the other rules, so that a new holiday or
target leaves the workflow of no ticket behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from supportcore.definition.model import LEVELS
from supportcore.definition.reading import Node, meant
from supportcore.errors import Invalid
from supportcore.predicate import Eq, Fact, In, Ne, Predicate, leaves
from supportcore.sla.calendar import Calendar
from supportcore.sla.policy import (
    AMBER,
    KINDS,
    MATCHED,
    PAUSED_BY,
    REOPENING,
    RETARGETING,
    ClockKind,
    DeadlineRule,
    Policy,
    Rung,
    ServiceLevels,
    Target,
    Told,
)
from supportcore.text import ID_LIMIT
from supportcore.workflow.definition import CATEGORIES, PARTIES

ALWAYS_OPEN = "always"
"""The calendar every desk has: open all the time."""
PROMISED: tuple[ClockKind, ...] = KINDS[:-1]
RECIPIENTS = ("contact", "assignee", "responsible", "team")
"""Whom of a ticket a step of a ladder tells."""
_WAITING = In("category", ("pending", "on_hold"))
_LONGEST = timedelta(days=20 * 365)
"""A target that takes longer than this to pass, by the calendar's week, is a slip of the pen."""
_RIGHT = {
    "window_overlap": " An end before its start is on the next day; windows may touch.",
    "wrong_type": ' Write them as [["09:00", "17:00"]].',
}
"""What a calendar's fault leaves to be said."""


def read_levels(
    root: Node,
    *,
    zone: str,
    known: Mapping[str, tuple[str, ...]],
    canonical: Callable[[Mapping[str, Any]], str],
) -> ServiceLevels | None:
    """
    Return what the desk promises, or None if the document says nothing of it.

    Args:
        root: The whole document.
        zone: The desk's zone, in which calendars live unless they name another.
        known: Values that fields of a ticket can have, by field: vocabularies, states; others are not checked.
        canonical: Makes the text that is hashed and stored.
    """
    said = {key: root.value[key] for key in LEVELS if isinstance(root.value, Mapping) and key in root.value}
    if not said:
        return None
    calendars = _calendars(root.at("calendars"), zone)
    ladders = _ladders(root.at("ladders"), known)
    policies = _policies(root.at("policies"), calendars, ladders, known)
    node = root.at("levels")
    if node.value is not None:
        node.table("pause", "retargeting", "reopening", "grace", "deadline")
    grace = node.at("grace")
    levels = ServiceLevels(
        policies=policies,
        pause=_pause(node.at("pause"), known),
        retargeting=node.at("retargeting").one_of(RETARGETING, "keep"),
        reopening=node.at("reopening").one_of(REOPENING, "resume"),
        grace=timedelta(0) if grace.value is None else grace.span(),
        deadline=_deadline(node.at("deadline"), ladders),
        calendars=calendars,
        digest="",
        document="",
    )
    if root.faults:  # nothing of it is kept, and some of what may stand in a faulty document has no canonical text
        return levels
    document = canonical({**said, "zone": zone})
    return attrs.evolve(levels, digest=hashlib.sha256(document.encode()).hexdigest(), document=document)


# -- calendars ---------------------------------------------------------------------------------------------------------


def _calendars(section: Node, zone: str) -> dict[str, Calendar]:
    found = {ALWAYS_OPEN: Calendar.always()}
    for node in section.each():
        if not node.table("key", "zone", "weekly", "holidays", "overrides", "covered_until", "source"):
            continue
        key = node.at("key").key()
        if key in found:
            told = "is open all the time on every desk" if key == ALWAYS_OPEN else "exists already"
            node.at("key").fault("duplicate", f"calendar {key!r} {told}; choose another name")
        # A faulty calendar is told once, where it stands: targets that count in it go on with one that is always open.
        calendar = _calendar(node, zone) or found[ALWAYS_OPEN]
        if key:
            found.setdefault(key, calendar)
    return found


def _calendar(node: Node, zone: str) -> Calendar | None:
    faults = len(node.faults)
    holidays = {day: name for place in node.at("holidays").each() for day, name in _holiday(place)}
    overrides: dict[date, Any] = {}
    written: dict[str, str] = {"timezone": "zone"}  # where stands what the calendar tells under another path
    for place in node.at("overrides").each():
        if not place.table("date", "windows"):
            continue
        day = _date(place.at("date"))
        if place.at("windows").value is None:
            place.at("windows").fault("missing_key", 'say when it is open: [["09:00", "12:00"]], or [] for closed')
        elif day in overrides:
            place.at("date").fault("duplicate", f"{day} is overridden already; put all its windows in one place")
        elif day is not None:
            overrides[day] = place.at("windows").value
            written[f"overrides.{day}"] = f"overrides{place.path.rpartition('overrides')[2]}.windows"
    covered = node.at("covered_until")
    weekly = {} if node.at("weekly").value is None else node.at("weekly").value
    if not isinstance(weekly, Mapping):
        node.at("weekly").fault("wrong_type", 'expected a table such as { mon = [["09:00", "17:00"]] }')
        return None
    try:
        calendar = Calendar(
            timezone=node.at("zone").text(zone) or zone,
            weekly=weekly,
            holidays=holidays,
            overrides=overrides,
            covered_until=None if covered.value is None else _date(covered),
            source=node.at("source").text(""),
        )
    except Invalid as error:
        for fault in error.faults:
            if fault.path == "timezone" and node.at("zone").value is None:
                continue  # that is the desk's zone, and told there
            path, told = fault.path, fault.text() + _RIGHT.get(fault.code, "")
            for own, here in written.items():
                path, told = path.replace(own, here), told.replace(own, here)
            node.fault(fault.code, told, path)
        return None
    return calendar if len(node.faults) == faults else None


def _holiday(node: Node) -> Iterator[tuple[date, str]]:
    named = isinstance(node.value, Mapping)
    if named and not node.table("date", "name"):
        return
    day = _date(node.at("date") if named else node)
    if day is not None:
        yield day, node.at("name").text("") if named else ""


def _date(node: Node) -> date | None:
    """Return a date, written as one or as ISO text (as which stored rules keep it)."""
    value = node.value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif type(value) is date:
        return value
    node.fault("bad_date", f"expected a date such as 2026-12-24, found {_short(value)}")
    return None


def _short(value: object) -> str:
    """Return a value as a message quotes it."""
    try:
        return repr(str(value)[:60])
    except ValueError:  # an integer of thousands of digits has no text
        return "a huge number"


# -- ladders -----------------------------------------------------------------------------------------------------------


def _ladders(section: Node, known: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Rung, ...]]:
    found: dict[str, tuple[Rung, ...]] = {}
    for node in section.each():
        if not node.table("key", "steps"):
            continue
        key = node.at("key").key()
        if key in found:
            node.at("key").fault("duplicate", f"ladder {key!r} exists already; every ladder has a name of its own")
        rungs: list[Rung] = []
        last = 0  # percent of the last step without a fault
        if not node.at("steps").value:
            node.at("steps").fault("missing_key", 'a ladder has steps: [{ at = 100, tell = ["team"] }]')
        for place in node.at("steps").each():
            if place.table("at", "team", "assignee", "priority", "tell", "channel", "template"):
                faults = len(node.faults)
                rung = _rung(place, known)
                if len(node.faults) == faults:
                    if rung.percent <= last:
                        told = f"{rung.percent} % after {last} %; steps stand in rising order"
                        place.at("at").fault("wrong_order", told)
                    last = rung.percent
                rungs.append(rung)
        found.setdefault(key, tuple(rungs))
    return found


def _rung(node: Node, known: Mapping[str, tuple[str, ...]]) -> Rung:
    percent = _percent(node.at("at"), 1_000)
    if node.at("at").value is None:
        node.at("at").fault("missing_key", "say at how many percent of the target it is taken: at = 100")
    priority = node.at("priority").given()
    if priority is not None and "priority" in known and priority not in known["priority"]:
        node.at("priority").fault("unknown_priority", f"no priority {priority!r}{meant(priority, known['priority'])}")
        priority = None
    tell = tuple(told for place in node.at("tell").each() for told in _told(place))
    team, assignee = node.at("team").given(limit=ID_LIMIT), node.at("assignee").given(limit=ID_LIMIT)
    if not any(node.at(key).value for key in ("tell", "team", "assignee", "priority")):
        node.fault("empty", "this step changes nothing and tells nobody: give it team, assignee, priority or tell")
    return Rung(
        percent=percent or 100,
        team=team,
        assignee=assignee,
        priority=priority,
        tell=tell,
        channel=node.at("channel").key("in_app") or "in_app",
        template=node.at("template").key("escalated") or "escalated",
    )


def _told(node: Node) -> Iterator[Told]:
    named, _, id_ = node.value.partition(":") if isinstance(node.value, str) else ("", "", "")
    if id_ and named in ("team", "agent"):
        if len(id_) <= ID_LIMIT:
            yield Told(role=named, id=id_)
            return
    elif not id_ and named in RECIPIENTS:
        yield Told(role=named)
        return
    options = f'one of {", ".join(RECIPIENTS)}, or somebody by name: "team:ID", "agent:ID"'
    node.fault("unknown_recipient", f"expected {options}; found {_short(node.value)}")


# -- policies ----------------------------------------------------------------------------------------------------------


def _policies(
    section: Node,
    calendars: Mapping[str, Calendar],
    ladders: Mapping[str, tuple[Rung, ...]],
    known: Mapping[str, tuple[str, ...]],
) -> tuple[Policy, ...]:
    found: list[Policy] = []
    everything: str | None = None
    for node in section.each():
        if not node.table("key", "when", *PROMISED):
            continue
        key = node.at("key").key()
        if any(policy.key == key for policy in found):
            node.at("key").fault("duplicate", f"policy {key!r} exists already; every policy has a name of its own")
        if everything is not None:
            node.fault("unreachable_policy", f"{everything!r} before it takes every ticket; put that one last")
        when = _asks(node.at("when"), MATCHED, known)
        if node.at("when").value is None:
            everything = key
        targets = tuple(
            (kind, target)
            for kind in PROMISED
            if node.at(kind).value is not None and (target := _target(node.at(kind), calendars, ladders)) is not None
        )
        if not any(node.at(kind).value is not None for kind in PROMISED):
            node.fault("missing_key", f"a policy promises at least one of {', '.join(PROMISED)}")
        found.append(Policy(key=key or "policy", when=when, targets=targets))
    return tuple(found)


def _target(node: Node, calendars: Mapping[str, Calendar], ladders: Mapping[str, tuple[Rung, ...]]) -> Target | None:
    if not node.table("within", "calendar", "amber", "pauses", "ladder"):
        return None
    within = node.at("within").span()
    name = node.at("calendar").text() if node.at("calendar").value is not None else ""
    if node.at("calendar").value is None:
        told = f'say in which calendar it counts: "{ALWAYS_OPEN}" for calendar time, or one of [[calendars]]'
        node.at("calendar").fault("missing_key", told)
    if name and name not in calendars:
        node.at("calendar").fault("unknown_calendar", f"no calendar {name!r}{meant(name, calendars)}")
    calendar = calendars.get(name, calendars[ALWAYS_OPEN])
    week = calendar.open_in_a_week
    if not week:
        told = f"{name!r} is never open in its week, so this target would never be reached; give it weekly windows"
        node.at("calendar").fault("never_open", told)
    elif within / week > _LONGEST / timedelta(days=7):
        hours = week / timedelta(hours=1)
        told = f"{node.at('within').value!r} would take more than 20 years in {name!r}, open {hours:g} h a week"
        node.at("within").fault("target_too_long", told)
    return Target(
        within=within,
        calendar=calendar,
        amber=_percent(node.at("amber"), 99) or AMBER,
        pauses=node.at("pauses").flag(True),
        ladder=_ladder(node.at("ladder"), ladders),
    )


def _deadline(node: Node, ladders: Mapping[str, tuple[Rung, ...]]) -> DeadlineRule:
    if node.value is None or not node.table("amber", "pauses", "ladder"):
        return DeadlineRule()
    return DeadlineRule(
        amber=_percent(node.at("amber"), 99) or AMBER,
        pauses=node.at("pauses").flag(),
        ladder=_ladder(node.at("ladder"), ladders),
    )


def _ladder(node: Node, ladders: Mapping[str, tuple[Rung, ...]]) -> tuple[Rung, ...]:
    name = node.given()
    if name is not None and name not in ladders:
        node.fault("unknown_ladder", f"no ladder {name!r}{meant(name, ladders)}")
    return ladders.get(name or "", ())


def _percent(node: Node, most: int) -> int | None:
    found = node.number()
    if found is not None and found > most:
        node.fault("out_of_range", f"{found} is no share between 1 and {most} percent")
        return None
    return found


# -- predicates --------------------------------------------------------------------------------------------------------


def _pause(node: Node, known: Mapping[str, tuple[str, ...]]) -> Predicate:
    if node.value is None:
        return _WAITING
    return _asks(node, PAUSED_BY, {**known, "category": CATEGORIES, "waiting_on": PARTIES})


def _asks(node: Node, fields: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> Predicate:
    """Return the predicate at *node*, which may ask about *fields* only, by values that exist."""
    predicate = node.predicate()
    for leaf in leaves(predicate):
        name = leaf.field
        if name not in fields:
            node.fault("unexpected_field", f"{name!r} cannot be asked here; there are {', '.join(fields)}")
            continue
        values: tuple[Any, ...] = ()
        if isinstance(leaf, (Eq, Ne)):
            values = (leaf.value,)
        elif isinstance(leaf, In):
            values = leaf.values if isinstance(leaf.values, tuple) else (leaf.values,)
        for value in values:
            if isinstance(value, Fact):
                node.fault("unexpected_field", f"{value.name!r} is of whoever looks; service levels are the ticket's")
            elif name in known and value not in known[name]:
                node.fault(f"unknown_{name}", f"no {name} {_short(value)}{meant(str(value), known[name])}")
    return predicate
