"""Fixtures for the tests of all packages, and the seed of those that are random."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import seeds
from tests.postgres import PostgresServer, private_server

_SEED = pytest.StashKey[str]()

# How long a machine takes says nothing about what is tried: speed is measured by `make bench`.
settings.register_profile(
    "syncline", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("syncline")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported, and before processes are started that share the work."""
    config.stash[_SEED] = seeds.settle(os.environ, config.rootpath)
    if config.getoption("hypothesis_seed") is None:
        config.option.hypothesis_seed = os.environ[seeds.VARIABLE]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Last, where it is found when something has failed; also with `-q`."""
    terminalreporter.line(config.stash[_SEED])


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
