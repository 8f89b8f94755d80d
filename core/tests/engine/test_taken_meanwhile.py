"""What another run notes, links or parts while ours is at work ends no run, loses no edit, deletes
nothing; and what it leaves undecided is decided about later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from proof.meanwhile import Once, called, held, run_of
from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Stop
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, LeftScope, Records, SharedDelete
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)
EVERYBODYS = PerSide(Records.OWN, Records.VISIBLE)


def shared(worlds: Worlds, **options: object) -> EngineWorld:
    world = worlds(right=CRM)
    world.set(records=EVERYBODYS, **options)
    return world


def names(world: EngineWorld, account: str) -> list[object]:
    return sorted(str(fields["given_name"]) for fields in world.left.read(account).values())


def test_what_another_run_notes_while_we_read_is_not_read_over(worlds: Worlds) -> None:
    """Both sides had typed the same, as we read; then the CRM's user typed something else."""
    world = shared(worlds, conflict=Conflict.LEFT_WINS)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    alan = world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    world.left.update(called(world, "Grace"), {"job_title": "Dr"})
    world.right.update(alan, {"company": "NPL"})  # so that her mailbox is read as well

    def typed() -> None:
        world.right.update(grace, {"job_title": "Prof"})
        run_of(world, "bob")

    world.right.fault = Once("ids", lambda: world.right.update(grace, {"job_title": "Dr"}))
    world.left.fault = Once("ids", typed)
    world.sync(members=("ada",))
    world.settle()

    titles = {str(held(world, "Grace", who)["job_title"]) for who in ("ada", "bob", None)}
    assert len(titles) == 1


def test_a_pair_that_was_parted_while_we_wrote_goes_on_when_its_record_is_back(
    worlds: Worlds,
) -> None:
    """Its record became part of another one that is linked, too; our answer said it was there."""
    world = shared(worlds)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    alan = world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    world.left.update(called(world, "Grace"), {"job_title": "Dr"})

    def merged() -> None:
        world.right.merge(grace, alan)
        run_of(world, "bob")

    world.right.fault = Once("apply", merged, afterwards=True)
    world.sync(members=("ada",))
    world.settle()
    world.right.restore(grace)
    world.right.update(grace, {"company": "Navy"})
    world.settle()

    assert held(world, "Grace")["company"] == held(world, "Grace", "bob")["company"] == "Navy"


def test_a_record_that_is_restored_while_it_is_made_again_does_not_stay_apart_in_silence(
    worlds: Worlds,
) -> None:
    world = shared(worlds, conflict=Conflict.LEFT_WINS, match=())
    grace = world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    for member in ("ada", "bob"):
        world.left.update(called(world, "Grace", member), {"job_title": "Dr"})
    world.right.delete(grace)

    def restored() -> None:
        world.right.restore(grace)
        world.right.update(grace, {"company": "Navy"})
        run_of(world, "bob")

    world.right.fault = Once("apply", restored)
    world.sync(members=("ada",))
    world.settle()
    world.clock.advance(90_000)
    report = world.sync(full=True)

    assert [problem.kind for problem in report.problems] == ["ambiguous"]


def test_a_merge_that_another_run_follows_while_we_look_for_a_twin_ends_no_run(
    worlds: Worlds,
) -> None:
    """The new record is linked by then: its counterpart is not made."""
    world = shared(worlds)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    newcomer = world.right.create("ada", person("Grace", "Murray"))
    world.left.update(called(world, "Grace"), {"job_title": "Dr"})

    def merged() -> None:
        world.right.merge(grace, newcomer)
        run_of(world, "bob")

    world.left.fault = Once("match", merged)
    world.sync(members=("ada",))
    world.settle()

    assert names(world, "ada") == names(world, "bob") == ["Grace"]


@dataclass
class Lost:
    """The record is made, and no answer comes."""

    def before(self, call: Call) -> None:
        return

    def after(self, call: Call) -> None:
        if call.kind == "apply":
            raise Stop("the answer is lost")


@pytest.mark.parametrize("idempotency", ["marker", "key", "none"])
def test_what_we_made_without_an_answer_and_linked_to_another_since_ends_no_run(
    worlds: Worlds, idempotency: str
) -> None:
    """The same person was entered once more, and found what we had made as a twin."""
    world = worlds(right=MemoryOptions(idempotency=idempotency, visibility_lag=60.0))
    world.sync()
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.fault = Lost()
    world.sync()
    world.left.create("ada", person("Grace", "Hopper", notes="typed again"))
    world.left.create("bob", person("Alan", "Turing"))
    world.clock.advance(10)
    world.right.fault = Once("changes", lambda: world.clock.advance(40))  # now it can be seen
    world.sync()
    world.right.fault = None
    for _run in range(3):
        world.clock.advance(120)
        world.sync()
    world.clock.advance(90_000)
    report = world.sync()

    assert len(world.right.read("ada")) == len(world.right.read("bob")) == 1
    assert [problem.kind for problem in report.problems] == ["ambiguous"]


