"""Group 3, continued: data sets (`where`), for connectors that have them."""

from __future__ import annotations

import pytest

from syncline.errors import SynclineError
from syncline.model.records import AbsenceReason
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.system import DataSet
from syncline.testing.world import World


class ScopeContract(ContractBase):
    """A scope filters key listings and id queries, never the feed of changes."""

    @pytest.fixture
    def data_set(self, world: World) -> DataSet:
        """The data set the system knows."""
        data_set = world.system.data_set()
        require(data_set is not None, "the connector has no data sets")
        assert data_set is not None
        return data_set

    def test_keys_list_only_what_is_in_scope(self, world: World, data_set: DataSet) -> None:
        """The sweep of a data set."""
        inside = world.system.create(world.account, data_set.inside)
        world.system.create(world.account, data_set.outside)
        world.settle()
        scope = world.handle.scope(world.spec, data_set.where)
        assert set(world.keys(scope)) == {inside}

    def test_ids_say_who_is_outside(self, world: World, data_set: DataSet) -> None:
        """A record outside is LEFT, not deleted."""
        inside = world.system.create(world.account, data_set.inside)
        outside = world.system.create(world.account, data_set.outside)
        world.settle()
        page = world.by_ids(inside, outside, scope=world.handle.scope(world.spec, data_set.where))
        assert [each.id for each in page.records] == [inside]
        assert [(each.id, each.reason) for each in page.absent] == [(outside, AbsenceReason.LEFT)]

    def test_nonsense_is_refused_when_the_configuration_is_loaded(
        self, world: World, data_set: DataSet
    ) -> None:
        """With a hint, and not at the first run."""
        with pytest.raises(SynclineError) as refused:
            world.handle.scope(world.spec, data_set.nonsense)
        assert refused.value.hint
