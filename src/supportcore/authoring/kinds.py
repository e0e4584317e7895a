"""The kinds of values that a definition is made of, as data; `schema` and `reference` tell what each of them means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from supportcore.definition.reading import SPAN_PATTERN
from supportcore.text import ID_LIMIT, KEY_PATTERN, TITLE_LIMIT


@attrs.frozen(kw_only=True)
class Text:
    """A text; *called* is what it is in words."""

    called: str = "text"
    least: int = 1
    most: int = TITLE_LIMIT
    pattern: str = ""


@attrs.frozen
class OneOf:
    """One of some words."""

    options: Sequence[str]


@attrs.frozen(kw_only=True)
class Whole:
    """A whole number."""

    least: int = 1
    most: int | None = None


@attrs.frozen(kw_only=True)
class Number:
    """Any number of a size."""

    size: int


@attrs.frozen
class Flag:
    """True or false."""


@attrs.frozen
class Exactly:
    """One value and no other."""

    value: int | str | bool


@attrs.frozen
class Scalar:
    """A text, a number, or true or false."""


@attrs.frozen
class Condition:
    """A predicate; *reading* is the name of what it may read, see `supportcore.authoring.conditions`."""

    reading: str = "condition"


@attrs.frozen(kw_only=True)
class ListOf:
    """A list; of words each stands in it once."""

    kind: Kind
    least: int = 0
    most: int | None = None
    once: bool = True


@attrs.frozen
class Either:
    """One of several kinds."""

    kinds: tuple[Kind, ...]


@attrs.frozen
class Inner:
    """A table in the place of a value."""

    table: Table


@attrs.frozen(kw_only=True)
class Names:
    """
    A table whose keys are names.

    Attributes:
        called: What it is in words.
        names: What a name may be: some words, a pattern, or None for anything.
        kind: Of what stands below each.
    """

    called: str
    names: Sequence[str] | str | None
    kind: Kind


Kind = Text | OneOf | Whole | Number | Flag | Exactly | Scalar | Condition | ListOf | Either | Inner | Names


@attrs.frozen(kw_only=True)
class Entry:
    """
    One key of a table.

    Attributes:
        told: What it says, in a sentence.
        needed: The loader refuses a table without it.
        default: What counts where it is left out, as TOML has it; None for nothing.
        otherwise: What counts then, in words, where it is no single value.
    """

    name: str
    kind: Kind
    told: str
    needed: bool = False
    default: Any = None
    otherwise: str = ""


@attrs.frozen(kw_only=True)
class Table:
    """
    A table with keys that are known.

    Attributes:
        title: Its heading in the reference.
        told: What it is about.
        one_of: Keys of which it has exactly one.
        any_of: Keys of which it has at least one.
        example: TOML, in a few lines; or empty.
    """

    title: str
    told: str
    entries: tuple[Entry, ...]
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    example: str = ""


KEY = Text(called="key", pattern=KEY_PATTERN)
ID = Text(called="id", most=ID_LIMIT)
SPAN = Text(called='span such as `"72h"`', pattern=SPAN_PATTERN)
FLAG = Flag()


def rows(table: Table, *, least: int = 0) -> ListOf:
    """Return the kind of a list of tables."""
    return ListOf(kind=Inner(table), least=least, once=False)


def inner(kind: Kind) -> tuple[Table, ...]:
    """Return the tables that a value of a kind holds."""
    match kind:
        case Inner(table):
            return (table,)
        case ListOf() | Names():
            return inner(kind.kind)
        case Either(kinds):
            return tuple(table for one in kinds for table in inner(one))
        case _:
            return ()


def anchor(title: str) -> str:
    """
    Return the name by which a page links to a heading.

    >>> anchor("A step of a ladder: `[[ladders.steps]]`")
    'a-step-of-a-ladder-ladderssteps'
    """
    kept = (char for char in title.lower() if char.isalnum() or char in " -_")
    return "".join(kept).replace(" ", "-")
