"""Records by id, all keys of a data set, and records that carry a match key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from syncline.model.records import AbsenceReason, Absent, Record, RecordId
from syncline.plugin.requests import (
    DeletedRequest,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Page,
    Scope,
)
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import QueryRefused, malformed
from syncline_salesforce.rest.paging import next_place, way_of
from syncline_salesforce.rest.rows import certain_until, key_of, named, row_id
from syncline_salesforce.rest.selection import Selection
from syncline_salesforce.rest.service import SalesforceService

PAGE = 2_000
_IDS = 600
_DELETE_LOG = timedelta(days=15)


def where_of(scope: Scope | None) -> str:
    """The condition of a feed's scope; "" for none."""
    return "" if scope is None else str((scope.condition or {}).get("where") or "")


@dataclass(frozen=True)
class Reads:
    """Reads that have no cursor."""

    service: SalesforceService
    margin: timedelta

    # ---- by id ----------------------------------------------------------------------------------

    def ids(self, request: IdsRequest, selection: Selection) -> Page:
        """Each id once, as a record or as absent."""
        wanted = tuple(dict.fromkeys(request.ids))
        records: list[Record] = []
        absent: list[Absent] = []
        for group in soql.lists(wanted, soql.URI_BUDGET - len(selection.columns) * 2, _IDS):
            found, gone = self._walked([f"Id IN {group}"], selection, deleted=True)
            records += found
            absent += gone
        known = {record.id for record in records} | {each.id for each in absent}
        absent += self._explained(selection.object, [id for id in wanted if id not in known])
        if request.scoped and (condition := where_of(request.feed.scope)):
            inside = self._inside(selection.object, _there(records, absent), condition)
            return _without_left(records, absent, inside)
        return Page(records=tuple(records), absent=tuple(absent))

    def deleted(self, request: DeletedRequest, selection: Selection) -> Page:
        """What the Recycle Bin holds of these ids: `queryAll` returns its rows with all their
        values (REST guide, QueryAll). Losers of a merge live on in the winner and are left out.
        """
        records: list[Record] = []
        budget = soql.URI_BUDGET - len(selection.columns) * 2
        for group in soql.lists(dict.fromkeys(request.ids), budget, _IDS):
            rows = self.service.rows(
                selection.columns, selection.object, [f"Id IN {group}"], deleted=True
            )
            binned = (row for row, _begun in rows if named(row) and not row.get("MasterRecordId"))
            held = (selection.last_held(row) for row in binned)
            records += [record for record in held if record is not None]
        return Page(records=tuple(records))

    def _explained(self, object: str, missing: list[RecordId]) -> list[Absent]:
        """Rows not even `queryAll` knows: gone for good if the delete log (15 days) says so, else
        perhaps only hidden from us.
        """
        if not missing:
            return []
        logged = self._delete_log(object)
        return [
            Absent(id, AbsenceReason.DELETED if id in logged else AbsenceReason.UNREADABLE)
            for id in missing
        ]

    def _delete_log(self, object: str) -> frozenset[str]:
        now, ahead = self.service.server_time(), timedelta(minutes=2)
        try:
            answer = self.service.deleted(object, now - _DELETE_LOG + ahead, now + ahead)
        except QueryRefused:
            return frozenset()
        entries = answer.get("deletedRecords")
        if not isinstance(entries, list):
            raise malformed("a delete log without records")
        return frozenset(str(each.get("id")) for each in entries if isinstance(each, Mapping))

    def _inside(self, object: str, ids: list[RecordId], condition: str) -> frozenset[RecordId]:
        """Which of the records satisfy the condition."""
        inside: set[RecordId] = set()
        budget = soql.URI_BUDGET - len(soql.encoded(condition))
        for group in soql.lists(ids, budget, _IDS):
            rows = self.service.rows("Id", object, [f"Id IN {group}", condition])
            inside.update(row_id(row) for row, _ in rows)
        return frozenset(inside)

    # ---- all keys -------------------------------------------------------------------------------

    def keys(self, request: KeysRequest, selection: Selection) -> Page:
        """A page of ids, versions and owners of the data set, in the order of ids."""
        after, way = way_of(request.next)
        conditions = [
            f"Id > {soql.text(after)}" if after else "",
            where_of(request.feed.scope),
            selection.always,
        ]
        answer = self.service.query(
            soql.select(selection.keys, selection.object, conditions, order="Id", limit=PAGE)
        )
        certain = certain_until(answer.begun, self.margin)
        found = [key_of(row, certain) for row in answer.rows]
        if answer.done and len(found) < PAGE:
            return Page.of(found)
        return Page.of(found, next=next_place(way, after, answer.last_id))

    # ---- by match key ---------------------------------------------------------------------------

    def match(self, request: MatchRequest, selection: Selection) -> Page:
        """Records that may carry one of the keys: rather too many than too few, core compares.
        Those deleted are in the Recycle Bin for 15 days, with their values.
        """
        found: dict[RecordId, Record] = {}
        since = request.created_since
        for kind in dict.fromkeys(key.kind for key in request.keys):
            keys = [key for key in request.keys if key.kind == kind]
            for condition in selection.matching(keys):
                recent = f"CreatedDate >= {soql.instant(since)}" if since else ""
                for record in self._matching([condition, recent], selection, request.deleted):
                    found[record.id] = record
        return Page(records=tuple(found.values()))

    def _matching(self, conditions: list[str], selection: Selection, deleted: bool) -> list[Record]:
        if not deleted:
            return self._walked(conditions, selection, deleted=False)[0]
        every = [*conditions, "IsDeleted = true", selection.always]
        rows = self.service.rows(selection.columns, selection.object, every, deleted=True)
        held = (selection.last_held(row) for row, _begun in rows)
        return [record for record in held if record is not None]

    # ---- walking --------------------------------------------------------------------------------

    def _walked(
        self, conditions: list[str], selection: Selection, *, deleted: bool
    ) -> tuple[list[Record], list[Absent]]:
        records: list[Record] = []
        absent: list[Absent] = []
        conditions = [*conditions, selection.always]
        for row, begun in self.service.rows(
            selection.columns, selection.object, conditions, deleted=deleted
        ):
            found = selection.read(row, certain_until(begun, self.margin))
            if isinstance(found, Record):
                records.append(found)
            elif found is not None:
                absent.append(found)
        return records, absent


def _there(records: list[Record], absent: list[Absent]) -> list[RecordId]:
    """What exists: records, and those of which something cannot be read."""
    return [*(each.id for each in records), *(each.id for each in absent if each.why)]


def _without_left(records: list[Record], absent: list[Absent], inside: frozenset[RecordId]) -> Page:
    left = [id for id in _there(records, absent) if id not in inside]
    kept = tuple(record for record in records if record.id in inside)
    gone = (each for each in absent if each.id not in left)
    return Page(records=kept, absent=(*gone, *(Absent(id, AbsenceReason.LEFT) for id in left)))
