"""When a data set was read for the first time is noted no more: what was not listed since then has
no time at which it was, which no clock can get wrong.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE feed SET swept_at = NULL WHERE scope <> '' AND swept_at < complete_at")
    op.drop_column("feed", "complete_at")


def downgrade() -> None:
    op.add_column("feed", sa.Column("complete_at", sa.Float(), nullable=True))
