"""
Run the revisions for `supportcore_sql.migrate`: on the connection it hands over, in its transaction; or print them.
"""

from __future__ import annotations

from alembic import context

from supportcore_sql.tables import Tables

attributes = context.config.attributes
tables: Tables = attributes["tables"]
context.configure(
    **attributes["target"],
    target_metadata=tables.metadata,
    version_table=tables.version_table,
    version_table_schema=tables.schema,
    render_as_batch=True,
)
with context.begin_transaction():
    for statement in attributes["before"]:
        context.execute(statement)
    context.run_migrations()
    for statement in attributes["after"]:
        context.execute(statement)
