"""The world of one conformance test: a system, a connection to it, and short words for both."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from syncline.model.fields import Value
from syncline.model.matching import BUILT_IN, Matcher
from syncline.model.objects import ObjectType
from syncline.model.records import Absent, AccountId, Json, Record, RecordId
from syncline.plugin.connection import BUILT_IN_TYPES, ConnectionHandle, open_connection
from syncline.plugin.connector import Connector, ConnectorContext
from syncline.plugin.requests import (
    AccountsRequest,
    Applied,
    ApplyRequest,
    ChangesRequest,
    CheckRequest,
    Create,
    Delete,
    DeletedRequest,
    DeleteRequest,
    Feed,
    IdsRequest,
    KeysRequest,
    MatchKey,
    MatchRequest,
    Outcome,
    Page,
    Scope,
    Update,
)
from syncline.plugin.spec import TypeSpec
from syncline.plugin.wrappers.retry import Patience
from syncline.testing.samples import predicted, sample, within_capacity
from syncline.testing.system import System

ONCE = Patience(attempts=1)
"""No retries: a test wants to see the first error."""

MOST_PAGES = 200
"""More pages than any test needs: a round that goes on longer is a loop."""


class Tokens:
    """A `TokenStore` for one test."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._lock = threading.Lock()

    def load(self, name: str) -> str | None:
        """The text kept under this name."""
        return self._kept.get(name)

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace it under a lock."""
        with self._lock:
            text = change(self._kept.get(name))
            if text is None:
                self._kept.pop(name, None)
            else:
                self._kept[name] = text
            return text


@dataclass
class Opener:
    """Opens connections, and closes them when the test is over. Our clock is `ahead` of the
    machine's by as much as the service's was moved on.
    """

    connector_type: type[Connector]
    opened: list[ConnectionHandle] = field(default_factory=list)
    types: Mapping[str, ObjectType] = field(default_factory=lambda: BUILT_IN_TYPES)
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Our clock."""
        return datetime.now(UTC) + self.ahead

    def open(
        self, settings: Mapping[str, Any], clock: Callable[[], float] = time.monotonic
    ) -> ConnectionHandle:
        """A connection without retries. `clock`: for deadlines."""
        config = self.connector_type.Config.model_validate(settings)
        context = ConnectorContext(
            connection="contract",
            installation="conformance-kit",
            now=self.now,
            tokens=Tokens(),
            log=logging.getLogger("syncline.contract"),
            clock=clock,
        )
        handle = open_connection(
            "contract", self.connector_type, config, context, patience=ONCE, types=self.types
        )
        self.opened.append(handle)
        return handle

    def close(self) -> None:
        """Close all of them."""
        for each in self.opened:
            each.close()


