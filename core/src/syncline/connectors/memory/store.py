"""A store in memory, and the back door through which a test acts as its user."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from syncline.connectors.memory.entries import Entry, Event, Place
from syncline.connectors.memory.faults import Call, CallKind, FaultHook
from syncline.connectors.memory.options import MemoryOptions
from syncline.model.fields import Value
from syncline.model.records import WRITABLE, AbsenceReason, AccountId, RecordId, Writable
from syncline.plugin.requests import Container, Outcome

Clock = Callable[[], datetime]
_NOT_KEPT: Final = ("lock", "clock", "options", "spec", "fault", "instead", "second_call_fails")


def _system_clock() -> datetime:
    return datetime.now(UTC)


class MemoryStore:
    """One system: accounts with records. Ids are deterministic, time comes from `clock`.

    The methods are the back door: what a user does, in canonical fields, by account *names*.
    `fault`, `password` and `hidden_fields` may be changed at any time, as may `instead`: the
    outcome that every write then gets instead of being carried out, and `second_call_fails`: the
    fields that a write puts into a second call, which fails, so that it is done without them.
    `told_ahead`: by how many seconds the time that the store tells is wrong, though its stamps are
    right. `zoneless`: records come with instants that say no zone, so that nobody knows what they
    mean. `mails` lists who would have been written to, `writes` counts what came in through the
    connector.
    """

    _stores: ClassVar[dict[str, MemoryStore]] = {}
    _registry: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self, name: str, options: MemoryOptions | None = None, clock: Clock = _system_clock
    ) -> None:
        self.name = name
        self.options = options or MemoryOptions()
        self.spec = self.options.spec()
        self.clock = clock
        self.lock = threading.RLock()
        self.entries: dict[RecordId, Entry] = {}
        self.log: list[Event] = []
        self.accounts: dict[str, AccountId] = {}
        self.folders: dict[AccountId, dict[str, str]] = {}
        self.keys: dict[str, RecordId] = {}
        self.hidden_fields: frozenset[str] = frozenset()
        self.refused: set[AccountId] = set()
        self.password: str | None = None
        self.fault: FaultHook | None = None
        self.instead: Outcome | None = None
        self.second_call_fails: frozenset[str] = frozenset()
        self.calls: Counter[CallKind] = Counter()
        self.writes: Counter[str] = Counter()
        self.mails: list[tuple[str, RecordId]] = []
        self.epoch = 0
        self.told_ahead = 0.0
        self.zoneless = False

    # --- stores by name ---------------------------------------------------------------------

    @classmethod
    def open(
        cls, name: str, options: MemoryOptions | None = None, clock: Clock = _system_clock
    ) -> MemoryStore:
        """A new, empty store under this name, in place of an older one."""
        store = cls(name, options, clock)
        with cls._registry:
            cls._stores[name] = store
        return store

    @classmethod
    def named(cls, name: str) -> MemoryStore:
        """The store of this name; made with default options if there is none."""
        with cls._registry:
            return cls._stores.setdefault(name, cls(name))

    # --- accounts and containers ------------------------------------------------------------

    def add_account(self, name: str) -> AccountId:
        """A new user; the id has nothing to do with the name. Known names keep theirs."""
        with self.lock:
            account = AccountId(f"{self.name}-user-{len(self.accounts) + 1}")
            account = self.accounts.setdefault(name, account)
            self.folders.setdefault(account, {"": f"{account}/default"})
            return account

    def add_container(self, account: str, path: str) -> str:
        """A new folder of an account; returns its id."""
        with self.lock:
            folders = self.folders[self.accounts[account]]
            return folders.setdefault(path, f"{self.accounts[account]}/{len(folders)}")

    def containers(self, account: AccountId) -> tuple[Container, ...]:
        """The folders of an account, by path; the default one has the path ""."""
        folders = self.folders.get(account, {})
        return tuple(Container(id=folders[path], path=path) for path in sorted(folders))

    # --- acting as the user -----------------------------------------------------------------

    def create(self, account: str, fields: Mapping[str, Value], *, container: str = "") -> RecordId:
        """The user makes a record in the folder with this path."""
        with self.lock:
            owner = self.accounts[account]
            return self.insert(Place(owner, self.folders[owner][container]), self._typed(fields)).id

    def update(self, id: RecordId, fields: Mapping[str, Value]) -> None:
        """The user edits these fields; None clears."""
        with self.lock:
            self.write(self._live(id), self._typed(fields))

    def delete(self, id: RecordId) -> None:
        """The user deletes a record."""
        with self.lock:
            self.remove(self._live(id))

    def restore(self, id: RecordId) -> None:
        """The user takes a record out of the bin; it keeps its id."""
        with self.lock:
            entry = self.entries[id]
            entry.deleted, entry.merged_into = False, None
            self._changed(entry)

    def merge(self, loser: RecordId, into: RecordId) -> None:
        """The user merges a record into another one, whose fields stay."""
        with self.lock:
            entry = self._live(loser)
            entry.merged_into = self._live(into).id
            self.remove(entry, AbsenceReason.MERGED)
            self._changed(self.entries[into])

    def move(self, id: RecordId, container: str) -> None:
        """The user moves a record to another folder of the same account."""
        with self.lock:
            entry = self._live(id)
            folder = self.folders[entry.place.account][container]
            self._move(entry, Place(entry.place.account, folder))

    def give(self, id: RecordId, account: str) -> None:
        """The user makes somebody else the owner."""
        with self.lock:
            owner = self.accounts[account]
            self._move(self._live(id), Place(owner, self.folders[owner][""]))

    def touch(self, id: RecordId) -> None:
        """The service changes something we do not see: another version, the same fields."""
        with self.lock:
            self._changed(self._live(id))

    # --- switches ---------------------------------------------------------------------------

    def hide(self, id: RecordId, hidden: bool = True) -> None:
        """Take away, or give back, our permission to read a record."""
        with self.lock:
            entry = self.entries[id]
            entry.readable = not hidden
            if hidden:
                self._departed(entry, entry.place, AbsenceReason.UNREADABLE)
            else:
                self._changed(entry)

    def protect(self, id: RecordId, writable: Writable = WRITABLE) -> None:
        """Say what of a record we may write."""
        with self.lock:
            self.entries[id].writable = writable
            self._changed(self.entries[id])

    def expire_cursors(self) -> None:
        """Every cursor given out so far is dead."""
        self.epoch += 1

    # --- looking ----------------------------------------------------------------------------

    def read(self, account: str | None = None) -> dict[RecordId, dict[str, Value]]:
        """All records that are there, of one account or of all: the fields that have a value."""
        with self.lock:
            return {
                entry.id: dict(entry.fields)
                for entry in self.entries.values()
                if not entry.deleted
                and (account is None or entry.place.account == self.accounts[account])
            }

    # --- used by the connector, too ---------------------------------------------------------

    def now(self) -> datetime:
        """The service's clock."""
        return self.clock()

    def told(self) -> datetime:
        """The time the service says it is."""
        return self.now() + timedelta(seconds=self.told_ahead)

    def count(self, kind: CallKind, request: object) -> Call:
        """Another call came in."""
        with self.lock:
            self.calls[kind] += 1
            return Call(self.calls.total(), kind, request)

    def version(self, entry: Entry) -> str:
        """An entry's version: exact, or no finer than a stamp."""
        if self.options.conditional == "second":
            return entry.changed.isoformat()
        return f"v{entry.sequence}"

    def insert(self, place: Place, fields: Mapping[str, Value], marker: str | None = None) -> Entry:
        """A new entry."""
        id, now = self._new_id(), self.now()
        entry = Entry(id=id, place=place, created=now, changed=now, marker=marker)
        self.entries[id] = entry
        self.write(entry, fields)
        return entry

    def _new_id(self) -> RecordId:
        freed = (each.id for each in self.entries.values() if each.deleted)
        if self.options.reuses_ids and (id := next(freed, None)) is not None:
            self.keys = {key: made for key, made in self.keys.items() if made != id}
            return id
        number = str(len(self.entries) + 1)
        return RecordId(number if self.options.plain_ids else f"{self.name}-{number}")

    def write(self, entry: Entry, fields: Mapping[str, Value]) -> None:
        """Set these properties, None clears; then what the service makes of the whole."""
        merged = {**entry.fields, **fields}
        stored = self.options.stored_as({name: value for name, value in merged.items() if value})
        entry.fields = {name: _plain(value) for name, value in stored.items() if value}
        self._changed(entry)

    def remove(self, entry: Entry, reason: AbsenceReason = AbsenceReason.DELETED) -> None:
        """The entry goes to the bin."""
        entry.deleted = True
        self._departed(entry, entry.place, reason)

    def rewrite_later(self) -> None:
        """What the service makes of records some time after they were written."""
        rewritten = self.options.rewrites_later
        if rewritten is None:
            return
        before = self.now() - timedelta(seconds=self.options.rewrites_after)
        for entry in [e for e in self.entries.values() if not e.deleted and e.changed <= before]:
            fields = dict(rewritten(entry.fields))
            if fields != entry.fields:
                entry.fields = fields
                self._changed(entry)

    def kept(self) -> dict[str, Any]:
        """A copy of everything that lasts, to be put back."""
        return copy.deepcopy({k: v for k, v in vars(self).items() if k not in _NOT_KEPT})

    def put_back(self, kept: Mapping[str, Any]) -> None:
        """The store is as it was."""
        vars(self).update(copy.deepcopy(dict(kept)))

    def _typed(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """What a form lets a person type: cut to capacity."""
        return {name: self._cut(name, value) for name, value in fields.items()}

    def _cut(self, name: str, value: Value) -> Value:
        declared = self.spec.by_name.get(name)
        if declared is None:
            raise KeyError(f"store {self.name!r} has no field {name!r}")
        return declared.capacity.stored(self.options.field_type(name), value)

    def _live(self, id: RecordId) -> Entry:
        entry = self.entries[id]
        if entry.deleted:
            raise KeyError(id)
        return entry

    def _move(self, entry: Entry, place: Place) -> None:
        before, entry.place = entry.place, place
        if before != place:
            self._departed(entry, before, AbsenceReason.LEFT)
        self._changed(entry)

    def _changed(self, entry: Entry) -> None:
        event = self._note(entry.id)
        entry.sequence, entry.changed = event.sequence, event.stamp

    def _departed(self, entry: Entry, place: Place, reason: AbsenceReason) -> None:
        event = self._note(entry.id, place, reason)
        entry.sequence, entry.changed = event.sequence, event.stamp

    def _note(
        self,
        id: RecordId,
        left: Place | None = None,
        reason: AbsenceReason = AbsenceReason.DELETED,
    ) -> Event:
        at = self.now()
        event = Event(len(self.log) + 1, at, self.stamp(at), id, left, reason)
        self.log.append(event)
        return event

    def stamp(self, at: datetime) -> datetime:
        """An instant as the store's stamps show it."""
        step = self.options.granularity
        if not step:
            return at
        return at - timedelta(seconds=at.timestamp() % step)


def _plain(value: Value) -> Value:
    """Sets are tuples, however they arrived."""
    return tuple(value) if isinstance(value, list) else value
