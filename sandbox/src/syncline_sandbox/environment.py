"""What every stand-in is given: time, storage, quirks, the call log."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syncline_sandbox.calls import CallLog
from syncline_sandbox.clock import Clock
from syncline_sandbox.quirks import Quirks
from syncline_sandbox.storage import Storage


@dataclass
class Environment:
    """The surroundings of one stand-in."""

    storage: Storage = field(default_factory=Storage)
    clock: Clock = field(default_factory=Clock)
    quirks: Quirks = field(default_factory=Quirks)
    calls: CallLog = field(default_factory=CallLog)
    seed: int = 20

    def stamp(self) -> datetime:
        """The time to write down for a change: now, or coarser under `equal-stamps`."""
        now = self.clock.now()
        options = self.quirks.on("equal-stamps")
        if options is None:
            return now
        seconds = now.timestamp() // options["seconds"] * options["seconds"]
        return datetime.fromtimestamp(seconds, UTC)

    def visible_from(self) -> float:
        """When a change made now may show up, as a POSIX time: later under `late-visibility`."""
        options = self.quirks.on("late-visibility")
        return self.clock.now().timestamp() + (options["seconds"] if options else 0)

    def shuffler(self, name: str) -> random.Random:
        """Repeatable disorder: depends on the seed and on how often `name` was asked for."""
        return random.Random(f"{self.seed}:{name}:{self.storage.next(name)}")  # noqa: S311

    def send_mail(self) -> None:
        """Counts a mail the service would have sent to somebody."""
        self.storage.next("mails")

    def reset(self) -> None:
        """Forgets everything: records, calls, quirks, moved time."""
        self.storage.clear()
        self.quirks.disarm()
        self.calls.clear()
        self.clock.resume()
