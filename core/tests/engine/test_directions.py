"""One-way: only the source's changes act, and then the source's values are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.fields import SHORT_TEXT
from syncline.model.kinds.number import NUMBER
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Drift, FieldRule
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]


@pytest.fixture
def one_way(world: EngineWorld) -> EngineWorld:
    """Left is the source."""
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    return world


def test_a_new_record_of_the_target_stays_where_it_is(one_way: EngineWorld) -> None:
    one_way.right.create("ada", person("Grace", "Hopper"))

    report = one_way.sync()

    assert report.writes == 0
    assert one_way.left.read() == {}


def test_drift_of_the_target_alone_triggers_nothing(one_way: EngineWorld) -> None:
    one_way.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    one_way.sync()
    one_way.right.update(one_way.only(one_way.right), {"job_title": "drifted"})

    assert one_way.sync().writes == 0
    assert one_way.shown(one_way.right)[0]["job_title"] == "drifted"


def test_an_edit_of_the_source_writes_every_field_that_differs(one_way: EngineWorld) -> None:
    one_way.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    one_way.sync()
    one_way.right.update(one_way.only(one_way.right), {"job_title": "drifted", "notes": "mine"})
    one_way.sync()
    one_way.left.update(one_way.only(one_way.left), {"company": "Navy"})

    one_way.sync()

    assert one_way.same()
    assert one_way.sync().writes == 0


def test_drift_is_taken_back_where_the_policy_says_so(one_way: EngineWorld) -> None:
    one_way.set(drift=Drift.REVERT)
    one_way.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    one_way.sync()
    one_way.right.update(one_way.only(one_way.right), {"job_title": "drifted"})

    report = one_way.sync()

    assert report.operations[0].reason == "drift = revert"
    assert one_way.same()


def test_taking_drift_back_begins_with_what_has_drifted_already(one_way: EngineWorld) -> None:
    one_way.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    one_way.sync()
    one_way.right.update(one_way.only(one_way.right), {"job_title": "drifted"})
    one_way.sync()

    one_way.set(drift=Drift.REVERT)
    one_way.settle()

    assert one_way.same()


def test_the_first_sync_takes_the_sources_values_and_its_blanks_clear_nothing(
    one_way: EngineWorld,
) -> None:
    one_way.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    one_way.right.create("ada", person("Grace", "Hopper", job_title="other", notes="kept"))

    one_way.sync()

    [there] = one_way.shown(one_way.right)
    assert (there["job_title"], there["notes"]) == ("Admiral", "kept")
    assert one_way.shown(one_way.left)[0].get("notes") is None
    assert one_way.sync().writes == 0


def test_the_sources_deletion_passes_even_if_the_target_was_edited(one_way: EngineWorld) -> None:
    one_way.left.create("ada", person("Grace", "Hopper"))
    one_way.sync()
    one_way.right.update(one_way.only(one_way.right), {"notes": "edited"})
    one_way.left.delete(one_way.only(one_way.left))

    report = one_way.sync()

    assert [each.action for each in report.operations] == [Action.DELETE]
    assert one_way.right.read() == {}
    assert one_way.sync().writes == 0


def test_a_target_its_user_deleted_stays_away_until_the_sources_next_edit(
    one_way: EngineWorld,
) -> None:
    one_way.left.create("ada", person("Grace", "Hopper"))
    one_way.sync()
    one_way.right.delete(one_way.only(one_way.right))

    assert one_way.sync().writes == 0
    assert one_way.sync(full=True).writes == 0
    assert one_way.right.read() == {}

    one_way.left.update(one_way.only(one_way.left), {"job_title": "Admiral"})
    report = one_way.sync()

    assert [each.action for each in report.operations] == [Action.CREATE]
    assert one_way.same()
    assert one_way.sync().writes == 0


def test_creating_again_counts_as_creating(one_way: EngineWorld) -> None:
    one_way.left.create("ada", person("Grace", "Hopper"))
    one_way.sync()
    one_way.set(create=PerSide(True, False))
    one_way.right.delete(one_way.only(one_way.right))
    one_way.left.update(one_way.only(one_way.left), {"job_title": "Admiral"})

    one_way.settle()

    assert one_way.right.read() == {}


def test_direction_none_reads_and_writes_nothing(world: EngineWorld) -> None:
    world.set(direction=Direction.NONE, conflict=None)
    world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert report.lanes == ()
    assert sum(world.left.calls.values()) == 0


def test_a_disabled_object_keeps_its_state(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.set(enabled=False)
    world.left.delete(world.only(world.left))
    assert world.sync().lanes == ()

    world.set(enabled=True)
    world.sync()

    assert world.right.read() == {}


# --- fields with a rule of their own ------------------------------------------------------------


def test_a_field_that_is_off_is_neither_created_nor_updated(world: EngineWorld) -> None:
    world.set(fields={"notes": FieldRule(Direction.NONE)})
    record = world.left.create("ada", person("Grace", "Hopper", notes="private"))
    world.sync()
    assert "notes" not in world.shown(world.right)[0]

    world.left.update(record, {"notes": "still private", "company": "Navy"})
    world.sync()

    assert world.shown(world.right)[0]["company"] == "Navy"
    assert "notes" not in world.shown(world.right)[0]


def test_a_field_with_its_own_direction_goes_only_that_way(world: EngineWorld) -> None:
    world.set(fields={"job_title": FieldRule(Direction.RIGHT_TO_LEFT)})
    world.left.create("ada", person("Grace", "Hopper", job_title="from left"))
    world.sync()
    assert "job_title" not in world.shown(world.right)[0]

    world.right.update(world.only(world.right), {"job_title": "from right"})
    world.settle()
    assert world.shown(world.left)[0]["job_title"] == "from right"

    world.left.update(world.only(world.left), {"job_title": "ignored"})
    assert world.sync().writes == 0
    assert world.shown(world.right)[0]["job_title"] == "from right"


def test_a_custom_field_travels_like_any_other(worlds: Worlds) -> None:
    options = MemoryOptions(fields=("given_name", "family_name", "emails"))
    world = worlds(options, options)
    rule = FieldRule(Direction.BOTH, PerSide("tier_left", "tier_right"))
    world.set(type=world.policy.type.with_custom({"tier": SHORT_TEXT}), fields={"tier": rule})
    record = world.left.create("ada", person("Grace", "Hopper"))
    entry = world.left.entries[record]
    world.left.write(entry, {"tier_left": "gold"})

    world.sync()
    [there] = world.right.read("ada").values()
    assert there["tier_right"] == "gold"

    world.right.write(world.right.entries[world.only(world.right)], {"tier_right": "silver"})
    world.settle()
    assert world.left.read("ada")[record]["tier_left"] == "silver"


def test_a_custom_field_that_becomes_a_number_is_written_nowhere_and_travels_on(
    worlds: Worlds,
) -> None:
    options = MemoryOptions(fields=("given_name", "family_name", "emails"))
    world = worlds(options, options)
    rule = FieldRule(Direction.BOTH, PerSide("score_left", "score_right"))
    contact = world.policy.type
    world.set(type=contact.with_custom({"score": SHORT_TEXT}), fields={"score": rule})
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.left.write(world.left.entries[record], {"score_left": "1.50"})
    world.settle()

    world.set(type=contact.with_custom({"score": NUMBER}), fields={"score": rule})
    assert world.settle().writes == 0
    there = world.right.entries[world.only(world.right)]
    world.right.write(there, {"score_right": "1.5"})
    assert world.settle().writes == 0
    world.right.write(there, {"score_right": "2"})
    world.settle()

    assert world.left.read("ada")[record]["score_left"] == "2"


@pytest.mark.parametrize("known", [True, False])
def test_an_edit_outlives_that_a_custom_field_gets_a_type(worlds: Worlds, known: bool) -> None:
    options = MemoryOptions(fields=("given_name", "family_name", "emails", "job_title"))
    world = worlds(options, options)
    rule = FieldRule(Direction.BOTH, PerSide("score_left", "score_right"))
    contact = world.policy.type
    world.set(conflict=Conflict.RIGHT_WINS)
    if known:
        world.set(type=contact.with_custom({"score": SHORT_TEXT}), fields={"score": rule})
    record = world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.settle()

    world.left.update(record, {"job_title": "Rear Admiral"})
    world.set(type=contact.with_custom({"score": NUMBER}), fields={"score": rule})
    world.settle()

    [there] = world.right.read("ada").values()
    assert there["job_title"] == world.left.read("ada")[record]["job_title"] == "Rear Admiral"
