r"""Contact folders of a mailbox: by path, the default one as "".

A path is written from the level of the default folder: `CRM`, `CRM/Customers`, or with the default
folder's name in front, `Contacts/CRM`. A slash inside a folder's name is written `\/`.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Any

from syncline.errors import Stop
from syncline.plugin.http import Purpose, Reply, segment
from syncline.plugin.requests import Container
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import failure, malformed
from syncline_outlook.graph.messages import Inner, mailbox, query
from syncline_outlook.permissions import CONTACT

_MAX_LEVELS = 50
_MAX_FOLDERS = 10_000
"""Far more than anybody keeps: each costs a call, and has more below it."""
_NAMED = query(select="id,displayName")
_LISTED = query(select="id,displayName,parentFolderId", top=100)


class Folders:
    """The folders of all mailboxes; what was found is kept as long as the connector lives."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._lock = Lock()
        self._known: dict[str, tuple[Container, ...]] = {}

    def read(self, account: str) -> tuple[Container, ...]:
        """All folders as they are now, the default one first: one call for it and the first
        level, one for each further level of up to 20 folders.
        """
        purpose = Purpose(name="list contact folders", kind="check", account=account, type=CONTACT)
        default, level = self._roots(account, purpose)
        above = _name_of(default)
        found = [default]
        for _ in range(_MAX_LEVELS):
            known = {each.id for each in found}
            level = [each for each in level if each.id not in known]
            if not level:
                break
            found += [_below(above, each) for each in level]
            _require_bounded(found, purpose)
            level = self._children(account, level, purpose)
        with self._lock:
            self._known[account] = tuple(found)
        return tuple(found)

    def default(self, account: str) -> str:
        """The id of the default folder."""
        return (self._cached(account) or self.read(account))[0].id

    def holds(self, account: str, folder: str) -> bool:
        """Whether this is a contact folder of the mailbox. Deleted Items is none: that is how an
        item that was deleted is told from one that was moved.
        """
        known = {each.id for each in self._cached(account)}
        return folder in known or folder in {each.id for each in self.read(account)}

    def _cached(self, account: str) -> tuple[Container, ...]:
        with self._lock:
            return self._known.get(account, ())

    def _roots(self, account: str, purpose: Purpose) -> tuple[Container, list[Container]]:
        """Graph's folder list leaves out the default folder. Its id comes from the well-known name
        `contacts` (as evolution-ews asks) or else from a contact that lies in it.
        """
        box = mailbox(account)
        requests = [
            Inner(method="GET", url=f"{box}/contactFolders/contacts{_NAMED}"),
            Inner(method="GET", url=f"{box}/contacts{query(select='parentFolderId', top=1)}"),
            Inner(method="GET", url=f"{box}/contactFolders{_LISTED}"),
        ]
        replies = batch.read(
            self._client, requests, purpose, accepts=lambda each: each.status in {400, 404, 405}
        )
        named, first, listed = replies
        if not listed.ok:
            raise failure(listed, purpose)
        return _default(named, first, purpose), self._containers(listed.body, "", purpose)

    def _children(
        self, account: str, parents: list[Container], purpose: Purpose
    ) -> list[Container]:
        box = mailbox(account)
        children: list[Container] = []
        for start in range(0, len(parents), batch.BATCH):
            part = parents[start : start + batch.BATCH]
            urls = [
                f"{box}/contactFolders/{segment(each.id)}/childFolders{_LISTED}" for each in part
            ]
            replies = batch.read(
                self._client,
                [Inner(method="GET", url=url) for url in urls],
                purpose,
                accepts=lambda each: each.status == 404,  # removed since it was listed
            )
            for parent, reply in zip(part, replies, strict=True):
                if reply.ok:
                    children += self._containers(reply.body, f"{parent.path}/", purpose)
            _require_bounded(children, purpose)
        return children

    def _containers(self, body: Any, above: str, purpose: Purpose) -> list[Container]:
        first = body if isinstance(body, dict) else {}
        pages = self._client.pages("", purpose, first)
        return [_container(row, above, purpose) for rows in pages for row in rows]


def _require_bounded(folders: list[Container], purpose: Purpose) -> None:
    if len(folders) > _MAX_FOLDERS:
        raise malformed(purpose, f"more than {_MAX_FOLDERS} folders")


def _container(row: Any, above: str, purpose: Purpose) -> Container:
    """A folder. One without a name is there, since what lies in it is not deleted, under its id."""
    id = row.get("id") if isinstance(row, dict) else None
    if not isinstance(id, str) or not id:
        raise malformed(purpose, "a folder without id")
    name = row.get("displayName")
    shown = name if isinstance(name, str) and name else id
    return Container(id=id, path=above + shown.replace("/", "\\/"))


def _default(named: Reply, first: Reply, purpose: Purpose) -> Container:
    """The default folder: its path is "", and its own name, where it is told, means the same."""
    if named.ok and isinstance(named.body, dict) and isinstance(named.body.get("id"), str):
        name = str(named.body.get("displayName") or "").replace("/", "\\/")
        return Container(id=str(named.body["id"]), path="", also=(name,) if name else ())
    rows = first.body.get("value") if first.ok and isinstance(first.body, dict) else None
    if rows and isinstance(rows[0], dict) and isinstance(rows[0].get("parentFolderId"), str):
        return Container(id=str(rows[0]["parentFolderId"]), path="")
    raise Stop(
        "the default contact folder cannot be found: this mailbox does not tell its id",
        hint="Create one contact in the default folder of the mailbox, then try again.",
        account=purpose.account,
    )


def _name_of(default: Container) -> str:
    return default.also[0] if default.also else ""


def _below(above: str, folder: Container) -> Container:
    """People also write the default folder's name in front: `Contacts/CRM`."""
    return replace(folder, also=(f"{above}/{folder.path}",)) if above else folder


def contacts_path(account: str, folder: str | None) -> str:
    """The contacts of a folder, None: the default one (create and list; changes need its id)."""
    box = mailbox(account)
    return (
        f"{box}/contacts" if folder is None else f"{box}/contactFolders/{segment(folder)}/contacts"
    )
