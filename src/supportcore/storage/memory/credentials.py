"""Who may sign in, in memory: among the records, which no operation but these reads by such a kind."""

from __future__ import annotations

from typing import TypeVar

from supportcore.people.credentials import Credential
from supportcore.storage import codec
from supportcore.storage.memory.unit import Doc, Key, Transaction, do
from supportcore.storage.ports import CREDENTIALS, Steps

C = TypeVar("C", bound=Credential)


class CredentialsMemory:
    """See `supportcore.storage.ports.Credentials`."""

    _desk: str

    def credential(self, kind: type[C], credential_id: str, *, lock: bool = False) -> Steps[C | None]:
        key = self._place(kind, credential_id)

        def find(unit: Transaction) -> Doc | None:
            doc = unit.get("records", key)
            if lock and doc is not None:
                unit.put("records", key, dict(doc))  # of two that write it anew the later one does not commit
            return doc

        form = yield from do(find)
        return None if form is None else codec.load(kind, form)

    def add_credential(self, credential: Credential) -> Steps[None]:
        key, form = self._place(type(credential), credential.id), codec.dump(credential)
        yield from do(lambda unit: unit.add("records", key, form))

    def put_credential(self, credential: Credential) -> Steps[None]:
        key, form = self._place(type(credential), credential.id), codec.dump(credential)
        yield from do(lambda unit: unit.put("records", key, form))

    def drop_credential(self, kind: type[Credential], credential_id: str) -> Steps[None]:
        key = self._place(kind, credential_id)
        yield from do(lambda unit: unit.put("records", key, None))

    def _place(self, kind: type, credential_id: str) -> Key:
        return (self._desk, CREDENTIALS[kind], credential_id)
