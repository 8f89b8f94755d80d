"""The tables. Instants are UTC seconds since 1970; `…_json` columns hold JSON text.

No column holds readable personal data: digests are keyed, payloads and history are sealed with
the installation's key (`syncline.state.vault`). Ids of records and accounts are the systems' own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, LargeBinary, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

_IN_ONE_TREE: Final = {"sqlite_with_rowid": False}
"""Rows that are hardly more than their key. They lie in its tree, and not beside it as well: a
digest is on a page far from the last one, and each page that changes is written with the commit.
"""

_IDS_GIVEN_ONCE: Final = {"sqlite_autoincrement": True}
"""Rows whose ids are remembered when they are gone: in the history, by a person who was shown one,
by a run that began before. SQLite would give the id of the last row to the next one.
"""


class Meta(SQLModel, table=True):
    """Facts about this database, such as the proof that the key fits."""

    name: str = Field(primary_key=True)
    value: str


class Store(SQLModel, table=True):
    """A system by its own identity; the connection's name may change, the identity may not."""

    __table_args__ = (UniqueConstraint("connector", "identity"),)
    id: int | None = Field(default=None, primary_key=True)
    connector: str
    identity: str


class AccountRow(SQLModel, table=True):
    """The account an address or user name stood for when it was last resolved."""

    __tablename__ = "account"
    store_id: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    account: str


class ContainerRow(SQLModel, table=True):
    """The folder a path stood for when it was last resolved."""

    __tablename__ = "container"
    store_id: int = Field(primary_key=True)
    account: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    container: str


class FeedRow(SQLModel, table=True):
    """One stream with one cursor. `mapping` is the fingerprint of what is read from it; `revision`
    rises whenever one of its records is noted, `forgotten` is the one at which rows were removed
    last; `generation` numbers the passes over everything. `swept_at`: when everything in it was
    listed last; nothing, if it is yet to be.
    """

    __tablename__ = "feed"
    __table_args__ = (
        UniqueConstraint("store_id", "type", "account", "container", "scope"),
        _IDS_GIVEN_ONCE,
    )
    id: int | None = Field(default=None, primary_key=True)
    store_id: int
    type: str
    account: str = ""
    container: str = ""
    scope: str = ""
    mapping: str = ""
    cursor_json: str | None = None
    generation: int = 0
    swept_at: float | None = None
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    forgotten: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class RecordRow(SQLModel, table=True):
    """One thing on one side, as last seen. `payload` only while somebody needs its values.

    `pending`: some lane has it in scope and no link for it yet. `revision`: the feed's, when it was
    noted last.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("record_in_scope", "feed_id", "in_scope", "pending", "owner", "marker"),
    )
    feed_id: int = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: str = ""
    owner: str = ""
    presence: str = "present"
    in_scope: bool = True
    pending: bool = False
    marker: str | None = None
    modified_at: float | None = None
    writable_json: str | None = None
    digests_json: str = "{}"
    payload: bytes | None = Field(default=None, sa_type=LargeBinary)
    generation: int = 0
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class RecordKey(SQLModel, table=True):
    """A match key of a record that is not linked everywhere yet, as a keyed digest."""

    __tablename__ = "record_key"
    __table_args__ = (
        Index("record_key_by_digest", "feed_id", "kind", "digest", "record_id"),
        _IN_ONE_TREE,
    )
    feed_id: int = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)


class Candidate(SQLModel, table=True):
    """Two records that share a match key, while a lane is being paired; empty otherwise."""

    __tablename__ = "candidate"
    __table_args__ = (Index("candidate_by_right", "lane_id", "right_id", "left_id"),)
    lane_id: int = Field(primary_key=True)
    left_id: str = Field(primary_key=True)
    right_id: str = Field(primary_key=True)


class LaneRow(SQLModel, table=True):
    """Member and object type, keyed by the accounts' own ids, not by the sync's name.

    `left_feed`: what it reads on that side; nothing, if the configuration has it no more.
    `left_own`: of the feed on that side, only the account's own records belong to the lane.
    `one_way_json`: the fields that do not travel both ways, each with the side they come from.
    `match_json`: the matchers it pairs by, strongest first.
    `counted`: at which revisions its records were counted last, and found to be in order.
    `configured`: the state's epoch in which the run began that brought it in line last.
    """

    __tablename__ = "lane"
    __table_args__ = (
        UniqueConstraint("type", "left_store", "left_account", "right_store", "right_account"),
        Index("lane_by_left", "left_feed", "left_own", "left_account"),
        Index("lane_by_right", "right_feed", "right_own", "right_account"),
    )
    id: int | None = Field(default=None, primary_key=True)
    type: str
    left_store: int
    left_account: str
    right_store: int
    right_account: str
    sync: str = ""
    left_name: str = ""
    right_name: str = ""
    left_feed: int | None = None
    right_feed: int | None = None
    left_own: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    right_own: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    policy: str = ""
    direction: str = ""
    one_way_json: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    match_json: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    first_synced_at: float | None = None
    rebaseline: bool = False
    adopted_foreign: bool = False
    last_run_at: float | None = None
    last_error: str = ""
    counted: str = Field(default="", sa_column_kwargs={"server_default": ""})
    configured: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class HolderRow(SQLModel, table=True):
    """Somebody who holds leases, and until when. Whoever has no row holds none."""

    __tablename__ = "holder"
    name: str = Field(primary_key=True)
    until_at: float


class Lease(SQLModel, table=True):
    """Who works on an account's records of one type, if that holder is there still."""

    __tablename__ = "lease"
    store_id: int = Field(primary_key=True)
    account: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    holder: str = Field(default="", index=True)


