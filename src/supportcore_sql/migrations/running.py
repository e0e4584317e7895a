"""
Running Alembic: one environment at a time in a process, and its configuration in memory instead of a file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from supportcore.errors import BackendMissing
from supportcore_sql.tables import Tables

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = Lock()
"""Alembic keeps the environment that runs in a global of its own."""
_TURN_SECONDS = 0.01


def config_for(
    tables: Tables,
    *,
    target: Mapping[str, Any],
    before: Sequence[sa.Executable] = (),
    after: Sequence[sa.Executable] = (),
    resumed: bool = False,
) -> Config:
    """Return the configuration of a run; `env` reads its attributes."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "supportcore_sql:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes.update(tables=tables, target=target, before=before, after=after, resumed=resumed)
    return config


def run(
    verb: str, config: Config, revision: str, *, connection: sa.Connection | None = None, sql: bool = False
) -> None:
    """Run Alembic's ``upgrade`` or ``downgrade``, when nobody else in this process does."""
    from alembic import command

    with _one_at_a_time(connection):
        getattr(command, verb)(config, revision, sql=sql)


@contextmanager
def _one_at_a_time(connection: sa.Connection | None) -> Iterator[None]:
    """Wait for Alembic to be free; a task waits without holding up the others, one of which has it."""
    if connection is None or not connection.dialect.is_async:
        _ONE_AT_A_TIME.acquire()
    else:
        raw: Any = connection.connection.dbapi_connection
        while not _ONE_AT_A_TIME.acquire(blocking=False):
            raw.run_async(lambda _: asyncio.sleep(_TURN_SECONDS))
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def import_alembic() -> None:
    """Raise `BackendMissing` if there is no Alembic."""
    try:
        import alembic  # noqa: F401
    except ImportError as error:
        raise BackendMissing(why=f"migrating needs: pip install 'supportcore[sql]' ({error})") from error
