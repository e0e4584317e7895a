"""
Where people stand in what is kept.

Stored forms are looked through as they are, whatever class they are of: a text that equals the id of the person is the
person, wherever it stands, but for the fields named here, which hold something else. So a field that is added later is
looked at too; only one that holds something else has to be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

PEOPLE = frozenset(
    {
        "actor", "assignee", "author", "contact", "main_contact", "members", "owner", "person", "recipient",
        "responsible", "voters",
    }
)  # fmt: skip
"""Fields that hold ids of people."""
TOLD = frozenset({"reference", "subject", "tags"})
"""Fields of tickets and events, besides contents, that hold what somebody wrote."""
NAMES = ("name", "first_name", "last_name")
LITERALS = ("email", "phone", "user_name")
"""Fields of a record about a person by which others may call him: each word of a name, and what is said as it is."""
OTHERS = frozenset(
    {
        *NAMES, *LITERALS, "action", "agreement", "approval", "area", "article", "articles", "audience", "avatar",
        "blob", "body", "calendar", "category", "channel", "command_id", "comment", "customer", "customers", "decided",
        "description", "desk", "digest", "hash", "how", "id", "into", "invitation", "invitations", "key", "kind",
        "language", "levels", "locale", "merged", "merged_into", "module", "origin", "other", "outcome", "parent",
        "policy", "position", "priority", "product", "product_version", "products", "project", "read",
        "reading_direction", "reason", "reasons", "role", "roles", "rule", "rules_hash", "salt", "service", "services",
        "sha256", "side", "skills", "slot", "solved_by", "source", "state", "team", "template", "ticket", "tickets",
        "title", "translation_of", "type", "tz", "urgency", "verdict", "visibility", "visual_mode", "waiting_on",
        "zone",
    }
)  # fmt: skip
"""Fields that hold something else than ids of people."""
_NEVER = OTHERS | TOLD
HOUSE = frozenset(
    {
        "agreement", "article", "category", "customer", "module", "product", "project", "service", "team", "version",
    }
)  # fmt: skip
"""Kinds of records that are about no person; they may name one."""
CARDS = frozenset({"agent", "contact"})
"""Kinds of records that tell who a person is. All other kinds that are about one are removed with him."""


def mentions(value: Any, person: str, field: str = "") -> bool:
    """Return whether a stored form, or a part of one that stands under *field*, holds a person."""
    return any(text == person and name not in _NEVER for name, text in _texts(value, field))


def renamed(value: Any, person: str, other: str, field: str = "") -> Any:
    """Return a stored form with another id in every place that holds the person."""
    return _mapped(value, lambda name, text: other if text == person and name not in _NEVER else text, field)


def retold(value: Any, without: Callable[[str], str], field: str = "") -> Any:
    """Return a stored form of a ticket or an event with what people wrote passed through *without*."""
    return _mapped(value, lambda name, text: without(text) if name in TOLD else text, field)


def only(value: Any, person: str) -> Any:
    """Return a stored form without the fields that hold other people."""
    if isinstance(value, dict):
        return {
            name: only(part, person)
            for name, part in value.items()
            if name not in PEOPLE or (isinstance(part, str) and part == person)
        }
    return [only(part, person) for part in value] if isinstance(value, list) else value


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, field)


def _mapped(value: Any, change: Callable[[str, str], str], field: str) -> Any:
    if isinstance(value, str):
        return change(field, value)
    if isinstance(value, dict):
        return {name: _mapped(part, change, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_mapped(part, change, field) for part in value]
    return value
