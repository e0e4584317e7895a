"""Stores that are broken on purpose, each in one way, in what they keep of who may sign in."""

from __future__ import annotations

from typing import Any

from supportcore.people.credentials import Credential
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import do
from supportcore.storage.ports import CREDENTIALS, Steps
from tests.testing.broken import BrokenStore


class CredentialsNotLocked(BrokenStore):
    """Reads what is to be locked as anything else, and writes it whatever became of it meanwhile."""

    class operations(MemoryLedger):
        def credential(self, kind: type[Any], credential_id: str, *, lock: bool = False) -> Steps[Any]:
            return super().credential(kind, credential_id)

        def put_credential(self, credential: Credential) -> Steps[None]:
            key = (self._desk, CREDENTIALS[type(credential)], credential.id)
            form = codec.dump(credential)
            yield from do(lambda unit: unit._tables["records"].update({key: form}))


class CredentialsReplaced(BrokenStore):
    """Adds one in the place of another."""

    class operations(MemoryLedger):
        def add_credential(self, credential: Credential) -> Steps[None]:
            return self.put_credential(credential)


class CredentialsFold(BrokenStore):
    """Takes ids that differ in case for one."""

    class operations(MemoryLedger):
        def credential(self, kind: type[Any], credential_id: str, *, lock: bool = False) -> Steps[Any]:
            return super().credential(kind, credential_id.lower(), lock=lock)


class CredentialsRetired(BrokenStore):
    """Leaves what was dropped."""

    class operations(MemoryLedger):
        def drop_credential(self, kind: type[Credential], credential_id: str) -> Steps[None]:
            yield from ()
