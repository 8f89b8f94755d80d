"""Our own clock, wrong for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from syncline.connectors.memory.store import Clock
from syncline.testing.rehearsal import EngineWorld


@contextmanager
def ahead(world: EngineWorld, seconds: float) -> Iterator[None]:
    """Our clock, and not the services', is ahead."""
    stores = (world.left, world.right)
    clocks = [store.clock for store in stores]
    for store, clock in zip(stores, clocks, strict=True):
        store.clock = partial(_behind, clock, seconds)
    world.clock.advance(seconds)
    try:
        yield
    finally:
        world.clock.advance(-seconds)
        for store, clock in zip(stores, clocks, strict=True):
            store.clock = clock


def _behind(clock: Clock, seconds: float) -> datetime:
    return clock() - timedelta(seconds=seconds)
