"""What carries our mark and is there in place of a record that is gone is its counterpart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.contact import CONTACT
from syncline.model.records import RecordId
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
MAILBOX = MemoryOptions(
    idempotency="marker", fields=tuple(name for name in CONTACT.fields if name != "nickname")
)
CRM = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker")
GRACE = {"given_name": "Grace", "nickname": "only in the CRM"}


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    """Grace was made in the mailbox from the CRM's record, and has no key to find her by."""
    made = worlds(MAILBOX, CRM)
    made.set(guards=GuardLimits())
    made.right.create("ada", GRACE)
    made.right.create("ada", person("Alan", "Turing"))
    made.settle()
    return made


def graces(store: EngineWorld, side: str) -> list[RecordId]:
    held = store.left.read("ada") if side == "left" else store.right.read("ada")
    return [id for id, fields in held.items() if fields["given_name"] == "Grace"]


def waiting(world: EngineWorld) -> list[str]:
    with world.session() as session:
        return [each.reason for each in session.status().waiting]


def copied(world: EngineWorld) -> RecordId:
    """A copy of her with everything, our mark included, and the original."""
    [original] = graces(world, "left")
    entry = world.left.entries[original]
    copy = world.left.create("ada", dict(entry.fields))
    world.left.entries[copy].marker = entry.marker
    return original


@pytest.mark.parametrize("waits", [False, True])
def test_a_copy_takes_the_place_of_the_original_that_is_deleted(
    world: EngineWorld, waits: bool
) -> None:
    """Her CRM record was deleted, and made anew without what only the CRM had."""
    [there] = graces(world, "right")
    original = copied(world)
    if waits:
        assert [problem.kind for problem in world.sync().problems] == ["copy"]
        world.clock.advance(90)
    world.left.delete(original)
    world.settle()
    world.clock.advance(90_000)
    world.sync(full=True)
    world.settle()

    assert world.right.read("ada")[there]["nickname"] == "only in the CRM"
    assert graces(world, "right") == [there]
    assert waiting(world) == []
    world.left.update(graces(world, "left")[0], {"job_title": "Admiral"})
    world.settle()
    assert world.right.read("ada")[there]["job_title"] == "Admiral"


def test_of_several_copies_one_takes_the_place_and_the_others_wait(world: EngineWorld) -> None:
    [there] = graces(world, "right")
    original = copied(world)
    copied_again = world.left.create("ada", dict(world.left.entries[original].fields))
    world.left.entries[copied_again].marker = world.left.entries[original].marker
    world.left.delete(original)
    world.settle()

    assert graces(world, "right") == [there]
    assert waiting(world) == ["copy"]


def test_what_comes_back_long_after_its_counterpart_was_left_alone_is_linked_to_it(
    world: EngineWorld,
) -> None:
    """The pair had ended: deletions do not pass to the CRM."""
    world.set(delete=PerSide(True, False))
    [there] = graces(world, "right")
    original = copied(world)
    kept = world.left.entries[graces(world, "left")[-1]]
    fields, marker = dict(kept.fields), kept.marker
    for id in graces(world, "left"):
        world.left.delete(id)
    world.settle()
    world.clock.advance(90)
    again = world.left.create("ada", fields)
    world.left.entries[again].marker = marker
    world.settle()

    assert original != again
    assert graces(world, "right") == [there]
    assert graces(world, "left") == [again]


def test_what_comes_back_takes_its_place_though_its_former_id_is_somebody_elses_by_now(
    worlds: Worlds,
) -> None:
    world = worlds(MemoryOptions(), MemoryOptions(idempotency="marker", reuses_ids=True))
    world.set(delete=PerSide(False, True))
    grace = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    former = world.right.entries[world.only(world.right)]
    fields, marker = dict(former.fields), former.marker
    world.right.delete(former.id)
    world.settle()
    world.left.create("ada", {"given_name": "Alan"})
    world.settle()
    again = world.right.create("ada", fields)
    world.right.entries[again].marker = marker
    world.settle()

    assert graces(world, "left") == [grace]
    assert graces(world, "right") == [again]
    world.left.update(grace, {"job_title": "Admiral"})
    world.settle()
    assert world.right.read("ada")[again]["job_title"] == "Admiral"


@pytest.mark.parametrize("rule", [Conflict.LEFT_WINS, Conflict.RIGHT_WINS])
def test_with_an_old_backup_what_was_made_since_is_no_deletion_of_what_it_was_made_for(
    worlds: Worlds, tmp_path: Path, rule: Conflict
) -> None:
    """The mailbox's contact was deleted and restored; its copy in the CRM was made anew."""
    world = worlds(MemoryOptions(), MemoryOptions(idempotency="marker", fields=MAILBOX.fields))
    world.set(guards=GuardLimits(), conflict=rule)
    for given in ("Grace", "Alan", "Ada"):
        world.left.create("ada", {"given_name": given, "nickname": "only in the mailbox"})
    world.settle()
    state = tmp_path / "state.sqlite"
    backup = state.read_bytes()
    [grace] = graces(world, "left")
    world.left.delete(grace)
    world.settle()
    world.left.restore(grace)
    world.settle()
    for ending in ("-wal", "-shm"):
        tmp_path.joinpath(f"state.sqlite{ending}").unlink(missing_ok=True)
    state.write_bytes(backup)
    for _run in range(3):
        world.sync(full=True)
        world.clock.advance(90)

    assert graces(world, "left") == [grace]
    assert world.left.read("ada")[grace]["nickname"] == "only in the mailbox"
    assert len(graces(world, "right")) == 1
