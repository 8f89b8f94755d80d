"""How a store answers writes: as strict as a real service, one outcome for each operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from syncline.connectors.memory.entries import Entry, Place
from syncline.connectors.memory.options import Protection
from syncline.connectors.memory.reading import as_record
from syncline.connectors.memory.store import MemoryStore
from syncline.model.capacity import Inexpressible
from syncline.model.fields import FieldType, Value
from syncline.model.records import AbsenceReason, AccountId, RecordId
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    Create,
    Deferred,
    Delete,
    DeleteRequest,
    Duplicate,
    Gone,
    Outcome,
    Rejected,
    Stale,
    Update,
)
from syncline.plugin.spec import Field, TypeSpec


def batch(store: MemoryStore, request: ApplyRequest | DeleteRequest) -> list[Outcome]:
    """One outcome for each operation. With `batches="whole"` what was done is undone, and can be
    sent again, if one of them could not be done.
    """
    if store.instead is not None:
        return [store.instead for _each in request.operations]
    if store.options.batches == "each":
        return [_outcome(store, request.spec, each) for each in request.operations]
    before = store.kept()
    outcomes = [_outcome(store, request.spec, each) for each in request.operations]
    if all(isinstance(each, Applied) for each in outcomes):
        return outcomes
    store.put_back(before)
    undone = Deferred(message="undone with the rest of its batch")
    return [undone if isinstance(each, Applied) else each for each in outcomes]


def _outcome(store: MemoryStore, spec: TypeSpec, operation: Create | Update | Delete) -> Outcome:
    if isinstance(operation, Delete):
        return delete(store, spec, operation)
    required = (field.name for field in store.spec.fields if field.required)
    missing = store.second_call_fails & operation.fields.keys() - {*required}
    first = {name: value for name, value in operation.fields.items() if name not in missing}
    outcome = _first_call(store, spec, replace(operation, fields=first))
    if isinstance(outcome, Applied):
        return replace(outcome, incomplete=tuple(sorted(missing)))
    return outcome


def _first_call(store: MemoryStore, spec: TypeSpec, operation: Create | Update) -> Outcome:
    if isinstance(operation, Create):
        return create(store, spec, operation)
    return update(store, spec, operation)


def create(store: MemoryStore, spec: TypeSpec, operation: Create) -> Outcome:
    """A new record, unless its key made one before."""
    known = store.keys.get(operation.key)
    if store.options.idempotency == "key" and known is not None and store.entries[known].live:
        return _applied(store, store.entries[known])
    if operation.account not in store.folders:
        return Rejected(kind="forbidden", message="no such account", code="NO_ACCOUNT")
    fields = spec.write(operation.fields, None)
    if refusal := _missing(store, fields) or _refused(store, spec, fields, None, operation.account):
        return refusal
    folders = store.folders[operation.account]
    container = operation.container or folders[""]
    if container not in folders.values():
        return Rejected(kind="invalid", message="no such container", code="NO_CONTAINER")
    marker = None if store.options.idempotency == "none" else operation.key
    entry = store.insert(Place(operation.account, container), fields, marker)
    if marker is not None:
        store.keys[marker] = entry.id
    return _done(store, "create", entry)


def update(store: MemoryStore, spec: TypeSpec, operation: Update) -> Outcome:
    """These fields of a record, if it still has the version given."""
    entry = store.entries.get(operation.id)
    if entry is None or entry.deleted:
        return _gone(entry)
    if refusal := _locked(entry, operation.fields):
        return refusal
    if _stale(store, store.options.conditional, entry, operation.version):
        return Stale(current=as_record(store, spec, entry))
    fields = spec.write(operation.fields, entry.fields)
    if refused := _refused(store, spec, fields, entry, entry.place.account):
        return refused
    if not fields:
        return _applied(store, entry)
    store.write(entry, fields)
    return _done(store, "update", entry)


def delete(store: MemoryStore, spec: TypeSpec, operation: Delete) -> Outcome:
    """Into the bin, if it still has the version given."""
    entry = store.entries.get(operation.id)
    if entry is None or entry.deleted:
        return _gone(entry)
    if refusal := _locked(entry, ()):
        return refusal
    if _stale(store, store.options.conditional_delete, entry, operation.version):
        return Stale(current=as_record(store, spec, entry))
    store.remove(entry)
    return _done(store, "delete", entry)


def _done(store: MemoryStore, what: str, entry: Entry) -> Applied:
    store.writes[what] += 1
    if what in store.options.notifies:
        store.mails.append((what, entry.id))
    applied = _applied(store, entry)
    if store.options.bumps_after_write and not entry.deleted:
        store.touch(entry.id)
    return applied


def _applied(store: MemoryStore, entry: Entry) -> Applied:
    version = store.version(entry) if store.options.answers_version else None
    return Applied(id=entry.id, version=version)


def _gone(entry: Entry | None) -> Gone:
    if entry is not None and entry.merged_into is not None:
        return Gone(reason=AbsenceReason.MERGED, into=entry.merged_into)
    return Gone()


def _locked(entry: Entry, names: Mapping[str, Value] | tuple[()]) -> Rejected | None:
    if not entry.readable:
        return Rejected(kind="forbidden", message="no access to this record", code="NO_ACCESS")
    if entry.writable.fields == frozenset():
        return Rejected(kind="read_only", message=entry.writable.reason, code="READ_ONLY")
    closed = tuple(name for name in names if not entry.writable.allows(name))
    if closed:
        message = entry.writable.reason
        return Rejected(kind="read_only", message=message, code="READ_ONLY", fields=closed)
    return None


def _stale(store: MemoryStore, protection: Protection, entry: Entry, version: str | None) -> bool:
    if protection == "none" or version is None:
        return False
    if protection == "second":
        return entry.changed > datetime.fromisoformat(version)
    return version != store.version(entry)


def _missing(store: MemoryStore, fields: Mapping[str, Value]) -> Rejected | None:
    missing = tuple(
        each.name for each in store.spec.fields if each.required and not fields.get(each.name)
    )
    if not missing:
        return None
    return Rejected(kind="required", message="fields are missing", code="REQUIRED", fields=missing)


def _refused(
    store: MemoryStore,
    spec: TypeSpec,
    fields: Mapping[str, Value],
    entry: Entry | None,
    account: AccountId,
) -> Outcome | None:
    for asked in spec.fields:
        name = asked.native[0]
        if name not in fields:
            continue
        # What counts is what the store can hold, whatever the request claims it could.
        field = store.spec.by_name.get(asked.name, asked)
        if field.required and entry is not None and not fields[name]:
            message = "a required field cannot be cleared"
            return Rejected(kind="required", message=message, code="REQUIRED", fields=(field.name,))
        if not _fits(store, field, fields[name]):
            message = "the value does not fit"
            return Rejected(kind="too_long", message=message, code="TOO_LONG", fields=(field.name,))
        if not store.options.refuses.isdisjoint(_texts(fields[name])):
            message = "the value is not allowed"
            return Rejected(kind="invalid", message=message, code="INVALID", fields=(field.name,))
        if field.unique and (twins := _twins(store, name, fields[name], entry, account)):
            return Duplicate(of=twins, code="DUPLICATE")
    return None


def _texts(value: Value) -> tuple[str, ...]:
    texts = value if isinstance(value, tuple) else (value,)
    return tuple(text for text in texts if isinstance(text, str))


def _fits(store: MemoryStore, field: Field, value: Value) -> bool:
    kind = store.options.field_type(field.name)
    try:
        return bool(kind.normal(field.capacity.stored(kind, value)) == kind.normal(value))
    except Inexpressible:
        return False


def _twins(
    store: MemoryStore, name: str, value: Value, entry: Entry | None, account: AccountId
) -> tuple[RecordId, ...]:
    """Who has the value already: in an address book of its owner's own, in that one; in a store
    that is everybody's, anywhere.
    """
    kind, shared = store.options.field_type(name), store.options.feed == "connection"
    wanted = kind.normal(value)
    if wanted is None:
        return ()
    return tuple(
        each.id
        for each in store.entries.values()
        if each is not entry and each.live and (shared or each.place.account == account)
        if _overlap(kind, each.fields.get(name), wanted)
    )


def _overlap(kind: FieldType, value: Value, wanted: Value) -> bool:
    normal = kind.normal(value)
    if kind.is_set:
        return not set(normal or ()).isdisjoint(wanted)
    return bool(normal == wanted)
