"""
What becomes of the records of a desk when a person is erased.

The record that tells who the person is becomes that of the tombstone: without a name, retired, of no customer. What
else is about the person (preferences, an account, an invitation) goes. Records of the house that name the person do so
no more where somebody else may be named or nobody, such as among the members of a team; an article keeps an author.
"""

from __future__ import annotations

from typing import Any

import attrs

from supportcore.desk.persons.positions import CARDS, HOUSE, PEOPLE, mentions, renamed
from supportcore.storage.ports import RECORD_KINDS, Entry

_KEEPS = frozenset({"article"})
"""Kinds that tell who made what, whoever that was."""


@attrs.frozen
class Records:
    """Records without a person; *tombstone* is the id that stands in the place of his."""

    person: str
    tombstone: str

    def changed(self, entry: Entry) -> tuple[Entry, ...] | None:
        """Return what is kept instead of a record; None if it stays as it is."""
        kind, record_id = str(entry.key[0]), entry.key[1]
        named = mentions(entry.form, self.person)
        if kind in CARDS and record_id == self.person:
            return (Entry("record", (kind, self.tombstone), {"id": self.tombstone, "name": "", "active": False}),)
        if kind not in HOUSE | CARDS and (named or record_id == self.person):
            return ()
        if not named:
            return None
        form = renamed(entry.form, self.person, self.tombstone) if kind in _KEEPS else self._without(kind, entry.form)
        return (attrs.evolve(entry, form=form),)

    def _without(self, kind: str, form: Any) -> dict[str, Any]:
        """Return the form of a record that names the person no more, as far as its class lets it name nobody."""
        optional = {field.name for field in attrs.fields(RECORD_KINDS[kind]) if field.default is not attrs.NOTHING}
        found: dict[str, Any] = {}
        for name, value in form.items():
            if name not in PEOPLE or name not in optional:
                found[name] = renamed(value, self.person, self.tombstone, name)
            elif isinstance(value, list):
                left = [one for one in value if one != self.person]
                found |= {name: left} if left else {}
            elif value != self.person:
                found[name] = value
        return found
