"""Worlds for plugin tests: real distributions on the path, and connections to a scripted system."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncline.connectors.memory import MemoryConfig, MemoryConnector, MemoryStore
from syncline.plugin import Connector, ConnectorContext
from syncline.plugin.connection import ConnectionHandle, open_connection
from syncline.plugin.wrappers.retry import Patience
from syncline.testing.world import Tokens

Install = Callable[..., None]
NO_WAIT = Patience(sleep=lambda _seconds: None, now=lambda: 0.0, jitter=lambda: 0.0)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a distribution on the path: its name, its plugin's name, the code of its one module."""
    before = set(sys.modules)

    def install(distribution: str, plugin: str, code: str, *, version: str = "1.2.3") -> None:
        folder = tmp_path / distribution
        module = distribution.replace("-", "_")
        info = folder / f"{module}-{version}.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(code)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(f"[syncline.plugins]\n{plugin} = {module}\n")
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()

    yield install
    for name in set(sys.modules) - before:
        if name.startswith("acme"):
            del sys.modules[name]


@pytest.fixture
def context() -> ConnectorContext:
    return ConnectorContext(
        connection="crm", installation="test", now=lambda: datetime.now(UTC), tokens=Tokens()
    )


@pytest.fixture
def scripted() -> Callable[..., Any]:
    """A plugin object with these hook functions."""
    from syncline.plugin import hookimpl

    def scripted(**hooks: Callable[..., Any]) -> Any:
        class Plugin:
            pass

        plugin = Plugin()
        for name, function in hooks.items():
            setattr(plugin, name, hookimpl(function))
        return plugin

    return scripted


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore.open("left")
    store.add_account("ada")
    return store


@pytest.fixture
def connect(store: MemoryStore, context: ConnectorContext) -> Callable[..., ConnectionHandle]:
    def connect(
        type_: type[Connector] = MemoryConnector, *plugins: object, **changes: Any
    ) -> ConnectionHandle:
        return open_connection(
            "crm",
            type_,
            MemoryConfig(store="left"),
            replace(context, **changes),
            plugins=plugins,
            patience=NO_WAIT,
        )

    return connect
