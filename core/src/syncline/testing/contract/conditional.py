"""Group 6, conditional writes and deletions: no edit of somebody else is overwritten unseen."""

from __future__ import annotations

from syncline.model.records import RecordId
from syncline.plugin.requests import Applied, Gone, Outcome, Stale
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.contract.delta import _edit
from syncline.testing.world import World


class ConditionalContract(ContractBase):
    """Versions, and what is no longer there."""

    def test_a_stale_version_is_refused(self, world: World) -> None:
        """`Stale`, and the remote stays as the user left it."""
        require(world.spec.conditional != "none", "updates are not conditional")
        (id,) = world.user_creates(1)
        current = world.record(id)
        world.user_updates(id, _edit(world, 2))
        before = world.stored()
        (outcome,) = world.send([world.change(current, _edit(world, 3), current.version)])
        assert isinstance(outcome, Stale), outcome
        world.settle()
        assert world.stored() == before

    def test_one_stale_version_does_not_hold_up_the_batch(self, world: World) -> None:
        """Its neighbours are written."""
        require(world.spec.conditional != "none", "updates are not conditional")
        require(world.spec.conditional_batch >= 3, "a batch holds fewer than three")
        ids = world.user_creates(1, 2, 3)
        current = [world.record(id) for id in ids]
        world.user_updates(ids[1], _edit(world, 5))
        outcomes = world.send(
            [
                world.change(each, _edit(world, 10 + n), each.version)
                for n, each in enumerate(current)
            ]
        )
        assert [type(each) for each in outcomes] == [Applied, Stale, Applied], outcomes

    def test_a_write_without_version_always_passes(self, world: World) -> None:
        """One-way overwrite: whatever the record has become."""
        (id,) = world.user_creates(1)
        current = world.record(id)
        world.user_updates(id, _edit(world, 2))
        (outcome,) = world.send([world.change(current, _edit(world, 3), None)])
        assert isinstance(outcome, Applied), outcome
        world.settle()
        world.assert_holds(world.record(id).fields, _edit(world, 3))

    def test_a_deleted_record_is_gone(self, world: World) -> None:
        """From the system, and from the key listing."""
        kept, id = world.user_creates(1, 2)
        current = world.record(id)
        assert _is_deleted(world.delete(current, current.version))
        assert set(world.stored()) == set(world.keys()) == {kept}

    def test_deleting_twice_is_harmless(self, world: World) -> None:
        """The second time it is `Gone`."""
        (id,) = world.user_creates(1)
        current = world.record(id)
        assert _is_deleted(world.delete(current, None))
        assert isinstance(world.delete(current, None), Gone)

    def test_a_stale_version_is_not_deleted(self, world: World) -> None:
        """An edit made since our read saves the record."""
        require(world.spec.conditional_delete != "none", "deletions are not conditional")
        (id,) = world.user_creates(1)
        current = world.record(id)
        world.user_updates(id, _edit(world, 2))
        assert isinstance(world.delete(current, current.version), Stale)
        assert set(world.stored()) == {id}

    def test_what_a_deleted_record_held_last_can_be_read(self, world: World) -> None:
        """An edit that a deletion went over, too; and nothing of records that are still there."""
        require(world.handle.can_read_deleted, "the connector has no `fetch_deleted`")
        kept, id = world.user_creates(1, 2)
        current = world.record(id)
        world.user_updates(id, _edit(world, 3))
        held = world.stored()[id]
        assert _is_deleted(world.delete(current, None))
        (record,) = world.in_the_bin(kept, id).records
        assert record.id == id
        world.assert_holds(record.fields, held)

    def test_updating_a_deleted_record_says_that_it_is_gone(self, world: World) -> None:
        """And does not bring it back."""
        (id,) = world.user_creates(1)
        current = world.record(id)
        world.user_deletes(id)
        (outcome,) = world.send([world.change(current, _edit(world, 2), current.version)])
        assert isinstance(outcome, Gone), outcome
        assert RecordId(id) not in world.stored()


def _is_deleted(outcome: Outcome) -> bool:
    return isinstance(outcome, Applied | Gone)
