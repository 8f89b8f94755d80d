"""What a memory store can do: every capability of a `TypeSpec`, to be switched by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncline.model.capacity import UNLIMITED, Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import SHORT_TEXT, FieldType, Value
from syncline.model.matching import BUILT_IN, Matcher
from syncline.model.objects import ObjectType
from syncline.plugin.spec import ChangeDetection, Field, StoredAs, TypeSpec

Protection = Literal["version", "second", "none"]


def _unchanged(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    return fields


@dataclass(frozen=True, kw_only=True)
class MemoryOptions:
    """The defaults are the best of all systems; each option takes something away.

    `type`: what its records are, and `matchers`: by what they can be looked up, as far as `match`
    names them. `fields`: the canonical fields it has (None: all). `capacities`: what single fields
    can hold; a write beyond is rejected, a user's typing is cut. `granularity`, `overlap` and
    `visibility_lag` in seconds. With `conditional="second"` versions are stamps, so that two writes
    within one second share a version. `answers_version`: whether a write's answer names the new
    version.
    `bumps_after_write`: the service touches a record once more after our write. `paging="offset"`:
    pages are counted, so that they drift when something is deleted or changed while they are read.
    `batches="whole"`: one operation that cannot be done undoes its batch. `reuses_ids`: a new
    record gets the id of a deleted one; `plain_ids`: ids are mere numbers, which another service
    may give as well. `forgets_deleted`: asked by its id, it does not say that a record was
    deleted; `bin`: what deleted records held can still be read. `refuses`: texts that no write may
    hold. `rewrites_later` is what the service makes of a record `rewrites_after` seconds after its
    last change: nothing in the declaration says so, unlike `stored_as`.
    """

    type: ObjectType = CONTACT
    matchers: Mapping[str, Matcher] = field(default_factory=lambda: BUILT_IN, repr=False)
    feed: Literal["account", "connection"] = "account"
    detection: Literal["token", "timestamp"] = "token"
    granularity: float = 0.0
    overlap: float = 0.0
    visibility_lag: float = 0.0
    deletions: Literal["reported", "swept"] = "reported"
    conditional: Protection = "version"
    conditional_delete: Protection = "version"
    idempotency: Literal["key", "marker", "none"] = "key"
    match: frozenset[str] = frozenset({"email", "name+company", "name"})
    finds_deleted: bool = True
    fields: tuple[str, ...] | None = None
    capacities: Mapping[str, Capacity] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    unique: frozenset[str] = frozenset()
    page_size: int = 100
    create_batch: int = 20
    update_batch: int = 20
    conditional_batch: int = 20
    delete_batch: int = 20
    read_batch: int = 100
    spans_accounts: bool = False
    writes_per_account: int = 1
    containers: bool = False
    notifies: frozenset[Literal["create", "update", "delete"]] = frozenset()
    stored_as: StoredAs = _unchanged
    answers_version: bool = True
    bumps_after_write: bool = False
    paging: Literal["keyset", "offset"] = "keyset"
    batches: Literal["each", "whole"] = "each"
    reuses_ids: bool = False
    plain_ids: bool = False
    forgets_deleted: bool = False
    bin: bool = True
    refuses: frozenset[str] = frozenset()
    rewrites_later: StoredAs | None = None
    rewrites_after: float = 45.0
    mapping_version: int = 1

    def spec(self) -> TypeSpec:
        """The declaration that says exactly this."""
        marker = frozenset() if self.idempotency == "none" else frozenset({"marker"})
        return TypeSpec(
            name=self.type.name,
            feed=self.feed,
            change_detection=ChangeDetection(
                kind=self.detection,
                granularity=self.granularity,
                overlap=max(self.overlap, self.visibility_lag),
                visibility_lag=self.visibility_lag,
            ),
            fields=tuple(map(self._field, self.fields or self.type.fields)),
            deletions=self.deletions,
            conditional=self.conditional,
            conditional_delete=self.conditional_delete,
            moves_versions=self.bumps_after_write,
            idempotency=self.idempotency,
            match=self.match | marker,
            finds_deleted=self.finds_deleted,
            create_batch=self.create_batch,
            update_batch=self.update_batch,
            conditional_batch=self.conditional_batch,
            delete_batch=self.delete_batch,
            read_batch=self.read_batch,
            spans_accounts=self.spans_accounts,
            writes_per_account=self.writes_per_account,
            containers=self.containers,
            notifies=self.notifies,
            stored_as=self.stored_as,
            mapping_version=self.mapping_version,
        )

    def field_type(self, name: str) -> FieldType:
        """The type of a field; what a configuration adds is text."""
        spec = self.type.fields.get(name)
        return spec.type if spec else SHORT_TEXT

    def _field(self, name: str) -> Field:
        return Field(
            name=name,
            native=(name,),
            capacity=self.capacities.get(name, UNLIMITED),
            required=name in self.required,
            unique=name in self.unique,
        )
