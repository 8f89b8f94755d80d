"""Services as they would be if what a plan shows had been done.

A plan is a run over a copy of the state whose writes get no further than here. Each has the outcome
that was foreseen; what is read afterwards is what the service says, with the writes laid over it.
So a plan also shows what follows from its writes in the same run. What it cannot know it says: only
a service can tell whether a record is in a data set once it has been written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Final, NamedTuple

from syncline.engine.lanes import Lane
from syncline.model.records import AbsenceReason, Absent, AccountId, Record, RecordId
from syncline.model.reports import Problem
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    ChangesRequest,
    Create,
    Delete,
    DeleteRequest,
    Feed,
    FetchRequest,
    Gone,
    IdsRequest,
    Outcome,
    Page,
    Stale,
    Update,
)
from syncline.plugin.service import Service
from syncline.plugin.spec import TypeSpec
from syncline.plugin.wrappers.retry import Look
from syncline.state.database import chunks

_TO_BE_MADE: Final = "to be made "


def existing(record_id: RecordId | None) -> RecordId | None:
    """The id, for whoever is told of the plan; None if it stands for a record yet to be made."""
    return None if record_id is None or record_id.startswith(_TO_BE_MADE) else record_id


class _Key(NamedTuple):
    """Which record: ids are only certain to differ within a feed's account."""

    type: str
    account: AccountId | None
    id: RecordId


@dataclass(frozen=True)
class _Change:
    """What the plan's writes have made of a record. If it `is_new`, the service has none like it,
    and `record` is all of it; or else only its version, its time and these fields count.
    """

    record: Record
    is_new: bool
    deleted: bool = False

    def over(self, record: Record) -> Record:
        """What the service says, with the writes laid over it."""
        mine = self.record
        modified = record.modified and mine.modified
        fields = {**record.fields, **mine.fields}
        return replace(record, version=mine.version, modified=modified, fields=fields)


@dataclass
class AsPlanned:
    """All services of one plan, by the name of their connection."""

    now: Callable[[], datetime]
    _services: dict[str, ServiceAsPlanned] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def of(self, service: Service) -> Service:
        """What stands in the place of this service, the same one for all rounds of the plan."""
        new = ServiceAsPlanned(service, self.now, self._numbers)
        return self._services.setdefault(service.name, new)

    def cannot_tell(self, lanes: Iterable[Lane]) -> list[Problem]:
        """Of which lanes the plan does not know what is in their data set: its own writes, of an
        earlier round, may have brought records into it or taken them out.
        """
        return [
            _cannot_tell(lane, here.feed.connection.name)
            for lane in lanes
            for here in lane.sides
            if here.feed.feed in self._services[here.feed.connection.name].blurred
        ]


