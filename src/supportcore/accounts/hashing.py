"""How passwords are hashed: by argon2id with what argon2-cffi takes for its present parameters (RFC 9106)."""

from __future__ import annotations

import secrets
from threading import Lock
from typing import Any

from supportcore.errors import BackendMissing


class Hashing:
    """
    Hashes and verifies passwords.

    Args:
        hasher: An ``argon2.PasswordHasher``; one with its own parameters by default.

    Raises:
        BackendMissing: argon2-cffi is not installed.
    """

    def __init__(self, hasher: Any = None) -> None:
        try:
            from argon2 import PasswordHasher, exceptions
        except ImportError as error:
            raise BackendMissing(why=f"accounts need: pip install 'supportcore[accounts]' ({error})") from error
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._wrong = (exceptions.VerificationError, exceptions.InvalidHashError)
        self._nobodys = ""
        self._lock = Lock()

    def hash(self, password: str) -> str:
        """Return the hash of a password, with a salt of its own."""
        found: str = self._hasher.hash(password)
        return found

    def verify(self, kept: str, password: str | None) -> bool:
        """
        Return whether a password is the one that was hashed; it takes as long to say no.

        Args:
            kept: The hash; empty is that of a password which nobody knows.
            password: None is what nobody can have.
        """
        try:
            right: bool = self._hasher.verify(kept or self._of_nobody(), "" if password is None else password)
        except self._wrong:
            return False
        return right and bool(kept) and password is not None

    def grown(self, kept: str, password: str) -> str:
        """Return a new hash of a password that was right, if parameters have grown since; else empty."""
        return self.hash(password) if self._hasher.check_needs_rehash(kept) else ""

    def _of_nobody(self) -> str:
        """Return the hash of a password that nobody knows; made once, before it is first needed."""
        with self._lock:
            if not self._nobodys:
                self._nobodys = self.hash(secrets.token_urlsafe())
            return self._nobodys


def cheap_hasher() -> Any:
    """Return a hasher whose hashes are as quick to break as to make: for scenarios and tests, never for people."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
