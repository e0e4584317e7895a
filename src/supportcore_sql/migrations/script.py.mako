"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from supportcore_sql.migrations.names import names_here

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    names = names_here()
    ${upgrades if upgrades else "names.stamp(revision)"}


def downgrade() -> None:
    names = names_here()
    ${downgrades if downgrades else "names.stamp(down_revision)"}
