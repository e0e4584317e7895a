"""
The table of the format: the sections of a definition, in the order in which a document is best read.

Everything that is said of the format elsewhere, for editors and for people, is made from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.authoring import asked, flow, promised, shown
from supportcore.authoring.kinds import KEY, Entry, Exactly, Inner, ListOf, OneOf, Table, Text, inner, rows
from supportcore.definition.forms import TRIAGE
from supportcore.definition.labels import LANGUAGES
from supportcore.definition.model import FORMAT

DESK = Table(
    title="The desk",
    told="The rules of a desk; what people read stands beside it, in a document of labels.",
    entries=(
        Entry(name="format", kind=Exactly(FORMAT), needed=True, told="Of this document."),
        Entry(name="key", kind=KEY, needed=True, told="The desk's key; part of everything stored."),
        Entry(
            name="zone",
            kind=Text(called="name of a time zone"),
            needed=True,
            told='Where the desk lives, such as `"Europe/Madrid"`.',
        ),
        Entry(
            name="languages",
            kind=ListOf(kind=OneOf(LANGUAGES), least=1),
            needed=True,
            told="What it speaks; the first is used where a person's is not known.",
        ),
        Entry(
            name="customer",
            kind=OneOf(("required", "none")),
            needed=True,
            told="Whether a ticket belongs to a customer, or never does.",
        ),
        Entry(name="initial", kind=asked.NAME, needed=True, told="Key of the state a ticket opens in."),
        Entry(
            name="triage",
            kind=ListOf(kind=OneOf(TRIAGE)),
            told="Fields that staff may change later.",
            otherwise="none",
        ),
        Entry(name="roles", kind=rows(asked.ROLE, least=1), needed=True, told="Who there is."),
        Entry(name="vocabularies", kind=asked.VOCABULARIES, told="What is chosen from.", otherwise="none"),
        Entry(
            name="form",
            kind=rows(asked.FIELD, least=1),
            needed=True,
            told="Fields of the form that every desk has, the required `subject` among them.",
        ),
        asked.SLOTS,
        asked.SPAN_OUTSIDE,
        Entry(name="forms", kind=rows(asked.FORM), told="Further forms.", otherwise="none"),
        Entry(name="files", kind=Inner(asked.FILE_SECTION), told="What it takes of files.", otherwise="no files"),
        Entry(name="routing", kind=Inner(flow.ROUTING), told="Where tickets go.", otherwise="nowhere"),
        Entry(
            name="replies",
            kind=flow.REPLIES,
            told="Whom a ticket waits for after that side replied.",
            otherwise="whom it waited for",
        ),
        Entry(name="states", kind=rows(flow.STATE, least=1), needed=True, told="Where a ticket may stand."),
        Entry(name="transitions", kind=rows(flow.TRANSITION), told="The actions.", otherwise="none"),
        Entry(
            name="confirmations",
            kind=rows(flow.CONFIRMATION),
            told="Where the customer is asked whether a ticket is solved.",
            otherwise="nowhere",
        ),
        Entry(name="approvals", kind=rows(flow.APPROVAL), told="Who has to agree.", otherwise="nobody"),
        Entry(name="survey", kind=Inner(flow.SURVEY), told="How solutions are rated.", otherwise="not at all"),
        Entry(name="hold", kind=Inner(flow.HOLD), told="Agreements that do not hold.", otherwise="left to people"),
        Entry(name="merge", kind=Inner(flow.MERGE), told="Tickets that are one.", otherwise="there is no merging"),
        Entry(
            name="moves",
            kind=flow.MOVES,
            told="Where tickets of earlier rules go.",
            otherwise="to the state of the same key",
        ),
        Entry(name="notices", kind=rows(flow.NOTICE), told="Who is told of what.", otherwise="nobody"),
        Entry(name="calendars", kind=rows(promised.CALENDAR), told="Open hours.", otherwise="only `always`"),
        Entry(name="ladders", kind=rows(promised.LADDER), told="Escalation.", otherwise="none"),
        Entry(name="policies", kind=rows(promised.POLICY), told="What is promised of tickets.", otherwise="nothing"),
        Entry(name="levels", kind=Inner(promised.LEVEL), told="How clocks behave.", otherwise="as its keys say"),
        Entry(name="lists", kind=rows(shown.LIST), told="Lists of tickets.", otherwise="one, `tickets`"),
        Entry(name="boards", kind=rows(shown.BOARD), told="Boxes with counts.", otherwise="none"),
        Entry(
            name="menu",
            kind=rows(shown.MENU),
            told="What a front end leads to; an empty list is an empty menu.",
            otherwise="an entry for each of what there is",
        ),
        Entry(name="page", kind=Inner(shown.PAGE), told="The head of a ticket's page.", otherwise="all of it"),
        Entry(name="questions", kind=rows(shown.QUESTION), told="What people are asked.", otherwise="nothing"),
        Entry(name="knowledge", kind=Inner(shown.KNOWLEDGE), told="Who keeps articles.", otherwise="staff"),
        Entry(name="accounts", kind=Inner(shown.ACCOUNTS), told="What accounts ask.", otherwise="as its keys say"),
    ),
    example='format = 1\nkey = "club"\nzone = "Europe/Madrid"\nlanguages = ["en"]\ncustomer = "none"\ninitial = "open"',
)


def tables(root: Table = DESK) -> Iterator[Table]:
    """Yield a table and all that stand in it, each once, in the order of the format."""
    seen: list[Table] = []
    waiting = [root]
    while waiting:
        table = waiting.pop(0)
        if table in seen:
            continue
        seen.append(table)
        yield table
        waiting[:0] = [below for entry in table.entries for below in inner(entry.kind)]
