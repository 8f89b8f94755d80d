"""What large states are slow by: rows that are hardly more than a digest lie in the tree of their
key alone, claims are known by one digest, the lanes of a feed are found by an index, and what was
counted once is not counted again before something is noted.

Claims are not carried over: their old digests cannot be turned into new ones. They matter for as
long as a service's search does not see what was just created.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BY_DIGEST = ["feed_id", "kind", "digest", "record_id"]
COPY = (
    "INSERT INTO record_key (feed_id, record_id, kind, digest) "
    "SELECT feed_id, record_id, kind, digest FROM record_key_before"
)


def upgrade() -> None:
    _move_keys(in_one_tree=True)
    op.drop_table("claim")
    op.create_table(
        "claim",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("lane_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
        sqlite_with_rowid=False,
    )
    op.create_index("claim_by_source", "claim", ["lane_id", "source_id"])
    op.create_index("claim_by_age", "claim", ["claimed_at"])
    op.create_index("lane_by_left", "lane", ["left_feed", "left_own", "left_account"])
    op.create_index("lane_by_right", "lane", ["right_feed", "right_own", "right_account"])
    op.add_column("feed", _new("revision", sa.Integer(), "0"))
    op.add_column("lane", _new("counted", sa.String(), ""))
    op.drop_index("ix_intent_run_id", "intent")
    op.drop_index("ix_intent_lane_id", "intent")


def downgrade() -> None:
    op.create_index("ix_intent_lane_id", "intent", ["lane_id"])
    op.create_index("ix_intent_run_id", "intent", ["run_id"])
    op.drop_column("lane", "counted")
    op.drop_column("feed", "revision")
    op.drop_index("lane_by_right", "lane")
    op.drop_index("lane_by_left", "lane")
    op.drop_table("claim")
    op.create_table(
        "claim",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("lane_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "type", "kind", "digest", "account"),
    )
    op.create_index("claim_by_age", "claim", ["claimed_at"])
    _move_keys(in_one_tree=False)


def _new(name: str, kind: sa.types.TypeEngine[Any], default: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


def _move_keys(*, in_one_tree: bool) -> None:
    """Only SQLite has two ways to keep a table with a key; one is made from the other by hand."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("record_key_by_digest", "record_key")
    op.rename_table("record_key", "record_key_before")
    op.create_table(
        "record_key",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "record_id", "kind", "digest"),
        sqlite_with_rowid=not in_one_tree,
    )
    op.execute(COPY)
    op.drop_table("record_key_before")
    op.create_index("record_key_by_digest", "record_key", BY_DIGEST)
