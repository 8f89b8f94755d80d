"""What is to be done for several mailboxes is under way for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
MEMBERS = ("ada", "bob", "cyd")
GIVES_UP = 60.0
"""Seconds after which a call that is alone fails instead of waiting for ever."""


class Together:
    """Lets no call of this kind go on before there is one for each mailbox."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.barrier = Barrier(len(MEMBERS))

    def before(self, call: Call) -> None:
        if call.kind == self.kind:
            self.barrier.wait(GIVES_UP)

    def after(self, call: Call) -> None:
        pass


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.people, world.workers = MEMBERS, len(MEMBERS)
    for member in set(MEMBERS) - {"ada", "bob"}:
        world.left.add_account(member)
        world.right.add_account(member)
    for member in MEMBERS:
        world.right.create(member, person(member, "Hopper"))
    return world


def run_together(world: EngineWorld, kind: str) -> None:
    world.left.fault = Together(kind)
    report = world.sync()
    world.left.fault = None

    assert (report.exit_code, report.writes) == (0, len(MEMBERS))


@pytest.mark.parametrize("kind", ["changes", "match", "apply"])
def test_creates(world: EngineWorld, kind: str) -> None:
    run_together(world, kind)


@pytest.mark.parametrize("kind", ["ids", "apply"])
def test_updates(world: EngineWorld, kind: str) -> None:
    world.settle()
    for record in list(world.right.read()):
        world.right.update(record, {"notes": "edited"})

    run_together(world, kind)


@pytest.mark.parametrize("kind", ["ids", "delete"])
def test_deletions(world: EngineWorld, kind: str) -> None:
    world.settle()
    for record in list(world.right.read()):
        world.right.delete(record)

    run_together(world, kind)
