"""Promise 2: an edit that a deletion without an exact condition went over is in the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from proof.crashes import Died
from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Retry, Stop
from syncline.model.fields import Value
from syncline.model.reports import Action, HistoryEntry
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
UNCONDITIONAL = {
    "no condition": MemoryOptions(conditional_delete="none"),
    "stamps": MemoryOptions(
        conditional="second", conditional_delete="second", granularity=3600.0, overlap=3600.0
    ),
}


@pytest.mark.parametrize("kind", UNCONDITIONAL)
def test_the_history_holds_what_the_record_held_when_it_was_deleted(
    worlds: Worlds, kind: str
) -> None:
    world = worlds(right=UNCONDITIONAL[kind])
    _linked(world)
    _deleted_while_it_is_edited(world)
    report = world.sync()

    assert world.shown(world.right) == []
    assert ["an edit made meanwhile went with it" in o.reason for o in report.operations] == [True]
    deletion = _deletion(world)
    assert _before(deletion, "job_title") == "Admiral"
    assert _before(deletion, "family_name") == "Hopper"
    assert "an edit made meanwhile went with it" in deletion.reason


def test_an_undo_gives_back_the_edit_that_the_deletion_went_over(worlds: Worlds) -> None:
    world = worlds(right=UNCONDITIONAL["no condition"])
    _linked(world)
    _deleted_while_it_is_edited(world)
    run_id = world.sync().run_id
    world.right.fault = None
    with world.session() as session:
        session.undo(run_id)

    assert [found["job_title"] for found in world.shown(world.right)] == ["Admiral"]


def test_a_run_that_dies_before_it_could_ask_is_made_good_by_the_next(worlds: Worlds) -> None:
    world = worlds(right=UNCONDITIONAL["no condition"])
    _linked(world)
    _deleted_while_it_is_edited(world, then=Died())
    with pytest.raises(Died):
        world.sync()
    world.right.fault = None
    world.clock.advance(700)
    world.sync()

    deletion = _deletion(world)
    assert _before(deletion, "job_title") == "Admiral"
    assert "an edit made meanwhile went with it" in deletion.reason


@pytest.mark.parametrize("error", [Retry("busy"), Stop("the bin is closed to us")])
def test_a_bin_that_cannot_be_read_stops_nothing_and_the_history_keeps_what_was_read(
    worlds: Worlds, error: Exception
) -> None:
    world = worlds(right=UNCONDITIONAL["no condition"])
    _linked(world)
    _deleted_while_it_is_edited(world, bin=error)
    report = world.sync()

    assert report.exit_code == 0
    assert world.shown(world.right) == []
    assert _before(_deletion(world), "job_title") == "Commodore"


def test_without_a_bin_the_history_keeps_what_was_read(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(conditional_delete="none", bin=False))
    _linked(world)
    _deleted_while_it_is_edited(world)
    world.sync()

    assert _before(_deletion(world), "job_title") == "Commodore"


def test_where_deletions_have_an_exact_condition_the_bin_is_not_asked(world: EngineWorld) -> None:
    _linked(world)
    world.left.delete(world.only(world.left))
    world.sync()

    assert world.shown(world.right) == []
    assert world.right.calls["deleted"] == 0
    assert "meanwhile" not in _deletion(world).reason


def test_a_batch_of_deletions_is_asked_about_in_one_call(worlds: Worlds) -> None:
    world = worlds(right=UNCONDITIONAL["no condition"])
    for number in range(4):
        world.left.create("ada", person("Grace", f"Hopper{number}"))
    world.sync()
    for id in world.left.read("ada"):
        world.left.delete(id)
    world.sync()

    assert world.shown(world.right) == []
    assert world.right.calls["deleted"] == 1


# --- what happens meanwhile ----------------------------------------------------------------------


@dataclass
class _Meanwhile:
    """Right before the deletion somebody edits the record; after it, `then` happens to the run."""

    world: EngineWorld
    then: BaseException | None
    bin: BaseException | None

    def before(self, call: Call) -> None:
        if call.kind == "delete":
            self.world.right.update(self.world.only(self.world.right), {"job_title": "Admiral"})
        if call.kind == "deleted" and self.bin is not None:
            raise self.bin

    def after(self, call: Call) -> None:
        if call.kind == "delete" and self.then is not None:
            raise self.then


def _linked(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", job_title="Commodore"))
    world.sync()


def _deleted_while_it_is_edited(
    world: EngineWorld, *, then: BaseException | None = None, bin: BaseException | None = None
) -> None:
    world.left.delete(world.only(world.left))
    world.right.fault = _Meanwhile(world, then, bin)


def _deletion(world: EngineWorld) -> HistoryEntry:
    world.right.fault = None
    with world.session() as session:
        entries = session.record_history("Hopper")
    return next(entry for entry in entries if entry.action is Action.DELETE)


def _before(deletion: HistoryEntry, name: str) -> Value:
    return {change.name: change.before for change in deletion.changes}[name]
