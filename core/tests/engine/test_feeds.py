"""Reading: replays, sweeps, dead cursors, failing feeds, and how few calls a quiet run needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from proof.crashes import Moment, every_death, points_of
from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Reconnect, Resync, Stop
from syncline.model.sides import PerSide
from syncline.policy.schema import GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
STAMPS = MemoryOptions(detection="timestamp", granularity=1.0, overlap=120.0, deletions="swept")


def calls(world: EngineWorld) -> int:
    return sum(world.left.calls.values()) + sum(world.right.calls.values())


# --- feeds by time ------------------------------------------------------------------------------


def test_an_overlap_that_repeats_itself_changes_nothing(worlds: Worlds) -> None:
    world = worlds(right=STAMPS)
    for name in ("Grace", "Alan"):
        world.left.create("ada", person(name, "X"))
        world.right.create("ada", person(name, "Y"))
    world.settle()

    for _run in range(3):
        assert world.sync().writes == 0


def test_an_edit_within_the_overlap_is_seen(worlds: Worlds) -> None:
    world = worlds(right=STAMPS)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    for title in ("one", "two"):
        world.right.update(world.only(world.right), {"job_title": title})
        world.settle()
        assert world.shown(world.left)[0]["job_title"] == title


def test_a_deletion_that_no_feed_tells_is_found_by_the_sweep(worlds: Worlds) -> None:
    world = worlds(right=STAMPS)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.right.delete(world.only(world.right))

    world.settle()

    assert world.left.read("ada") == {}


class ShortListing:
    """The sweep answers, but leaves everything out."""

    def __init__(self, world: EngineWorld) -> None:
        self.world = world

    def before(self, call: Call) -> None:
        if call.kind == "keys":
            for entry in self.world.right.entries.values():
                entry.readable = False

    def after(self, call: Call) -> None:
        for entry in self.world.right.entries.values():
            entry.readable = True


def test_a_short_listing_deletes_nothing_since_each_absence_is_confirmed(worlds: Worlds) -> None:
    world = worlds(right=STAMPS)
    for name in ("Grace", "Alan", "Ada"):
        world.left.create("ada", person(name, "X"))
    world.settle()
    world.right.fault = ShortListing(world)

    assert world.sync().writes == 0

    assert len(world.left.read("ada")) == 3
    assert len(world.right.read("ada")) == 3


# --- dead cursors -------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [MemoryOptions(), STAMPS])
def test_a_dead_cursor_is_a_full_read_that_finds_edits_and_deletions(
    worlds: Worlds, options: MemoryOptions
) -> None:
    world = worlds(right=options)
    for name in ("Grace", "Alan", "Ada"):
        world.left.create("ada", person(name, "X"))
    world.settle()
    grace, alan, _ada = world.right.read("ada")
    world.right.update(grace, {"job_title": "Admiral"})
    world.right.delete(alan)
    world.right.expire_cursors()

    world.settle()

    assert world.same()
    assert len(world.left.read("ada")) == 2


def test_a_full_read_that_breaks_off_marks_nothing_as_missing(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(page_size=2))
    for number in range(6):
        world.left.create("ada", person(f"P{number}", "X"))
    world.settle()
    world.right.expire_cursors()
    world.right.fault = Failing("changes", on=2)

    report = world.sync()
    assert report.writes == 0
    world.right.fault = None
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 6


def test_a_deletion_that_a_full_read_finds_is_not_lost_with_the_run_that_read(
    world: EngineWorld,
) -> None:
    """The new cursor was kept before what was missing had been asked for."""
    world.people = ("ada",)
    for name in ("Grace", "Alan"):
        world.left.create("ada", person(name, "X"))
    world.settle()
    world.left.delete(next(iter(world.left.read("ada"))))
    world.left.expire_cursors()
    start = Moment.of(world)
    points = points_of(world, effects_only=True)
    start.restore(world)

    for where in every_death(world, len(points), effects_only=True):
        world.clock.advance(700)
        world.settle()
        assert len(world.right.read("ada")) == 1, where


def test_what_a_broken_read_saw_may_be_gone_when_the_next_one_comes(worlds: Worlds) -> None:
    """Both passes had the same number, so that the first had seen it for the second as well."""
    world = worlds(left=MemoryOptions(page_size=2))
    for number in range(6):
        world.left.create("ada", person(f"P{number}", "X"))
    world.settle()
    world.left.expire_cursors()
    world.left.fault = Failing("changes", on=3)
    world.sync()
    world.left.fault = None
    world.left.delete(next(iter(world.left.read("ada"))))
    world.left.expire_cursors()

    world.settle()

    assert len(world.right.read("ada")) == 5


@dataclass
class ExpiringWithDeletion:
    """The second page of a pass is refused, since its link has expired; meanwhile somebody deletes
    what the first one showed.
    """

    world: EngineWorld
    pages: int = 0

    def before(self, call: Call) -> None:
        if call.kind == "changes":
            self.pages += 1
            if self.pages == 2:
                self.world.left.delete(next(iter(self.world.left.read("ada"))))
                raise Resync("the link to the next page has expired")

    def after(self, call: Call) -> None:
        return


def test_a_deletion_within_a_pass_that_broke_off_is_found(worlds: Worlds) -> None:
    """The pass that began anew had the number of the one that broke off."""
    world = worlds(left=MemoryOptions(page_size=2))
    world.people = ("ada",)
    for number in range(5):
        world.left.create("ada", person(f"P{number}", "X"))
    world.left.fault = ExpiringWithDeletion(world)
    world.sync()
    world.left.fault = None

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 4


class Failing:
    """Calls of one kind are refused; with `on`, only that one of them."""

    def __init__(self, kind: str, *, on: int = 0, account: str | None = None) -> None:
        self.kind, self.on, self.account, self.seen = kind, on, account, 0

    def before(self, call: Call) -> None:
        feed = getattr(call.request, "feed", None)
        if call.kind != self.kind or (self.account and feed.account != self.account):
            return
        self.seen += 1
        if self.on in (0, self.seen):
            raise Stop("the service is not well")

    def after(self, call: Call) -> None:
        return


# --- isolation ----------------------------------------------------------------------------------


def test_a_mailbox_that_refuses_us_stops_only_its_member(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Alan", "Turing"))
    world.left.refused = {world.left.accounts["ada"]}

    report = world.sync()

    assert world.same("bob")
    assert world.right.read("ada") == {}
    assert [p.lane.left for p in report.problems if p.lane] == ["ada"]
    assert report.exit_code == 4

    world.left.refused = set()
    world.settle()
    assert world.same("ada")


def test_a_refused_mailbox_is_no_reason_to_delete(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.refused = {world.left.accounts["ada"]}

    world.sync(full=True)
    world.left.refused = set()
    world.settle()

    assert len(world.right.read("ada")) == 1


def test_a_system_that_refuses_us_stops_its_syncs_and_loses_nothing(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.password = "changed"

    report = world.sync()
    assert report.exit_code == 4
    assert report.writes == 0

    world.right.password = None
    world.settle()
    assert world.same()


def test_writes_that_fail_leave_the_other_direction_alone_for_later(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Alan", "Turing"))
    world.right.fault = Failing("apply")

    report = world.sync()
    assert report.exit_code == 4

    world.right.fault = None
    world.clock.advance(600)
    world.settle()
    assert world.same()
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 2


def test_a_first_sync_whose_scope_could_not_be_read_takes_nothing_from_outside(
    world: EngineWorld,
) -> None:
    world.set(where=PerSide(None, "company=Navy"))
    world.right.create("ada", person("Grace", "Hopper", company="Navy"))
    world.right.create("ada", person("Alan", "Turing", company="NPL"))
    world.right.fault = Failing("keys")
    world.sync()
    world.right.fault = None

    world.settle()

    assert [each["given_name"] for each in world.shown(world.left)] == ["Grace"]


# --- how many calls -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 25])
def test_a_run_with_nothing_new_needs_one_call_a_feed(world: EngineWorld, number: int) -> None:
    world.set(guards=GuardLimits(minimum_links=1000))
    for index in range(number):
        world.left.create("ada", person(f"P{index}", "X"))
    world.settle()
    world.sync()
    before, changes = calls(world), world.left.calls["changes"] + world.right.calls["changes"]

    report = world.sync()

    asked = world.left.calls["changes"] + world.right.calls["changes"] - changes
    assert asked == 4  # two members, each with a feed on both sides
    assert calls(world) - before - asked <= 2  # the check of each connection
    assert sum(each.reads for each in report.calls) == 4
    assert sum(each.writes for each in report.calls) == 0


def test_a_shared_feed_needs_one_call_for_all_members(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    for member in world.people:
        world.left.create(member, person(member, "X"))
    world.settle()
    world.sync()

    report = world.sync()

    assert {each.connection: each.reads for each in report.calls} == {"left": 2, "right": 1}


def test_writes_are_batched_over_members_where_the_system_allows_it(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True, create_batch=200))
    for member in world.people:
        for index in range(5):
            world.left.create(member, person(f"{member}{index}", "X"))

    report = world.sync()

    assert {each.connection: each.writes for each in report.calls} == {"left": 0, "right": 1}


def test_a_service_that_touches_records_without_changing_them_causes_no_writes(
    worlds: Worlds,
) -> None:
    world = worlds(right=MemoryOptions(bumps_after_write=True))
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.right.touch(world.only(world.right))

    assert world.sync().writes == 0
    assert world.same()


def test_credentials_that_are_refused_are_named(world: EngineWorld) -> None:
    world.right.password = "secret"

    report = world.sync()

    assert {problem.exit_code for problem in report.problems} == {Reconnect.exit_code}
    assert "secret" not in str(report.problems)
