"""The feed of a folder: changes since a cursor, and the sweep over all its keys.

Delta returns no extended properties. They are read beside it: our marks for contacts that are new
to us, and what is mapped to such a property for all that a page tells of, since its change alone
moves the contact's change key like any other. A few contacts are read by id, 20 a call; for more,
the folder's properties are listed, and hold for those that are still in the version listed. What a
list may have altered is read by id as well (see `listed`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncline.errors import Resync
from syncline.model.records import Absent, AccountId, Json, Record, RecordId
from syncline.plugin.http import Purpose
from syncline.plugin.requests import ChangesRequest, KeysRequest, Page
from syncline.plugin.spec import TypeSpec
from syncline_outlook.contacts import listed, mapping
from syncline_outlook.contacts.folders import Folders, contacts_path
from syncline_outlook.contacts.marks import FolderMarks
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader, owner
from syncline_outlook.graph.batch import BATCH
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.delta import Position, Row, fetch_page, is_removed
from syncline_outlook.graph.items import version_of
from syncline_outlook.graph.messages import query
from syncline_outlook.permissions import CONTACT

KEYS_PAGE = 500
"""Rows of a sweep's page; no maximum is documented, 500 is in use elsewhere (davmail)."""


@dataclass(frozen=True, slots=True)
class _Folder:
    account: AccountId
    id: str


class DeltaFeed:
    """Pages of changes, and sweeps over all keys of a folder."""

    def __init__(
        self,
        client: GraphClient,
        folders: Folders,
        reader: Reader,
        names: EmailNames,
        marks: FolderMarks,
        *,
        page_size: int,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._folders = folders
        self._reader = reader
        self._names = names
        self._marks = marks
        self._page_size = page_size
        self._now = now

    def changes(self, request: ChangesRequest) -> Page:
        """The next page of a round.

        Raises:
            Resync: the cursor is dead, or the service leads in circles.

        """
        spec, folder = request.spec, self._folder(request)
        kept = request.next or request.cursor
        select = ",".join(mapping.select(spec))
        position = self._position(kept, folder, select)
        if request.next is None:
            self._marks.forget(folder.account, folder.id)
        size = request.page_size or self._page_size
        page = fetch_page(self._client, position, _purpose("read changes", folder, kept), size)
        found = self._found(spec, folder, page.rows, position)
        found = replace(found, nameless=page.nameless)
        after, now = page.position, self._now()
        for each in found.records:
            after = after.after(each.created, now)
        if not page.ended:
            return replace(found, next=after.json())
        self._marks.forget(folder.account, folder.id)
        return replace(found, cursor=replace(after, since=after.newest).json())

    def keys(self, request: KeysRequest) -> Page:
        """The next page of a sweep: a delta round of its own, since lists drift while they are
        read. Tombstones say nothing here.
        """
        folder = self._folder(request)
        position = self._position(request.next, folder, "id")
        purpose = _purpose("list contacts", folder, request.next)
        page = fetch_page(self._client, position, purpose, KEYS_PAGE)
        bare = request.spec.restricted(())
        rows = [self._record(bare, folder, row) for row in page.rows.values() if _is_there(row)]
        found = [replace(r, container=folder.id) if isinstance(r, Record) else r for r in rows]
        listed = Page.of(found, next=None if page.ended else page.position.json())
        return replace(listed, nameless=page.nameless)

    def _folder(self, request: ChangesRequest | KeysRequest) -> _Folder:
        account = owner(request.feed.account)
        return _Folder(account, request.feed.container or self._folders.default(account))

    def _position(self, kept: Json, folder: _Folder, select: str) -> Position:
        if kept is None:
            link = f"{contacts_path(folder.account, folder.id)}/delta{query(select=select)}"
            return Position(link=link, select=select)
        position = Position.read(kept, select, self._now())
        if not self._client.owns(position.link):
            raise Resync("the kept cursor belongs to another host")
        return position

    def _found(
        self, spec: TypeSpec, folder: _Folder, rows: Mapping[RecordId, Row], position: Position
    ) -> Page:
        """What the rows tell, and of the others what is read by id. A tombstone does not tell
        deleted from moved.
        """
        plain = {
            each: row
            for each, row in rows.items()
            if not (is_removed(row) or listed.may_be_altered(spec, row))
        }
        told = self._completed(spec, folder, plain, position)
        look = [each for each in rows if each not in told]
        seen = self._reader.look(spec, folder.account, look, folder.id)
        there = Page.of(self._record(spec, folder, row) for row in told.values())
        records = there.records
        if not mapping.extended_names(spec):
            records = self._marked(folder, position, records)
        return Page(records=records + seen.records, absent=there.absent + seen.absent)

    def _completed(
        self, spec: TypeSpec, folder: _Folder, rows: Mapping[RecordId, Row], position: Position
    ) -> Mapping[RecordId, Row]:
        """The rows with the extended properties that are mapped, as far as those are known."""
        if not mapping.extended_names(spec):
            return rows
        if not rows or (position.since is not None and len(rows) <= BATCH):
            return {}
        beside = self._marks.rows(folder.account, folder.id, mapping.expand(spec))
        return {
            each: mapping.expanded(spec, {**row, mapping.EXTENDED: found.get(mapping.EXTENDED)})
            for each, row in rows.items()
            if (found := beside.get(each)) and version_of(found) == version_of(row)
        }

    def _marked(
        self, folder: _Folder, position: Position, records: Sequence[Record]
    ) -> tuple[Record, ...]:
        """With our marks, where a contact was made since the last round; in a first round for all
        of them, by one list of the folder's marks.
        """
        since = position.since
        new = [
            each.id
            for each in records
            if each.marker is None and (not since or not each.created or each.created >= since)
        ]
        if since is None and new:
            marks = self._marks.all(folder.account, folder.id)
        else:
            marks = self._marks.of(folder.account, folder.id, new)
        return tuple(replace(each, marker=marks.get(each.id, each.marker)) for each in records)

    def _record(self, spec: TypeSpec, folder: _Folder, row: Row) -> Record | Absent | None:
        self._names.remember(row)
        return mapping.read_record(spec, row, folder.account)


def _is_there(row: Row) -> bool:
    return not is_removed(row)


def _purpose(name: str, folder: _Folder, kept: Json) -> Purpose:
    return Purpose(
        name=name, kind="read", account=folder.account, resumes=kept is not None, type=CONTACT
    )
