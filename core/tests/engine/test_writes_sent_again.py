"""Before a write is sent once more it is looked for, and the lease is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Retry
from syncline.testing.crashes import LEASE_IS_OVER
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
KINDS = ["key", "marker", "none"]


@dataclass
class Gateway:
    """In front of the service: it answers the first `times` creates with a 429, carried out or
    not.
    """

    times: int
    effect: bool = True
    sent: int = 0

    def before(self, call: Call) -> None:
        if not self.effect:
            self._refuse(call)

    def after(self, call: Call) -> None:
        if self.effect:
            self._refuse(call)

    def _refuse(self, call: Call) -> None:
        if call.kind == "apply":
            self.sent += 1
            if self.sent <= self.times:
                raise Retry("429", after=5.0, reached=False)


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("idempotency", KINDS)
def test_a_create_is_looked_for_before_it_is_repeated_whatever_was_answered(
    worlds: Worlds, idempotency: str, effect: bool
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency, visibility_lag=20.0))
    for number in range(5):
        world.left.create("ada", person(f"Given{number}", "Hopper"))
    world.right.fault = Gateway(2, effect=effect)
    report = world.sync()
    world.right.fault = None

    assert report.problems == ()
    assert len(world.right.read("ada")) == 5, "in one run, and once each"
    world.settle()
    assert world.same()


@dataclass
class Asleep:
    """A refusal that asks for patience; another machine takes over before it is over."""

    world: EngineWorld
    sent: int = 0

    def before(self, call: Call) -> None:
        if call.kind != "apply":
            return
        self.sent += 1
        if self.sent == 1:
            with closing(sqlite3.connect(self.world.folder / "state.sqlite")) as state, state:
                state.execute("UPDATE lease SET holder = 'elsewhere'")
            raise Retry("429", after=5.0, reached=False)

    def after(self, call: Call) -> None:
        pass


@pytest.mark.parametrize("idempotency", KINDS)
def test_what_was_to_be_repeated_is_not_sent_when_the_lease_has_passed_on(
    worlds: Worlds, idempotency: str
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.fault = asleep = Asleep(world)
    report = world.sync()
    world.right.fault = None

    assert report.exit_code == 8
    assert asleep.sent == 1
    world.clock.advance(LEASE_IS_OVER)
    world.settle()
    assert len(world.right.read("ada")) == 1
    assert world.same()
