"""Indexes that answer a run with nothing to do: who is in scope, and which links are due."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("record_by_owner", "record")
    op.create_index("record_in_scope", "record", ["feed_id", "in_scope", "owner", "marker"])
    op.drop_index("link_due", "link")
    op.create_index("link_due", "link", ["lane_id", "status", "dirty"])


def downgrade() -> None:
    op.drop_index("link_due", "link")
    op.create_index("link_due", "link", ["lane_id", "dirty"])
    op.drop_index("record_in_scope", "record")
    op.create_index("record_by_owner", "record", ["feed_id", "owner"])
