"""P22: undoing a run puts back the before-image of each record not edited since, lists the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proof.meanwhile import Once, called
from syncline.connectors.memory import Call, MemoryOptions
from syncline.engine.undo.done import PAGE
from syncline.errors import Stop
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, Drift, LeftScope
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
GRACE = person("Grace", "Hopper", job_title="Admiral")


def in_step(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    world.settle()


def test_an_updated_record_gets_its_old_values_back_and_the_source_keeps_its_own(
    world: EngineWorld,
) -> None:
    in_step(world)
    before = world.shown(world.right)
    world.left.update(world.only(world.left), {"job_title": "Captain", "company": "Navy"})
    run = world.sync()

    report = world.undo(run.run_id)

    assert report.run.writes == 1
    assert report.kept == ()
    assert world.shown(world.right) == before
    assert world.shown(world.left)[0]["job_title"] == "Captain"
    assert "left keeps its own: company, job_title" in report.run.operations[0].reason


def test_the_next_runs_do_not_do_it_again(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.undo(run.run_id)

    assert [world.sync(full=full).writes for full in (False, True, False)] == [0, 0, 0]
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_after_an_undo_the_next_edit_of_either_side_travels(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    world.undo(world.sync().run_id)
    world.right.update(world.only(world.right), {"job_title": "Commodore"})

    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["job_title"] == "Commodore"


def test_a_plan_of_an_undo_says_the_same_and_writes_nothing(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    world.left.create("ada", person("Alan", "Turing"))
    run = world.sync()
    held = world.shown(world.right)

    plan = world.undo(run.run_id, dry=True)

    assert world.shown(world.right) == held
    done = world.undo(run.run_id)
    assert [(o.action, o.label, o.reason) for o in plan.run.operations] == [
        (o.action, o.label, o.reason) for o in done.run.operations
    ]


def test_a_record_edited_since_is_kept_and_listed(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.right.update(world.only(world.right), {"company": "Navy"})

    report = world.undo(run.run_id)

    assert report.run.writes == 0
    [kept] = report.kept
    assert (kept.action, kept.reason) == (Action.UPDATE, "edited since: company")
    assert world.shown(world.right)[0]["job_title"] == "Captain"


def test_a_record_a_later_run_wrote_is_kept_and_the_run_named(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    first = world.sync()
    world.left.update(world.only(world.left), {"job_title": "Commodore"})
    second = world.sync()

    [kept] = world.undo(first.run_id).kept
    assert second.run_id in kept.reason

    assert world.undo(second.run_id).run.writes == 1
    assert world.undo(first.run_id).run.writes == 1
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_a_created_record_is_deleted_and_does_not_come_back(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    run = world.sync()

    report = world.undo(run.run_id)

    assert [o.action for o in report.run.operations] == [Action.DELETE]
    assert world.right.read("ada") == {}
    assert [world.sync(full=full).writes for full in (False, True, True)] == [0, 0, 0]
    assert len(world.left.read("ada")) == 1
    world.left.update(world.only(world.left), {"company": "Navy"})
    assert world.sync().writes == 0


def test_a_created_record_that_was_edited_since_stays(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    run = world.sync()
    world.right.update(world.only(world.right), {"company": "Navy"})

    report = world.undo(run.run_id)

    assert [kept.reason for kept in report.kept] == ["edited since: company"]
    assert len(world.right.read("ada")) == 1
    world.settle()
    assert world.same()


def test_an_undo_can_be_undone(world: EngineWorld) -> None:
    in_step(world)
    world.left.create("ada", person("Alan", "Turing"))
    world.left.update(_find(world, "Grace"), {"job_title": "Captain"})
    run = world.sync()
    first = world.undo(run.run_id)

    second = world.undo(first.run.run_id)

    assert second.kept == ()
    assert world.same()
    assert world.sync(full=True).writes == 0
    world.left.update(_find(world, "Alan"), {"company": "Park"})
    world.settle()
    assert world.same()


def _find(world: EngineWorld, given: str) -> RecordId:
    return next(i for i, f in world.left.read().items() if f.get("given_name") == given)


def test_a_deleted_record_is_created_again_and_then_is_a_new_one(world: EngineWorld) -> None:
    in_step(world)
    before = world.shown(world.right)
    world.left.delete(world.only(world.left))
    run = world.sync()
    assert world.right.read("ada") == {}

    report = world.undo(run.run_id)

    assert world.shown(world.right) == before
    assert "here it is a new record" in report.run.operations[0].reason
    world.settle()
    assert world.shown(world.left) == before
    assert world.sync(full=True).writes == 0


def test_a_deleted_record_is_created_once_however_often_the_run_is_undone(
    world: EngineWorld,
) -> None:
    in_step(world)
    world.left.delete(world.only(world.left))
    run = world.sync()
    world.undo(run.run_id)

    again = world.undo(run.run_id)

    assert again.run.writes == 0
    assert [kept.reason for kept in again.kept] == ["an earlier undo has created it again"]
    world.sync()
    assert world.undo(run.run_id).run.writes == 0
    assert len(world.right.read("ada")) == len(world.left.read("ada")) == 1


def test_a_deleted_record_whose_counterpart_is_back_is_linked_to_it_again(
    world: EngineWorld,
) -> None:
    in_step(world)
    source = world.only(world.left)
    world.left.delete(source)
    run = world.sync()
    world.left.restore(source)

    world.undo(run.run_id)

    assert world.sync(full=True).writes == 0
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1
    world.right.update(world.only(world.right), {"company": "Navy"})
    world.settle()
    assert world.same()


def test_undo_writes_back_even_where_the_policy_writes_no_more(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.set(direction=Direction.RIGHT_TO_LEFT, conflict=None)

    assert world.undo(run.run_id).run.writes == 1
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_one_way_with_drift_reverted_what_was_undone_stays_undone(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None, drift=Drift.REVERT)
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()

    world.undo(run.run_id)

    assert world.sync(full=True).writes == 0
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_an_edit_of_the_other_side_not_yet_carried_is_not_swallowed(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.left.update(world.only(world.left), {"company": "Navy"})

    world.undo(run.run_id)
    world.settle()

    assert world.shown(world.right)[0]["company"] == "Navy"
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_a_write_that_meets_another_version_is_kept(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.right.fault = EditBeforeWrite(world)

    report = world.undo(run.run_id)

    assert report.run.writes == 0
    assert [kept.reason for kept in report.kept] == [
        "it was edited, or linked by others, while it was being undone"
    ]
    world.right.fault = None
    world.settle()
    assert world.shown(world.left)[0]["company"] == "Navy"


class EditBeforeWrite:
    """The user edits the record between our read and our write."""

    def __init__(self, world: EngineWorld) -> None:
        self.world, self.done = world, False

    def before(self, call: object) -> None:
        if getattr(call, "writes", False) and not self.done:
            self.done = True
            self.world.right.update(self.world.only(self.world.right), {"company": "Navy"})

    def after(self, call: object) -> None:
        return


@pytest.mark.parametrize("records", [1, PAGE])
def test_a_mailbox_that_refuses_holds_up_nobody_else(world: EngineWorld, records: int) -> None:
    """Neither those whose records come with its own, nor those who come after."""
    for number in range(records):
        world.left.create("ada", person(f"A{number}", "Lovelace"))
    world.left.create("bob", GRACE)
    run = world.sync()
    world.right.fault = Refuses(world.right.accounts["ada"])

    report = world.undo(run.run_id)

    assert [problem.message for problem in report.run.problems] == ["no longer allowed"]
    assert world.right.read("bob") == {}
    assert len(world.right.read("ada")) == records


class Refuses:
    """A mailbox that cannot be reached."""

    def __init__(self, account: str) -> None:
        self.account = account

    def before(self, call: Call) -> None:
        feed = getattr(call.request, "feed", None)
        if call.kind == "ids" and feed is not None and feed.account == self.account:
            raise Stop("no longer allowed")

    def after(self, call: Call) -> None:
        return


def test_lanes_the_configuration_has_no_more_are_reported(world: EngineWorld) -> None:
    in_step(world)
    world.left.update(world.only(world.left), {"job_title": "Captain"})
    run = world.sync()
    world.set(enabled=False)

    report = world.undo(run.run_id)

    assert report.run.writes == 0
    assert [problem.kind for problem in report.run.problems] == ["not configured"]


def test_what_left_the_data_set_and_was_deleted_comes_back_and_is_not_deleted_again(
    worlds: Worlds,
) -> None:
    world = worlds(left=MemoryOptions(containers=True))
    world.set(left_scope=LeftScope.DELETE)
    in_step(world)
    record = world.only(world.left)
    world.left.add_container("ada", "Elsewhere")
    world.left.move(record, "Elsewhere")
    run = world.sync()
    assert world.right.read("ada") == {}

    world.undo(run.run_id)

    assert len(world.right.read("ada")) == 1
    assert world.sync(full=True).writes == 0
    world.left.move(record, "")
    world.settle()
    assert len(world.right.read("ada")) == len(world.left.read("ada")) == 1


def test_what_somebody_had_deleted_before_our_deletion_came_is_not_brought_back(
    world: EngineWorld,
) -> None:
    """Two people had deleted it, one on each side; the history named us."""
    for given in ("Grace", "Alan"):
        world.left.create("ada", person(given, "X"))
    world.settle()
    grace = called(world, "Grace", None)
    world.left.delete(called(world, "Grace"))
    world.right.fault = Once("delete", lambda: world.right.delete(grace))
    run = world.sync()
    world.right.fault = None

    world.undo(run.run_id)
    world.settle()

    assert world.right.writes["delete"] == 0
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_a_restored_record_rests_though_a_listing_shows_it_alone(world: EngineWorld) -> None:
    """Its counterpart is outside of the data set, where no listing sees it: nobody knows of it."""
    world.set(where=PerSide(None, "department=in"), left_scope=LeftScope.DELETE)
    record = world.right.create("ada", person("Grace", "Hopper", department="in"))
    world.settle()
    world.right.update(record, {"department": "out"})
    run = world.sync()
    assert world.left.read("ada") == {}

    world.undo(run.run_id)
    report = world.sync(full=True)

    assert report.writes == 0
    assert len(world.left.read("ada")) == 1
    world.right.update(record, {"department": "in", "notes": "back"})
    world.settle()
    assert world.same()
