"""
For the tests of a Django site.

`supportcore_sql.django.migrate_with` gives every test database our tables. A ``TestCase`` rolls our rows back with
Django's own, as long as the site works in ``atomic()`` blocks and joins them. What connects by itself (a worker) does
not see what a ``TestCase`` never commits; test it in a ``TransactionTestCase``, whose clean-up leaves our tables alone:

    class WorkerTest(TransactionTestCase):
        def setUp(self):
            empty()
"""

from __future__ import annotations

from supportcore_sql.tables import tables_for

__all__ = ["empty"]


def empty(using: str = "default", *, prefix: str = "sc_", schema: str | None = None) -> None:
    """Take all rows out of our tables in one of Django's databases, at once and for ever."""
    from django.db import connections, transaction

    connection = connections[using]
    tables = tables_for(prefix, schema)
    quote = connection.ops.quote_name
    place = f"{quote(schema)}." if schema else ""
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in sorted(tables.names):
            cursor.execute(f"DELETE FROM {place}{quote(name)}")
