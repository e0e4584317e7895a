"""Our revisions in a host's Alembic, on each engine: as a branch beside the host's own, or left out of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError

from supportcore.errors import StoreError
from supportcore_sql import migrate
from supportcore_sql.tables import REVISIONS
from tests.sql.migrating import ENGINES, BrokenOff, Place, fresh_place, is_ddl, ours, put_ticket, tickets_in

ENVIRONMENT = """
import sqlalchemy as sa
from alembic import context
engine = context.config.attributes["engine"]
if context.is_offline_mode():
    context.configure(dialect_name=engine.dialect.name, literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""
ORDERS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels = "h1", None, ("shop",)
def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
def downgrade():
    op.drop_table("orders")
"""


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database on each engine."""
    with fresh_place(request, request.param, tmp_path) as place:
        yield place


@pytest.fixture
def engine(place: Place) -> Iterator[sa.Engine]:
    """The host's engine."""
    with place.engine() as engine:
        yield engine


@pytest.fixture
def host(engine: sa.Engine, tmp_path: Path) -> Config:
    """A host's Alembic with one revision of its own and our version location; our tables begin with hd_."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT)
    (folder / "script.py.mako").write_text("")
    (folder / "versions" / "h1.py").write_text(ORDERS)
    config = Config()
    for name, value in {
        "script_location": str(folder),
        "path_separator": "newline",
        "version_locations": f"{folder}/versions\nsupportcore_sql:migrations/versions",
        "supportcore_prefix": "hd_",
    }.items():
        config.set_main_option(name, value)
    config.attributes["engine"] = engine
    return config


HOSTS_OWN = {"alembic_version", "orders"}


def test_upgrade_heads_makes_ours_too(place: Place, host: Config) -> None:
    """One `alembic upgrade heads` makes both; a store finds its version, and has nothing left to migrate."""
    command.upgrade(host, "heads")
    assert HOSTS_OWN | ours("hd_") == place.tables()
    assert [] == place.drift(prefix="hd_")
    store = place.open(prefix="hd_")
    put_ticket(store)
    store.migrate()
    command.upgrade(host, "heads")
    assert ["a"] == tickets_in(store)
    store.close()


def test_each_branch_goes_down_by_itself(place: Place, host: Config) -> None:
    """The host's way back leaves ours with what is in it; ours leaves the host's, and nothing of our own."""
    command.upgrade(host, "heads")
    store = place.open(prefix="hd_")
    put_ticket(store)
    command.downgrade(host, "shop@base")
    assert {"alembic_version"} | ours("hd_") == place.tables()
    assert ["a"] == tickets_in(store)
    command.upgrade(host, "shop@head")
    command.downgrade(host, "supportcore@base")
    assert HOSTS_OWN == place.tables()
    command.upgrade(host, "heads")
    assert [] == tickets_in(store)
    store.close()


@pytest.mark.parametrize("made_by", ["host", "store"])
def test_a_hosts_comparison_leaves_ours_out(place: Place, engine: sa.Engine, host: Config, made_by: str) -> None:
    """With `include_name` a host's autogenerate tells the host's differences only; without it would drop our tables."""
    if made_by == "host":
        command.upgrade(host, "heads")
    else:
        command.upgrade(host, "shop@head")
        store = place.open(prefix="hd_")
        store.migrate()
        store.close()
    metadata = sa.MetaData()
    sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("hd_x", metadata, sa.Column("id", sa.Integer, primary_key=True))

    def told(**options: Any) -> list[tuple[str, str]]:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            return sorted((found[0], found[1].name) for found in compare_metadata(context, metadata))

    assert [("add_table", "hd_x")] == told(include_name=migrate.include_name(prefix="hd_"))
    assert {("remove_table", name) for name in ours("hd_")} < set(told())


def test_tables_that_the_store_made(place: Place, host: Config) -> None:
    """Tables made by `store.migrate()` are left as they are; the host is told to stamp them, and then all is well."""
    store = place.open(prefix="hd_")
    store.migrate()
    put_ticket(store)
    with pytest.raises(StoreError, match=f"has the tables already.*run: alembic stamp {REVISIONS[-1]}"):
        command.upgrade(host, "heads")
    assert ["a"] == tickets_in(store)
    command.stamp(host, REVISIONS[-1])
    command.upgrade(host, "heads")
    assert HOSTS_OWN | ours("hd_") == place.tables()
    assert ["a"] == tickets_in(store)
    store.close()


def test_foreign_tables_stop_the_host(place: Place, host: Config) -> None:
    """Foreign tables of our names are refused before any of ours is made."""
    place.run("CREATE TABLE hd_rules (n INTEGER)")
    with pytest.raises(StoreError, match="already has a table hd_rules"):
        command.upgrade(host, "supportcore@head")
    assert {"hd_rules"} == place.tables() - {"alembic_version"}


@pytest.mark.parametrize("number", [3, 8, 15, 25])
def test_a_host_can_repeat_what_was_broken_off(place: Place, engine: sa.Engine, host: Config, number: int) -> None:
    """Broken off in the host's environment, up or down, the same command does it when it is repeated."""
    seen: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.extend([statement] if is_ddl(statement) else [])
        if len(seen) == number:
            raise BrokenOff

    command.upgrade(host, "shop@head")
    for verb, revision in ((command.upgrade, "supportcore@head"), (command.downgrade, "supportcore@base")):
        seen.clear()
        sa.event.listen(engine, "after_cursor_execute", listen)
        try:
            verb(host, revision)
        except BrokenOff:
            sa.event.remove(engine, "after_cursor_execute", listen)
            store = place.open(prefix="hd_")
            if place.by_pieces:
                with pytest.raises(StoreError), store.begin(write=False):
                    pass
            store.close()
            verb(host, revision)
        else:
            sa.event.remove(engine, "after_cursor_execute", listen)
        assert HOSTS_OWN | (ours("hd_") if verb is command.upgrade else set()) == place.tables()
    command.upgrade(host, "heads")
    assert [] == place.drift(prefix="hd_")


def test_a_host_prints_ours_too(place: Place, host: Config, tmp_path: Path) -> None:
    """The host's own --sql has our tables with our version in it."""
    host.output_buffer = (tmp_path / "out.sql").open("w+")
    command.upgrade(host, "heads", sql=True)
    host.output_buffer.seek(0)
    printed = " ".join(host.output_buffer.read().split())
    host.output_buffer.close()
    assert "CREATE TABLE orders" in printed
    assert "CREATE TABLE hd_tickets" in printed
    assert f"INSERT INTO hd_schema_version (version_num) VALUES ('{REVISIONS[-1]}')" in printed


def test_an_unknown_branch_is_alembics_to_tell(host: Config) -> None:
    """What is no revision of ours is refused by Alembic as ever."""
    with pytest.raises(CommandError):
        command.upgrade(host, "supportcore@sc_7777")
