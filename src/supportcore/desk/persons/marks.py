"""By what a person is known in what others wrote: names, addresses, numbers, the id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from supportcore.analysis import fold, without_tilde
from supportcore.analysis.stopwords import STOP_WORDS
from supportcore.desk.persons.positions import LITERALS, NAMES
from supportcore.knowledge.redaction import SHORTEST, redacted

_COMMON = frozenset(without_tilde(word) for words in STOP_WORDS.values() for word in words)


@attrs.frozen(kw_only=True)
class Marks:
    """
    By what a person is known.

    Attributes:
        names: Of each, every word of `SHORTEST` letters or more.
        literally: Taken as it stands; phone numbers however they are grouped.
    """

    names: tuple[str, ...] = ()
    literally: tuple[str, ...] = ()

    def without(self, text: str) -> str:
        """Return *text* without what tells of the person; the text itself where nothing does."""
        if not text:
            return text
        return redacted(text, words=self.names, literally=self.literally, by_rule=False)


def marks_of(person: str, records: Iterable[Mapping[str, Any]], names: Iterable[str] = ()) -> Marks:
    """
    Return by what a person is known.

    Args:
        records: Stored forms of what the desk has about the person.
        names: What else the host knows: names, addresses, numbers.
    """
    forms = tuple(records)
    given = tuple(names)
    called = [*given, *(form[field] for form in forms for field in NAMES if form.get(field))]
    said = [*given, *(form[field] for form in forms for field in LITERALS if form.get(field))]
    whole = [name for name in [person, *called] if len(name) >= SHORTEST or name in called]
    literally = [*said, *(one for one in whole if without_tilde(fold(one)) not in _COMMON)]
    words = [name for name in called if not any(char.isdigit() or char == "@" for char in name)]
    return Marks(names=tuple(dict.fromkeys(words)), literally=tuple(dict.fromkeys(literally)))
