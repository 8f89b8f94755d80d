"""Contacts by id, and by the keys they carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.model.records import AbsenceReason, Absent, AccountId, Record, RecordId
from syncline.plugin.http import Purpose, Reply, segment
from syncline.plugin.requests import IdsRequest, MatchKey, MatchRequest, Page
from syncline.plugin.spec import TypeSpec
from syncline_outlook.contacts import mapping
from syncline_outlook.contacts.folders import Folders, contacts_path
from syncline_outlook.contacts.listed import as_far_as_known, may_be_altered
from syncline_outlook.contacts.names import EmailNames, shown_names
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import codes_of, is_item_gone, malformed
from syncline_outlook.graph.items import id_of
from syncline_outlook.graph.messages import Inner, literal, mailbox, query
from syncline_outlook.permissions import CONTACT

_DELETED_ITEMS = "deleteditems"
_UNKNOWN_FOLDER = frozenset({400, 404, 405})
_TWINS = 50
"""Contacts with one e-mail address that are looked at: a key that common identifies nobody."""


class Reader:
    """Reads single contacts, in batches of 20, each with our mark and its custom fields."""

    def __init__(self, client: GraphClient, folders: Folders, names: EmailNames) -> None:
        self._client = client
        self._folders = folders
        self._names = names

    # ---- by id ----------------------------------------------------------------------------------

    def ids(self, request: IdsRequest) -> Page:
        """Each id once: as a record, or absent with the reason."""
        account = owner(request.feed.account)
        home = request.feed.container
        return self.look(request.spec, account, request.ids, home, scoped=request.scoped)

    def look(
        self,
        spec: TypeSpec,
        account: AccountId,
        ids: Sequence[RecordId],
        home: str | None = None,
        *,
        scoped: bool = True,
    ) -> Page:
        """These contacts as they are now. `scoped`: those outside the folder `home` have left.

        Raises:
            Stop: the mailbox refuses. Only a 404 about the item itself makes it absent.

        """
        found = self._read(spec, account, ids)
        places = {each.container for each in found if isinstance(each, Record) and each.container}
        live = {place for place in places if place == home or self._folders.holds(account, place)}
        return Page.of(_placed(each, live, home if scoped else None) for each in found)

    def _read(
        self, spec: TypeSpec, account: AccountId, ids: Sequence[RecordId]
    ) -> list[Record | Absent]:
        """Each of these contacts once, wherever it lies."""
        purpose = Purpose(name="read contacts by id", kind="read", account=account, type=CONTACT)
        unique = tuple(dict.fromkeys(ids))
        options = query(select=",".join(mapping.select(spec)), expand=mapping.expand(spec))
        urls = (f"{mailbox(account)}/contacts/{segment(each)}{options}" for each in unique)
        replies = batch.read(
            self._client,
            [Inner(method="GET", url=url) for url in urls],
            purpose,
            accepts=lambda reply: is_item_gone(reply) or _is_no_id(reply),
        )
        return [
            self._answer(spec, account, identifier, reply)
            for identifier, reply in zip(unique, replies, strict=True)
        ]

    def _answer(
        self, spec: TypeSpec, account: AccountId, identifier: RecordId, reply: Reply
    ) -> Record | Absent:
        if not reply.ok:
            return Absent(identifier, AbsenceReason.DELETED)
        found = self._record(spec, account, reply.body)
        if found is None:
            return Absent(identifier, AbsenceReason.UNREADABLE, why="the answer is no contact")
        return found

    def _record(self, spec: TypeSpec, account: AccountId, body: Any) -> Record | Absent | None:
        if not isinstance(body, dict):
            return None
        self._names.remember(body)
        return mapping.read_record(spec, mapping.expanded(spec, body), account)

    # ---- by key ---------------------------------------------------------------------------------

    def match(self, request: MatchRequest) -> Page:
        """Contacts of the mailbox that carry one of these keys: one request a key, 20 a call.

        Looked for in the feed's folder. Our mark, which names exactly one contact, is then also
        looked for in the default folder, where a contact may have been moved to. With `deleted`,
        in Deleted Items.
        """
        account = owner(request.feed.account)
        folder = request.feed.container
        keys = [each for each in request.keys if each.kind in request.spec.match]
        if request.deleted:
            return Page(records=tuple(self._deleted(request.spec, account, keys)))
        found = self._search(request.spec, account, folder, keys)
        known = {record.marker for record in found}
        lost = [each for each in keys if each.kind == "marker" and each.value not in known]
        if lost and folder not in {None, self._folders.default(account)}:
            found += self._search(request.spec, account, None, lost)
        since = request.created_since
        fresh = [
            each for each in found
            if since is None or each.marker is not None or each.created is None
            or each.created >= since
        ]  # fmt: skip
        return Page(records=tuple({record.id: record for record in fresh}.values()))

    def _deleted(
        self, spec: TypeSpec, account: AccountId, keys: Sequence[MatchKey]
    ) -> list[Record]:
        """Those in Deleted Items, which Graph's documentation does not call a contact folder. It
        is asked for as one all the same, as badbat75/MSOutlook-MCP does (outlook_mcp/contacts.py,
        `in_deleted_items`, seen on a personal mailbox): where that name is not known, nothing is
        found, and nobody is worse off.
        """
        return self._search(
            spec, account, _DELETED_ITEMS, keys, accepts=lambda r: r.status in _UNKNOWN_FOLDER
        )

    def _search(
        self,
        spec: TypeSpec,
        account: AccountId,
        folder: str | None,
        keys: Sequence[MatchKey],
        accepts: Callable[[Reply], bool] = lambda reply: False,
    ) -> list[Record]:
        purpose = Purpose(name="look for contacts", kind="read", account=account, type=CONTACT)
        base = contacts_path(account, folder)
        fixed = {"select": ",".join(mapping.select(spec)), "expand": mapping.expand(spec)}
        urls = (f"{base}{query(filter=_filter(key), top=_TWINS, **fixed)}" for key in keys)
        requests = [Inner(method="GET", url=url) for url in urls]
        replies = batch.read(self._client, requests, purpose, accepts)
        found: list[Record] = []
        for key, reply in zip(keys, replies, strict=True):
            if not reply.ok:
                continue
            rows = reply.body.get("value") if isinstance(reply.body, dict) else None
            if not isinstance(rows, list):
                raise malformed(purpose, "a list without values", reply)
            records = self._listed(spec, account, rows)
            found += [each for each in records if key.kind != "marker" or each.marker == key.value]
        return found

    def _listed(self, spec: TypeSpec, account: AccountId, rows: Sequence[Any]) -> Sequence[Record]:
        """The contacts of a list, those that it may have altered as they are by id."""
        records = Page.of(self._record(spec, account, row) for row in rows).records
        unsure = {id_of(row) for row in rows if isinstance(row, dict) and may_be_altered(spec, row)}
        ids = [each.id for each in records if each.id in unsure]
        whole = {r.id: r for r in self._read(spec, account, ids) if isinstance(r, Record)}
        return [
            whole.get(each.id, as_far_as_known(each)) if each.id in unsure else each
            for each in records
        ]

    # ---- for writing ----------------------------------------------------------------------------

    def email_names(
        self, targets: Sequence[tuple[AccountId, Record]]
    ) -> dict[RecordId, Mapping[str, str]]:
        """The names shown with the addresses of these contacts: remembered, or read again."""
        found: dict[RecordId, Mapping[str, str]] = {}
        missing: list[tuple[AccountId, RecordId]] = []
        for account, record in targets:
            names = self._names.of(record.id, record.version)
            if names is not None:
                found[record.id] = names
            elif record.fields.get("emails"):
                missing.append((account, record.id))
        option = query(select="emailAddresses")
        urls = (f"{mailbox(at)}/contacts/{segment(each)}{option}" for at, each in missing)
        requests = [Inner(method="GET", url=url) for url in urls]
        box = missing[0][0] if missing else None
        purpose = Purpose(name="read e-mail names", kind="read", account=box, type=CONTACT)
        replies = batch.read(self._client, requests, purpose, accepts=is_item_gone)
        for (_, identifier), reply in zip(missing, replies, strict=True):
            found[identifier] = shown_names(reply.body if isinstance(reply.body, dict) else {})
        return found


def _filter(key: MatchKey) -> str:
    if key.kind == "email":
        return f"emailAddresses/any(a:a/address eq {literal(key.value)})"
    name, value = literal(mapping.MARKER_PROPERTY), literal(key.value)
    return f"{mapping.EXTENDED}/Any(ep: ep/id eq {name} and ep/value eq {value})"


def _placed(record: Record | Absent, live: set[str], container: str | None) -> Record | Absent:
    """A contact in none of the mailbox's contact folders lies in Deleted Items: it keeps its
    immutable id and can still be read there, but its user deleted it.
    """
    if isinstance(record, Absent):
        return record
    if record.container is not None and record.container not in live:
        return Absent(record.id, AbsenceReason.DELETED)
    if container is not None and record.container not in {None, container}:
        return Absent(record.id, AbsenceReason.LEFT)
    return record


def owner(account: AccountId | None) -> AccountId:
    """The mailbox of a feed: Outlook has no feed without one."""
    if account is None:
        raise ValueError("an Outlook feed belongs to an account")
    return account


def _is_no_id(reply: Reply) -> bool:
    """An id that was never one of Outlook's: no such contact can exist."""
    return reply.status == 400 and "errorinvalididmalformed" in codes_of(reply.body)
