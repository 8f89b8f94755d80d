"""Group 4, delta: what changed since a cursor, once, and nothing else."""

from __future__ import annotations

import pytest

from syncline.errors import Resync
from syncline.model.records import AbsenceReason, Absent, RecordId
from syncline.plugin.requests import Page
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.contract.fetch import MANY, SMALL
from syncline.testing.world import World


class DeltaContract(ContractBase):
    """Rounds that go on from a cursor. Replays of an overlap do not count as changes."""

    def test_nothing_new_is_nothing(self, world: World) -> None:
        """A round after which nothing changed is empty, and so is the next."""
        world.user_creates(1, 2, 3)
        page = world.round()
        for _ in range(2):
            page = world.round(page.cursor)
            assert (page.records, page.absent) == ((), ())

    def test_a_new_record_appears_once(self, world: World) -> None:
        """In the next round, and only there."""
        world.user_creates(1)
        cursor = world.round().cursor
        (made,) = world.user_creates(2)
        page = world.round(cursor)
        assert [each.id for each in page.records] == [made]
        assert world.round(page.cursor).records == ()

    def test_an_edit_appears_once_with_another_version(self, world: World) -> None:
        """The record as it is now."""
        kept, edited = world.user_creates(1, 2)
        before = world.round()
        versions = {each.id: each.version for each in before.records}
        world.user_updates(edited, _edit(world, 3))
        page = world.round(before.cursor)
        assert [each.id for each in page.records] == [edited]
        assert page.records[0].version != versions[edited]
        world.assert_holds(page.records[0].fields, world.stored()[edited])
        assert world.record(kept).version == versions[kept]

    def test_a_deletion_is_found(self, world: World) -> None:
        """Reported by the feed once; or by the sweep, and confirmed by id."""
        kept, gone = world.user_creates(1, 2)
        cursor = world.round().cursor
        world.user_deletes(gone)
        page = world.round(cursor)
        assert page.records == ()
        if world.spec.deletions == "reported":
            assert _reasons(page) == {gone: AbsenceReason.DELETED}
            assert world.round(page.cursor).absent == ()
        else:
            assert page.absent == (), "declared as swept, but reported"
        assert set(world.keys()) == {kept}
        assert _reasons(world.by_ids(gone)) == {gone: AbsenceReason.DELETED}

    def test_a_record_that_came_and_went_does_no_harm(self, world: World) -> None:
        """Between two rounds: nothing, or an absence."""
        cursor = world.round().cursor
        (made,) = world.user_creates(1)
        world.user_deletes(made)
        page = world.round(cursor)
        assert page.records == ()
        assert {each.id for each in page.absent} <= {made}

    def test_an_edit_while_paging_is_not_lost(self, world: World) -> None:
        """It comes in this round or in the next."""
        made = world.user_creates(*MANY)
        found: dict[RecordId, str] = {}
        cursor = None
        for number, page in enumerate(world.pages(page_size=SMALL)):
            found.update((each.id, each.version) for each in page.records)
            cursor = page.cursor
            if number == 0:
                world.user_updates(made[0], _edit(world, 20))
                world.user_updates(made[-1], _edit(world, 21))
        following = world.round(cursor)
        found.update((each.id, each.version) for each in following.records)
        assert found == {id: world.record(id).version for id in made}

    def test_a_cursor_works_in_another_process(self, world: World) -> None:
        """It is all there is to remember."""
        world.user_creates(1)
        cursor = world.round().cursor
        (made,) = world.user_creates(2)
        again = World.enter(world.system, world.opener, world.type)
        again.seen = world.seen
        assert [each.id for each in again.round(cursor).records] == [made]

    def test_an_old_cursor_still_tells_everything_since(self, world: World) -> None:
        """A run that was interrupted goes on from the cursor before."""
        cursor = world.round().cursor
        (one,) = world.user_creates(1)
        world.round(cursor)
        (two,) = world.user_creates(2)
        world.seen.clear()
        assert {each.id for each in world.round(cursor).records} == {one, two}

    def test_a_dead_cursor_asks_for_a_resync(self, world: World) -> None:
        """And a read from the beginning works at once."""
        require("stale_cursor" in world.system.faults, "the system cannot expire cursors")
        made = world.user_creates(1, 2)
        cursor = world.round().cursor
        world.system.fault("stale_cursor")
        with pytest.raises(Resync):
            world.round(cursor)
        world.system.clear_faults()
        world.seen.clear()
        assert {each.id for each in world.round().records} == set(made)

    def test_one_wrong_time_of_the_service_hides_no_later_edit(self, world: World) -> None:
        """A cursor taken from an answer whose clock was ahead still tells everything since."""
        require("clock_ahead" in world.system.faults, "the system cannot tell a wrong time")
        world.user_creates(1)
        world.system.fault("clock_ahead")
        cursor = world.round().cursor
        world.system.clear_faults()
        (made,) = world.user_creates(2)
        assert made in {each.id for each in world.round(cursor).records}


def _edit(world: World, number: int) -> dict[str, object]:
    """Another value for one text field."""
    values = world.sample(number)
    name = next(each for each in values if isinstance(values[each], str))
    return {name: values[name]}


def _reasons(page: Page) -> dict[RecordId, AbsenceReason]:
    absent: tuple[Absent, ...] = page.absent
    return {each.id: each.reason for each in absent}
