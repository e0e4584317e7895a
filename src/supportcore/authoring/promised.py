"""The table of the format: what a desk promises."""

from __future__ import annotations

from supportcore.authoring.asked import NAME
from supportcore.authoring.kinds import (
    FLAG,
    ID,
    KEY,
    SPAN,
    Condition,
    Either,
    Entry,
    Inner,
    ListOf,
    Names,
    OneOf,
    Table,
    Text,
    Whole,
    rows,
)
from supportcore.definition.levels import ALWAYS_OPEN, PROMISED, RECIPIENTS
from supportcore.sla.policy import AMBER, REOPENING, RETARGETING
from supportcore.sla.windows import WEEKDAYS
from supportcore.text import ID_LIMIT

# ISO 8601 as Python reads it: what stored rules keep may be written without dashes, or by weeks.
DATE = Text(called="date", pattern="[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[1-7])?)")
_WINDOW = ListOf(kind=Text(called="time", pattern="[0-9]{2}:[0-5][0-9](?::[0-5][0-9])?"), least=2, most=2, once=False)
WINDOWS = ListOf(kind=_WINDOW, once=False)
_PERCENT = Whole(most=99)

HOLIDAY = Table(
    title="A holiday: `[[calendars.holidays]]`",
    told="A date on which no window starts.",
    entries=(
        Entry(name="date", kind=DATE, needed=True, told="The date, such as `2026-12-25`."),
        Entry(name="name", kind=Text(least=0), told="What people call it.", otherwise="none"),
    ),
)
OVERRIDE = Table(
    title="An exception: `[[calendars.overrides]]`",
    told="A date with windows of its own.",
    entries=(
        Entry(name="date", kind=DATE, needed=True, told="The date."),
        Entry(name="windows", kind=WINDOWS, needed=True, told="They start on it instead; an empty list is closed."),
    ),
)
CALENDAR = Table(
    title="A calendar: `[[calendars]]`",
    told=f"Open hours; every desk has `{ALWAYS_OPEN}`, which never closes.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="zone", kind=Text(least=0), told="Name of its time zone.", otherwise="the desk's"),
        Entry(
            name="weekly",
            kind=Names(called="windows by weekday", names=WEEKDAYS, kind=WINDOWS),
            told="When it opens and closes; an end before its start is on the next day.",
            otherwise="closed",
        ),
        Entry(
            name="holidays",
            kind=ListOf(kind=Either((DATE, Inner(HOLIDAY))), once=False),
            told="Dates on which no window starts.",
            otherwise="none",
        ),
        Entry(name="overrides", kind=rows(OVERRIDE), told="Dates with windows of their own.", otherwise="none"),
        Entry(name="covered_until", kind=DATE, told="Last date for which exceptions were looked up."),
        Entry(name="source", kind=Text(least=0), told="Where exceptions come from, for people.", otherwise="none"),
    ),
    example='[[calendars]]\nkey = "office"\n[calendars.weekly]\nmon = [["09:00", "14:00"], ["15:00", "18:00"]]\n'
    'fri = [["09:00", "15:00"]]',
)
STEP = Table(
    title="A step of a ladder: `[[ladders.steps]]`",
    told="What changes and who is told once so much of the target is used up.",
    entries=(
        Entry(name="at", kind=Whole(most=1000), needed=True, told="Percent of the target."),
        Entry(name="team", kind=ID, told="Team that the ticket then has.", otherwise="as it is"),
        Entry(name="assignee", kind=ID, told="Who then works on it.", otherwise="as it is"),
        Entry(name="priority", kind=NAME, told="Priority that it then has.", otherwise="as it is"),
        Entry(
            name="tell",
            kind=ListOf(
                kind=Text(
                    called=f'`{" ".join(RECIPIENTS)}`, `"team:ID"` or `"agent:ID"`',
                    pattern=f"{'|'.join(RECIPIENTS)}|(?:team|agent):[^\\u0000]{{1,{ID_LIMIT}}}",
                ),
                once=False,
            ),
            told="Who is told.",
            otherwise="nobody",
        ),
        Entry(name="channel", kind=KEY, told="How they are told.", default="in_app"),
        Entry(name="template", kind=KEY, told="By which template.", default="escalated"),
    ),
    any_of=("tell", "team", "assignee", "priority"),
)
LADDER = Table(
    title="A ladder: `[[ladders]]`",
    told="What happens while a target is used up.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="steps", kind=rows(STEP, least=1), needed=True, told="In rising order."),
    ),
    example='[[ladders]]\nkey = "usual"\nsteps = [{ at = 100, team = "leads", tell = ["team"] }]',
)
_AMBER = Entry(name="amber", kind=_PERCENT, told="Percent of it at which the light turns amber.", default=AMBER)
_LADDER = Entry(name="ladder", kind=NAME, told="Key of a ladder.", otherwise="none")
TARGET = Table(
    title="A target: `[policies.first_response]`",
    told="How much time may pass.",
    entries=(
        Entry(name="within", kind=SPAN, needed=True, told="How much open time may pass; a day is 24 open hours."),
        Entry(name="calendar", kind=NAME, needed=True, told=f"Key of the calendar it counts in, or `{ALWAYS_OPEN}`."),
        _AMBER,
        Entry(name="pauses", kind=FLAG, told="It stands still while the ticket is held.", default=True),
        _LADDER,
    ),
)
POLICY = Table(
    title="A policy: `[[policies]]`",
    told="What is promised of which tickets; the first that fits is the ticket's.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(
            name="when",
            kind=Condition("matched-condition"),
            told="A predicate; the one without it takes every ticket and stands last.",
            otherwise="always",
        ),
        *(
            Entry(name=kind, kind=Inner(TARGET), told=f"The target of the {kind.replace('_', ' ')}.", otherwise="none")
            for kind in PROMISED
        ),
    ),
    any_of=PROMISED,
    example='[[policies]]\nkey = "usual"\nfirst_response = { within = "4h", calendar = "office" }',
)
DEADLINE = Table(
    title="Deadlines: `[levels.deadline]`",
    told="How a deadline behaves that a person sets.",
    entries=(
        _AMBER,
        Entry(name="pauses", kind=FLAG, told="It stands still while the ticket is held.", default=False),
        _LADDER,
    ),
)
LEVEL = Table(
    title="Clocks: `[levels]`",
    told="How clocks behave.",
    entries=(
        Entry(
            name="pause",
            kind=Condition("pause-condition"),
            told="While it holds, clocks stand still.",
            otherwise="while the category is `pending` or `on_hold`",
        ),
        Entry(
            name="retargeting",
            kind=OneOf(RETARGETING),
            told="What becomes of time already used when the target changes.",
            default="keep",
        ),
        Entry(
            name="reopening",
            kind=OneOf(REOPENING),
            told="What the resolution does when a solved ticket is open again.",
            default="resume",
        ),
        Entry(name="grace", kind=SPAN, told="Within this, it resumes in any case.", otherwise="none"),
        Entry(name="deadline", kind=Inner(DEADLINE), told="Deadlines that people set.", otherwise="as its keys say"),
    ),
)
