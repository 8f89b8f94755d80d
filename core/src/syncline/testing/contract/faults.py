"""Group 8, faults: each failure of the service is the right error, and nothing is half done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from syncline.errors import ConnectionFailure, Reconnect, Resync, Retry, Stop
from syncline.plugin.requests import CheckRequest, Create, Deferred, Outcome, Unknown, Update
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.contract.delta import _edit
from syncline.testing.contract.fetch import MANY, SMALL
from syncline.testing.world import World


class FaultsContract(ContractBase):
    """The connection of these tests does not retry: the first error is what the connector says."""

    def test_throttling_says_how_long_to_wait(self, world: World) -> None:
        """On reads `Retry(after)`; on writes the same, certain not to have reached."""
        _fault(world, "throttled")
        with pytest.raises(Retry) as refused:
            list(world.pages())
        assert refused.value.after is not None
        assert refused.value.after > 0

    def test_silent_throttling_is_a_retry(self, world: World) -> None:
        """Without a time to wait."""
        _fault(world, "throttled_silent")
        with pytest.raises(Retry):
            list(world.pages())

    @pytest.mark.parametrize("fault", ["throttled", "throttled_silent", "drop_before"])
    def test_a_write_that_was_not_done_may_be_sent_again(self, world: World, fault: str) -> None:
        """Nothing was written; and the answer does not claim so."""
        (id,) = world.user_creates(1)
        current, before = world.record(id), world.stored()
        _fault(world, fault)
        for operations in (
            [world.operation("k", world.sample(2))],
            [world.change(current, _edit(world, 3), current.version)],
        ):
            outcome = _outcome(world, operations)
            assert isinstance(outcome, Deferred | Unknown), outcome
            if fault != "drop_before":
                assert isinstance(outcome, Deferred), "throttled is certainly not done"
        world.system.clear_faults()
        world.settle()
        assert world.stored() == before

    def test_a_lost_answer_is_unknown(self, world: World) -> None:
        """The write may have been done: it must never be called `Deferred`."""
        (id,) = world.user_creates(1)
        current = world.record(id)
        _fault(world, "drop_after")
        created = _outcome(world, [world.operation("k", world.sample(2))])
        changed = _outcome(world, [world.change(current, _edit(world, 3), current.version)])
        assert isinstance(created, Unknown), created
        assert isinstance(changed, Unknown), changed
        world.system.clear_faults()
        world.settle()
        assert len(world.stored()) == 2
        world.assert_holds(world.record(id).fields, _edit(world, 3))

    @pytest.mark.parametrize("fault", ["server_error", "drop_before", "drop_after"])
    def test_a_failing_service_is_a_retry(self, world: World, fault: str) -> None:
        """And when it behaves again, so does the connection."""
        made = world.user_creates(1)
        _fault(world, fault)
        with pytest.raises(Retry):
            list(world.pages())
        world.system.clear_faults()
        assert [each.id for each in world.round().records] == made

    def test_a_malformed_answer_is_an_error(self, world: World) -> None:
        """`Stop` or `Retry`, never an empty page: emptiness would look like deletions."""
        world.user_creates(1)
        _fault(world, "malformed")
        with pytest.raises((Stop, Retry)):
            list(world.pages())
        with pytest.raises((Stop, Retry)):
            world.keys()

    def test_a_malformed_answer_to_a_write_is_unknown(self, world: World) -> None:
        """It may have been done."""
        _fault(world, "malformed")
        try:
            (outcome,) = world.send([world.operation("k", world.sample(1))])
            assert isinstance(outcome, Unknown), outcome
        except ConnectionFailure as failure:
            assert not (isinstance(failure, Retry) and not failure.reached)

    def test_a_revoked_token_is_replaced_or_reported(self, world: World) -> None:
        """In the middle of a round: it goes on with a new one, or says `Reconnect`."""
        made = world.user_creates(*MANY)
        require("token_revoked" in world.system.faults, _no("token_revoked"))
        pages = world.pages(page_size=SMALL)
        found = [each.id for each in next(pages).records]
        world.system.fault("token_revoked")
        try:
            found += [each.id for page in pages for each in page.records]
        except Reconnect as refused:
            assert refused.hint
        else:
            assert sorted(found) == sorted(made)

    def test_pages_that_loop_are_noticed(self, world: World) -> None:
        """A round ends, one way or the other."""
        world.user_creates(*MANY)
        _fault(world, "page_loop")
        with pytest.raises((Stop, Retry, Resync)):
            list(world.pages(page_size=SMALL))

    def test_no_fault_outlives_its_cause(self, world: World) -> None:
        """After each fault the same connection works again."""
        (id,) = world.user_creates(1)
        for fault in sorted(world.system.faults - {"stale_cursor"}):
            world.system.fault(fault)
            with suppress(ConnectionFailure):  # which one it is, the other tests say
                world.handle.check(CheckRequest(types=(world.type.name,)))
                list(world.pages())
            world.system.clear_faults()
            assert world.record(id).id == id, fault


def _fault(world: World, name: str) -> None:
    require(name in world.system.faults, _no(name))
    world.system.fault(name)


def _no(name: str) -> str:
    return f"the system cannot produce the fault {name!r}"


def _outcome(world: World, operations: Sequence[Create] | Sequence[Update]) -> Outcome:
    """One operation; the handle turns `Retry` into `Deferred` or `Unknown`."""
    (outcome,) = world.send(operations)
    return outcome
