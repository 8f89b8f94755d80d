"""Group 10, through the engine: in step with a memory store, and then nothing left to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.model.records import RecordId
from syncline.testing.contract.base import ContractBase
from syncline.testing.contract.delta import _edit
from syncline.testing.pairing import Pairing
from syncline.testing.world import World


class EngineContract(ContractBase):
    """Whole runs, each in a session of its own: all that is known is in the state."""

    @pytest.fixture
    def pairing(self, world: World, tmp_path: Path) -> Pairing:
        """The system under test, and a memory store beside it."""
        return Pairing(world, tmp_path)

    def test_the_engine_brings_both_sides_into_step(self, pairing: Pairing) -> None:
        """What either side has, both have; each account its own."""
        self._fill(pairing)
        pairing.settled()
        for account, count in zip(pairing.world.system.accounts, (4, 2), strict=True):
            assert pairing.theirs(account) == pairing.ours(account)
            assert len(pairing.ours(account)) == count

    def test_the_second_run_writes_nothing(self, pairing: Pairing) -> None:
        """Neither an ordinary one nor a full one, nor at the back door."""
        self._fill(pairing)
        pairing.settled()
        theirs, writes = pairing.world.stored(), dict(pairing.memory.writes)
        for full in (False, True, False):
            report = pairing.run(full=full)
            assert report.writes == 0, [each.reason for each in report.operations]
        assert pairing.world.stored() == theirs
        assert dict(pairing.memory.writes) == writes

    def test_edits_travel_both_ways(self, pairing: Pairing) -> None:
        """A field each, of different records."""
        self._fill(pairing)
        pairing.settled()
        world = pairing.world
        theirs, *_rest = world.system.read(world.account)
        ours = _somebody_else(pairing, theirs)
        world.user_updates(theirs, _edit(world, 30))
        pairing.memory.update(ours, _edit(world, 31))
        pairing.settled()
        assert pairing.theirs(world.account) == pairing.ours(world.account)
        for number in (30, 31):
            ((name, value),) = _edit(world, number).items()
            normal = world.type.fields[name].type.normal(value)
            assert normal in [each.get(name) for each in pairing.ours(world.account)]

    def test_deletions_travel_both_ways(self, pairing: Pairing) -> None:
        """One each; the rest stays, and nothing comes back."""
        self._fill(pairing)
        pairing.settled()
        world = pairing.world
        first, *_rest = world.system.read(world.account)
        world.user_deletes(first)
        pairing.run(full=True)
        pairing.settled()
        assert pairing.theirs(world.account) == pairing.ours(world.account)
        pairing.memory.delete(next(iter(pairing.memory.read(world.account))))
        pairing.settled()
        assert pairing.theirs(world.account) == pairing.ours(world.account)
        assert len(pairing.ours(world.account)) == 2

    def _fill(self, pairing: Pairing) -> None:
        """Three and one record here, one and one there; no two alike."""
        world, other = pairing.world, pairing.world.other()
        world.user_creates(1, 2, 3)
        other.user_creates(4)
        pairing.memory.create(world.account, world.sample(5))
        pairing.memory.create(other.account, world.sample(6))
        pairing.settle()


def _somebody_else(pairing: Pairing, theirs: RecordId) -> RecordId:
    """A record of the memory store that is not the counterpart of this one."""
    world = pairing.world
    (name,) = _edit(world, 1)
    known = world.stored()[theirs].get(name)
    return next(
        id
        for id, fields in pairing.memory.read(world.account).items()
        if world.normal(fields).get(name) != known
    )
