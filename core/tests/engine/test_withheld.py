"""What was decided and not sent is noted, and people see it without a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from proof.one_contact import both_edit, linked
from syncline.connectors import plugin as memory
from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import Action, PlannedOperation, WithheldWrites
from syncline.plugin import hookimpl
from syncline.plugin.events import Veto
from syncline.plugin.manager import PluginManager
from syncline.policy.schema import Conflict
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]


def withheld(world: EngineWorld) -> tuple[WithheldWrites, ...]:
    with world.session() as session:
        return session.status().withheld


def shown(world: EngineWorld) -> list[tuple[str, str, str, int]]:
    return [
        (each.action.value, each.connection, each.reason, each.number) for each in withheld(world)
    ]


def test_what_is_withheld_is_shown_until_it_is_sent(world: EngineWorld) -> None:
    for name in ("Grace", "Alan", "Ada"):
        world.left.create("ada", person(name, "X"))

    world.sync(limit=1)
    assert shown(world) == [("create", "right", "limit", 2)]
    world.sync(limit=1)
    assert shown(world) == [("create", "right", "limit", 1)]

    world.sync()
    assert shown(world) == []


def test_it_is_since_the_first_run_that_withheld_it_for_this_reason(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(notifies=frozenset({"create"})))
    world.set(invitations="never")
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    [first] = withheld(world)
    world.clock.advance(timedelta(days=1).total_seconds())
    world.left.create("ada", person("Alan", "Turing"))

    world.sync()

    [both] = withheld(world)
    assert (both.reason, both.number, both.since) == ("invitations", 2, first.since)


def test_what_is_decided_otherwise_is_withheld_no_more(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(notifies=frozenset({"delete"})))
    world.set(invitations="never")
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.delete(record)
    world.sync()
    assert shown(world) == [("delete", "right", "invitations", 1)]

    world.left.restore(record)
    world.sync()

    assert shown(world) == []


class OnSecondThought:
    """A plugin that forbids a write once, and lets it through when it is asked again."""

    def __init__(self) -> None:
        self.asked = Counter[str]()

    @hookimpl
    def before_apply(self, change: PlannedOperation) -> Veto | None:
        self.asked[change.label] += 1
        once = change.label == "Grace Hopper" and self.asked[change.label] == 1
        return Veto(reason="not yet") if once else None


def test_what_a_later_pass_of_the_run_lets_through_is_withheld_no_more(world: EngineWorld) -> None:
    world.plugins = PluginManager.of({"memory": memory, "second thought": OnSecondThought()})
    for name, family in (("Alan", "Turing"), ("Grace", "Hopper")):
        world.left.create("ada", person(name, family))

    world.sync()

    assert len(world.right.read("ada")) == 2
    assert shown(world) == []


class Forbids:
    """A plugin that forbids every update."""

    @hookimpl
    def before_apply(self, change: PlannedOperation) -> Veto | None:
        return Veto(reason="not now") if change.action is Action.UPDATE else None


@pytest.mark.parametrize("conflicts", [0, 1])
def test_every_withheld_write_of_a_link_is_reported_beside_its_conflict(
    world: EngineWorld, conflicts: int
) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    world.plugins = PluginManager.of({"memory": memory, "forbids": Forbids()})
    if conflicts:
        both_edit(world)
    world.left.update(world.only(world.left), {"company": "Navy"})
    world.right.update(world.only(world.right), {"notes": "met in June"})

    for report in (world.plan(), world.sync()):
        held = [(each.connection, each.held) for each in report.operations]
        assert held == [(side, "vetoed by forbids: not now") for side in ("left", "right")]
        assert [(each.held, each.conflicts) for each in report.lanes] == [(2, conflicts), (0, 0)]


def test_a_plan_notes_nothing(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))

    world.plan(limit=0)

    assert shown(world) == []
