"""Who may sign in, in MongoDB: among the records, which no operation but these reads by such a kind."""

from __future__ import annotations

from typing import TypeVar

from supportcore.people.credentials import Credential
from supportcore.storage import codec
from supportcore.storage.ports import CREDENTIALS, Steps
from supportcore_mongo.operations import Doc, Operation, insert, put

C = TypeVar("C", bound=Credential)


class MongoCredentials:
    """See `supportcore.storage.ports.Credentials`."""

    __slots__ = ()
    _desk: str

    def credential(self, kind: type[C], credential_id: str, *, lock: bool = False) -> Steps[C | None]:
        """Return one; locking it writes to it, for MongoDB locks what it writes and nothing else."""
        key = self._key(kind, credential_id)
        if lock:
            found = yield Operation("records", "find_one_and_update", (key, {"$inc": {"lock": 1}}))
        else:
            found = yield Operation("records", "find_one", (key,))
        return None if found is None else codec.load(kind, found["form"])

    def add_credential(self, credential: Credential) -> Steps[None]:
        key = self._key(type(credential), credential.id)
        yield from insert("records", [{**key, "form": codec.dump(credential)}])

    def put_credential(self, credential: Credential) -> Steps[None]:
        yield from put("records", [(self._key(type(credential), credential.id), {"form": codec.dump(credential)})])

    def drop_credential(self, kind: type[Credential], credential_id: str) -> Steps[None]:
        yield Operation("records", "delete_one", (self._key(kind, credential_id),))

    def _key(self, kind: type, credential_id: str) -> Doc:
        return {"desk": self._desk, "kind": CREDENTIALS[kind], "id": credential_id}
