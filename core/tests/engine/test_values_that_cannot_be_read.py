"""A value nobody can read costs its own record, which waits with its reason, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import ConfigurationError, UsageError
from syncline.model.records import RecordId
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]

UNREADABLE: dict[str, tuple[str, Any]] = {
    "a date that is none": ("birthday", "0000-00-00"),
    "a date that is garbage": ("birthday", "yesterday"),
    "a list for a text": ("given_name", ["Ada"]),
    "a mapping for a text": ("given_name", {"first": "Ada"}),
    "a number for a text": ("given_name", 10**30),
    "a text for a set": ("emails", "ada@example.test"),
    "a set that holds nothing": ("emails", (None, "ada@example.test")),
    "a set without end": ("emails", tuple(f"a{n}@example.test" for n in range(10_000))),
    "a list for an address": ("business_address", [1]),
    "an unknown part of an address": ("business_address", {"planet": "Earth"}),
    "half of a surrogate pair": ("given_name", "a\ud800b"),
    "half of a pair in an address": ("business_address", {"city": "\udfff"}),
    "NUL in a text": ("given_name", "a\0b"),
    "a text of 8 million characters": ("notes", "n" * 8_000_000),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_value_that_cannot_be_read_costs_its_own_record_only(
    world: EngineWorld, case: str
) -> None:
    field, value = UNREADABLE[case]
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Edsger", "Dijkstra"))
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.left.entries[bad].fields[field] = value

    report = world.sync()

    assert world.same("bob")
    assert [each["given_name"] for each in world.shown(world.right)] == ["Grace"]
    [problem] = report.problems
    assert (problem.kind, problem.id) == ("unreadable", bad)
    assert problem.message.startswith(f"{field}: ")
    assert problem.lane is not None
    assert problem.lane.left == "ada"
    assert report.exit_code == 5


def test_it_waits_in_its_lane_until_somebody_mends_it(world: EngineWorld) -> None:
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.left.entries[bad].fields["birthday"] = "0000-00-00"
    world.sync()
    again = world.sync(full=True)

    assert _waiting(world) == [("ada", bad, "birthday: cannot be read as date")]
    assert again.problems == (), "it is said once, and then shown by status"

    world.left.update(bad, {"birthday": "1815-12-10"})
    world.sync()

    assert _waiting(world) == []
    assert world.same("ada")


@pytest.mark.parametrize("deletions", ["reported", "swept"])
def test_it_waits_no_more_when_it_is_deleted(worlds: Worlds, deletions: Any) -> None:
    world = worlds(MemoryOptions(deletions=deletions))
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.left.entries[bad].fields["birthday"] = "0000-00-00"
    world.sync()
    assert len(_waiting(world)) == 1

    world.left.delete(bad)
    world.sync()

    assert _waiting(world) == []


def test_a_linked_record_that_cannot_be_read_waits_and_is_not_deleted(world: EngineWorld) -> None:
    world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    left, right = world.only(world.left), world.only(world.right)
    world.left.update(left, {"job_title": "Countess"})
    world.left.entries[left].fields["birthday"] = "0000-00-00"
    world.right.update(right, {"company": "Analytical Engines"})

    report = world.sync()
    world.sync(full=True)

    assert [problem.message for problem in report.problems] == ["birthday: cannot be read as date"]
    assert _waiting(world) == [("ada", left, "birthday: cannot be read as date")]
    assert world.right.read()[right]["company"] == "Analytical Engines"
    assert "job_title" not in world.right.read()[right]

    world.left.update(left, {"birthday": None})
    world.settle()

    assert _waiting(world) == []
    assert world.same("ada")


def test_a_linked_record_outside_of_the_data_set_waits_and_is_not_deleted(
    world: EngineWorld,
) -> None:
    """It was taken for one that has left, as it was noted last: unread, and so not edited."""
    world.set(where=PerSide(None, "categories=Customer"), conflict=Conflict.RIGHT_WINS)
    made = world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    outside = world.only(world.right)
    world.right.entries[outside].fields["birthday"] = "0000-00-00"
    world.right.update(outside, {"job_title": "Countess"})
    world.sync()
    assert _waiting(world) == [("ada", outside, "birthday: cannot be read as date")]

    world.left.delete(made)
    world.settle()
    assert world.right.read()[outside]["job_title"] == "Countess"

    world.right.update(outside, {"birthday": None})
    world.settle()

    assert _waiting(world) == []
    assert world.same("ada")
    assert world.shown(world.left)[0]["job_title"] == "Countess"


def test_a_record_outside_that_is_spoiled_before_our_deletion_is_not_deleted(
    world: EngineWorld,
) -> None:
    """It is read by its id once more, which shows that it cannot be read."""
    world.set(where=PerSide(None, "categories=Customer"))
    made = world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    outside = world.only(world.right)

    def spoiled() -> None:
        world.right.entries[outside].fields["birthday"] = "0000-00-00"
        world.right.update(outside, {"job_title": "Countess"})

    world.left.delete(made)
    world.right.fault = BeforeAsking(spoiled)
    world.sync()

    assert world.right.read()[outside]["job_title"] == "Countess"
    assert _waiting(world) == [("ada", outside, "birthday: cannot be read as date")]


@dataclass
class BeforeAsking:
    """Something happens before the first question for records by id."""

    act: Callable[[], None]
    over: bool = False

    def before(self, call: Call) -> None:
        if call.kind == "ids" and not self.over:
            self.over = True
            self.act()

    def after(self, call: Call) -> None:
        return


def test_a_record_known_before_it_was_linked_waits_when_it_becomes_unreadable(
    world: EngineWorld,
) -> None:
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.sync(limit=0)
    world.left.update(bad, {"job_title": "Countess"})
    world.left.entries[bad].fields["birthday"] = "0000-00-00"
    world.sync()

    assert world.right.read() == {}
    assert len(_waiting(world)) == 1


def test_of_a_shared_feed_only_the_owners_lane_waits(worlds: Worlds) -> None:
    world = worlds(MemoryOptions(feed="connection", spans_accounts=True))
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.left.create("bob", person("Edsger", "Dijkstra"))
    world.left.entries[bad].fields["birthday"] = "0000-00-00"
    world.sync()

    assert [(account, id) for account, id, _why in _waiting(world)] == [("ada", bad)]
    assert world.same("bob")


def test_nothing_waits_for_a_lane_in_which_nothing_would_come_of_it(world: EngineWorld) -> None:
    world.set(direction=Direction.RIGHT_TO_LEFT)
    bad = world.left.create("ada", person("Ada", "Lovelace"))
    world.left.entries[bad].fields["birthday"] = "0000-00-00"

    assert world.sync().exit_code == 0
    assert _waiting(world) == []


def test_a_twin_that_cannot_be_read_is_not_made_a_second_time(world: EngineWorld) -> None:
    world.left.create("ada", person("Ada", "Lovelace"))
    twin = world.right.create("ada", person("Ada", "Lovelace"))
    world.right.entries[twin].fields["birthday"] = "0000-00-00"
    world.sync()
    world.sync()

    assert len(world.right.read()) == 1


ID = RecordId("a\0b")


def test_a_record_without_a_usable_id_is_counted_and_left_out(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    entry = world.left.entries[world.left.create("ada", person("Ada", "Lovelace"))]
    entry.id = ID

    report = world.sync()

    assert [each["given_name"] for each in world.shown(world.right)] == ["Grace"]
    assert [problem.message for problem in report.problems] == [
        "1 records have no usable id, and were left out"
    ]


def test_an_instant_without_a_zone_is_no_instant(world: EngineWorld) -> None:
    world.set(conflict=Conflict.NEWEST_WINS)
    world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "Countess"})
    world.clock.advance(60)
    world.right.update(world.only(world.right), {"job_title": "Engineer"})
    for entry in world.right.entries.values():
        entry.changed = datetime(2030, 1, 1)

    world.settle()

    assert world.shown(world.left)[0]["job_title"] == "Countess", "as if it told no time"


@pytest.mark.parametrize("kind", ["changes", "ids", "match", "apply", "delete"])
@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(ConfigurationError("secret not found"), 3), (UsageError("not a connector's to say"), 4),
     (KeyError("a bug"), 4)],
    ids=["ConfigurationError", "UsageError", "KeyError"],
)  # fmt: skip
def test_whatever_a_connector_raises_ends_the_lanes_of_its_feed_only(
    world: EngineWorld, kind: str, error: Exception, exit_code: int
) -> None:
    _work_of_each_kind(world)
    world.right.fault = Raises(kind, world.right.accounts["ada"], error)

    report = world.sync()

    assert world.same("bob")
    failed = [problem for problem in report.problems if problem.exit_code == exit_code]
    assert {problem.lane.left for problem in failed if problem.lane} == {"ada"}
    assert report.exit_code != 0


class Raises:
    """Calls of one kind for one account raise."""

    def __init__(self, kind: str, account: str, error: Exception) -> None:
        self.kind, self.account, self.error = kind, account, error

    def before(self, call: Call) -> None:
        feed = getattr(call.request, "feed", None)
        if call.kind == self.kind and feed is not None and feed.account == self.account:
            raise self.error

    def after(self, call: Call) -> None:
        """Too late."""


def _work_of_each_kind(world: EngineWorld) -> None:
    for account in world.people:
        for given in ("Grace", "Alan"):
            world.left.create(account, person(given, account))
    world.settle()
    for account in world.people:
        grace, alan = world.left.read(account)
        world.left.update(grace, {"job_title": "Admiral"})
        world.left.delete(alan)
        world.left.create(account, person("Barbara", account))


def _waiting(world: EngineWorld) -> list[tuple[str, str, str]]:
    with world.session() as session:
        return [(each.lane.left, each.id, each.message) for each in session.status().waiting]


def test_a_deletion_that_was_told_passes_though_the_service_says_no_more_of_it(
    worlds: Callable[..., EngineWorld],
) -> None:
    """Salesforce's log of deletions is purged; before we write, the record is asked for again."""
    world = worlds(left=MemoryOptions(forgets_deleted=True))
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.left.delete(world.only(world.left))
    world.settle()

    assert world.right.read("ada") == {}
