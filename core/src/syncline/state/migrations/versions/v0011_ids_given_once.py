"""Ids that are remembered after their rows are gone are never given again: of a link (the history
has it), of a conflict (a person types it), of a feed (a run may still hold it). SQLite gave the id
of the last row to the next one. A server's sequences never did.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REMEMBERED: Final = {
    "link": (("link", "id"), *((each, "link_id") for each in ("history", "intent", "conflict"))),
    "conflict": (("conflict", "id"),),
    "feed": (("feed", "id"), ("link", "left_feed"), ("link", "right_feed")),
}
"""By table: where its ids are to be found."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(once=True)
        for name in _REMEMBERED:
            _go_on_after_what_is_remembered(name)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(once=False)


def _make_anew(*, once: bool) -> None:
    """SQLite says with a table how it gives ids; that cannot be changed. What hangs on the links
    would be deleted with the former ones, and is put aside.
    """
    _move("feed", "feed", _feed(), sqlite_autoincrement=once)
    _move("conflict", "conflict", _conflict(), sqlite_autoincrement=once)
    op.create_index("ix_conflict_lane_id", "conflict", ["lane_id"])
    _move("lost_base", "lost_base_aside", _lost_base())
    _move("link", "link", _link(), sqlite_autoincrement=once)
    _create_indexes_of_links()
    goes_along = sa.ForeignKeyConstraint(["link_id"], ["link.id"], ondelete="CASCADE")
    _move("lost_base_aside", "lost_base", [*_lost_base(), goes_along])


def _move(name: str, to: str, parts: list[SchemaItem], **options: Any) -> None:
    """All rows of a table into one that is made anew."""
    former = f"{name}_before"
    op.rename_table(name, former)
    for each in sa.inspect(op.get_bind()).get_indexes(former):
        op.drop_index(str(each["name"]), former)  # its name is needed again
    op.create_table(to, *parts, **options)
    names = [each.name for each in parts if isinstance(each, sa.Column)]
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    rows = sa.select(sa.table(former, *columns))
    op.execute(
        sa.insert(sa.table(to, *[sa.column(name) for name in names])).from_select(names, rows)
    )
    op.drop_table(former)


def _go_on_after_what_is_remembered(name: str) -> None:
    sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
    newest = [
        op.get_bind().scalar(sa.select(sa.func.max(sa.column(column))).select_from(sa.table(where)))
        for where, column in _REMEMBERED[name]
    ]
    op.execute(sa.delete(sequence).where(sequence.c.name == name))
    last = max((each for each in newest if each is not None), default=0)
    op.execute(sa.insert(sequence).values(name=name, seq=last))


# --- the tables, as they are at this version ------------------------------------------------------


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def _words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _feed() -> list[SchemaItem]:
    key = ("store_id", "type", "account", "container", "scope")
    return [
        _number("id"),
        _number("store_id"),
        *(_words(name) for name in ("type", "account", "container", "scope", "mapping")),
        _words("cursor_json", nullable=True),
        _number("generation"),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("complete_at", "swept_at")),
        _number("revision", "0"),
        _number("forgotten", "0"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(*key),
    ]


def _conflict() -> list[SchemaItem]:
    return [
        *(_number(name) for name in ("id", "lane_id", "link_id")),
        _words("fields_json"),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        *(_words(name) for name in ("left_version", "right_version")),
        sa.Column("since_at", sa.Float(), nullable=False),
        _words("winner", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("link_id"),
    ]


def _link() -> list[SchemaItem]:
    words = ("id", "version", "base_json")
    return [
        *(_number(name) for name in ("id", "lane_id", "left_feed", "right_feed")),
        *(_words(f"{side}_{name}", nullable=True) for name in words for side in ("left", "right")),
        *(_flag(name) for name in ("left_inside", "right_inside")),
        _words("status"),
        _number("incarnation"),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        _flag("rebaseline"),
        _words("former_source", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lane_id", "left_id"),
        sa.UniqueConstraint("lane_id", "right_id"),
    ]


def _create_indexes_of_links() -> None:
    op.create_index("link_by_left", "link", ["left_feed", "left_id"])
    op.create_index("link_by_right", "link", ["right_feed", "right_id"])
    op.create_index("link_due", "link", ["lane_id", "status", "dirty"])
    few = sa.text("rebaseline = 1")
    op.create_index("link_rebaseline", "link", ["lane_id", "status"], sqlite_where=few)


def _lost_base() -> list[SchemaItem]:
    return [
        _number("link_id"),
        *(_words(name) for name in ("side", "version", "fields_json")),
        sa.PrimaryKeyConstraint("link_id", "side"),
    ]
