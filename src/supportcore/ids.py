"""
Identities and randomness, handed in as arguments everywhere else.

A ticket, a command or a content record is named by a UUID as text. What follows from something stored (a timer's
command, an outbox row, a replayed log row) is named by `derived`, so that doing it again names it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha1

from supportcore.lazy import Later

uuid = Later("uuid")  # 2 ms that importing a desk need not spend; random likewise
random = Later("random")

Ids = Callable[[], str]
"""A source of fresh identities; 36 characters, never the same twice."""

Tokens = Callable[[], str]
"""A source of secrets that go into a link: ASCII letters and digits, of 256 random bits at least."""

_NAMESPACE = bytes.fromhex("6f0f5d0e52d55a3c9d0b3f5f6d1f7f1a")


def random_ids() -> str:
    """Return a fresh random UUID as text."""
    found = os.urandom(16).hex()
    return _spelled(found, version=4)


def seeded_ids(seed: int) -> Ids:
    """Return a source that yields the same identities for the same *seed*, for tests and demonstrations."""
    source = random.Random(seed)
    return lambda: str(uuid.UUID(int=source.getrandbits(128), version=4))


def derived(*parts: object) -> str:
    """
    Return the identity that follows from *parts*: the same parts, the same UUID (RFC 9562, version 5).

    >>> derived("ticket", 1) == derived("ticket", 1)
    True
    """
    name = "\x1f".join(str(part) for part in parts)
    found = sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    return _spelled(found, version=5)


def _spelled(digits: str, *, version: int) -> str:
    """Return 32 hexadecimal digits as a UUID of *version*; `uuid.UUID` takes three times as long."""
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def salt() -> str:
    """Return 16 random bytes as hex, for the digest of one content record."""
    return os.urandom(16).hex()


def random_token() -> str:
    """Return 32 random bytes as hex, for a link that nobody can guess."""
    return os.urandom(32).hex()