class LinkRow(SQLModel, table=True):
    """Two records that are the same thing, with what each side held when last settled.

    `left_inside`: the record was seen in the lane's data set once; only then can it leave it.
    `rebaseline`: it was not looked at since the policy changed. `former_source`: the side whose
    values travelled before a one-way sync became another one.
    """

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("lane_id", "left_id"),
        UniqueConstraint("lane_id", "right_id"),
        Index("link_by_left", "left_feed", "left_id"),
        Index("link_by_right", "right_feed", "right_id"),
        Index("link_due", "lane_id", "status", "dirty"),
        Index(
            "link_rebaseline",
            "lane_id",
            "status",
            sqlite_where=text("rebaseline = 1"),
            postgresql_where=text("rebaseline"),
        ),
        _IDS_GIVEN_ONCE,
    )
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int
    left_feed: int
    left_id: str | None = None
    right_feed: int
    right_id: str | None = None
    left_version: str | None = None
    right_version: str | None = None
    left_base_json: str | None = None
    right_base_json: str | None = None
    left_inside: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    right_inside: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    status: str = "linked"
    incarnation: int = 0
    dirty: bool = True
    rebaseline: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    former_source: str | None = None


class LostBase(SQLModel, table=True):
    """What survives of a base whose digests lost their meaning (another key, another normal form):
    the record held it at `version`, as far as these fields go.
    """

    __tablename__ = "lost_base"
    link_id: int = Field(primary_key=True, foreign_key="link.id", ondelete="CASCADE")
    side: str = Field(primary_key=True)
    version: str
    fields_json: str


class Claim(SQLModel, table=True):
    """The right to create the record with a match key: `what` is a keyed digest of it."""

    __tablename__ = "claim"
    __table_args__ = (
        Index("claim_by_source", "lane_id", "source_id"),
        Index("claim_by_age", "claimed_at"),
        _IN_ONE_TREE,
    )
    what: str = Field(primary_key=True)
    lane_id: int
    side: str = Field(default="", sa_column_kwargs={"server_default": ""})
    source_id: str
    claimed_at: float


class Intent(SQLModel, table=True):
    """A write that was about to be sent. `plan` (sealed) is what settling needs to know."""

    __tablename__ = "intent"
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int
    link_id: int = Field(index=True)
    side: str
    action: str
    key: str = ""
    record_id: str | None = None
    expected_version: str | None = None
    plan: bytes = Field(sa_type=LargeBinary)
    sent_at: float


class Tombstone(SQLModel, table=True):
    """A pair that is no more: by it an undo knows what a record was linked to."""

    __tablename__ = "tombstone"
    __table_args__ = (Index("tombstone_by_lane", "lane_id"),)
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int
    left_id: str | None = None
    right_id: str | None = None
    incarnation: int = 0
    cause: str


class Attention(SQLModel, table=True):
    """A record that waits to be looked at again: why, since when, when next."""

    __tablename__ = "attention"
    __table_args__ = (
        UniqueConstraint("lane_id", "side", "record_id"),
        Index("attention_by_record", "record_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int
    side: str
    record_id: str
    reason: str
    message: str
    code: str = ""
    since_at: float
    next_at: float | None = None
    attempts: int = 1


class ConflictRow(SQLModel, table=True):
    """Both sides changed the same thing and a person must decide. A decision holds for these
    versions; when either moves, the row is replaced by what is so then.
    """

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("link_id"), _IDS_GIVEN_ONCE)
    id: int | None = Field(default=None, primary_key=True)
    lane_id: int = Field(index=True)
    link_id: int
    fields_json: str
    values_sealed: bytes = Field(sa_type=LargeBinary)
    left_version: str
    right_version: str
    since_at: float
    winner: str | None = None


class Approval(SQLModel, table=True):
    """An operation a guard holds: by its handle, bound to both versions and the policy."""

    __tablename__ = "approval"
    handle: str = Field(primary_key=True)
    lane_id: int = Field(index=True)
    side: str
    action: str
    record_id: str
    connection: str
    guard: str
    since_at: float
    approved_at: float | None = None


class WithheldRow(SQLModel, table=True):
    """A write that was decided and not sent. `record_id`: the record that is written; of a create
    the one it is for. What guards hold is an `Approval`.
    """

    __tablename__ = "withheld"
    lane_id: int = Field(primary_key=True)
    side: str = Field(primary_key=True)
    action: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    reason: str
    message_sealed: bytes = Field(sa_type=LargeBinary)
    since_at: float


class Run(SQLModel, table=True):
    """One run: when, how it ended. `undoes` names the run that it takes back."""

    __tablename__ = "run"
    id: str = Field(primary_key=True)
    started_at: float
    finished_at: float | None = None
    exit_code: int | None = None
    counts_json: str = "{}"
    undoes: str | None = None


class History(SQLModel, table=True):
    """What was done to a record, by which rule, with the values before and after (sealed)."""

    __tablename__ = "history"
    __table_args__ = (Index("history_by_record", "lane_id", "side", "record_id"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(index=True)
    lane_id: int
    link_id: int | None = None
    side: str
    action: str
    record_id: str
    reason: str
    at: float
    values_sealed: bytes = Field(sa_type=LargeBinary)


class Token(SQLModel, table=True):
    """What a connector keeps between runs (sealed): refresh tokens, token caches."""

    __tablename__ = "token"
    connection: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
