"""One stand-in for a module's tests, emptied before each; calls as an app with all permissions."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


@pytest.fixture(scope="module")
def running_graph() -> Iterator[GraphSandbox]:
    with GraphSandbox.start() as graph:
        yield graph


@pytest.fixture
def graph(running_graph: GraphSandbox) -> GraphSandbox:
    running_graph.reset()
    return running_graph


@pytest.fixture
def ada(graph: GraphSandbox) -> GraphMailbox:
    return graph.add_mailbox("ada@example.test", display_name="Ada Lovelace")


@pytest.fixture
def http(graph: GraphSandbox) -> Iterator[httpx.Client]:
    """At the version root; ids in the immutable form."""
    headers = {"Authorization": f"Bearer {graph.token}", "Prefer": 'IdType="ImmutableId"'}
    with httpx.Client(base_url=graph.graph_url, headers=headers) as client:
        yield client


@pytest.fixture
def mine(ada: GraphMailbox, http: httpx.Client) -> Iterator[httpx.Client]:
    """As `http`, inside Ada's mailbox."""
    with httpx.Client(base_url=f"{http.base_url}users/{ada.id}/", headers=http.headers) as client:
        yield client
