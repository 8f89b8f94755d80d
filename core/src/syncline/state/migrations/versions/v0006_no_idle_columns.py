"""What was written, and nobody read: when a name was resolved and a pair ended, at which version a
record began to wait, which run sent a write and how often it was looked for since.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("account", "resolved_at")
    op.drop_column("attention", "version")
    op.drop_column("intent", "attempts")
    op.drop_column("intent", "run_id")
    op.drop_column("tombstone", "at")


def downgrade() -> None:
    op.add_column("tombstone", sa.Column("at", sa.Float(), nullable=False, server_default="0"))
    op.add_column("intent", sa.Column("run_id", sa.String(), nullable=False, server_default=""))
    op.add_column("intent", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("attention", sa.Column("version", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "account", sa.Column("resolved_at", sa.Float(), nullable=False, server_default="0")
    )