@dataclass
class World:
    """One account of a system, seen through the connector, and what the tested plugin knows to
    match by. `seen` holds (id, version) pairs, so
    that what an overlap replays does not count as new.
    """

    system: System
    opener: Opener
    type: ObjectType
    handle: ConnectionHandle
    spec: TypeSpec
    account: str
    account_id: AccountId
    matchers: Mapping[str, Matcher] = field(default_factory=lambda: BUILT_IN)
    seen: set[tuple[RecordId, str]] = field(default_factory=set)
    gone: set[Absent] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(100))
    """Numbers for samples that no other record of the test has."""

    @classmethod
    def enter(
        cls,
        system: System,
        opener: Opener,
        type: ObjectType,
        matchers: Mapping[str, Matcher] = BUILT_IN,
    ) -> World:
        """Connect, check, and resolve the first account."""
        handle = opener.open(system.settings())
        spec = handle.check(CheckRequest(types=(type.name,))).types[type.name]
        name = system.accounts[0]
        account = handle.accounts(AccountsRequest(names=(name,))).accounts[0]
        return cls(system, opener, type, handle, spec, name, account.id, matchers)

    def other(self) -> World:
        """The same, for the second account."""
        name = self.system.accounts[1]
        account = self.handle.accounts(AccountsRequest(names=(name,))).accounts[0]
        return replace(self, account=name, account_id=account.id, seen=set(), gone=set())

    # --- acting as the user -----------------------------------------------------------------

    def sample(self, number: int) -> dict[str, Value]:
        """A full record; see `samples.sample`."""
        return sample(self.type, self.spec, number)

    def user_creates(self, *numbers: int) -> list[RecordId]:
        """The user makes sample records; returns when they are visible."""
        made = [self.system.create(self.account, self.sample(number)) for number in numbers]
        self.settle()
        return made

    def user_updates(self, id: RecordId, fields: Mapping[str, Value]) -> None:
        """The user edits a record; returns when that is visible."""
        self.settle()
        self.system.update(self.account, id, fields)
        self.settle()

    def user_deletes(self, id: RecordId) -> None:
        """The user deletes a record; returns when that is visible."""
        self.settle()
        self.system.delete(self.account, id)
        self.settle()

    def stored(self) -> dict[RecordId, dict[str, Value]]:
        """What the system holds, in normal form, empty values left out."""
        return {
            id: {name: v for name, v in self.normal(fields).items() if v is not None}
            for id, fields in self.system.read(self.account).items()
        }

    def settle(self) -> None:
        """Wait until every write is visible and the next one has another stamp: time passes, for
        us as for the service.
        """
        detection = self.spec.change_detection
        seconds = max(detection.visibility_lag + detection.granularity, 1.0) + 1.0
        self.system.advance(seconds)
        self.opener.ahead += timedelta(seconds=seconds)

    # --- reading ----------------------------------------------------------------------------

    @property
    def feed(self) -> Feed:
        """The stream this account's records come in."""
        return self.feed_of()

    def feed_of(self, scope: Scope | None = None) -> Feed:
        """The stream, for a data set."""
        account = self.account_id if self.spec.feed == "account" else None
        return Feed(type=self.type.name, account=account, scope=scope)

    def matching(self, keys: tuple[MatchKey, ...], *, deleted: bool = False) -> tuple[Record, ...]:
        """The records that carry one of these keys, or those of them that were deleted."""
        request = MatchRequest(spec=self.spec, feed=self.feed, keys=keys, deleted=deleted)
        return self.handle.fetch(request).records

    def pages(
        self, cursor: Json = None, *, next: Json = None, page_size: int | None = None
    ) -> Iterator[Page]:
        """A round of the feed. Cursors pass through JSON, as they do in the state."""
        for _ in range(MOST_PAGES):
            request = ChangesRequest(
                spec=self.spec,
                feed=self.feed,
                cursor=_kept(cursor),
                next=_kept(next),
                page_size=page_size,
            )
            page = self.handle.fetch(request)
            yield page
            next = page.next
            if next is None:
                return
        raise AssertionError(f"a round of more than {MOST_PAGES} pages: does a link lead back?")

    def round(self, cursor: Json = None, *, page_size: int | None = None) -> Page:
        """A whole round as one page, replays left out."""
        pages = list(self.pages(cursor, page_size=page_size))
        records = [each for page in pages for each in page.records]
        fresh = [each for each in records if (each.id, each.version) not in self.seen]
        self.seen.update((each.id, each.version) for each in records)
        absent = [each for page in pages for each in page.absent if each not in self.gone]
        self.gone.update(absent)
        return Page(records=tuple(fresh), absent=tuple(absent), cursor=pages[-1].cursor)

    def by_ids(self, *ids: RecordId, scope: Scope | None = None) -> Page:
        """These records now; with a scope, also whether they are in it."""
        request = IdsRequest(
            spec=self.spec, feed=self.feed_of(scope), ids=ids, scoped=scope is not None
        )
        return self.handle.fetch(request)

    def in_the_bin(self, *ids: RecordId) -> Page:
        """What these records held when they were deleted."""
        return self.handle.fetch(DeletedRequest(spec=self.spec, feed=self.feed, ids=ids))

    def record(self, id: RecordId) -> Record:
        """One record now."""
        page = self.by_ids(id)
        assert [each.id for each in page.records] == [id], (
            f"record not found; absent: {page.absent}"
        )
        return page.records[0]

    def keys(self, scope: Scope | None = None) -> dict[RecordId, Record]:
        """The sweep: id → record without fields."""
        found: dict[RecordId, Record] = {}
        next: Json = None
        for _ in range(MOST_PAGES):
            page = self.handle.fetch(
                KeysRequest(spec=self.spec, feed=self.feed_of(scope), next=_kept(next))
            )
            found.update((each.id, each) for each in page.records)
            next = page.next
            if next is None:
                return found
        raise AssertionError(f"a sweep of more than {MOST_PAGES} pages: does a link lead back?")

    # --- writing ----------------------------------------------------------------------------

    def operation(self, key: str, fields: Mapping[str, Value]) -> Create:
        """A create of this account."""
        return Create(key=key, account=self.account_id, fields=fields)

    def send(self, operations: Sequence[Create] | Sequence[Update]) -> list[Outcome]:
        """One batch, whatever becomes of it."""
        request = ApplyRequest(spec=self.spec, feed=self.feed, operations=tuple(operations))  # type: ignore[arg-type]  # a tuple of one kind, which tuple() forgets
        return self.handle.apply(request)

    def create(self, fields: Mapping[str, Value], *, key: str | None = None) -> Applied:
        """One create, cut to capacity, that must succeed; returns when it is visible."""
        key = key or sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        sent = within_capacity(self.type, self.spec, fields)
        return self._applied(self.send([self.operation(key, sent)])[0])

    def change(self, current: Record, fields: Mapping[str, Value], version: str | None) -> Update:
        """An update of what was just read."""
        return Update(
            id=current.id, version=version, fields=fields, current=current, account=self.account_id
        )

    def update(self, id: RecordId, fields: Mapping[str, Value]) -> Applied:
        """One conditional update, cut to capacity, that must succeed; returns when visible."""
        current = self.record(id)
        sent = within_capacity(self.type, self.spec, fields)
        return self._applied(self.send([self.change(current, sent, current.version)])[0])

    def delete(self, current: Record, version: str | None) -> Outcome:
        """One deletion, whatever becomes of it."""
        operation = Delete(id=current.id, version=version, current=current, account=self.account_id)
        request = DeleteRequest(spec=self.spec, feed=self.feed, operations=(operation,))
        outcome = self.handle.delete(request)[0]
        self.settle()
        return outcome

    def _applied(self, outcome: Outcome) -> Applied:
        assert isinstance(outcome, Applied), f"expected Applied, got {outcome!r}"
        self.settle()
        return outcome

    # --- comparing --------------------------------------------------------------------------

    def normal(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """Normal forms, of the fields the object type knows."""
        return self.type.normal(
            {name: value for name, value in fields.items() if name in self.type.fields}
        )

    def predicted(
        self, fields: Mapping[str, Value], applied: Applied | None = None
    ) -> dict[str, Value]:
        """What must be there after a write: as declared, unless the answer said otherwise."""
        expected = predicted(self.type, self.spec, fields)
        if applied is not None and applied.stored:
            expected |= {n: v for n, v in applied.stored.items() if n in expected}
        return expected

    def assert_holds(self, actual: Mapping[str, Value], expected: Mapping[str, Value]) -> None:
        """Every expected field was read, and is the same value."""
        unread = sorted(expected.keys() - actual.keys())
        assert not unread, f"fields that were not read: {unread}"
        found, wanted = self.normal(actual), self.normal(expected)
        different = {
            name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]
        }
        assert not different, f"field: (found, expected) {different}"


def _kept(cursor: Json) -> Json:
    return json.loads(json.dumps(cursor))
