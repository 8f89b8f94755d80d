"""What a connector declares about each object type it offers: `TypeSpec` and its `Field`s.

The mapping is declared, not programmed: reading, writing, capacities, the check against the
service's own description and the field tables in the docs all come from the same `Field`s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Protocol

from syncline.model.capacity import UNLIMITED, Capacity
from syncline.model.fields import Value

_log = logging.getLogger("syncline.plugin")

Native = Mapping[str, Any]
"""A record in the system's own JSON."""


class Codec(Protocol):
    """Translates one canonical value to and from the native properties that hold it. Pure."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """The canonical value of these native values (in the order of `Field.native`)."""
        ...

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The native values to send. `current` are those just read from the target, None at a
        create: a codec that fills slots keeps every stored element in its slot.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a record's fields for a native value that its codec could not read.

    It never gets further than to where pages enter core, which makes the record wait, and no other.
    """


UNREADABLE = Unreadable()


class SameText:
    """One native property holds the text as it is; an empty one is stored as null."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """The text, `None` if it is empty."""
        return None if native[0] == "" else native[0]

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The text or null."""
        return (value,)


SAME_TEXT = SameText()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One canonical field at one system.

    `native` names the native properties it lives in. `capacity` is what they can hold. `required`:
    a create without it is refused. `create_only`: never sent in an update. `read_only`: never
    sent. `unique`: the service refuses a second record with the value.
    """

    name: str
    native: tuple[str, ...]
    capacity: Capacity = UNLIMITED
    codec: Codec = SAME_TEXT
    required: bool = False
    unique: bool = False
    create_only: bool = False
    read_only: bool = False
    note: str = ""

    def read(self, native: Native) -> Value:
        """The canonical value. Ask `is_read` first: an absent property is unknown, not empty."""
        return self.codec.read(tuple(native.get(name) for name in self.native))

    def is_read(self, native: Native) -> bool:
        """Whether the answer held every property this field lives in."""
        return all(name in native for name in self.native)

    def write(self, value: Value, current: Native | None) -> dict[str, Any]:
        """The native properties to send for `value`."""
        before = None if current is None else tuple(current.get(name) for name in self.native)
        return dict(zip(self.native, self.codec.write(value, before), strict=True))


@dataclass(frozen=True, kw_only=True)
class ChangeDetection:
    """How changes are found: `token` (the service keeps a cursor) or `timestamp`.

    For timestamps: `granularity` of the stamps, `overlap` that is read again each time and
    `visibility_lag` after which a write is certainly visible to reads; all in seconds.
    """

    kind: Literal["token", "timestamp"]
    granularity: float = 0.0
    overlap: float = 0.0
    visibility_lag: float = 0.0


StoredAs = Callable[[Mapping[str, Value]], Mapping[str, Value]]


def _unchanged(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    return fields


@dataclass(frozen=True, kw_only=True)
class TypeSpec:
    """What a system can do with one object type. Verified by the conformance kit.

    `feed`: one stream per `account` (each mailbox folder) or per `connection` (all members).
    `deletions`: `reported` by the feed, or only found by a `swept` key listing.
    `conditional`: how an update is protected: `version` (exactly the version given), `second`
    (a foreign write within the same second passes) or `none`; `conditional_delete` likewise.
    `moves_versions`: whether the service also gives a record another version by itself, so that a
    version that moved is no sign that anybody touched it.
    `idempotency`: `key` (a repeated create with the same key makes no second record), `marker`
    (we can store our key and find it again) or `none` (found only by looking for a twin).
    `match`: the match keys that `fetch_match` can look up in the whole connection.
    `finds_deleted`: whether it can also look among what was deleted (a recycle bin).
    `conditional_batch` is the number of updates in one call when they are conditional.
    `spans_accounts`: whether one write batch may mix accounts.
    `notifies`: which writes send mail to people.
    `stored_as`: a pure prediction where the service rewrites values; gets the record's fields as
    they will be (already cut to capacity) and returns them as they will be stored.
    """

    name: str
    feed: Literal["account", "connection"]
    change_detection: ChangeDetection
    fields: tuple[Field, ...]
    deletions: Literal["reported", "swept"] = "reported"
    conditional: Literal["version", "second", "none"] = "none"
    conditional_delete: Literal["version", "second", "none"] = "none"
    moves_versions: bool = False
    idempotency: Literal["key", "marker", "none"] = "none"
    match: frozenset[str] = frozenset()
    finds_deleted: bool = False
    create_batch: int = 1
    update_batch: int = 1
    conditional_batch: int = 1
    delete_batch: int = 1
    read_batch: int = 1
    spans_accounts: bool = False
    writes_per_account: int = 1
    containers: bool = False
    notifies: frozenset[Literal["create", "update", "delete"]] = frozenset()
    stored_as: StoredAs = field(default=_unchanged, repr=False, compare=False)
    mapping_version: int = 1

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by canonical name."""
        return {each.name: each for each in self.fields}

    @cached_property
    def readable(self) -> frozenset[str]:
        """The canonical fields this side can hold."""
        return frozenset(self.by_name)

    @cached_property
    def fixed(self) -> frozenset[str]:
        """The fields that are never sent in an update."""
        return frozenset(each.name for each in self.fields if each.read_only or each.create_only)

    @property
    def native_names(self) -> tuple[str, ...]:
        """Every native property the mapping needs, each once, in declared order."""
        return tuple(dict.fromkeys(name for each in self.fields for name in each.native))

    @property
    def weak_versions(self) -> bool:
        """Whether versions are stamps, so that two edits within one of their steps share one."""
        return self.conditional == "second" or self.change_detection.granularity > 0

    def restricted(self, names: Iterable[str], extra: Iterable[Field] = ()) -> TypeSpec:
        """The same type with only the named fields, and further ones (custom fields)."""
        wanted = frozenset(names)
        kept = tuple(each for each in self.fields if each.name in wanted)
        return replace(self, fields=kept + tuple(extra))

    def foreseen(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """How a record's fields will be stored, by `stored_as`. One that fails foresees nothing,
        and what the service makes of the values is then somebody's edit: that is one write too many
        for one record, where no prediction at all would end everybody's run.
        """
        try:
            return self.stored_as(fields)
        except Exception as error:  # noqa: BLE001 - a connector meets values of any shape
            _log.error("stored_as of %r failed: %s", self.name, type(error).__name__)
            return fields

    def read(self, native: Native) -> dict[str, Value]:
        """The canonical fields of a native record; what was not in the answer stays unknown.

        Never raises for a native value of a shape nobody expected: one such value must not cost
        the page it comes in. `UNREADABLE` takes its place, and core makes its record wait.
        """
        return {each.name: _read(each, native) for each in self.fields if each.is_read(native)}

    def write(self, fields: Mapping[str, Value], current: Native | None) -> dict[str, Any]:
        """The native body for these canonical fields; `current` is None at a create."""
        body: dict[str, Any] = {}
        for name, value in fields.items():
            mapped = self.by_name[name]
            if not mapped.read_only and not (mapped.create_only and current is not None):
                body.update(mapped.write(value, current))
        return body


def _read(field: Field, native: Native) -> Value:
    try:
        return field.read(native)
    except Exception:  # noqa: BLE001 - a codec meets values of any shape
        return UNREADABLE
