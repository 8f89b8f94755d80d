"""Indexes that answer a run with nothing to do: who is in scope or pending, which links are due.
And for each lane, which fields travel one way only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IN_SCOPE = ["feed_id", "in_scope", "pending", "owner", "marker"]


def upgrade() -> None:
    op.drop_index("record_by_owner", "record")
    op.drop_index("record_pending", "record")
    op.create_index("record_in_scope", "record", IN_SCOPE)
    op.drop_index("link_due", "link")
    op.create_index("link_due", "link", ["lane_id", "status", "dirty"])
    op.create_index("claim_by_age", "claim", ["claimed_at"])
    one_way = sa.Column("one_way_json", sa.String(), nullable=False, server_default="{}")
    op.add_column("lane", one_way)


def downgrade() -> None:
    op.drop_column("lane", "one_way_json")
    op.drop_index("claim_by_age", "claim")
    op.drop_index("link_due", "link")
    op.create_index("link_due", "link", ["lane_id", "dirty"])
    op.drop_index("record_in_scope", "record")
    op.create_index("record_pending", "record", ["feed_id", "pending", "owner"])
    op.create_index("record_by_owner", "record", ["feed_id", "owner"])
