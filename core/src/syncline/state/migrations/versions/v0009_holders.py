"""One row for each holder of leases, which is all that a renewal writes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTER = "leases taken over"


def upgrade() -> None:
    op.create_table(
        "holder",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("until_at", sa.Float(), nullable=False),
    )
    op.execute(
        "INSERT INTO holder (name, until_at) "
        "SELECT holder, min(until_at) FROM lease WHERE holder <> '' GROUP BY holder"
    )
    op.execute(sa.text("DELETE FROM meta WHERE name = :name").bindparams(name=_COUNTER))
    op.drop_column("lease", "until_at")


def downgrade() -> None:
    op.add_column("lease", sa.Column("until_at", sa.Float(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE lease SET until_at = "
        "coalesce((SELECT until_at FROM holder WHERE holder.name = lease.holder), 0)"
    )
    op.drop_table("holder")