@dataclass
class ServiceAsPlanned:
    """One service. Several threads may read at once; only one writes, and nobody reads then."""

    service: Service
    now: Callable[[], datetime]
    numbers: Iterator[int]
    can_read_deleted: bool = False
    """What is deleted here can be read, since it is still there: nobody has to ask a bin."""
    blurred: list[Feed] = field(default_factory=list)
    """The data sets that were read after the plan had written records they may hold."""
    _changes: dict[_Key, _Change] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.service.name

    # --- writes ---------------------------------------------------------------------------------

    def apply(
        self,
        request: ApplyRequest,
        *,
        before_send: Callable[[], None] = lambda: None,
        look: Look | None = None,
    ) -> list[Outcome]:
        """All of it will be done as it was foreseen, but what the plan itself has overtaken."""
        return [self._applied(request, each) for each in request.operations]

    def delete(
        self,
        request: DeleteRequest,
        *,
        before_send: Callable[[], None] = lambda: None,
    ) -> list[Outcome]:
        """All of them will be gone, but what the plan itself has overtaken."""
        return [self._deleted(_key(request.feed, each.id), each) for each in request.operations]

    def _deleted(self, key: _Key, operation: Delete) -> Outcome:
        if (overtaken := self._overtaken(key, operation)) is not None:
            return overtaken
        self._changes[key] = _Change(operation.current, self._is_new(key), deleted=True)
        return Applied(id=operation.id)

    def _overtaken(self, key: _Key, operation: Update | Delete) -> Stale | Gone | None:
        """What a write is told whose record an earlier write of the plan has changed since it was
        read: that of another member, in the same batch.
        """
        before = self._changes.get(key)
        if before is None:
            return None
        if before.deleted:
            return Gone()
        return None if operation.version in (None, before.record.version) else Stale()

    def _applied(self, request: ApplyRequest, operation: Create | Update) -> Outcome:
        number = next(self.numbers)
        if isinstance(operation, Create):
            record = _made(request.spec, operation, f"{_TO_BE_MADE}{number}")
            is_new = True
        else:
            key = _key(request.feed, operation.id)
            if (overtaken := self._overtaken(key, operation)) is not None:
                return overtaken
            before = self._changes.get(key)
            record = before.record if before else Record(id=operation.id, version="")
            record = replace(record, fields={**record.fields, **operation.fields})
            is_new = self._is_new(key)
        record = replace(record, version=f"as planned {number}", modified=self.now())
        self._changes[_key(request.feed, record.id)] = _Change(record, is_new)
        return Applied(id=record.id, version=record.version)

    def _is_new(self, key: _Key) -> bool:
        return key in self._changes and self._changes[key].is_new

    # --- reads ----------------------------------------------------------------------------------

    def fetch(self, request: FetchRequest) -> Page:
        """What the service says, with the plan's writes laid over it."""
        if not self._changes:
            return self.service.fetch(request)
        if isinstance(request, IdsRequest):
            return self._by_id(request)
        page = self._laid_over(request.feed, self.service.fetch(request))
        if isinstance(request, ChangesRequest) and request.next is None:
            return self._with_news(request, page)
        return page

    def _laid_over(self, feed: Feed, page: Page) -> Page:
        records: list[Record] = []
        absent = list(page.absent)
        for record in page.records:
            change = self._changes.get(_key(feed, record.id))
            if change is None:
                records.append(record)
            elif change.deleted:
                absent.append(Absent(record.id, AbsenceReason.DELETED))
            else:
                records.append(change.over(record))
        return replace(page, records=tuple(records), absent=tuple(absent))

    def _by_id(self, request: IdsRequest) -> Page:
        """Of what is new, or gone, the service has nothing to say."""
        changes = (self._changes.get(_key(request.feed, each)) for each in request.ids)
        ours = {c.record.id: c for c in changes if c is not None and (c.is_new or c.deleted)}
        ids = tuple(each for each in request.ids if each not in ours)
        page = self.service.fetch(replace(request, ids=ids)) if ids else Page()
        return _together(self._laid_over(request.feed, page), _page_of(ours.values()))

    def _with_news(self, request: ChangesRequest, page: Page) -> Page:
        """A feed also tells what was written in an earlier round."""
        feed = request.feed
        written = [
            key.id
            for key, change in self._changes.items()
            if key[:2] == (feed.type, feed.account)
            and (not change.is_new or feed.container in (None, change.record.container))
        ]
        if written and feed.scope is not None:
            self.blurred.append(feed)
        parts = chunks(written, max(1, request.spec.read_batch))
        requests = [IdsRequest(spec=request.spec, feed=feed, ids=tuple(each)) for each in parts]
        return _together(page, *map(self._by_id, requests))


def _cannot_tell(lane: Lane, connection: str) -> Problem:
    return Problem(
        kind="not foreseen",
        message="what this plan writes before may bring records into the data set, or take them "
        f"out: only {connection} can tell, once it is written",
        hint="The plan shows this sync as if nothing had moved in or out. To see what it does, run "
        "the syncs before it first, and plan again.",
        lane=lane.name,
        connection=connection,
        exit_code=0,
    )


def _key(feed: Feed, record_id: RecordId) -> _Key:
    return _Key(feed.type, feed.account, record_id)


def _made(spec: TypeSpec, create: Create, record_id: str) -> Record:
    return Record(
        id=RecordId(record_id),
        version="",
        fields={name: create.fields.get(name) for name in spec.by_name},
        owner=create.account,
        container=create.container,
        marker=create.key if "marker" in spec.match else None,
    )


def _page_of(changes: Iterable[_Change]) -> Page:
    return Page.of(
        Absent(each.record.id, AbsenceReason.DELETED) if each.deleted else each.record
        for each in changes
    )


def _together(page: Page, *more: Page) -> Page:
    """A page with what is on further ones and not on it."""
    listed = {record.id for record in page.records} | {each.id for each in page.absent}
    records = (record for each in more for record in each.records if record.id not in listed)
    absent = (absence for each in more for absence in each.absent if absence.id not in listed)
    return replace(page, records=(*page.records, *records), absent=(*page.absent, *absent))
