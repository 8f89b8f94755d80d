"""Fixtures for the tests of all packages."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer, private_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server that is named in the environment, or a private one."""
    if given := os.environ.get("SYNCLINE_TEST_POSTGRES_URL"):
        yield PostgresServer(given)
        return
    with private_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of its own, as an SQLAlchemy URL; dropped afterwards."""
    with postgres_server.database() as url:
        yield url
