"""The table of the format: what a desk shows, and what stands beside its tickets."""

from __future__ import annotations

from supportcore.authoring.asked import NAME, NAMED
from supportcore.authoring.kinds import (
    FLAG,
    KEY,
    SPAN,
    Condition,
    Entry,
    Exactly,
    ListOf,
    OneOf,
    Table,
    Text,
    Whole,
    rows,
)
from supportcore.definition.accounts import LEAST_PASSWORD, LONGEST_PASSWORD, MOST_ATTEMPTS, AccountPolicy
from supportcore.definition.screens import COLUMNS, FILTERS, SORTED, VIEWS, ListRule
from supportcore.definition.showing import LIMIT
from supportcore.workflow.spans import span_text

_PLAIN, _ACCOUNTS = ListRule(), AccountPolicy()

_HAS = Entry(name="roles", kind=NAMED, told="Who has it.", otherwise="everybody")
LIST = Table(
    title="A list: `[[lists]]`",
    told="A list of tickets; the first is the one that opens.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="where", kind=Condition(), told="Which of the tickets that the actor may see.", otherwise="all"),
        Entry(
            name="columns",
            kind=ListOf(kind=OneOf(tuple(COLUMNS))),
            told="What it shows, in order.",
            default=list(_PLAIN.columns),
        ),
        Entry(
            name="filters",
            kind=ListOf(kind=OneOf(FILTERS)),
            told="What it may be narrowed by, in order.",
            default=list(_PLAIN.filters),
        ),
        Entry(
            name="sort",
            kind=OneOf([f"{sign}{name}" for name in SORTED for sign in ("", "-")]),
            told="Column it is sorted by at first; a `-` before it is descending.",
            default=_PLAIN.sort,
        ),
        Entry(name="limit", kind=Whole(most=LIMIT), told="Rows a page.", default=_PLAIN.limit),
        _HAS,
    ),
    example='[[lists]]\nkey = "mine"\nwhere = { field = "assignee", eq = "@actor.id" }\nsort = "due_at"',
)
CELL = Table(
    title="A box of a board: `[[boards.cells]]`",
    told="Tickets that are counted together.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="where", kind=Condition(), needed=True, told="Which tickets are in it."),
        Entry(name="color", kind=Text(least=0, most=20), told="Its colour.", otherwise="none"),
    ),
)
BOARD = Table(
    title="A board: `[[boards]]`",
    told="Boxes with counts.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="cells", kind=rows(CELL, least=1), needed=True, told="Its boxes."),
        Entry(name="where", kind=Condition(), told="Which tickets it is about.", otherwise="all the actor may see"),
        Entry(name="list", kind=NAME, told="Key of the list that a box opens.", otherwise="the first"),
        Entry(
            name="partition",
            kind=FLAG,
            told="Every ticket is meant to be in exactly one box; `supportcore check` says whether it is.",
            default=False,
        ),
        _HAS,
    ),
)
MENU = Table(
    title="An entry of the menu: `[[menu]]`",
    told="It leads to exactly one of list, form, board, view and host.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="list", kind=NAME, told="Key of the list it leads to."),
        Entry(name="form", kind=NAME, told="Key of the form it leads to."),
        Entry(name="board", kind=NAME, told="Key of the board it leads to."),
        Entry(name="view", kind=OneOf(VIEWS), told="The view it leads to."),
        Entry(name="host", kind=Exactly(True), told="It leads to an address that the host gives by its key."),
        _HAS,
    ),
    one_of=("list", "form", "board", "view", "host"),
)
PAGE = Table(
    title="A ticket's page: `[page]`",
    told="What stands at its head.",
    entries=(
        Entry(
            name="header",
            kind=NAMED,
            told=f"Columns (`{' '.join(COLUMNS)}`) and fields of your own, in order.",
            otherwise="what the desk knows of a ticket",
        ),
    ),
)
QUESTION = Table(
    title="A question: `[[questions]]`",
    told="Something a person is asked on the first screen.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="where", kind=Condition(), told="Which tickets it is asked about.", otherwise="all"),
        Entry(
            name="answers",
            kind=ListOf(kind=Text(called="action"), least=1),
            needed=True,
            told="Actions that answer it, or `rate`, or `decide`.",
        ),
    ),
)
KNOWLEDGE = Table(
    title="The knowledge base: `[knowledge]`",
    told="Who keeps it.",
    entries=(
        Entry(name="write", kind=NAMED, told="Roles of staff that write articles.", otherwise="all of staff"),
        Entry(name="publish", kind=NAMED, told="Roles of staff that publish them.", otherwise="those that write"),
        Entry(name="review_after", kind=SPAN, told="After this, an article is to be looked at.", otherwise="never"),
        Entry(name="folds_ene", kind=FLAG, told="A search takes ñ for n.", default=False),
    ),
)
ACCOUNTS = Table(
    title="Accounts: `[accounts]`",
    told="What accounts ask of people, where the desk keeps any.",
    entries=(
        Entry(
            name="user_name",
            kind=Text(called="pattern"),
            told="What a user name matches as a whole, in small letters.",
            otherwise="any 1 to 64 visible characters",
        ),
        Entry(
            name="invitation",
            kind=SPAN,
            told="How long an invitation holds.",
            default=span_text(_ACCOUNTS.invitation),
        ),
        Entry(
            name="password",
            kind=Whole(least=LEAST_PASSWORD, most=LONGEST_PASSWORD),
            told="Characters of a password at least.",
            default=_ACCOUNTS.password,
        ),
        Entry(
            name="attempts",
            kind=Whole(most=MOST_ATTEMPTS),
            told="Passwords tried in a row before the account is locked.",
            default=_ACCOUNTS.attempts,
        ),
        Entry(name="locked", kind=SPAN, told="For how long, the first time.", default=span_text(_ACCOUNTS.locked)),
        Entry(
            name="must_change",
            kind=FLAG,
            told="A password that somebody else gave has to be changed at the first sign-in.",
            default=_ACCOUNTS.must_change,
        ),
    ),
)
