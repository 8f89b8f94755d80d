"""What no code read: the number of a lease. Whose lease it is the holder's name tells, since it is
the name of a run and is never given again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("lease", "fence")


def downgrade() -> None:
    op.add_column("lease", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
