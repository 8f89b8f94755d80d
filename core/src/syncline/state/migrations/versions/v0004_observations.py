"""The order of observations: at which revision of its feed a record was noted, and rows removed.
An index by which what waits is found by the record that was mended. And for each lane, by which
keys it pairs, since another lane's run may note its records.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("forgotten", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("record", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("attention_by_record", "attention", ["record_id"])
    op.add_column("lane", sa.Column("match_json", sa.String(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("lane", "match_json")
    op.drop_index("attention_by_record", "attention")
    op.drop_column("record", "revision")
    op.drop_column("feed", "forgotten")
