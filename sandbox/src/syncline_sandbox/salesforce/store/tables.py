"""The tables of the objects, with text compared as Salesforce compares it."""

from __future__ import annotations

import re
from functools import lru_cache

from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.objects import STANDARD_OBJECTS
from syncline_sandbox.storage import Storage

HIDDEN = "_hidden"
"""Column: 1 when sharing keeps the row from the API user."""
DELETED_AT = "_deleted_at"
"""Column: when the row went to the Recycle Bin."""

_INDEXED = frozenset({"Email", "AccountId", "ReportsToId", "OwnerId", "MasterRecordId", "Username"})
_COLUMN_TYPES = {
    "boolean": "INTEGER",
    "int": "INTEGER",
    "double": "REAL",
    "currency": "REAL",
}

_BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lag (
  object TEXT NOT NULL, id TEXT NOT NULL, visible_at TEXT NOT NULL, visible_call INTEGER NOT NULL,
  PRIMARY KEY (object, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deletion (
  object TEXT NOT NULL, id TEXT NOT NULL, deleted_at TEXT NOT NULL,
  PRIMARY KEY (object, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recent (
  user TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (user, object, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (
  id TEXT PRIMARY KEY, query TEXT NOT NULL, include_deleted INTEGER NOT NULL, ids TEXT NOT NULL,
  page INTEGER NOT NULL, opened_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS client (
  id TEXT PRIMARY KEY, secret TEXT NOT NULL, run_as TEXT NOT NULL, private_key TEXT NOT NULL,
  public_key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (
  token TEXT PRIMARY KEY, kind TEXT NOT NULL, user TEXT NOT NULL, client TEXT NOT NULL,
  issued_at TEXT NOT NULL, used_at TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
"""


def table(kind: str) -> str:
    """The quoted name of an object's table."""
    return f'"sf_{kind}"'


def before_table(kind: str) -> str:
    """The table of what queries still see of rows that changed a moment ago."""
    return f'"sf_{kind}_before"'


def create_tables(storage: Storage) -> None:
    """Makes what is missing, and teaches the database to compare text without regard to case."""
    storage.collation("SALESFORCE", compare_text)
    storage.function("soql_like", 2, like)
    storage.script(_BOOKKEEPING)
    for kind in STANDARD_OBJECTS:
        columns = ", ".join(_column(f) for f in kind.fields if f.stored)
        extra = f"{HIDDEN} INTEGER NOT NULL DEFAULT 0, {DELETED_AT} TEXT"
        for name in (table(kind.name), before_table(kind.name)):
            storage.script(f"CREATE TABLE IF NOT EXISTS {name} ({columns}, {extra})")
            _add_missing(storage, name, kind)
        for index in _indexes(kind):
            storage.script(index)


def _add_missing(storage: Storage, name: str, kind: ObjectType) -> None:
    """The columns of fields that the object did not have when the data file was made."""
    present = {row["name"] for row in storage.rows(f"PRAGMA table_info({name})")}
    for field in kind.fields:
        if field.stored and field.name not in present:
            storage.run(f"ALTER TABLE {name} ADD COLUMN {_column(field)}")


def add_column(storage: Storage, kind: str, field: Field) -> None:
    """Makes room for a custom field; keeps an index on it if it identifies rows."""
    present = {row["name"] for row in storage.rows(f"PRAGMA table_info({table(kind)})")}
    # A reset forgets the field and keeps the column.
    tables = () if field.name in present else (table(kind), before_table(kind))
    for name in tables:
        storage.run(f"ALTER TABLE {name} ADD COLUMN {_column(field)}")
    if field.unique or field.external_id:
        index = f'"ix_{kind}_{field.name}"'
        storage.run(f'CREATE INDEX IF NOT EXISTS {index} ON {table(kind)} ("{field.name}")')


def _column(field: Field) -> str:
    kind = _COLUMN_TYPES.get(field.type, "TEXT")
    more = " PRIMARY KEY" if field.type == "id" else ""
    collation = " COLLATE SALESFORCE" if field.type in TEXT_TYPES else ""
    return f'"{field.name}" {kind}{more}{collation}'


def _indexes(kind: ObjectType) -> list[str]:
    name = table(kind.name)
    found = [
        f'CREATE INDEX IF NOT EXISTS "ix_{kind.name}_{f.name}" ON {name} ("{f.name}")'
        for f in kind.fields
        if f.name in _INDEXED
    ]
    stamps = f'CREATE INDEX IF NOT EXISTS "ix_{kind.name}_stamp" ON {name} (SystemModstamp, Id)'
    if not kind.undeletable:
        return [*found, stamps]
    bin_index = f'CREATE INDEX IF NOT EXISTS "ix_{kind.name}_bin" ON {name} ({DELETED_AT})'
    return [*found, stamps, f"{bin_index} WHERE IsDeleted = 1"]


def compare_text(left: str, right: str) -> int:
    """The order of text: case does not count."""
    a, b = left.lower(), right.lower()
    return (a > b) - (a < b)


def like(value: str | None, pattern: str) -> int | None:
    """SOQL's LIKE: `%` any text, `_` any character, a backslash makes either plain; no case."""
    return None if value is None else int(_like_expression(pattern).fullmatch(value) is not None)


@lru_cache(maxsize=256)
def _like_expression(pattern: str) -> re.Pattern[str]:
    wild = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    source = "".join(re.escape(p[1]) if len(p) == 2 else wild.get(p, re.escape(p)) for p in pieces)
    return re.compile(source, re.IGNORECASE | re.DOTALL)
