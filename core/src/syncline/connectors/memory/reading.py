"""How a store answers reads: pages of changes, records by id, keys, matches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from syncline.connectors.memory.entries import Entry, Event, Place
from syncline.connectors.memory.store import MemoryStore
from syncline.errors import Resync
from syncline.model.fields import FieldType, Value
from syncline.model.records import AbsenceReason, Absent, Json, Record, RecordId
from syncline.plugin.cursors import read_until
from syncline.plugin.requests import (
    ChangesRequest,
    DeletedRequest,
    Feed,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Page,
    Scope,
)
from syncline.plugin.spec import TypeSpec

T = TypeVar("T")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def changes(store: MemoryStore, request: ChangesRequest, own: datetime) -> Page:
    """A page of the feed. `own`: what our clock says."""
    _require_epoch(store, request.next or request.cursor)
    size = min(request.page_size or store.options.page_size, store.options.page_size)
    if store.options.detection == "token":
        return _changes_by_token(store, request, size)
    return _changes_by_stamp(store, request, size, own)


def _changes_by_token(store: MemoryStore, request: ChangesRequest, size: int) -> Page:
    """A token is a line of the log; a round ends at the line that was last when it began, so
    that what changes meanwhile is the next round's.
    """
    position = request.next or request.cursor or {"line": 0}
    until = request.next["until"] if request.next else _visible_lines(store)
    reports_absence = request.cursor is not None
    page: list[Record | Absent] = []
    for event in store.log[position["line"] : until]:
        item = _item(store, request, event, reports_absence)
        if item is not None and len(page) == size:
            here = {"line": event.sequence - 1, "until": until, "epoch": store.epoch}
            return _page(page, next=here)
        if item is not None:
            page.append(item)
    return _page(page, cursor={"line": until, "epoch": store.epoch})


def _changes_by_stamp(
    store: MemoryStore, request: ChangesRequest, size: int, own: datetime
) -> Page:
    """A keyset over (stamp, id, line), from the cursor less the overlap; the next cursor is the
    service's time when the round began, as far as it can be believed (`read_until`).
    """
    position = request.next or {
        "told": store.told().isoformat(),
        "own": own.isoformat(),
        "newest": request.cursor["since"] if request.cursor else None,
        "after": None,
        "since": _since(store, request.cursor).isoformat(),
    }
    since = datetime.fromisoformat(position["since"])
    first = bisect_left(store.log, since, key=lambda event: event.stamp)
    events = {
        (event.stamp.isoformat(), event.id, event.sequence): event
        for event in store.log[first : _visible_lines(store)]
    }
    items = [
        (key, item)
        for key in sorted(events)
        if (item := _item(store, request, events[key], request.cursor is not None)) is not None
    ]
    page, after = _cut(store, items, position["after"], size)
    found = [item for _key, item in page]
    stamps = [key[0] for key, _item in page] + [position["newest"] or ""]
    position = {**position, "newest": max(stamps) or None, "epoch": store.epoch}
    if after is not None:
        return _page(found, next={**position, "after": after})
    return _page(found, cursor={"since": _read_until(store, position), "epoch": store.epoch})


def _read_until(store: MemoryStore, position: Json) -> str:
    """The next cursor: an instant that stamps, which may be coarse, cannot lie before unseen."""
    told, own = (datetime.fromisoformat(position[each]) for each in ("told", "own"))
    newest = position["newest"]
    until = read_until(told, own, datetime.fromisoformat(newest) if newest else None)
    return store.stamp(until).isoformat()


def _cut(
    store: MemoryStore, items: Sequence[tuple[Any, T]], after: Json, size: int
) -> tuple[Sequence[tuple[Any, T]], Json]:
    """A page of sorted (key, item), and where the next one begins: None if there is none. Counted
    pages drift: what is deleted or changed meanwhile shifts the rest.
    """
    if store.options.paging == "offset":
        first = after or 0
        return items[first : first + size], first + size if len(items) > first + size else None
    left = [each for each in items if after is None or list(each[0]) > list(after)]
    return left[:size], list(left[size - 1][0]) if len(left) > size else None


def _since(store: MemoryStore, cursor: Json) -> datetime:
    if cursor is None:
        return _BEGINNING
    overlap = timedelta(seconds=store.spec.change_detection.overlap)
    return datetime.fromisoformat(cursor["since"]) - overlap


def _visible_lines(store: MemoryStore) -> int:
    horizon = _horizon(store)
    return bisect_right(store.log, horizon, key=lambda event: event.at)


def _horizon(store: MemoryStore) -> datetime:
    return store.now() - timedelta(seconds=store.options.visibility_lag)


def _item(
    store: MemoryStore, request: ChangesRequest, event: Event, reports_absence: bool
) -> Record | Absent | None:
    """What a line of the log means in this feed now; None if a later line says more."""
    entry = store.entries[event.id]
    if entry.sequence != event.sequence and event.left is None:
        return None
    if event.left is None:
        return (
            as_record(store, request.spec, entry) if _in_feed(store, entry, request.feed) else None
        )
    reported = store.options.deletions == "reported" and reports_absence
    was_here = _lies_in(store, event.left, request.feed)
    if reported and was_here and not _in_feed(store, entry, request.feed):
        return Absent(entry.id, *_why(store, entry, event.reason))
    return None


def by_ids(store: MemoryStore, request: IdsRequest) -> Page:
    """Each id once: the record as it is now, or why it is not there."""
    page = [_by_id(store, request, id) for id in dict.fromkeys(request.ids)]
    return _page(page)


def _by_id(store: MemoryStore, request: IdsRequest, id: RecordId) -> Record | Absent:
    entry = store.entries.get(id)
    if entry is None:
        return Absent(id, AbsenceReason.DELETED)
    if entry.deleted and store.options.forgets_deleted:
        return Absent(id, AbsenceReason.UNREADABLE)
    if not entry.live:
        return Absent(id, *_why(store, entry, AbsenceReason.UNREADABLE))
    elsewhere = request.feed.account not in (None, entry.place.account)
    outside = not (
        _in_feed(store, entry, request.feed) and in_scope(store, entry, request.feed.scope)
    )
    if elsewhere or (request.scoped and outside):
        return Absent(id, AbsenceReason.LEFT)
    return as_record(store, request.spec, entry)


def keys(store: MemoryStore, request: KeysRequest) -> Page:
    """A page of the sweep, in the order of ids."""
    _require_epoch(store, request.next)
    found = [
        ((entry.id,), entry)
        for entry in sorted(_visible(store), key=lambda entry: entry.id)
        if _in_feed(store, entry, request.feed) and in_scope(store, entry, request.feed.scope)
    ]
    after = request.next["after"] if request.next else None
    cut, following = _cut(store, found, after, store.options.page_size)
    page = [as_record(store, None, entry) for _key, entry in cut]
    if following is None:
        return _page(page)
    return _page(page, next={"after": following, "epoch": store.epoch})


def matches(store: MemoryStore, request: MatchRequest) -> Page:
    """Records that carry one of the keys, in whatever folder; or those in the bin that do."""
    wanted = {(key.kind, key.value) for key in request.keys}
    account = request.feed.account
    return _page(
        as_record(store, request.spec, entry)
        for entry in (_in_bin(store) if request.deleted else _visible(store))
        if account in (None, entry.place.account)
        and (request.created_since is None or entry.created >= request.created_since)
        and not wanted.isdisjoint(_match_keys(store, entry))
    )


def deleted(store: MemoryStore, request: DeletedRequest) -> Page:
    """What the bin holds of these records; nothing, where there is no bin."""
    found = (store.entries.get(id) for id in dict.fromkeys(request.ids))
    return _page(
        as_record(store, request.spec, entry)
        for entry in found
        if entry is not None and entry.deleted and entry.readable
        if store.options.bin and entry.merged_into is None
    )


def _match_keys(store: MemoryStore, entry: Entry) -> Iterator[tuple[str, str]]:
    for kind, matcher in store.options.matchers.items():
        if kind in store.spec.match:
            yield from ((kind, key) for key in matcher(entry.fields))
    if entry.marker is not None:
        yield "marker", entry.marker


def _visible(store: MemoryStore) -> Iterator[Entry]:
    horizon = _horizon(store)
    return (each for each in store.entries.values() if each.live and each.created <= horizon)


def _in_bin(store: MemoryStore) -> Iterator[Entry]:
    horizon = _horizon(store)
    return (e for e in store.entries.values() if e.deleted and e.created <= horizon)


def as_record(store: MemoryStore, spec: TypeSpec | None, entry: Entry) -> Record:
    """An entry as the engine sees it; without fields if there is no `spec`."""
    return Record(
        id=entry.id,
        version=store.version(entry),
        fields=_readable(store, spec, entry) if spec else {},
        owner=entry.place.account,
        container=entry.place.container,
        marker=entry.marker if spec else None,
        modified=_told(store, entry.changed),
        created=_told(store, entry.created),
        writable=entry.writable,
    )


def _told(store: MemoryStore, instant: datetime) -> datetime:
    return instant.replace(tzinfo=None) if store.zoneless else instant


def _readable(store: MemoryStore, spec: TypeSpec, entry: Entry) -> dict[str, Value]:
    native = {
        name: entry.fields.get(name)
        for name in spec.native_names
        if name not in store.hidden_fields
    }
    return spec.read(native)


def in_scope(store: MemoryStore, entry: Entry, scope: Scope | None) -> bool:
    """Whether an entry meets the condition `field=value`; sets meet it by one element."""
    if scope is None:
        return True
    name = scope.condition["field"]
    kind = store.options.field_type(name)
    wanted, value = condition(kind, scope.condition["value"]), kind.normal(entry.fields.get(name))
    if kind.is_set:
        return bool(set(wanted or ()) & set(value or ()))
    return bool(value == wanted)


def condition(kind: FieldType, text: str) -> Value:
    """The normal form of what a data set asks for.

    Raises:
        ValueError: no value of this type is written as a text.

    """
    return kind.normal((text,) if kind.is_set else text)


def _in_feed(store: MemoryStore, entry: Entry, feed: Feed) -> bool:
    return entry.live and _lies_in(store, entry.place, feed)


def _lies_in(store: MemoryStore, place: Place, feed: Feed) -> bool:
    if feed.account is None:
        return True
    if place.account != feed.account:
        return False
    if not store.options.containers:
        return True
    return place.container == (feed.container or store.folders[feed.account][""])


def _why(
    store: MemoryStore, entry: Entry, otherwise: AbsenceReason
) -> tuple[AbsenceReason, RecordId | None]:
    """Why an entry is gone, by what is true now and not when the line was written."""
    if entry.merged_into is not None:
        return AbsenceReason.MERGED, _survivor(store, entry.merged_into)
    return (AbsenceReason.DELETED if entry.deleted else otherwise), None


def _survivor(store: MemoryStore, id: RecordId) -> RecordId:
    while (following := store.entries[id].merged_into) is not None:
        id = following
    return id


def _require_epoch(store: MemoryStore, position: Json) -> None:
    if position is not None and position["epoch"] != store.epoch:
        raise Resync("the cursor has expired", store=store.name)


def _page(items: Iterable[Record | Absent], **ends: Any) -> Page:
    found = tuple(items)
    return Page(
        records=tuple(each for each in found if isinstance(each, Record)),
        absent=tuple(each for each in found if isinstance(each, Absent)),
        **ends,
    )
