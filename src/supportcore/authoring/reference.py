"""The reference of the definition format, as Markdown; made from the same table as the schema for editors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from supportcore.authoring.conditions import READINGS
from supportcore.authoring.kinds import (
    Condition,
    Either,
    Entry,
    Exactly,
    Flag,
    Inner,
    Kind,
    ListOf,
    Names,
    Number,
    OneOf,
    Scalar,
    Table,
    Text,
    Whole,
    anchor,
)
from supportcore.authoring.labels import LABELS
from supportcore.authoring.schema import DESK_SCHEMA, LABELS_SCHEMA
from supportcore.authoring.spelling import value_text
from supportcore.authoring.table import tables
from supportcore.definition.labels import LIMIT
from supportcore.describing.page import Lines, fenced, heading, joined, table
from supportcore.predicate import FORM

_HEAD = f"""# The definition format

Every section and key of a desk's two documents, with kind, default and meaning; [definition.md](definition.md) tells
how they work together. `supportcore schema --reference FILE` writes this page; the [schemas](cli.md#schema) for
editors, `{DESK_SCHEMA}` and `{LABELS_SCHEMA}`, are made from the same table.

Keys in bold have to be there. A *key* is 1 to 40 of `a-z 0-9 _ -`; a *name* is a key that stands elsewhere in the
document; an *id* is what a host calls something, in up to 64 characters; a *span* is a whole number with `ms`, `s`,
`m`, `h` or `d`; a *date* is one of TOML, such as `2026-12-25`. A table is written in line or below a heading of its
own, `[routing]`; so is a list of tables, `[[roles]]`.
"""
_PREDICATES = """\
```text
{ all = [ … ] }     { any = [ … ] }                       every one; at least one (none of nothing)
{ field = "state", eq = "open" }                          equal; never true of a missing value
{ field = "assignee", ne = "@actor.id" }                  not equal, and true of a missing value
{ field = "priority", in = ["high", "urgent"] }           one of
{ field = "customer", in = "@actor.customers" }           one of a set of the actor
{ field = "number", range = { from = 10, before = 20 } }  from the one on, before the other
{ field = "@actor.roles", has = "manager" }               a set of the actor holds the value
{ field = "assignee", missing = true }                    there is no value; false: there is one
```

What a predicate may read depends on where it stands:"""
_TEXTS = (
    "Each entry is a table: `label` is what the thing is called; `help` is a sentence that helps people, needed of "
    "states and of fields that the desk asks for; templates have a `body` instead of `help`, and need it. Each of them "
    f"is a table of texts by language, of up to {LIMIT:,} characters."
)


def reference() -> str:
    """Return the page, which ends in a line break."""
    return joined(
        (*_HEAD.splitlines(), *(line for table in tables() for line in _section(table)), *_predicates(), *_labels())
    )


def _section(section: Table) -> Lines:
    rules = [f"Exactly one of {_words(section.one_of)}."] if section.one_of else []
    rules += [f"At least one of {_words(section.any_of)}."] if section.any_of else []
    yield from heading(2, section.title)
    yield " ".join([section.told, *rules])
    yield from table(("key", "kind", "if left out", "meaning"), map(_row, section.entries))
    if section.example:
        yield from fenced("toml", section.example)


def _row(entry: Entry) -> tuple[str, str, str, str]:
    name = f"**`{entry.name}`**" if entry.needed else f"`{entry.name}`"
    default = f"`{value_text(entry.default)}`" if entry.default is not None else entry.otherwise
    return name, kind_told(entry.kind), "" if entry.needed else default, entry.told


def _predicates() -> Lines:
    yield from heading(2, "Predicates")
    yield from _PREDICATES.splitlines()
    rows = []
    for name, reading in READINGS.items():
        said = ["`form.` and the key of a field before it"] if reading.said else []
        paths = _words([path for path in reading.fields if not path.startswith(FORM)])
        rows.append((_words([name]), reading.told, ", ".join([*said, paths])))
    yield from table(("kind", "what it is about", "what it reads"), rows)


def _labels() -> Lines:
    yield from heading(2, LABELS.title)
    yield f"{LABELS.told} {_TEXTS}"
    yield from table(("section", "what it names"), [(_words([entry.name]), entry.told) for entry in LABELS.entries])
    yield from fenced("toml", LABELS.example)


def kind_told(kind: Kind) -> str:
    """Return a kind in words, as Markdown."""
    match kind:
        case Text():
            return kind.called
        case OneOf(options):
            return _words(options) if len(options) > 1 else f"only {_words(options)}"
        case Whole():
            return f"whole number from {kind.least:,}" if kind.most is None else f"{kind.least:,} to {kind.most:,}"
        case Number():
            return "number"
        case Flag():
            return _words(["true", "false"])
        case Exactly(value):
            return f"`{value_text(value)}`"
        case Scalar():
            return "text, number, `true` or `false`"
        case Condition(reading):
            return f"[{reading}](#predicates)"
        case ListOf():
            several = isinstance(kind.kind, OneOf)
            return f"list{' of' if several else ':'} {kind_told(kind.kind)}"
        case Either(kinds):
            return ", or ".join(map(kind_told, kinds))
        case Inner(inner):
            return f"[table](#{anchor(inner.title)})"
        case Names():
            fixed = not (kind.names is None or isinstance(kind.names, str))
            listed = f" ({_words(kind.names)})" if fixed and kind.names is not None else ""
            return f"table: {kind.called}{listed}"
        case _:
            assert_never(kind)


def _words(options: Sequence[str]) -> str:
    return f"`{' '.join(options)}`"
