"""Run the revisions on the connection that `supportcore_sql.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from supportcore_sql.tables import Tables

tables: Tables = context.config.attributes["tables"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=tables.version_table,
    version_table_schema=tables.schema,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
