"""Values: what the constructors of `supportcore.text` accept, all of it and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.text import BODY_LIMIT, EMAIL_LIMIT, FIRST_INSTANT, ID_LIMIT, INT_LIMIT, TITLE_LIMIT

T = TypeVar("T")

LAST_INSTANT = datetime(2199, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
"""The last instant a value may have; the first is 1970."""
MILLISECOND = timedelta(milliseconds=1)
"""The least difference of two instants, or of two spans."""
CENTURY = timedelta(days=36_525)
"""The longest span that is drawn."""

_KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-"
_SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())  # U+3000 is the last
_ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# Text that databases are known to fold together, cut, escape or sort by other rules than bytes.
_TRICKY = (
    "a", "A", "á", "Á", "a ", " a", "aa", "b", "B", "e\u0301", "é", "ñ", "n", "ß", "ss", "z", "Z", "æ", "ı", "i", "I",
    "_", "%", "\\", "'", '"', "$a", "a.b", "@actor.id", "\n", "\x01", "\u200b", "\ufeff", "ﬁ", "\uffff", "😀", "0",
)  # fmt: skip
_TRICKY_KEYS = ("a", "b", "aa", "a-b", "a_b", "a--", "0", "z")
_EPOCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
_TRICKY_INSTANTS = (
    _EPOCH, _EPOCH + MILLISECOND, _EPOCH + timedelta(seconds=1), _EPOCH - MILLISECOND, FIRST_INSTANT, LAST_INSTANT,
)  # fmt: skip


def instants(minimum: datetime = FIRST_INSTANT, maximum: datetime = LAST_INSTANT) -> SearchStrategy[datetime]:
    """Return instants in UTC, to the millisecond; shrinks to *minimum*."""
    return st.integers(0, (maximum - minimum) // MILLISECOND).map(lambda count: minimum + count * MILLISECOND)


def spans(minimum: timedelta = timedelta(0), maximum: timedelta = CENTURY) -> SearchStrategy[timedelta]:
    """Return spans of time, to the millisecond."""
    return st.integers(minimum // MILLISECOND, maximum // MILLISECOND).map(lambda count: count * MILLISECOND)


def integers(minimum: int = -INT_LIMIT - 1, maximum: int = INT_LIMIT) -> SearchStrategy[int]:
    """Return whole numbers of 63 bits."""
    return st.integers(minimum, maximum)


def numbers() -> SearchStrategy[int | float]:
    """Return whole numbers of 63 bits and finite floats."""
    return integers() | st.floats(allow_nan=False, allow_infinity=False)


def texts(*, min_size: int = 0, max_size: int = TITLE_LIMIT) -> SearchStrategy[str]:
    """Return text without NUL and lone surrogates, with *min_size* to *max_size* characters."""
    longest = [character * max_size for character in "añ😀"]
    tricky = st.sampled_from([text for text in (*_TRICKY, *longest) if min_size <= len(text) <= max_size])
    return (
        st.text("ab", min_size=min_size, max_size=max_size)
        | tricky
        | st.text(_ANY, min_size=min_size, max_size=max_size)
    )


def titles(*, min_size: int = 0) -> SearchStrategy[str]:
    """Return lines of text."""
    return texts(min_size=min_size, max_size=TITLE_LIMIT)


def bodies(*, min_size: int = 0) -> SearchStrategy[str]:
    """Return message bodies; one in fifty is long, up to the limit in bytes."""

    def long(part: str, times: int) -> str:
        return part * min(times, BODY_LIMIT // len(part.encode()))

    huge = st.builds(long, texts(min_size=1, max_size=20), st.integers(1, BODY_LIMIT))
    return st.integers(0, 49).flatmap(lambda n: huge if n == 49 else texts(min_size=min_size, max_size=2000))


def keys() -> SearchStrategy[str]:
    """Return keys."""
    return st.text(_KEY_CHARACTERS, min_size=1, max_size=40) | st.sampled_from((*_TRICKY_KEYS, "z" * 40))


def host_ids() -> SearchStrategy[str]:
    """Return ids as hosts may give them: any text of 1 to 64 characters."""
    return texts(min_size=1, max_size=ID_LIMIT)


def emails() -> SearchStrategy[str]:
    """Return e-mail addresses, and the empty text."""
    part = st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0@" + _SPACES), min_size=1, max_size=126
    )
    longest = st.just("é@" + "x" * (EMAIL_LIMIT - 2))
    return st.just("") | st.builds(lambda user, host: f"{user}@{host}", part, part) | longest


def digests() -> SearchStrategy[str]:
    """Return hex digests of sha256."""
    return st.binary(min_size=32, max_size=32).map(bytes.hex)


def flags(*, dullest: bool = False) -> SearchStrategy[bool]:
    """Return true and false."""
    return st.sampled_from((dullest, not dullest))


def _maybe(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    return st.none() | strategy


def _sets(strategy: SearchStrategy[str]) -> SearchStrategy[frozenset[str]]:
    return st.frozensets(strategy, max_size=4)
