"""What a guard has held goes through by an approval that is exact, whatever moves meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from proof.histories import History
from proof.quick_state import QuickState
from syncline.model.records import RecordId
from syncline.model.reports import Action, HeldOperation, RunReport
from syncline.model.sides import Side
from syncline.policy.schema import Conflict, GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

SMALL = GuardLimits(deletions=2, deletion_share=0.2, cleared_share=0.05, minimum_links=5)
DAY = 24 * 3600.0


def fill(world: EngineWorld, number: int, **fields: str) -> list[RecordId]:
    """So many people of Ada's, on both sides."""
    made = [world.left.create("ada", person(f"P{n}", "X", **fields)) for n in range(number)]
    world.settle()
    return made


def held(world: EngineWorld) -> tuple[HeldOperation, ...]:
    with world.session() as session:
        return session.held()


def approve(world: EngineWorld, operations: Iterable[HeldOperation]) -> None:
    with world.session() as session:
        session.approve(tuple(each.handle for each in operations))


def ids(operations: Iterable[HeldOperation]) -> list[RecordId]:
    return [each.id for each in operations if each.id is not None]


def deletions(report: RunReport) -> list[str]:
    """Why each deletion that was decided is held; empty if it is not."""
    return [each.held for each in report.operations if each.action is Action.DELETE]


@pytest.fixture
def guarded(world: EngineWorld) -> EngineWorld:
    """Ada alone, and low limits."""
    world.people = ("ada",)
    world.set(guards=SMALL)
    return world


@pytest.fixture
def few_left(guarded: EngineWorld) -> Iterator[EngineWorld]:
    """Of four deletions that were held, two were approved: fewer than a guard would stop wait."""
    made = fill(guarded, 10)
    for each in made[:4]:
        guarded.left.delete(each)
    guarded.sync()
    approve(guarded, held(guarded)[:2])
    guarded.sync()
    assert (len(held(guarded)), len(guarded.right.read())) == (2, 8)
    yield guarded
    assert len(guarded.right.read()) >= 6


def test_what_is_held_stays_held_when_its_records_move(few_left: EngineWorld) -> None:
    for each in ids(held(few_left)):
        few_left.right.touch(each)

    reports = [few_left.sync() for _run in range(2)]

    assert [deletions(each) for each in reports] == [["guard: deletions"] * 2] * 2
    assert [(trip.guard, trip.held) for trip in reports[0].guards] == [("deletions", 2)]
    assert reports[0].exit_code == 7
    assert len(few_left.right.read()) == 8


