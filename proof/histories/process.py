"""The process that runs in a history: one session at a time, over the configuration it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proof.histories.kept import Kept
from syncline.run.session import Session
from syncline.testing.rehearsal import EngineWorld


@dataclass
class Process:
    """It lives until it ends, dies, or somebody has edited the configuration."""

    world: EngineWorld
    kept: Kept
    _session: Session | None = None
    _configured: Any = None

    def session(self) -> Session:
        """The open session; a new process after a death, or with another configuration."""
        configured = (self.world.policy, self.world.people)
        if self._session is not None and configured != self._configured:
            self.end()
        if self._session is None:
            self._session, self._configured = self.world.session(), configured
        return self._session

    def interrupt(self) -> None:
        """Somebody presses Ctrl-C."""
        if self._session is not None:
            self._session.request_stop()

    def end(self) -> None:
        """The next one opens the same database."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self.kept.close()
