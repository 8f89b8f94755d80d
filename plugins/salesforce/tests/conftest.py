"""A stand-in organisation on a real socket, and a connection to it."""

from __future__ import annotations

import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncline.model.contact import CONTACT
from syncline.model.records import AccountId, Record, RecordId
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.requests import (
    AccountsRequest,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
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
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.connector import SalesforceConnector
from syncline_sandbox.testing import SalesforceSandbox, SandboxUser


class Tokens:
    """A token store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self._lock = threading.Lock()

    def load(self, name: str) -> str | None:
        return self.kept.get(name)

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        with self._lock:
            text = change(self.kept.get(name))
            if text is not None:
                self.kept[name] = text
            return text


@dataclass
class Org:
    """The organisation, two of its people, and the secrets of an app."""

    sandbox: SalesforceSandbox
    ada: SandboxUser
    bob: SandboxUser
    folder: Path
    tokens: Tokens = field(default_factory=Tokens)
    calls: Counter[str] = field(default_factory=Counter)
    opened: list[SalesforceConnector] = field(default_factory=list)
    slow: timedelta = timedelta()
    """By how much our own clock is behind the organisation's."""

    def secret(self, name: str, text: str) -> dict[str, str]:
        path = self.folder / name
        path.write_text(text)
        return {"file": str(path)}

    def settings(self, **more: Any) -> dict[str, Any]:
        """Client credentials, unless the test says how to sign in."""
        base: dict[str, Any] = {"instance_url": self.sandbox.url, "timeout": 20}
        if not {"private_key", "refresh_token", "session_id"} & more.keys():
            base["client_id"] = self.sandbox.client_id
            base["client_secret"] = self.secret("client_secret", self.sandbox.client_secret)
        return base | more

    def connect(self, **more: Any) -> Connection:
        config = SalesforceConfig.model_validate(self.settings(**more))
        connector = SalesforceConnector(config, self.context())
        self.opened.append(connector)
        return Connection(self, connector)

    def context(self) -> ConnectorContext:
        return ConnectorContext(
            connection="salesforce",
            installation="tests",
            now=lambda: self.sandbox.now() - self.slow,
            tokens=self.tokens,
            log=logging.getLogger("syncline.salesforce"),
            count_call=self._count,
        )

    def _count(self, kind: str) -> None:
        self.calls[kind] += 1

    def contact(self, as_user: SandboxUser | None = None, **fields: Any) -> RecordId:
        """A person makes a contact in Salesforce."""
        wish = {"LastName": "Lovelace", **fields}
        return RecordId(self.sandbox.create("Contact", wish, as_user=as_user or self.ada))

    def stored(self, id: str) -> dict[str, Any]:
        row = self.sandbox.row("Contact", id)
        assert row is not None
        return row

    def with_key_field(self, **more: Any) -> None:
        properties = {"length": 255, "unique": True, "external_id": True, **more}
        self.sandbox.define_field("Contact", "SyncKey__c", **properties)


@dataclass
class Connection:
    """Short words for requests to a connector."""

    org: Org
    connector: SalesforceConnector
    spec: TypeSpec = field(init=False)
    report: CheckReport = field(init=False)

    def __post_init__(self) -> None:
        self.feed = Feed(type="contact")

    def check(self) -> Connection:
        self.report = self.connector.check(CheckRequest(types=("contact",), thorough=True))
        self.spec = self.report.types["contact"]
        return self

    def page(self, cursor: Any = None, next: Any = None, size: int | None = None) -> Page:
        return self.connector.fetch_changes(
            ChangesRequest(spec=self.spec, feed=self.feed, cursor=cursor, next=next, page_size=size)
        )

    def pages(self, cursor: Any = None, size: int | None = None) -> list[Page]:
        found = [self.page(cursor, None, size)]
        while found[-1].next is not None:
            assert found[-1].cursor is None
            assert len(found) < 500
            found.append(self.page(cursor, found[-1].next, size))
        return found

    def round(self, cursor: Any = None, size: int | None = None) -> Page:
        pages = self.pages(cursor, size)
        return Page(
            records=tuple(r for page in pages for r in page.records),
            absent=tuple(a for page in pages for a in page.absent),
            cursor=pages[-1].cursor,
        )

    def ids(self, *ids: str, scope: Scope | None = None) -> Page:
        feed = Feed(type="contact", scope=scope)
        wanted = tuple(map(RecordId, ids))
        request = IdsRequest(spec=self.spec, feed=feed, ids=wanted, scoped=scope is not None)
        return self.connector.fetch_ids(request)

    def in_the_bin(self, *ids: str) -> Page:
        wanted = tuple(map(RecordId, ids))
        request = DeletedRequest(spec=self.spec, feed=self.feed, ids=wanted)
        return self.connector.fetch_deleted(request)

    def record(self, id: str) -> Record:
        (found,) = self.ids(id).records
        return found

    def sweep(self, scope: Scope | None = None) -> list[Record]:
        found: list[Record] = []
        next: Any = None
        while True:
            feed = Feed(type="contact", scope=scope)
            request = KeysRequest(spec=self.spec, feed=feed, next=next)
            page = self.connector.fetch_keys(request)
            found += page.records
            next = page.next
            if next is None:
                return found

    def match(self, *keys: tuple[str, str], since: datetime | None = None) -> set[str]:
        return {record.id for record in self.matching(*keys, since=since)}

    def matching(
        self, *keys: tuple[str, str], since: datetime | None = None, deleted: bool = False
    ) -> tuple[Record, ...]:
        request = MatchRequest(
            spec=self.spec,
            feed=self.feed,
            keys=tuple(MatchKey(kind=kind, value=value) for kind, value in keys),
            created_since=since,
            deleted=deleted,
        )
        return self.connector.fetch_match(request).records

    def create(self, *fields: Mapping[str, Any], owner: str = "", key: str = "k") -> list[Outcome]:
        """As core does it: what is sent is what `stored_as` predicts."""
        account = AccountId(owner or self.org.ada.id)
        operations = tuple(
            Create(key=f"{key}{i}", account=account, fields=self.spec.stored_as(each))
            for i, each in enumerate(fields)
        )
        return self.send(operations)

    def send(self, operations: Any) -> list[Outcome]:
        request = ApplyRequest(spec=self.spec, feed=self.feed, operations=tuple(operations))
        return self.connector.apply(request)

    def change(self, current: Record, *, sure: bool = True, **fields: Any) -> Update:
        return Update(
            id=current.id,
            version=current.version if sure else None,
            fields=fields,
            current=current,
            account=AccountId(self.org.ada.id),
        )

    def update(self, current: Record, *, sure: bool = True, **fields: Any) -> Outcome:
        (outcome,) = self.send([self.change(current, sure=sure, **fields)])
        return outcome

    def delete(self, *records: Record) -> list[Outcome]:
        operations = tuple(
            Delete(id=r.id, version=r.version, current=r, account=AccountId(self.org.ada.id))
            for r in records
        )
        request = DeleteRequest(spec=self.spec, feed=self.feed, operations=operations)
        return self.connector.delete(request)

    def users(self, *names: str) -> dict[str, str]:
        found = self.connector.accounts(AccountsRequest(names=names)).accounts
        return {account.name: account.id for account in found}


@pytest.fixture(scope="session")
def started() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def stand_in(started: SalesforceSandbox) -> SalesforceSandbox:
    """A new organisation, at this second; time stands still until the test moves it."""
    started.reset()
    started.freeze(datetime.now(UTC).replace(microsecond=0))
    return started


@pytest.fixture
def org(stand_in: SalesforceSandbox, tmp_path: Path) -> Iterator[Org]:
    ada = stand_in.add_user("ada@example.test", name="Ada Lovelace")
    bob = stand_in.add_user("bob@example.test", name="Bob Babbage")
    org = Org(stand_in, ada, bob, tmp_path)
    yield org
    for connector in org.opened:
        connector.close()


@pytest.fixture
def sf(org: Org) -> Connection:
    """A connection that has been checked; calls are counted from here on."""
    connection = org.connect().check()
    org.calls.clear()
    org.sandbox.reset_calls()
    return connection


FULL: dict[str, Any] = {
    "prefix": "Dr.",
    "given_name": "Grace",
    "family_name": "Hopper",
    "department": "Compilers",
    "job_title": "Rear Admiral",
    "emails": ("grace@example.test",),
    "work_phones": ("+1 555 0100",),
    "home_phones": ("+1 555 0101",),
    "mobile_phone": "+1 555 0102",
    "work_fax": "+1 555 0103",
    "other_phone": "+1 555 0104",
    "assistant_name": "Tom",
    "assistant_phone": "+1 555 0105",
    "business_address": {"street": "1 Navy Yard\nRoom 2", "city": "Washington", "region": "DC",
                         "postal_code": "20374", "country": "USA"},
    "other_address": {"street": "5 Pine", "city": "New York", "country": "USA"},
    "birthday": "1906-12-09",
    "notes": "Nanoseconds.\nA foot of wire.",
}  # fmt: skip


@pytest.fixture
def full() -> dict[str, Any]:
    return dict(FULL)


def normal(fields: Mapping[str, Any]) -> dict[str, Any]:
    return CONTACT.normal({n: v for n, v in fields.items() if n in CONTACT.fields})


@pytest.fixture
def same() -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    """Whether every expected field was read and is the same value."""

    def compare(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
        found = normal(actual)
        return all(found[name] == value for name, value in normal(expected).items())

    return compare


@pytest.fixture
def unused_port() -> Callable[[], int]:
    """A port nobody listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find
