"""A policy changes: everything is looked at again, and no deletion is derived in that run."""

from __future__ import annotations

from collections.abc import Callable

from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, FieldRule, Records
from syncline.policy.settings import Member
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]


def test_a_deletion_found_while_rebaselining_waits_for_the_run_after(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.delete(world.only(world.left))
    world.set(match=("email",))

    first = world.sync()
    assert first.writes == 0
    [operation] = first.operations
    assert operation.action is Action.DELETE
    assert "next run" in operation.held

    world.sync()
    assert world.right.read("ada") == {}


def test_a_rebaseline_writes_nothing_if_nothing_differs(world: EngineWorld) -> None:
    for name in ("Grace", "Alan", "Ada"):
        world.left.create("ada", person(name, "X", categories=("a", "b")))
    world.settle()

    world.set(match=("email",))

    assert world.sync().writes == 0
    assert world.sync().writes == 0


def test_edits_made_before_the_policy_changed_still_travel(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    world.set(match=("email",))

    world.settle()

    assert world.same()


def test_from_one_way_to_both_the_former_source_wins_where_sides_differ(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.settle()
    world.right.update(world.only(world.right), {"job_title": "drifted", "notes": "only here"})
    world.settle()

    world.set(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS)
    world.settle()

    assert world.same()
    [found] = world.shown(world.left)
    assert (found["job_title"], found["notes"]) == ("Admiral", "only here")


def test_after_that_the_declared_rule_decides(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.set(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS)
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "left"})
    world.right.update(world.only(world.right), {"job_title": "right"})

    world.settle()

    assert world.shown(world.left)[0]["job_title"] == "right"


def test_the_former_source_wins_even_if_the_first_run_does_not_get_to_all(
    world: EngineWorld,
) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    for name in ("Grace", "Alan"):
        world.left.create("ada", person(name, "X", job_title="source"))
    world.settle()
    for each in world.right.read("ada"):
        world.right.update(each, {"job_title": "drifted"})
    world.settle()

    world.set(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS)
    world.sync(limit=1)
    world.settle()

    assert [each["job_title"] for each in world.shown(world.left)] == ["source"] * 2
    assert world.same()


def test_from_one_way_to_both_new_records_of_the_former_target_come(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    assert world.left.read("ada") == {}

    world.set(direction=Direction.BOTH, conflict=Conflict.LEFT_WINS)
    world.settle()

    assert world.same()


def test_from_both_to_one_way_drift_stays_until_the_sources_next_edit(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.right.update(world.only(world.right), {"job_title": "drifted"})

    world.settle()

    assert world.shown(world.left)[0].get("job_title") is None
    assert world.shown(world.right)[0]["job_title"] == "drifted"


def test_a_field_that_joins_the_mapping_has_an_unknown_base(world: EngineWorld) -> None:
    world.set(fields={"notes": FieldRule(Direction.NONE), "company": FieldRule(Direction.NONE)})
    world.left.create("ada", person("Grace", "Hopper", notes="left"))
    world.settle()
    world.right.update(world.only(world.right), {"notes": "right", "company": "Navy"})
    world.settle()

    world.set(fields={})
    world.settle()

    assert world.same()
    [found] = world.shown(world.right)
    assert (found["notes"], found["company"]) == ("left", "Navy")


def test_a_field_that_leaves_the_mapping_keeps_its_values(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", notes="kept", job_title="Admiral"))
    world.settle()

    world.set(fields={"notes": FieldRule(Direction.NONE)})
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "Rear Admiral"})
    world.settle()

    [found] = world.shown(world.right)
    assert (found["notes"], found["job_title"]) == ("kept", "Rear Admiral")


def test_a_narrower_data_set_freezes_what_is_outside(world: EngineWorld) -> None:
    inside = world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    world.left.create("ada", person("Alan", "Turing", company="NPL"))
    world.settle()

    world.set(where=PerSide("company=Navy", None))
    world.settle()
    for record in world.left.read("ada"):
        world.left.update(record, {"job_title": "new"})
    world.settle()

    titles = {each["given_name"]: each.get("job_title") for each in world.shown(world.right)}
    assert titles == {"Grace": "new", "Alan": None}
    assert inside in world.left.read("ada")


def test_a_wider_data_set_brings_the_rest_and_relinks(world: EngineWorld) -> None:
    world.set(where=PerSide("company=Navy", None))
    world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    world.left.create("ada", person("Alan", "Turing", company="NPL"))
    world.settle()
    assert len(world.right.read("ada")) == 1

    world.set(where=PerSide(None, None))
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 2


def test_a_data_set_changed_there_and_back_keeps_links(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", company="Navy", emails=()))
    world.settle()
    world.set(where=PerSide("company=Army", None))
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.settle()

    world.set(where=PerSide(None, None))
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def test_another_folder_freezes_the_old_ones_links_and_back_again_they_go_on(
    worlds: Worlds,
) -> None:
    world = worlds(left=MemoryOptions(containers=True))
    world.left.add_container("ada", "CRM")
    world.members = (Member(PerSide("ada", "ada")),)
    old = world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("ada", person("Alan", "Turing"), container="CRM")
    world.settle()
    assert len(world.right.read("ada")) == 1

    world.members = (Member(PerSide("ada", "ada"), {"contact": PerSide("CRM", None)}),)
    world.settle()
    assert len(world.right.read("ada")) == 2
    world.left.update(old, {"job_title": "Admiral"})
    world.settle()
    assert not any("job_title" in each for each in world.shown(world.right))

    world.members = (Member(PerSide("ada", "ada")),)
    world.settle()
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 2
    assert [each.get("job_title") for each in world.shown(world.right)] == ["Admiral", None]


def test_from_own_to_visible_everybody_gets_the_rest(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    world.settle()

    assert len(world.left.read("bob")) == 1
    assert len(world.right.read()) == 1


def test_from_visible_to_own_the_others_records_are_frozen(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    record = world.right.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.set(records=PerSide(Records.OWN, Records.OWN))
    world.settle()
    world.right.update(record, {"job_title": "Admiral"})
    world.settle()

    assert world.shown(world.left, "ada")[0]["job_title"] == "Admiral"
    assert "job_title" not in world.shown(world.left, "bob")[0]
    assert len(world.left.read("bob")) == 1


def test_a_running_run_keeps_the_policy_it_began_with(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    with world.session() as session:
        world.set(direction=Direction.RIGHT_TO_LEFT, conflict=None)
        world.clock.advance(30)
        session.run(Selection())

    assert world.same()


def test_a_field_that_travels_both_ways_from_now_on_follows_the_rule_of_the_first_sync(
    world: EngineWorld,
) -> None:
    """What drifted at the former target was never carried; the former source wins."""
    one_way = FieldRule(direction=Direction.LEFT_TO_RIGHT)
    world.set(conflict=Conflict.RIGHT_WINS, fields={"notes": one_way, "job_title": one_way})
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.settle()
    drifted = {"notes": "entered at the target", "job_title": "drifted"}
    world.right.update(world.only(world.right), drifted)
    world.settle()

    world.set(fields={})
    world.settle()

    assert world.same()
    [record] = world.shown(world.left)
    assert (record["notes"], record["job_title"]) == ("entered at the target", "Admiral")


def test_a_copy_that_stays_away_takes_no_original_with_it_when_the_sync_is_turned_round(
    world: EngineWorld,
) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.right.delete(world.only(world.right))
    world.sync()

    world.set(direction=Direction.RIGHT_TO_LEFT)
    world.settle()

    assert len(world.left.read()) == 1
