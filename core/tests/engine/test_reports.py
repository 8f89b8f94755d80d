"""Plans and reports: a plan says what the run then does, and writes nothing anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlmodel import SQLModel

from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import Action, RunReport
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Records
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]


def rows(world: EngineWorld) -> dict[str, list[tuple[object, ...]]]:
    """Everything the database holds."""
    engine = create_engine(world.state.url)
    with engine.connect() as connection:
        found = {
            each.name: [tuple(row) for row in connection.execute(select(each))]
            for each in SQLModel.metadata.sorted_tables
        }
    engine.dispose()
    return found


def summary(report: RunReport) -> Counter[tuple[str, str, str, str]]:
    return Counter((o.action.value, o.connection, o.label, o.held) for o in report.operations)


def busy(world: EngineWorld) -> None:
    """Some of everything: edits, conflicts, deletions, twins, new records."""
    made = [world.left.create("ada", person(f"P{n}", "X", company="Navy")) for n in range(6)]
    world.settle()
    there = list(world.right.read("ada"))
    world.left.update(made[0], {"job_title": "edited"})
    world.right.update(there[1], {"job_title": "edited there"})
    world.left.update(made[2], {"job_title": "left"})
    world.right.update(there[2], {"job_title": "right"})
    world.left.delete(made[3])
    world.right.delete(there[4])
    world.left.update(made[4], {"notes": "kept"})
    world.left.create("ada", person("New", "Left"))
    world.right.create("ada", person("New", "Right"))
    world.left.create("ada", person("Twin", "X", job_title="a"))
    world.right.create("ada", person("Twin", "X", company="b"))


def test_a_plan_changes_nothing_in_the_database_or_the_systems(world: EngineWorld) -> None:
    busy(world)
    path = Path(world.state.url.removeprefix("sqlite:///"))
    before = rows(world)
    systems = world.left.read(), world.right.read()
    size = path.stat().st_size
    writes = sum(world.left.writes.values()) + sum(world.right.writes.values())

    report = world.plan()

    assert report.dry
    assert report.writes > 0
    assert rows(world) == before
    assert path.stat().st_size == size
    assert (world.left.read(), world.right.read()) == systems
    assert sum(world.left.writes.values()) + sum(world.right.writes.values()) == writes


def test_a_plan_of_a_first_run_leaves_no_trace_either(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    with world.session():
        before = rows(world)

    assert world.plan().writes == 1

    assert rows(world) == before


def test_the_run_does_what_the_plan_said(world: EngineWorld) -> None:
    busy(world)

    plan, run = world.plan(), world.sync()

    assert summary(plan) == summary(run)
    assert plan.writes == run.writes
    assert [lane.counts for lane in plan.lanes] == [lane.counts for lane in run.lanes]


def test_a_plan_of_a_first_sync_says_what_the_run_does(world: EngineWorld) -> None:
    for number in range(3):
        world.left.create("ada", person(f"Both{number}", "X", job_title="left"))
        world.right.create("ada", person(f"Both{number}", "X", company="right"))
        world.left.create("ada", person(f"Left{number}", "X"))
        world.right.create("bob", person(f"Right{number}", "X"))

    plan, run = world.plan(), world.sync()

    assert summary(plan) == summary(run)
    assert plan.lanes[0].first_sync
    assert run.lanes[0].first_sync


def test_a_plan_sees_twins_that_only_a_search_finds(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.right.add_account("carol")
    world.right.create("carol", person("Grace", "Hopper"))
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    plan, run = world.plan(), world.sync()

    assert summary(plan) == summary(run)
    assert [operation.action for operation in run.operations] == [Action.UPDATE]


def test_a_plan_says_what_guards_and_switches_would_hold(world: EngineWorld) -> None:
    world.sync()
    world.set(create=PerSide(True, False))
    world.left.create("ada", person("Grace", "Hopper"))

    plan, run = world.plan(), world.sync()

    assert summary(plan) == summary(run)
    assert plan.operations[0].held


def test_an_update_shows_each_field_old_and_new(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", job_title="Commander"))
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "Admiral", "company": "Navy"})

    [operation] = world.plan().operations

    changes = {each.name: (each.before, each.after) for each in operation.changes}
    assert changes == {"job_title": ("Commander", "Admiral"), "company": (None, "Navy")}
    assert operation.label == "Grace Hopper"
    assert operation.connection == "right"


def test_reports_count_by_action_and_connection(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Alan", "Turing"))

    report = world.sync()

    assert dict(report.lanes[0].counts) == {"create:left": 1, "create:right": 1}
    assert report.lanes[0].lane.left == "ada"
    assert report.exit_code == 0


def test_personal_data_stays_out_of_representations(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    report = world.sync()

    assert "Hopper" not in repr(report)
    assert "Hopper" not in repr(report.operations)


def test_status_tells_lanes_links_conflicts_and_runs(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "left"})
    world.right.update(world.only(world.right), {"job_title": "right"})
    world.sync()

    with world.session() as session:
        status = session.status()

    ada, bob = status.lanes
    assert (ada.links, ada.conflicts, bob.links) == (1, 1, 0)
    assert ada.last_run is not None
    assert len(status.last_runs) == 3


def test_a_label_of_a_held_operation_is_what_a_person_calls_it(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection"))
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    world.right.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert {operation.label for operation in report.operations} == {"Grace Hopper"}
