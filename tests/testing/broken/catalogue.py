"""Stores that err in the catalogue of a desk, and in who may sign in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from supportcore.people.credentials import Account, Credential
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Key, do
from supportcore.storage.ports import CREDENTIALS, KIND_OF, RECORD_KINDS, Record, Ref, Steps
from tests.testing.broken.base import BrokenStore, Found


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


class CredentialsOfAllDesks(BrokenStore):
    """Lets somebody sign in to one desk who was given an account on another."""

    class operations(MemoryLedger):
        def _place(self, kind: type, credential_id: str) -> Key:
            return ("all", CREDENTIALS[kind], credential_id)


class CredentialsAmongRecords(BrokenStore):
    """Gives an account to whoever asks for records."""

    class operations(MemoryLedger):
        def records(self, refs: Iterable[Ref]) -> Steps[tuple[Any, ...]]:
            wanted = tuple(refs)
            found = yield from super().records(wanted)
            accounts: list[Any] = []
            for _, one in wanted:
                accounts.append((yield from self.credential(Account, one)))
            return tuple(record or account for record, account in zip(found, accounts, strict=True))


# --- records, rules and desks -------------------------------------------------------------------------------


class RecordsAdded(BrokenStore):
    """Keeps the first record of an id."""

    class operations(MemoryLedger):
        def put_record(self, record: Record) -> Steps[None]:
            if (yield from self.records([(KIND_OF[type(record)], record.id)])) == (None,):
                yield from super().put_record(record)


class RecordsMerged(BrokenStore):
    """Leaves what a record said before where it says nothing now."""

    class operations(MemoryLedger):
        def put_record(self, record: Record) -> Steps[None]:
            kind, form = codec.dump_record(record)
            key = (self._desk, kind, record.id)
            yield from do(lambda unit: unit.put("records", key, {**(unit.get("records", key) or {}), **form}))


class RetiredHidden(BrokenStore):
    """Lists no record that was retired."""

    class operations(MemoryLedger):
        def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
            found = yield from super().records_of(kind, after=after, limit=limit)
            return tuple(record for record in found if getattr(record, "active", True))


class KindsShared(BrokenStore):
    """Knows a record by its id, whatever its kind is."""

    class operations(MemoryLedger):
        def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
            found = []
            for kind, one in refs:
                others = [(other, one) for other in dict.fromkeys((kind, *RECORD_KINDS))]
                some = yield from super().records(others)
                found.append(next((record for record in some if record is not None), None))
            return tuple(found)


class RecordsAsStored(BrokenStore):
    """Returns records in the order of their ids, each once."""

    class operations(MemoryLedger):
        def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
            return (yield from super().records(sorted(set(refs))))


class RecordsOfSome(BrokenStore):
    """Asks for no more records than fit into one statement."""

    class operations(MemoryLedger):
        def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
            wanted = tuple(refs)
            found = yield from super().records(wanted[:256])
            return found + (None,) * len(wanted[256:])


class RecordsFromTheEdge(BrokenStore):
    """Begins with the record after which was asked, if there is another one."""

    class operations(MemoryLedger):
        def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
            found = [one for one in (yield from super().records_of(kind, limit=1000)) if one.id >= after]
            return tuple(found[:limit]) if len(found) > 1 or not after else ()


class RulesOfAllDesks(BrokenStore):
    """Keeps rules once for all desks."""

    class operations(MemoryLedger):
        def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
            yield from super().put_rules(rules_hash, document)
            yield from MemoryLedger("all").put_rules(rules_hash, document)

        def rules(self, rules_hash: str) -> Steps[str | None]:
            return (yield from MemoryLedger("all").rules(rules_hash))


class DesksWithRules(BrokenStore):
    """Lists no desk of which it has no rules."""

    def desks(self) -> Steps[tuple[str, ...]]:
        return (yield from do(lambda unit: tuple(sorted({key[0] for key in unit._tables.get("rules", {})}))))


class DesksWithTickets(BrokenStore):
    """Lists no desk that has no tickets."""

    def desks(self) -> Steps[tuple[str, ...]]:
        return (yield from do(lambda unit: tuple(sorted({key[0] for key in unit._tables.get("tickets", {})}))))


RECORD = "test_a_record_replaces_the_one_before"
ORDER = "test_records_come_in_the_order_asked_for"
CREDENTIAL = "test_a_credential_comes_back_as_it_was_put"
FOUND: list[Found] = [
    (CredentialsNotLocked, "test_no_order_of_steps_loses_a_guess", {}),
    (CredentialsNotLocked, "test_no_guess_is_lost_among_others", {}),
    (CredentialsReplaced, "test_a_credential_is_added_once", {}),
    (CredentialsFold, CREDENTIAL, {}),
    (CredentialsRetired, CREDENTIAL, {}),
    (CredentialsOfAllDesks, "test_desks_never_see_one_another", {}),
    (CredentialsAmongRecords, "test_no_credential_is_a_record_of_the_catalogue", {}),
    (RecordsAdded, RECORD, {}),
    (RecordsMerged, RECORD, {}),
    (RetiredHidden, "test_a_record_comes_back_as_it_was_put", {}),
    (KindsShared, ORDER, {}),
    (RecordsAsStored, ORDER, {}),
    (RecordsOfSome, "test_many_records_can_be_asked_for_at_once", {}),
    (RecordsFromTheEdge, "test_records_of_a_kind_can_be_walked", {}),
    (RulesOfAllDesks, "test_desks_never_see_one_another", {}),
    (DesksWithRules, "test_a_desk_is_known_by_its_tickets", {}),
    (DesksWithTickets, "test_a_desk_is_known_by_its_rules", {}),
]
