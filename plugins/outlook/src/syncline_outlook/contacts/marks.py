"""What delta leaves out: extended properties. They are listed beside it, for a folder at once.

Our marks are among them: pairing after a lost state, and the discovery of a second installation,
need the marks of contacts that are new to us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from syncline.model.records import AccountId, RecordId
from syncline.plugin.http import Purpose, segment
from syncline.plugin.spec import Native
from syncline_outlook.contacts import mapping
from syncline_outlook.contacts.folders import contacts_path
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import is_item_gone
from syncline_outlook.graph.items import id_of
from syncline_outlook.graph.messages import Inner, mailbox, query
from syncline_outlook.permissions import CONTACT

_PAGE = 1000
"""The most rows a list gives in a page."""
_OPTIONS = {"select": "id", "expand": mapping.marker_expand()}

Marks = dict[str, str]
"""Key by contact id; contacts without a mark are not in it."""

Rows = Mapping[str, Native]
"""By contact id: its version and the extended properties that were asked for, as far as it has any.
"""


class FolderMarks:
    """Extended properties by folder. What a round lists is kept until that round ends."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._lock = Lock()
        self._listed: dict[tuple[str, str, str], Rows] = {}

    def of(self, account: AccountId, folder: str, ids: Sequence[RecordId]) -> Marks:
        """The marks of these contacts: one call for up to 20; for more, the folder's list."""
        if not ids:
            return {}
        if len(ids) > batch.BATCH:
            return self.all(account, folder)
        purpose = Purpose(name="read marks", kind="read", account=account, type=CONTACT)
        urls = (f"{mailbox(account)}/contacts/{segment(each)}{query(**_OPTIONS)}" for each in ids)
        requests = [Inner(method="GET", url=url) for url in urls]
        replies = batch.read(self._client, requests, purpose, accepts=is_item_gone)
        return _marks(reply.body for reply in replies if reply.ok)

    def all(self, account: AccountId, folder: str) -> Marks:
        """All marks in a folder; see `rows`."""
        return _marks(self.rows(account, folder, mapping.marker_expand()).values())

    def rows(self, account: AccountId, folder: str, expand: str) -> Rows:
        """What all contacts of a folder have of the properties that `expand` names: one call for
        1000 contacts, once until `forget`. A list may miss a contact while others are deleted.
        """
        key = account, folder, expand
        with self._lock:
            known = self._listed.get(key)
        if known is None:
            known = self._list(account, folder, expand)
            with self._lock:
                self._listed[key] = known
        return known

    def forget(self, account: AccountId, folder: str) -> None:
        """The round has ended."""
        with self._lock:
            for key in [each for each in self._listed if each[:2] == (account, folder)]:
                del self._listed[key]

    def _list(self, account: AccountId, folder: str, expand: str) -> Rows:
        purpose = Purpose(
            name="list extended properties", kind="read", account=account, type=CONTACT
        )
        url = contacts_path(account, folder) + query(select="id", expand=expand, top=_PAGE)
        pages = self._client.pages(url, purpose)
        return {
            identifier: row
            for rows in pages
            for row in rows
            if isinstance(row, dict) and (identifier := id_of(row))
        }


def _marks(natives: Any) -> Marks:
    pairs = ((id_of(each), mapping.marker_of(each)) for each in natives if isinstance(each, dict))
    return {identifier: mark for identifier, mark in pairs if identifier and mark}
