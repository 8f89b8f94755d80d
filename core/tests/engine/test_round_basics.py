"""The everyday: what one person enters on one side arrives on the other, once."""

from __future__ import annotations

from syncline.testing.rehearsal import EngineWorld, person


def test_a_new_record_arrives_and_the_second_run_writes_nothing(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", company="Navy", notes="line\nline"))

    first, second = world.sync(), world.sync()

    assert first.writes == 1
    assert second.writes == 0
    assert world.same()


def test_existing_twins_are_linked_and_fill_each_other(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    world.right.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    report = world.sync()

    assert report.writes == 2
    assert world.same()
    assert len(world.left.read("ada")) == 1
    assert world.sync().writes == 0


def test_equal_twins_are_linked_without_a_write(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Grace", "Hopper"))

    assert world.sync().writes == 0
    assert world.sync().writes == 0


def test_an_edit_travels(world: EngineWorld) -> None:
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(record, {"job_title": "Admiral"})

    report = world.sync()

    assert report.writes == 1
    assert world.shown(world.right)[0]["job_title"] == "Admiral"
    assert world.sync().writes == 0


def test_edits_of_different_fields_merge(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.right.update(world.only(world.right), {"company": "Navy"})

    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["job_title"] == "Admiral"
    assert world.shown(world.left)[0]["company"] == "Navy"


def test_edits_of_the_same_field_follow_the_rule_and_the_loser_is_in_the_report(
    world: EngineWorld,
) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "left"})
    world.right.update(world.only(world.right), {"job_title": "right"})

    report = world.sync()

    assert world.shown(world.right)[0]["job_title"] == "left"
    [operation] = report.operations
    assert operation.changes[0].before == "right"
    assert "left wins" in operation.reason


def test_a_deletion_travels(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.right.delete(world.only(world.right))

    world.sync()

    assert world.left.read("ada") == {}
    assert world.sync().writes == 0


def test_an_edit_wins_over_a_deletion_where_the_rule_says_so_and_is_created_again_at_once(
    world: EngineWorld,
) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.right.delete(world.only(world.right))

    world.sync()

    assert world.same()
    assert world.sync().writes == 0


def test_elements_of_sets_merge_one_by_one(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", categories=("a", "b")))
    world.sync()
    world.left.update(world.only(world.left), {"categories": ("b", "c")})
    world.right.update(world.only(world.right), {"categories": ("a", "b", "d")})

    world.settle()

    assert set(world.shown(world.left)[0]["categories"]) == {"b", "c", "d"}
    assert set(world.shown(world.right)[0]["categories"]) == {"b", "c", "d"}


def test_people_are_kept_apart(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Alan", "Turing"))

    world.sync()

    assert [c["given_name"] for c in world.shown(world.right, "ada")] == ["Grace"]
    assert [c["given_name"] for c in world.shown(world.right, "bob")] == ["Alan"]


def test_a_plan_writes_nothing_and_says_what_the_run_then_does(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Alan", "Turing"))

    plan = world.plan()
    again = world.plan()
    run = world.sync()

    assert plan.writes == again.writes == run.writes == 2
    assert {(o.action, o.label) for o in plan.operations} == {
        (o.action, o.label) for o in run.operations
    }
