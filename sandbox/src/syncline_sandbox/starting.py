"""Starting a stand-in from Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from syncline_sandbox.client import BackDoor
from syncline_sandbox.launch import build
from syncline_sandbox.quirks import Value
from syncline_sandbox.serving import running


class StartableSandbox(BackDoor):
    """A back door that can also start its stand-in; one subclass for each service."""

    service: ClassVar[str]

    @classmethod
    @contextmanager
    def start(
        cls,
        data: Path | str | None = None,
        quirks: Iterable[str | tuple[str, Value]] = (),
        port: int = 0,
    ) -> Iterator[Self]:
        """Runs the stand-in in a thread while the block runs."""
        stand_in = build(cls.service, data=data, quirks=quirks)
        try:
            with running(stand_in, port) as url:
                door = cls(url)
                try:
                    yield door
                finally:
                    door.close()
        finally:
            stand_in.environment.storage.close()
