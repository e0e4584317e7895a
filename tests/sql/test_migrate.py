"""Migrating: up, down, without drift, in the caller's transaction, in a host's environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from supportcore.storage.ports import drive
from supportcore_sql import SqlStore, build_tables, migrate
from supportcore_sql.migrations.running import config_for
from supportcore_sql.tables import REVISIONS
from tests.sql.samples import fingerprint, opening

pytestmark = pytest.mark.store("sqlite")


@pytest.fixture
def engine(file: Path) -> Iterator[sa.Engine]:
    """
    A host's engine on an empty database, on which a transaction includes what makes tables.
    """
    engine = sa.create_engine(f"sqlite:///{file}")
    sa.event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    yield engine
    engine.dispose()


def names(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def ours(prefix: str) -> set[str]:
    tables = build_tables(prefix)
    return {*tables.names, tables.version_table}


def test_release_knows_its_revisions() -> None:
    """The revisions a store knows are those in the wheel, on one branch with one head."""
    script = ScriptDirectory.from_config(config_for(build_tables(), target={}))
    assert list(REVISIONS) == [revision.revision for revision in reversed(list(script.walk_revisions()))]
    assert "supportcore" in script.get_revision("supportcore@head").branch_labels


@pytest.mark.parametrize("prefix", ["sc_", "", "mesa2_"])
def test_tables_are_those_of_the_release(engine: sa.Engine, prefix: str) -> None:
    """Migrating makes exactly the tables the release works on: there is no drift, under any prefix."""
    with engine.begin() as connection:
        migrate.upgrade(connection, prefix=prefix)
        assert [] == migrate.drift(connection, prefix=prefix)
    assert ours(prefix) == names(engine)


def test_declarations_are_those_of_the_release(engine: sa.Engine) -> None:
    """Every table and index is declared word for word as the release would declare it, keys and counting included."""
    other = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    build_tables().metadata.create_all(other)
    with engine.begin() as connection:
        migrate.upgrade(connection)
    told = []
    for each in (engine, other):
        with each.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
        told.append(
            {
                row.name: sorted(" ".join(row.sql.split()).replace("( ", "(").replace(" )", ")").split(", "))
                for row in rows
                if row.name != "sc_schema_version" and not row.name.startswith("sqlite_")
            }
        )
    other.dispose()
    assert told[1] == told[0]


def test_drift_is_seen(engine: sa.Engine) -> None:
    """A column too many and an index too few are told."""
    with engine.begin() as connection:
        migrate.upgrade(connection)
        connection.exec_driver_sql("ALTER TABLE sc_rules ADD COLUMN extra TEXT")
        connection.exec_driver_sql("DROP INDEX ix_sc_tickets_wake")
        assert ["add_index", "remove_column"] == sorted(difference[0] for difference in migrate.drift(connection))


def test_going_down_leaves_nothing(engine: sa.Engine) -> None:
    """Down and up again: the tables are gone, the version's too, and come back; another prefix is not touched."""
    with engine.begin() as connection:
        migrate.upgrade(connection)
        migrate.upgrade(connection, prefix="hd_")
        migrate.downgrade(connection)
    assert ours("hd_") == names(engine)
    with engine.begin() as connection:
        migrate.upgrade(connection)
    assert ours("hd_") | ours("sc_") == names(engine)


def test_host_rolls_back_the_tables(engine: sa.Engine) -> None:
    """Tables are made in the caller's transaction; nothing is committed behind its back."""
    with engine.connect() as connection:
        transaction = connection.begin()
        migrate.upgrade(connection)
        transaction.rollback()
    assert set() == names(engine)


def test_repeating_changes_nothing(store: SqlStore, file: Path) -> None:
    """Migrating again leaves the file as it is, byte for byte, and what is stored in it."""
    with store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening("a", 1)), execute)
    store.close()
    before = fingerprint(file.parent)
    again = SqlStore(f"sqlite:///{file}")
    again.migrate()
    again.close()
    assert before == fingerprint(file.parent)


def test_memory_can_be_migrated() -> None:
    """A database in memory has its tables for as long as the store is open."""
    store = SqlStore("sqlite://")
    store.migrate()
    with store.begin(write=True) as execute:
        assert 1 == drive(store.ledger("noova").next_numbers(), execute)
    store.close()


def test_names_are_told_apart() -> None:
    """A host's own comparison leaves out exactly our tables; ours looks at nothing else."""
    theirs, only_ours = migrate.include_name(), migrate.include_name(ours=True)
    here = {"schema_name": None}
    for name, expected in (
        ("sc_tickets", (False, True)),
        ("sc_schema_version", (False, False)),
        ("sc_x", (True, False)),
    ):
        assert expected == (theirs(name, "table", here), only_ours(name, "table", here))
    assert theirs("sc_tickets", "table", {"schema_name": "elsewhere"})
