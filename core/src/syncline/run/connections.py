"""The open connections of a session, each opened once and closed at the end."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from syncline.errors import ConfigurationError
from syncline.model.reports import CallCounts
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import Configuration
from syncline.run.surroundings import Surroundings
from syncline.state.database import Database
from syncline.state.tokens import StoredTokens


@dataclass
class Connections:
    """Opens connections on first use."""

    configuration: Configuration
    plugins: PluginManager
    database: Database
    surroundings: Surroundings
    _holder: str = field(init=False)
    _open: dict[str, ConnectionHandle] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._holder = self.surroundings.new_id()

    def get(self, name: str) -> ConnectionHandle:
        """The open connection of this name.

        Raises:
            ConfigurationError: it is not configured, or its connector cannot be used.

        """
        with self._lock:
            if name not in self._open:
                self._open[name] = self._connect(name)
            return self._open[name]

    def calls(self) -> dict[str, CallCounts]:
        """The requests of every open connection so far."""
        return {name: handle.calls() for name, handle in self._open.items()}

    def close(self) -> None:
        """Close all of them."""
        for handle in self._open.values():
            handle.close()
        self._open.clear()

    def _connect(self, name: str) -> ConnectionHandle:
        settings = self.configuration.connections.get(name)
        if settings is None:
            raise ConfigurationError(f"there is no connection {name!r}")
        around = self.surroundings
        tokens = StoredTokens(
            self.database, name, self._holder, lambda: around.now().timestamp(), around.sleep
        )
        context = ConnectorContext(
            connection=name,
            installation=self.configuration.installation,
            now=around.now,
            tokens=tokens,
            log=logging.getLogger(f"syncline.connection.{name}"),
            clock=around.elapsed,
        )
        return self.plugins.connect(
            settings, context, sleep=around.sleep, now=around.elapsed, jitter=around.jitter
        )
