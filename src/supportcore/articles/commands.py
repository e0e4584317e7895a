"""
What people ask for who keep the knowledge base.

As with tickets, a command has a `command_id`, and the same id with the same content returns the first receipt. Whoever
tells which version he saw is refused where the article has moved on since.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from supportcore import text
from supportcore.errors import Fault, Invalid, facts

Value = str | bool | None | tuple[str, ...]
Fields = tuple[tuple[str, Value], ...]
"""What is said of an article: pairs of field and value, sorted by field."""
LISTS = ("products", "services", "tags")
"""Fields that hold several values."""
FIELDS = ("title", "body", "language", "visibility", "customer", "category", "translation_of", *LISTS)
"""Fields of an article that people fill in."""
MOST_VALUES = 100
"""Values of one field, at most."""


def as_fields(values: object) -> Fields:
    """
    Convert a mapping into sorted pairs, lists into sorted tuples.

    Raises:
        Invalid: A field that articles have not, or no text or list of ids where one is due; all such faults at once.
    """
    if isinstance(values, tuple):
        values = dict(values)
    if not isinstance(values, Mapping):
        told = facts(expected="a mapping of fields to values", expected_es="un objeto de campos y valores")
        raise Invalid(Fault("", "wrong_type", told))
    pairs: list[tuple[str, Value]] = []
    faults: list[Fault] = []
    for key, value in values.items():
        if key not in FIELDS:
            faults.append(Fault(str(key)[:40], "unknown_field"))
        elif key in LISTS:
            fault = _list_fault(value, key)
            faults.append(fault) if fault else pairs.append((key, tuple(sorted(set(value)))))
        elif value is None or isinstance(value, str):
            pairs.append((key, value))
        else:
            faults.append(Fault(key, "wrong_type", facts(expected="text", expected_es="texto")))
    if faults:
        raise Invalid(*faults)
    return tuple(sorted(pairs))


def _list_fault(value: object, key: str) -> Fault | None:
    if not isinstance(value, (list, tuple, set, frozenset)):
        return Fault(key, "wrong_type", facts(expected="a list of ids", expected_es="una lista de identificadores"))
    if len(value) > MOST_VALUES:
        return Fault(key, "too_long", facts(limit=MOST_VALUES, unit="values", unit_es="valores"))
    return next((fault for each in value if (fault := text.id_fault(each, key))), None)


@attrs.frozen(kw_only=True)
class WriteArticle:
    """
    Begin an article, as a draft.

    Attributes:
        article: Its id; one that follows from the command's if empty.
        origin: Id of the resolved ticket it is made of.
    """

    command_id: str = text.host_id()
    article: str = text.title("")
    fields: Fields = attrs.field(converter=as_fields)
    origin: str | None = text.host_id(None)


@attrs.frozen(kw_only=True)
class ReviseArticle:
    """Change what an article says. Absent keeps, null takes away."""

    command_id: str = text.host_id()
    article: str = text.host_id()
    fields: Fields = attrs.field(converter=as_fields)
    comment: str = text.body("")
    seen_version: int | None = text.seen_version()


@attrs.frozen(kw_only=True)
class StepArticle:
    """Take an action of the lifecycle; see `supportcore.knowledge.lifecycle`."""

    command_id: str = text.host_id()
    article: str = text.host_id()
    action: str = text.key()
    comment: str = text.body("")
    seen_version: int | None = text.seen_version()


ArticleCommand = WriteArticle | ReviseArticle | StepArticle
