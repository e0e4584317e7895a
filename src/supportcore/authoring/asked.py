"""The table of the format: who there is, and what is asked."""

from __future__ import annotations

from typing import get_args

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
    Number,
    OneOf,
    Scalar,
    Table,
    Text,
    Whole,
    rows,
)
from supportcore.definition.files import MOST_FILES
from supportcore.definition.forms import TRIAGE
from supportcore.definition.model import FilePolicy
from supportcore.definition.workflow import SIDES
from supportcore.forms.fields import KINDS, Prefill
from supportcore.people.access import COMMANDS, SCOPES
from supportcore.text import KEY_PATTERN, SAFE_INT
from supportcore.workflow.spans import span_text

TICKET = Condition("ticket-condition")
NAMED = ListOf(kind=Text(called="name"))
"""A list of names that are defined elsewhere in the document."""
NAME = Text(called="name")
_FILES = FilePolicy()
_ON_TICKETS = [command for command in COMMANDS if command != "open"]
_TYPES = ListOf(kind=Text(called="media type"))
_COUNT = Whole(most=MOST_FILES)


def when(told: str, kind: Condition) -> Entry:
    """Return the key of a condition that always holds where it is left out."""
    return Entry(name="when", kind=kind, told=told, otherwise="always")


ROLE = Table(
    title="A role: `[[roles]]`",
    told="What the desk lets one kind of actor do; actors bring the roles they have.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name; `system` is the desk itself and no role."),
        Entry(
            name="side",
            kind=OneOf(SIDES),
            needed=True,
            told="The customer's side never sees internal notes; staff does.",
        ),
        Entry(
            name="sees",
            kind=Either((OneOf(tuple(SCOPES)), Condition())),
            needed=True,
            told="Which tickets it sees: those of which it is the contact, of its customers, of its teams, assigned to "
            "it, all, or those that a predicate holds of.",
        ),
        Entry(name="may", kind=ListOf(kind=OneOf(COMMANDS)), told="Commands it may give.", otherwise="none"),
        Entry(
            name="only",
            kind=Names(called="a predicate for each command", names=_ON_TICKETS, kind=Condition()),
            told="Commands of `may` that it may give only where a predicate holds.",
            otherwise="always",
        ),
    ),
    example='[[roles]]\nkey = "agent"\nside = "staff"\nsees = "all"\nmay = ["reply", "note", "assign"]',
)
FIELD = Table(
    title="A field: `[[form]]`",
    told="What a person is asked for; a field that every desk knows (`subject`, `priority` …), or one of your own.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(
            name="kind",
            kind=OneOf([kind for kind in KINDS if kind != "record"]),
            told="What is filled in; a field of your own needs it, one that every desk knows has it already.",
        ),
        Entry(name="source", kind=Text(least=0), told="Vocabulary of your own choice.", otherwise="the key"),
        Entry(name="required", kind=FLAG, told="It must be given, and not only of blanks.", default=False),
        Entry(name="default", kind=Scalar(), told="Taken if nothing is given.", otherwise="none"),
        Entry(name="fixed", kind=FLAG, told="The default, which has to be there, cannot be changed.", default=False),
        Entry(
            name="limit", kind=Whole(), told="Characters of a title or text at most.", otherwise="what the kind takes"
        ),
        Entry(
            name="pattern",
            kind=Text(called="pattern", most=1000),
            told="What a title or text matches as a whole, in what ECMA-262 and Python read alike.",
            otherwise="any text",
        ),
        Entry(name="lines", kind=FLAG, told="The pattern is that of each line of a text.", default=False),
        Entry(name="minimum", kind=Number(size=SAFE_INT), told="The least number.", otherwise="none"),
        Entry(name="maximum", kind=Number(size=SAFE_INT), told="The greatest number.", otherwise="none"),
        Entry(name="whole", kind=FLAG, told="Only whole numbers.", default=False),
        when("It is asked only where this holds of fields before it and of the actor.", Condition("form-condition")),
        Entry(
            name="prefill",
            kind=OneOf(get_args(Prefill)),
            told="What of the person's profile stands in it at first.",
            otherwise="nothing",
        ),
    ),
    example='[[form]]\nkey = "invoice"\nkind = "title"\npattern = "[A-Z]{2}-[0-9]{4}"\nrequired = true',
)
SLOT = Table(
    title="A place for files: `[[slots]]`",
    told="A place in a form where files are handed in; the desk needs the section `[files]`.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name; not that of a field of the form."),
        Entry(name="field", kind=NAME, told="Key of the field it stands beside.", otherwise="none"),
        Entry(name="count", kind=_COUNT, told="Files at most.", otherwise="that of `[files]`"),
        Entry(name="size", kind=Whole(), told="Bytes of one file at most.", otherwise="that of `[files]`"),
        Entry(name="types", kind=_TYPES, told="Media types it takes.", otherwise="those of `[files]`"),
        Entry(name="required", kind=FLAG, told="At least one file must be given.", default=False),
    ),
)
OUTSIDE = Table(
    title="A span outside open hours: `[outside]`",
    told="Two instants of the form whose span must not lie within open hours as a whole, nor in the past.",
    entries=(
        Entry(name="from", kind=NAME, needed=True, told="Key of the required field that says its first instant."),
        Entry(name="until", kind=NAME, needed=True, told="Key of the required field that says its end."),
        Entry(name="calendar", kind=KEY, needed=True, told="Key of the calendar it is checked against."),
    ),
)
SLOTS = Entry(
    name="slots",
    kind=rows(SLOT),
    told="Its places for files; an empty list has none.",
    otherwise="one, `files`, where the desk takes files",
)
SPAN_OUTSIDE = Entry(
    name="outside", kind=Inner(OUTSIDE), told="A span it asks for, outside of open hours.", otherwise="none"
)
FORM = Table(
    title="A further form: `[[forms]]`",
    told="Another way to open a ticket: for an area or a service, or a shorter one.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name; `default` is the one at `[[form]]`."),
        Entry(name="area", kind=NAME, told="Area that it is for; the ticket gets it.", otherwise="any"),
        Entry(name="service", kind=ID, told="Id of the service that it is for; the ticket gets it.", otherwise="any"),
        Entry(name="variant", kind=KEY, told='Such as `"quick"`.', otherwise="the plain one"),
        Entry(
            name="set",
            kind=Names(called="a value for each field", names=TRIAGE, kind=Text(called="text")),
            told="What a ticket opened with it gets without being asked.",
            otherwise="nothing",
        ),
        Entry(name="fields", kind=rows(FIELD, least=1), needed=True, told="What it asks for, the subject among it."),
        SLOTS,
        SPAN_OUTSIDE,
    ),
)
FILE_SECTION = Table(
    title="Files: `[files]`",
    told="What the desk takes of files; it may be empty, and a desk without it takes none.",
    entries=(
        Entry(name="size", kind=Whole(), told="Bytes of one file at most.", default=_FILES.size),
        Entry(name="count", kind=_COUNT, told="Files in one place at most.", default=_FILES.count),
        Entry(name="types", kind=_TYPES, told='Media types, such as `"image/*"`.', otherwise="any"),
        Entry(
            name="keep",
            kind=SPAN,
            told="How long a file waits for a command to take it.",
            default=span_text(_FILES.keep),
        ),
    ),
)
VOCABULARIES = Names(
    called="a list of keys, in rising order, for each vocabulary",
    names=KEY_PATTERN,
    kind=ListOf(kind=KEY, least=1),
)
