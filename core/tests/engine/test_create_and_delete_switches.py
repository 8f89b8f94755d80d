"""The switches `create` and `delete`, per side."""

from __future__ import annotations

from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.testing.rehearsal import EngineWorld, person

NEITHER = PerSide(False, False)


def test_where_creating_is_off_twins_are_matched_at_the_first_sync(world: EngineWorld) -> None:
    world.set(create=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.right.create("ada", person("Grace", "Hopper"))

    world.sync()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def test_where_creating_is_off_new_records_are_held_and_said_so(world: EngineWorld) -> None:
    world.sync()
    world.set(create=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert report.writes == 0
    [operation] = report.operations
    assert operation.action is Action.CREATE
    assert operation.held == "creating is switched off there"
    assert report.lanes[0].held == 1
    assert world.right.read() == {}


def test_where_creating_is_off_later_twins_are_not_linked_either(world: EngineWorld) -> None:
    world.sync()
    world.set(create=NEITHER)
    world.sync()
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.right.create("ada", person("Grace", "Hopper"))

    world.settle()

    assert "job_title" not in world.shown(world.right)[0]


def test_where_creating_is_off_what_was_ambiguous_in_the_first_sync_is_linked_when_mended(
    world: EngineWorld,
) -> None:
    world.set(create=NEITHER)
    kept = world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    surplus = world.left.create("ada", person("Grace", "Hopper", job_title="Clerk"))
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    for store in (world.left, world.right):
        store.create("ada", person("Alan", "Turing", notes=f"new in {store.name}"))

    world.left.delete(surplus)
    world.settle()
    world.sync(full=True)

    shown = {each["given_name"]: each for each in world.shown(world.right)}
    assert shown["Grace"]["job_title"] == world.left.read("ada")[kept]["job_title"]
    assert shown["Alan"]["notes"] == f"new in {world.right.name}"  # a later one is not linked


def test_what_is_new_on_both_sides_is_linked_where_creating_is_off_at_one(
    world: EngineWorld,
) -> None:
    """Copied to the side where it may be created, it would be there twice."""
    world.sync()
    world.set(create=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.sync()
    world.right.create("ada", person("Grace", "Hopper"))

    world.settle()

    assert world.same()
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_what_was_held_comes_when_creating_is_on_again(world: EngineWorld) -> None:
    world.sync()
    world.set(create=PerSide(True, False))
    for name in ("Grace", "Ada", "Alan"):
        world.left.create("ada", person(name, "X"))
    world.sync()

    world.set(create=PerSide(True, True))
    report = world.sync()

    assert report.writes == 3
    assert world.same()
    assert world.sync().writes == 0


def test_twins_that_were_held_are_linked_when_creating_is_on_again(world: EngineWorld) -> None:
    world.sync()
    world.set(create=NEITHER)
    world.sync()
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    world.right.create("ada", person("Grace", "Hopper"))
    world.sync()

    world.set(create=PerSide(True, True))
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def test_where_creating_is_off_linked_records_go_on_and_deletions_pass(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("ada", person("Alan", "Turing"))
    world.sync()
    world.set(create=NEITHER)
    hopper, turing = world.left.read("ada")
    world.left.update(hopper, {"company": "Navy"})
    world.left.delete(turing)

    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


# --- delete -------------------------------------------------------------------------------------


def test_where_deleting_is_off_the_survivor_stays_and_is_not_synced(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.delete(world.only(world.left))

    report = world.sync()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    world.settle()

    assert [each.action for each in report.operations] == [Action.SEVER]
    assert len(world.right.read("ada")) == 1
    assert world.left.read("ada") == {}


def test_turning_delete_on_later_is_not_retroactive(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.delete(world.only(world.left))
    world.sync()

    world.set(delete=PerSide(True, True))
    world.settle()
    world.sync(full=True)

    assert len(world.right.read("ada")) == 1
    assert world.left.read("ada") == {}


def test_a_restored_record_relinks_with_its_survivor(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.delete(record)
    world.sync()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    world.sync()

    world.left.restore(record)
    world.settle()

    assert world.same()
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1
    world.left.update(record, {"company": "Navy"})
    world.sync()
    assert world.same()


def test_a_deletion_on_the_other_side_still_passes(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.right.delete(world.only(world.right))

    world.sync()

    assert world.left.read("ada") == {}


def test_deleted_on_both_sides_ends_the_pair(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.delete(world.only(world.left))
    world.right.delete(world.only(world.right))

    assert world.sync().writes == 0
    world.left.create("ada", person("Grace", "Hopper"))
    assert world.sync().writes == 1
    assert world.same()
