"""Migrating within an event loop, by every asynchronous driver."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from supportcore import open_async_store
from supportcore_sql import migrate
from tests.sql.migrating import fresh_place, ours

ASYNC = [
    pytest.param("sqlite", "sqlite+aiosqlite", marks=pytest.mark.store("sqlite")),
    pytest.param("postgresql", "postgresql+psycopg", marks=pytest.mark.store("postgresql")),
    pytest.param("postgresql", "postgresql+asyncpg", marks=pytest.mark.store("postgresql")),
    pytest.param("mariadb", "mariadb+asyncmy", marks=pytest.mark.store("mariadb")),
]


@pytest.mark.parametrize(("name", "driver"), ASYNC)
def test_asynchronous_stores_migrate_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, driver: str
) -> None:
    """Tasks of one loop migrate two databases and two prefixes at once, back and up again, and none holds up all."""
    (tmp_path / "2").mkdir()
    with fresh_place(request, name, tmp_path) as one, fresh_place(request, name, tmp_path / "2") as two:

        async def work() -> None:
            urls = [sa.make_url(place.url).set(drivername=driver) for place in (one, two, one, two)]
            stores = [
                open_async_store(url.render_as_string(hide_password=False), prefix=prefix)
                for url, prefix in zip(urls, ("sc_", "sc_", "hd_", "sc_"), strict=True)
            ]
            async with asyncio.timeout(120):
                await asyncio.gather(*(store.migrate() for store in stores))
                await asyncio.gather(*(store.migrate("base", lose_data=True) for store in stores))
                await asyncio.gather(*(store.migrate() for store in stores))
            for store in stores:
                async with store.begin(write=False):
                    pass
                await store.close()

        asyncio.run(work())
        assert [ours("sc_") | ours("hd_"), ours()] == [one.tables(), two.tables()]
        assert [[], []] == [one.drift(prefix="hd_"), two.drift()]


@pytest.mark.parametrize(("name", "driver"), ASYNC)
def test_a_cancelled_task_leaves_nothing_locked(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, driver: str
) -> None:
    """Cancelled anywhere in the middle, migrating can be repeated at once."""
    with fresh_place(request, name, tmp_path) as place:

        async def work() -> None:
            url = sa.make_url(place.url).set(drivername=driver).render_as_string(hide_password=False)
            for seconds in (0.01, 0.04, 0.1):
                store = open_async_store(url)
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await store.migrate()
                await store.close()
            store = open_async_store(url)
            async with asyncio.timeout(60):
                await store.migrate()
                async with store.begin(write=False):
                    pass
            await store.close()

        asyncio.run(work())
        assert (ours(), []) == (place.tables(), place.drift())
        with place.engine() as engine, engine.begin() as connection:
            migrate.downgrade(connection)