def test_what_nobody_could_decide_about_is_still_looked_at_for_the_first_time(
    worlds: Worlds,
) -> None:
    """The border was moved; while we settled the pair that it leaves outside, somebody typed there,
    and another run noted it. The next run took it for one that has left, and deleted the copy.
    """
    world = shared(worlds, left_scope=LeftScope.DELETE, where=PerSide(None, "company=Navy"))
    grace = world.right.create("ada", person("Grace", "H", company="Navy", department="out"))
    alan = world.right.create("ada", person("Alan", "T", company="Navy", department="in"))
    world.settle()
    world.set(where=PerSide(None, "department=in"))
    world.left.update(called(world, "Alan"), {"job_title": "Dr"})

    def typed_outside() -> None:
        world.right.update(alan, {"job_title": "Dr"})  # so that nothing is to be written
        world.right.update(grace, {"notes": "typed outside"})
        run_of(world, "bob")

    world.right.fault = Once("ids", typed_outside, of=(alan,))
    world.sync(members=("ada",))
    world.settle()

    assert names(world, "ada") == names(world, "bob") == ["Alan", "Grace"]


def test_nobody_is_asked_about_a_pair_that_a_merge_has_parted(worlds: Worlds) -> None:
    world = worlds(right=CRM)
    world.set(conflict=Conflict.MANUAL)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    alan = world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    world.left.update(called(world, "Grace"), {"job_title": "left"})
    world.right.update(grace, {"job_title": "right"})
    world.sync()
    assert len(world.session().conflicts()) == 1

    world.right.merge(grace, alan)
    world.settle()

    assert world.session().conflicts() == ()


def test_a_record_that_another_run_sees_given_away_while_we_write_leaves_its_data_set(
    worlds: Worlds,
) -> None:
    """The pair counted as settled, and its copy stayed with who had given it away."""
    world = worlds(right=CRM)
    world.set(records=PerSide(Records.OWN, Records.OWN), left_scope=LeftScope.DELETE)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    world.right.update(grace, {"company": "Navy"})

    def given() -> None:
        world.right.give(grace, "bob")
        run_of(world, "bob")

    world.left.fault = Once("apply", given, afterwards=True)
    world.sync(members=("ada",))
    world.settle()

    assert names(world, "ada") == ["Alan"]
    assert names(world, "bob") == ["Grace"]


def test_what_is_restored_as_soon_as_we_have_deleted_it_is_a_new_record(worlds: Worlds) -> None:
    world = shared(worlds, shared_delete=SharedDelete.PROPAGATE)
    dora = world.right.create("ada", person("Dora", "D"))
    world.settle()
    world.left.delete(called(world, "Dora"))

    def restored() -> None:
        world.right.restore(dora)
        run_of(world, "bob")

    world.right.fault = Once("delete", restored, afterwards=True)
    world.sync(members=("ada",))
    world.settle()

    assert names(world, "ada") == names(world, "bob") == ["Dora"]


def test_what_is_restored_before_its_counterpart_goes_keeps_it(world: EngineWorld) -> None:
    """A deletion was carried over although it had been taken back, and the copy made again."""
    for given in ("Grace", "Alan"):
        world.right.create("ada", person(given, "X"))
    world.settle()
    grace, copy = called(world, "Grace", None), called(world, "Grace")
    world.left.delete(copy)
    world.left.update(called(world, "Alan"), {"job_title": "Dr"})

    world.right.fault = Once("apply", lambda: world.left.restore(copy))
    world.settle()

    assert grace in world.right.read("ada")
    assert copy in world.left.read("ada")


def test_nothing_waits_of_a_pair_that_is_parted_while_we_read(worlds: Worlds) -> None:
    """The loser of a merge could not be read, and was listed as waiting for good."""
    world = shared(worlds)
    grace = world.right.create("ada", person("Grace", "Hopper"))
    alan = world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    world.left.update(called(world, "Grace"), {"job_title": "Dr"})
    world.right.update(alan, {"company": "NPL"})
    world.right.update(grace, {"notes": "n"})

    def merged() -> None:
        world.right.merge(grace, alan)
        run_of(world, "bob")

    world.left.fault = Once("ids", merged)  # her mailbox is read after the CRM
    world.sync(members=("ada",))
    world.settle()

    with world.session() as session:
        assert [lane.waiting for lane in session.status().lanes] == [0, 0]