@pytest.mark.parametrize(
    "change",
    [
        {"max_records": 4000},
        {"match": ("email",)},
        {"conflict": Conflict.LEFT_WINS},
        {"guards": GuardLimits(deletions=100)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_held_stays_held_when_the_policy_changes(
    few_left: EngineWorld, change: dict[str, object]
) -> None:
    few_left.set(**change)

    reports = [few_left.sync() for _run in range(3)]

    assert [deletions(each) for each in reports] == [["guard: deletions"] * 2] * 3
    assert len(few_left.right.read()) == 8


def test_what_is_held_is_listed_once_by_its_newest_handle(few_left: EngineWorld) -> None:
    before = held(few_left)
    few_left.clock.advance(DAY)
    for each in ids(before):
        few_left.right.touch(each)
    few_left.sync()

    after = held(few_left)

    assert set(ids(after)) == set(ids(before))
    assert {each.since for each in after} == {each.since for each in before}
    assert {each.handle for each in after}.isdisjoint(each.handle for each in before)
    approve(few_left, after)
    assert few_left.sync().writes == 2
    assert held(few_left) == ()


def test_a_plan_shows_that_it_is_still_held(few_left: EngineWorld) -> None:
    for each in ids(held(few_left)):
        few_left.right.touch(each)

    report = few_left.plan()

    assert deletions(report) == ["guard: deletions"] * 2
    assert report.exit_code == 7


def test_it_stays_held_while_nobody_can_decide_about_it(few_left: EngineWorld) -> None:
    [one, other] = ids(held(few_left))
    few_left.right.hide(one)
    few_left.sync()
    assert set(ids(held(few_left))) == {one, other}

    few_left.right.hide(one, hidden=False)
    few_left.clock.advance(2 * DAY)
    report = few_left.sync(full=True)

    assert deletions(report) == ["guard: deletions"] * 2
    assert len(few_left.right.read()) == 8


def test_an_approval_that_is_void_lets_nothing_through_however_few_are_left(
    guarded: EngineWorld,
) -> None:
    made = fill(guarded, 10)
    for each in made[:4]:
        guarded.left.delete(each)
    guarded.sync()
    approve(guarded, held(guarded))
    guarded.sync(limit=2)
    for each in guarded.right.read():
        guarded.right.touch(each)

    report = guarded.sync()

    assert deletions(report) == ["guard: deletions"] * 2
    assert len(guarded.right.read()) == 8
    approve(guarded, held(guarded))
    assert guarded.sync().writes == 2


def test_what_became_no_deletion_is_held_no_more(few_left: EngineWorld) -> None:
    """The edit of a survivor outlives the deletion: it is made again on the other side."""
    few_left.set(conflict=Conflict.RIGHT_WINS)
    few_left.settle()
    for each in ids(held(few_left)):
        few_left.right.update(each, {"company": "Navy"})

    report = few_left.sync()

    assert report.guards == ()
    assert held(few_left) == ()
    few_left.settle()
    assert few_left.same()


def test_what_was_restored_and_is_deleted_anew_is_another_question(guarded: EngineWorld) -> None:
    made = fill(guarded, 10)
    for each in made[:4]:
        guarded.left.delete(each)
    guarded.sync()
    for each in made[:4]:
        guarded.left.restore(each)
    guarded.sync()
    guarded.left.delete(made[0])

    assert guarded.sync().writes == 1
    assert len(guarded.right.read()) == 9


def emptied(world: EngineWorld) -> tuple[RecordId, RecordId]:
    """Three people lost their company; two of that were approved. Who is left, on both sides."""
    made = fill(world, 10, company="Navy")
    for each in made[:3]:
        world.left.update(each, {"company": None})
    world.sync()
    approve(world, held(world)[:2])
    world.sync()
    [waiting] = ids(held(world))
    name = world.right.read()[waiting]["given_name"]
    return next(id for id, now in world.left.read().items() if now["given_name"] == name), waiting


def test_an_update_that_still_empties_a_field_stays_held_when_it_is_edited(
    guarded: EngineWorld,
) -> None:
    there, waiting = emptied(guarded)
    guarded.left.update(there, {"job_title": "Admiral"})

    report = guarded.sync()

    assert [(trip.guard, trip.held) for trip in report.guards] == [("cleared field", 1)]
    assert guarded.right.read()[waiting]["company"] == "Navy"
    approve(guarded, held(guarded))
    guarded.settle()
    assert guarded.same()


def test_an_update_that_empties_nothing_any_more_is_held_no_more(guarded: EngineWorld) -> None:
    there, _waiting = emptied(guarded)
    guarded.left.update(there, {"company": "Army"})

    report = guarded.sync()

    assert (report.writes, report.guards) == (1, ())
    assert held(guarded) == ()
    assert guarded.same()


def test_an_edit_after_an_approved_one_was_carried_out_is_another_question(
    guarded: EngineWorld,
) -> None:
    made = fill(guarded, 6)
    for each in made:
        guarded.left.update(each, {"notes": "rewritten by a script"})
    guarded.sync()
    approve(guarded, held(guarded))
    assert guarded.sync().writes == 6

    guarded.left.update(made[0], {"notes": "by hand"})
    report = guarded.sync()

    assert (report.writes, report.guards) == (1, ())
    assert guarded.same()


def test_what_others_write_to_the_same_record_answers_no_question(guarded: EngineWorld) -> None:
    """Held is what is to be written there; what is written here is another operation."""
    there, waiting = emptied(guarded)
    guarded.right.update(waiting, {"job_title": "Admiral"})

    guarded.settle()

    assert guarded.left.read()[there]["job_title"] == "Admiral"
    assert ids(held(guarded)) == [waiting]
    assert guarded.right.read()[waiting]["company"] == "Navy"


def test_the_oracle_of_histories_knows_what_was_held_and_not_approved(tmp_path: Path) -> None:
    """It counted what a run deleted, and took few deletions for ones that nobody had held."""
    limits = GuardLimits(deletions=1, deletion_share=0.1, minimum_links=3)
    history = History(tmp_path, quick=QuickState(tmp_path), guards=limits)
    for _person in range(4):
        history.people("create", Side.LEFT)
    history.settle()
    history.people("empty", Side.LEFT)
    history.run()
    for _person in range(3):
        history.people("restore", Side.LEFT)
    for record in range(4):
        history.people("touch", Side.RIGHT, record)

    history.run()

    [deletion] = history.questions.unapproved(history.world.policy)
    assert deletion.id in history.world.right.read()
    history.settle()
    assert history.questions.unapproved(history.world.policy) == frozenset()
    assert len(history.world.right.read()) == 3
