"""Guards hold a class of operations; a person releases exactly what was held."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Stop, UsageError
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, GuardLimits, LeftScope
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
SMALL = GuardLimits(deletions=2, deletion_share=0.2, cleared_share=0.05, minimum_links=5)


def fill(world: EngineWorld, account: str, number: int, **fields: str) -> list[RecordId]:
    """So many linked people."""
    made = [world.left.create(account, person(f"P{n}", account, **fields)) for n in range(number)]
    world.settle()
    return made


def delete(world: EngineWorld, ids: Iterable[RecordId]) -> None:
    for each in ids:
        world.left.delete(each)


def approve_all(world: EngineWorld) -> int:
    with world.session() as session:
        return session.approve(tuple(each.handle for each in session.held()))


def held(world: EngineWorld) -> int:
    with world.session() as session:
        return len(session.held())


@pytest.fixture
def guarded(world: EngineWorld) -> EngineWorld:
    """Low limits, so that tests stay small."""
    world.set(guards=SMALL)
    return world


def test_few_deletions_pass(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:2])

    report = guarded.sync()

    assert report.guards == ()
    assert len(guarded.right.read("ada")) == 8


def test_many_deletions_are_held_and_everything_else_goes_on(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.left.update(made[9], {"company": "Navy"})

    report = guarded.sync()

    assert report.exit_code == 7
    assert [trip.held for trip in report.guards] == [5]
    assert "5 of 10" in report.guards[0].message
    assert "approve" in report.guards[0].hint
    assert len(guarded.right.read("ada")) == 10
    assert [o.action for o in report.operations if not o.held] == [Action.UPDATE]
    assert held(guarded) == 5


def test_an_approval_releases_exactly_what_it_names(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    with guarded.session() as session:
        [one, *_others] = session.held()
        assert session.approve((one.handle,)) == 1

    guarded.sync()

    assert len(guarded.right.read("ada")) == 9
    assert one.id not in guarded.right.read("ada")
    assert held(guarded) == 4


def test_what_was_held_and_not_approved_stays_held_when_few_are_left(guarded: EngineWorld) -> None:
    """It fell below the limit when the others had been approved, and went without a word."""
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:4])
    guarded.sync()
    with guarded.session() as session:
        approved = [each.handle for each in session.held()][:3]
        session.approve(tuple(approved))
    guarded.sync()

    report = guarded.sync()

    assert report.writes == 0
    assert report.exit_code != 0
    assert [(trip.guard, trip.held) for trip in report.guards] == [("deletions", 1)]
    assert held(guarded) == 1
    approve_all(guarded)
    assert guarded.sync().writes == 1


def test_approvals_in_bulk_release_all(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    assert approve_all(guarded) == 5

    report = guarded.sync()

    assert report.writes == 5
    assert report.guards == ()
    assert len(guarded.right.read("ada")) == 5
    assert guarded.sync().writes == 0
    assert held(guarded) == 0


def test_an_approval_is_void_when_a_record_moves(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    approve_all(guarded)
    guarded.set(direction=Direction.BOTH)
    there = next(iter(guarded.right.read("ada")))
    guarded.right.touch(there)

    guarded.sync()

    # The touched record is another one than was approved; the other four went.
    assert there in guarded.right.read("ada")
    assert len(guarded.right.read("ada")) == 6


def test_an_approval_is_void_when_the_policy_changes(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    approve_all(guarded)

    guarded.set(left_scope=LeftScope.DELETE)
    report = guarded.sync()

    assert report.exit_code == 7
    assert len(guarded.right.read("ada")) == 10


def test_an_approval_outlasts_a_run_that_could_not_use_it(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    approve_all(guarded)

    guarded.sync(limit=2)
    assert len(guarded.right.read("ada")) == 8
    guarded.settle()

    assert len(guarded.right.read("ada")) == 5


class Refusing:
    """The service refuses to be read by id."""

    def before(self, call: Call) -> None:
        if call.kind == "ids":
            raise Stop("not now")

    def after(self, call: Call) -> None:
        return


def test_an_approval_outlasts_a_run_whose_feed_fails(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    approve_all(guarded)

    guarded.right.fault = Refusing()
    guarded.sync()
    guarded.right.fault = None
    assert len(guarded.right.read("ada")) == 10
    guarded.settle()

    assert len(guarded.right.read("ada")) == 5


def test_deletions_among_what_a_first_sync_could_not_finish_are_guarded(
    guarded: EngineWorld,
) -> None:
    made = [guarded.left.create("ada", person(f"P{n}", "ada", job_title="left")) for n in range(10)]
    for n in range(10):
        guarded.right.create("ada", person(f"P{n}", "ada", job_title="right"))
    guarded.right.fault = Refusing()
    guarded.sync()
    guarded.right.fault = None
    delete(guarded, made[:5])

    guarded.sync()
    report = guarded.sync()

    assert [trip.held for trip in report.guards] == [5]
    assert len(guarded.right.read("ada")) == 10


def test_what_is_no_longer_decided_is_no_longer_held(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.sync()
    for each in made[:5]:
        guarded.left.restore(each)

    report = guarded.sync()

    assert report.exit_code == 0
    assert held(guarded) == 0
    assert guarded.same()


def test_a_handle_that_does_not_exist_is_a_usage_error(world: EngineWorld) -> None:
    with world.session() as session, pytest.raises(UsageError):
        session.approve(("nothing",))


def test_small_losses_of_many_members_are_one_big_loss(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(guards=SMALL)
    ada, bob = fill(world, "ada", 5), fill(world, "bob", 5)
    delete(world, [*ada[:2], *bob[:2]])

    report = world.sync()

    assert len(world.right.read()) == 10
    [trip] = report.guards
    assert "over 2 lanes" in trip.scope
    assert trip.held == 4


def test_members_without_losses_count_among_those_a_loss_is_measured_by(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(guards=SMALL)
    ada = fill(world, "ada", 10)
    fill(world, "bob", 20)
    delete(world, ada[:2])
    world.left.delete(next(iter(world.left.read("bob"))))

    report = world.sync()

    assert report.guards == ()
    assert len(world.right.read()) == 27


@pytest.mark.parametrize("direction", [Direction.BOTH, Direction.LEFT_TO_RIGHT])
def test_deletions_found_while_one_way_becomes_two_are_guarded_in_the_run_after(
    guarded: EngineWorld, direction: Direction
) -> None:
    """Their links had no base any more, so that nobody counted them."""
    guarded.set(direction=Direction.LEFT_TO_RIGHT)
    made = fill(guarded, "ada", 10)
    delete(guarded, made[:5])
    guarded.set(direction=direction, match=("email",))

    guarded.sync()
    report = guarded.sync()

    assert [trip.held for trip in report.guards] == [5]
    assert len(guarded.right.read("ada")) == 10


def test_a_side_gone_empty_is_held(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 6)
    delete(guarded, made)

    report = guarded.sync()

    assert len(guarded.right.read("ada")) == 6
    assert report.exit_code == 7


def test_below_a_minimum_of_links_nothing_is_held(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 2)
    delete(guarded, made)

    guarded.sync()

    assert guarded.right.read("ada") == {}


def test_a_field_cleared_on_many_records_is_held(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 10, company="Navy")
    for each in made[:3]:
        guarded.left.update(each, {"company": None})
    guarded.left.update(made[9], {"job_title": "Admiral"})

    report = guarded.sync()

    assert [trip.guard for trip in report.guards] == ["cleared field"]
    assert "company" in report.guards[0].message
    assert report.guards[0].held == 3
    companies = [each.get("company") for each in guarded.right.read("ada").values()]
    assert companies == ["Navy"] * 10
    assert report.writes == 1

    approve_all(guarded)
    guarded.settle()
    assert guarded.same()


def test_what_was_typed_where_the_source_is_empty_counts_as_emptied(guarded: EngineWorld) -> None:
    """One way, an edit of the source writes the whole record."""
    guarded.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    made = fill(guarded, "ada", 10)
    for id in guarded.right.read("ada"):
        guarded.right.update(id, {"job_title": "Clerk"})
    for id in made:
        guarded.left.update(id, {"company": "Navy"})

    report = guarded.sync()

    assert [each.guard for each in report.guards] == ["cleared field"]
    assert {c["job_title"] for c in guarded.right.read("ada").values()} == {"Clerk"}


def test_a_side_wholly_changed_is_held(guarded: EngineWorld) -> None:
    made = fill(guarded, "ada", 6)
    for each in made:
        guarded.left.update(each, {"notes": "rewritten by a script"})

    report = guarded.sync()

    assert [trip.guard for trip in report.guards] == ["side wholly changed"]
    assert report.writes == 0


def test_nothing_is_held_at_a_first_sync(guarded: EngineWorld) -> None:
    for number in range(10):
        guarded.left.create("ada", person(f"P{number}", "X", company="Navy"))
        guarded.right.create("ada", person(f"P{number}", "X"))

    report = guarded.sync()

    assert report.guards == ()
    assert guarded.same()


def test_records_that_left_the_data_set_are_guarded_where_leaving_deletes(
    guarded: EngineWorld,
) -> None:
    guarded.set(where=PerSide("company=Navy", None), left_scope=LeftScope.DELETE)
    made = fill(guarded, "ada", 10, company="Navy")
    for each in made[:5]:
        guarded.left.update(each, {"company": "Army"})

    report = guarded.sync()

    assert report.exit_code == 7
    assert len(guarded.right.read("ada")) == 10


def test_what_is_held_has_a_name_though_we_never_wrote_it(guarded: EngineWorld) -> None:
    """Whoever approves deletions sees who is meant: by the record or by its counterpart."""
    for number in range(10):
        guarded.right.create("ada", person(f"P{number}", "X"))
    guarded.settle()
    doomed = dict(list(guarded.left.read("ada").items())[:4])
    delete(guarded, doomed)

    guarded.sync()

    names = {f"{fields['given_name']} X" for fields in doomed.values()}
    with guarded.session() as session:
        assert {each.label for each in session.held()} == names
