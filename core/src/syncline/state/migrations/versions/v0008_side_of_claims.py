"""On which side the record is that has a claim: two services may give two records the same id. Of
claims from before, which end after a day, nobody knows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim", sa.Column("side", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("claim", "side")
