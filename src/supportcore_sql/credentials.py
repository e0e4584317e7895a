"""Who may sign in, in SQL: among the records, which no operation but these reads by such a kind."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from supportcore.people.credentials import Credential
from supportcore.storage import codec
from supportcore.storage.ports import CREDENTIALS, Steps
from supportcore_sql.statements import Statements

C = TypeVar("C", bound=Credential)


class CredentialsSql:
    """See `supportcore.storage.ports.Credentials`."""

    __slots__ = ()
    _desk: str
    _sql: Statements

    def credential(self, kind: type[C], credential_id: str, *, lock: bool = False) -> Steps[C | None]:
        """Return one; what is read is kept nowhere else."""
        statement = self._sql.credential_locked if lock else self._sql.credential
        found = (yield statement, self._place(kind, credential_id)).scalar_one_or_none()
        return None if found is None else codec.load(kind, json.loads(found))

    def add_credential(self, credential: Credential) -> Steps[None]:
        """Store one where none is."""
        yield self._sql.add_record, self._row(credential)

    def put_credential(self, credential: Credential) -> Steps[None]:
        """Store one in the place of another."""
        yield self._sql.put_record, self._row(credential)

    def drop_credential(self, kind: type[Credential], credential_id: str) -> Steps[None]:
        """Remove one."""
        yield self._sql.drop_credential, self._place(kind, credential_id)

    def _place(self, kind: type, credential_id: str) -> dict[str, Any]:
        return {"desk": self._desk, "kind": CREDENTIALS[kind], "id": credential_id}

    def _row(self, credential: Credential) -> dict[str, Any]:
        body = codec.form_text(codec.dump(credential))
        place = self._place(type(credential), credential.id)
        return {**place, "active": True, "translation_of": None, "body": body}
