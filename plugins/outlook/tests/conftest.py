"""A Graph stand-in on a real socket, and connectors that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncline.model.records import AccountId, RecordId
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.requests import (
    ApplyRequest,
    ChangesRequest,
    Create,
    Feed,
    IdsRequest,
    Page,
    Update,
)
from syncline.plugin.spec import TypeSpec
from syncline_outlook.config import OutlookConfig
from syncline_outlook.connector import OutlookConnector
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_sandbox.testing import GraphMailbox, GraphSandbox

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class MemoryTokens:
    """A token store that forgets."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def load(self, name: str) -> str | None:
        return self.kept.get(name)

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        changed = change(self.kept.get(name))
        if changed is not None:
            self.kept[name] = changed
        return changed


def new_context(
    calls: list[str],
    tokens: MemoryTokens | None = None,
    now: Callable[[], datetime] = lambda: NOW,
) -> ConnectorContext:
    return ConnectorContext(
        connection="outlook",
        installation="home",
        now=now,
        tokens=tokens or MemoryTokens(),
        count_call=calls.append,
    )


@dataclass
class Outlook:
    """A connector, the mailbox it is used on, and the calls it made."""

    connector: OutlookConnector
    box: GraphMailbox
    calls: list[str] = field(default_factory=list)

    @property
    def account(self) -> AccountId:
        return AccountId(self.box.id)

    def feed(self, container: str | None = None) -> Feed:
        folder = container or self.box.default_folder_id
        return Feed(type="contact", account=self.account, container=folder)

    def page(
        self, *, container: str | None = None, spec: TypeSpec = CONTACTS, **options: Any
    ) -> Page:
        return self.connector.fetch_changes(
            ChangesRequest(spec=spec, feed=self.feed(container), **options)
        )

    def round(self, cursor: Any = None, **options: Any) -> tuple[list[Page], Any]:
        """All pages of a round, and the cursor after it."""
        pages = [self.page(cursor=cursor, **options)]
        while pages[-1].next is not None:
            pages.append(self.page(cursor=cursor, next=pages[-1].next, **options))
        return pages, pages[-1].cursor

    def look(self, *ids: str, scoped: bool = False, spec: TypeSpec = CONTACTS) -> Page:
        wanted = tuple(RecordId(each) for each in ids)
        return self.connector.fetch_ids(
            IdsRequest(spec=spec, feed=self.feed(), ids=wanted, scoped=scoped)
        )

    def create(self, *contacts: dict[str, Any], spec: TypeSpec = CONTACTS) -> list[Any]:
        operations = tuple(
            Create(key=f"key-{n}", account=self.account, fields=fields)
            for n, fields in enumerate(contacts)
        )
        return self.connector.apply(
            ApplyRequest(spec=spec, feed=self.feed(), operations=operations)
        )

    def update(
        self, identifier: str, fields: dict[str, Any], *, spec: TypeSpec = CONTACTS, **options: Any
    ) -> Any:
        current = self.look(identifier, spec=spec).records[0]
        operation = Update(
            id=current.id,
            version=options.get("version", current.version),
            fields=fields,
            current=current,
            account=self.account,
        )
        request = ApplyRequest(spec=spec, feed=self.feed(), operations=(operation,))
        return self.connector.apply(request)[0]


@pytest.fixture
def make_context() -> Callable[..., ConnectorContext]:
    return new_context


@pytest.fixture(scope="session")
def running_graph() -> Iterator[GraphSandbox]:
    with GraphSandbox.start() as graph:
        yield graph


@pytest.fixture
def graph(running_graph: GraphSandbox) -> GraphSandbox:
    running_graph.clear_quirks()
    running_graph.reset()
    return running_graph


@pytest.fixture
def secret_file(graph: GraphSandbox, tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(graph.client_secret)
    return path


@pytest.fixture
def settings(graph: GraphSandbox, secret_file: Path) -> dict[str, Any]:
    return {
        "tenant_id": graph.tenant_id,
        "client_id": graph.client_id,
        "client_secret": {"file": str(secret_file)},
        "graph_url": graph.graph_url,
        "login_url": graph.url,
    }


@pytest.fixture
def connect(settings: dict[str, Any]) -> Iterator[Callable[..., OutlookConnector]]:
    opened: list[OutlookConnector] = []

    def open_one(
        calls: list[str] | None = None,
        tokens: MemoryTokens | None = None,
        now: Callable[[], datetime] = lambda: NOW,
        **changes: Any,
    ) -> OutlookConnector:
        wanted = {
            name: value for name, value in {**settings, **changes}.items() if value is not None
        }
        context = new_context(calls if calls is not None else [], tokens, now)
        opened.append(OutlookConnector(OutlookConfig(**wanted), context))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def memory_tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def outlook(graph: GraphSandbox, connect: Callable[..., OutlookConnector]) -> Outlook:
    box = graph.add_mailbox("ada@example.test", "Ada Lovelace")
    calls: list[str] = []
    return Outlook(connect(calls, now=graph.now), box, calls)
