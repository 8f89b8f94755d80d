"""Which links are looked at anew after a change of the policy, and whose values win then, link by
link: one that cannot be read in the first run after the change is looked at when it can be. And
since when a lane is as it is, so that no earlier run brings it back to what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "link", sa.Column("rebaseline", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("link", sa.Column("former_source", sa.String(), nullable=True))
    # Few links are, and every run asks for them.
    op.create_index(
        "link_rebaseline",
        "link",
        ["lane_id", "status"],
        sqlite_where=sa.text("rebaseline = 1"),
        postgresql_where=sa.text("rebaseline"),
    )
    _copy("rebaseline", "rebaseline")
    _copy("former_source", "baseline_winner")
    op.drop_column("lane", "baseline_winner")
    op.add_column("lane", sa.Column("configured", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("lane", "configured")
    op.add_column("lane", sa.Column("baseline_winner", sa.String(), nullable=True))
    op.drop_column("link", "former_source")
    op.drop_index("link_rebaseline", "link")
    op.drop_column("link", "rebaseline")


def _copy(to: str, column: str) -> None:
    link = sa.table("link", sa.column("lane_id"), sa.column(to))
    lane = sa.table("lane", sa.column("id"), sa.column(column))
    its_own = sa.select(lane.c[column]).where(lane.c.id == link.c.lane_id).scalar_subquery()
    some = sa.exists().where(lane.c.id == link.c.lane_id)
    op.execute(sa.update(link).where(some).values({to: its_own}))
