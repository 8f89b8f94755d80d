"""The feed of a folder: Graph's delta rounds.

Links are kept whole and opaque. A round is `first call → @odata.nextLink … → @odata.deltaLink`;
what was selected is baked into the token, so that another selection starts a new round. Custom
fields live in extended properties, which delta does not return: a feed with custom fields learns
the changed ids by delta and reads these contacts by id, 20 a call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncline.errors import Resync
from syncline.model.records import AccountId, Json, Record, RecordId
from syncline.plugin.requests import ChangesRequest, KeysRequest, Page
from syncline.plugin.spec import TypeSpec
from syncline_outlook import contacts
from syncline_outlook.client import GraphClient
from syncline_outlook.errors import malformed
from syncline_outlook.folders import Folders
from syncline_outlook.messages import Purpose, mailbox, query, segment
from syncline_outlook.names import EmailNames
from syncline_outlook.reading import Reader, owner

KEYS_PAGE = 500
"""Rows of a sweep's page; no maximum is documented, 500 is in use elsewhere (davmail)."""
_MAX_PAGES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a feed stands: the service's link, what it was asked to select, and fingerprints of
    the links and pages this round has had already.
    """

    link: str
    select: str
    seen: tuple[str, ...] = ()

    def json(self) -> Json:
        """As core keeps it."""
        return {"link": self.link, "select": self.select, "seen": list(self.seen)}

    @classmethod
    def read(cls, kept: Json, select: str) -> Position:
        """The position that was kept.

        Raises:
            Resync: it is none of ours, or was made for another selection of properties.

        """
        if not isinstance(kept, Mapping) or not isinstance(kept.get("link"), str):
            raise Resync("the kept cursor is none of Outlook's")
        if kept.get("select") != select:
            raise Resync("other fields are synced than when the cursor was made")
        seen = kept.get("seen")
        return cls(
            link=kept["link"],
            select=select,
            seen=tuple(map(str, seen)) if isinstance(seen, list) else (),
        )


class DeltaFeed:
    """Pages of changes, and sweeps over all keys of a folder."""

    def __init__(
        self,
        client: GraphClient,
        folders: Folders,
        reader: Reader,
        names: EmailNames,
        *,
        page_size: int,
        installation: str,
    ) -> None:
        self._client = client
        self._folders = folders
        self._reader = reader
        self._names = names
        self._page_size = page_size
        self._installation = installation

    def changes(self, request: ChangesRequest) -> Page:
        """The next page of a round.

        Raises:
            Resync: the cursor is dead, or the service leads in circles.

        """
        spec, account = request.spec, owner(request.feed.account)
        thin = bool(contacts.extended_names(spec))
        select = "id" if thin else ",".join(contacts.select(spec))
        folder = request.feed.container or self._folders.default(account)
        position = self._position(request.next or request.cursor, account, folder, select)
        purpose = _purpose("read changes", account, request.next or request.cursor)
        rows, following, ended = self._page(position, purpose, request.page_size or self._page_size)
        page = self._records(spec, account, folder, rows, by_id=thin)
        return _with_position(page, following, ended=ended)

    def keys(self, request: KeysRequest) -> Page:
        """The next page of a sweep: a delta round of its own, since lists drift while they are
        read. Tombstones say nothing here.
        """
        account = owner(request.feed.account)
        folder = request.feed.container or self._folders.default(account)
        position = self._position(request.next, account, folder, "id")
        purpose = _purpose("list contacts", account, request.next)
        rows, following, ended = self._page(position, purpose, KEYS_PAGE)
        bare = request.spec.restricted(())
        found = (self._record(bare, account, row) for row in rows.values() if not _removed(row))
        page = Page(records=tuple(replace(each, container=folder) for each in found))
        return page if ended else _with_position(page, following, ended=False)

    # ---- one page -------------------------------------------------------------------------------

    def _position(self, kept: Json, account: AccountId, folder: str, select: str) -> Position:
        if kept is not None:
            position = Position.read(kept, select)
            if not self._client.owns(position.link):
                raise Resync("the kept cursor belongs to another host")
            return position
        base = f"{mailbox(account)}/contactFolders/{segment(folder)}/contacts/delta"
        return Position(link=base + query(select=select), select=select)

    def _page(
        self, position: Position, purpose: Purpose, page_size: int
    ) -> tuple[dict[str, dict[str, Any]], Position, bool]:
        """Rows by id (of repeated ones the last), the position after them, and whether the round
        ended with them.
        """
        body = self._client.get(position.link, purpose, page_size=page_size)
        rows, following, final = body.get("value"), body.get("@odata.nextLink"), body.get(_DELTA)
        link = following or final
        if not isinstance(rows, list) or not isinstance(link, str):
            raise malformed(purpose, "a page of changes without rows or links")
        self._client.require_own(link, purpose)
        found = {_id(row, purpose): row for row in rows}
        if not following:
            return found, Position(link=link, select=position.select), True
        seen = (*position.seen, _digest(position.link))
        page = (_page_mark(found),) if found else ()
        if _digest(link) in seen or set(page) & set(seen) or len(seen) > 2 * _MAX_PAGES:
            raise _circle(purpose)
        return found, Position(link=link, select=position.select, seen=seen + page), False

    def _records(
        self,
        spec: TypeSpec,
        account: AccountId,
        folder: str,
        rows: Mapping[str, dict[str, Any]],
        *,
        by_id: bool,
    ) -> Page:
        """A tombstone does not tell deleted from moved, so what it is about is read by id."""
        changed = [row for row in rows.values() if not _removed(row)]
        look = [RecordId(identifier) for identifier, row in rows.items() if _removed(row) or by_id]
        seen = self._reader.look(spec, account, look, folder) if look else Page()
        if by_id:
            return seen
        records = tuple(self._record(spec, account, row) for row in changed)
        return Page(records=records + seen.records, absent=seen.absent)

    def _record(self, spec: TypeSpec, account: AccountId, row: Mapping[str, Any]) -> Record:
        self._names.remember(row)
        record = contacts.read_record(spec, row, account, self._installation)
        if record is None:
            raise malformed(
                Purpose(name="read changes", kind="read", account=account), "a row without version"
            )
        return record


_DELTA = "@odata.deltaLink"


def _with_position(page: Page, position: Position, *, ended: bool) -> Page:
    kept = position.json()
    return replace(page, cursor=kept) if ended else replace(page, next=kept)


def _purpose(name: str, account: AccountId, kept: Json) -> Purpose:
    return Purpose(name=name, kind="read", account=account, resumes=kept is not None)


def _removed(row: Mapping[str, Any]) -> bool:
    return "@removed" in row


def _id(row: Any, purpose: Purpose) -> str:
    identifier = row.get("id") if isinstance(row, dict) else None
    if not isinstance(identifier, str) or not identifier:
        raise malformed(purpose, "a row without id")
    return identifier


def _circle(purpose: Purpose) -> Resync:
    return Resync(
        "Outlook's pages of changes lead in circles",
        hint="The folder is read from the beginning; another page_size may help.",
        call=purpose.name,
        account=purpose.account,
    )


def _page_mark(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The page's (id, version) pairs: a page of nothing but repetitions of one page repeats it."""
    pairs = sorted((identifier, str(row.get("@odata.etag"))) for identifier, row in rows.items())
    return _digest(json.dumps(pairs))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
