"""
supportcore inside a Django site: in its database, and in its transactions.

    desk = Desk(load_definition("noova"), store())             once per process
    with transaction.atomic():
        order.save()
        joined(desk).acting_as(ana).open({…})                  both, or neither

`joined` works on the very connection that Django has, so that Django's ``atomic()`` decides about our rows as about
its own. Whatever works in transactions of its own (``run_due``, ``deliver``, `migrate`) takes the desk as it is, whose
store connects by itself, with what ``settings.DATABASES`` says.

Django is told of our tables nowhere: `migrate_with` makes them whenever the site is migrated, in test databases too,
and `include_name` leaves them out of ``inspectdb``. `supportcore_sql.django.testing` is for a site's tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from supportcore.lazy import needing

with needing("django", "supportcore_sql.django"):
    import django  # noqa: F401

from supportcore_sql.django.bridge import joined
from supportcore_sql.django.settings import store, url
from supportcore_sql.tables import tables_for

__all__ = ["include_name", "joined", "migrate", "migrate_with", "store", "url"]


def migrate(using: str = "default", *, prefix: str = "sc_", schema: str | None = None) -> None:
    """
    Make or upgrade the tables in one of Django's databases; repeating it changes nothing.

    It connects by itself and commits, so it does not belong into an ``atomic()`` block.
    """
    ours = store(using, prefix=prefix, schema=schema)
    try:
        ours.migrate()
    finally:
        ours.close()


def migrate_with(app: Any, using: str = "default", *, prefix: str = "sc_", schema: str | None = None) -> None:
    """
    Make or upgrade the tables whenever Django has migrated *app*; to be called in ``ready()`` of its ``AppConfig``.

    So ``manage.py migrate`` makes them, and every test database has them.

    Args:
        app: The ``AppConfig``.
        using: The only database they are made in.
    """
    from django.db.models.signals import post_migrate

    def make(*, using: str = using, wanted: str = using, **_: Any) -> None:
        if using == wanted:
            migrate(using, prefix=prefix, schema=schema)

    post_migrate.connect(make, sender=app, weak=False, dispatch_uid=("supportcore", using, prefix, schema))


def include_name(*, prefix: str = "sc_", schema: str | None = None) -> Callable[[str], bool]:
    """
    Return a filter that tells a site's tables from ours: ``call_command("inspectdb", table_name_filter=…)``.

    For a site that uses Alembic there is `supportcore_sql.migrate.include_name`.
    """
    tables = tables_for(prefix, schema)
    ours = tables.names | {tables.version_table, "sqlite_stat1"}  # SQLite's statistics, which our migration writes
    return lambda name: name not in ours
