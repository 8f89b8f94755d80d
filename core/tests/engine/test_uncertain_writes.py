"""Writes without an outcome, and what people did before anybody looked: nothing twice, nothing
undone, nothing decided about what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from syncline.connectors.memory import Call, MemoryOptions, MemoryStore
from syncline.errors import Retry
from syncline.model.records import RecordId
from syncline.model.reports import RunReport
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, FieldRule
from syncline.run.selection import Selection
from syncline.state.intents import INTENT
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
KINDS = ["key", "marker", "none"]
EDITS: dict[str, Mapping[str, Any]] = {
    "a phone": {"mobile_phone": "+49 1"},
    "another given name": {"given_name": "Grazia"},
    "another address": {"emails": ("g@example.test",)},
}


@dataclass
class AnswerLost:
    """The next call of a kind takes effect, or none, and nobody hears of it."""

    kind: str = "apply"
    before: Callable[[Call], None] = field(default=lambda _call: None)
    effect: bool = True
    always: bool = False
    done: bool = False

    def __post_init__(self) -> None:
        if not self.effect:
            self.before = self._lose

    def after(self, call: Call) -> None:
        self._lose(call)

    def _lose(self, call: Call) -> None:
        if call.kind == self.kind and (self.always or not self.done):
            self.done = True
            raise Retry("connection lost")


def _lose_answer(world: EngineWorld, kind: str = "apply", *, effect: bool = True) -> RunReport:
    world.right.fault = AnswerLost(kind, effect=effect)
    report = world.sync()
    world.right.fault = None
    return report


def _created_unheard(worlds: Worlds, idempotency: str = "none", lag: float = 0.0) -> EngineWorld:
    """A world in which Grace was created on the right, and nobody heard of it. `lag`: seconds until
    that can be seen.
    """
    world = worlds(right=MemoryOptions(idempotency=idempotency, visibility_lag=lag))
    world.left.create("ada", person("Grace", "Hopper"))
    _lose_answer(world)
    return world


def _linked(world: EngineWorld) -> RecordId:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("ada", person("Alan", "Turing"))
    world.settle()
    return _named(world.right, "Grace")


def _named(store: MemoryStore, name: str) -> RecordId:
    return next(id for id, f in store.read("ada").items() if f["given_name"] == name)


def _later(world: EngineWorld, runs: int = 3) -> RunReport:
    for _run in range(runs):
        world.clock.advance(600)
        report = world.sync()
    return report


# --- what cannot be read is not gone --------------------------------------------------------------


def test_a_deletion_in_doubt_is_not_settled_while_the_record_cannot_be_read(
    world: EngineWorld,
) -> None:
    grace = _linked(world)
    world.left.delete(_named(world.left, "Grace"))
    _lose_answer(world, "delete", effect=False)

    world.right.hide(grace)
    report = _later(world, 1)
    assert {problem.kind for problem in report.problems} == {"unknown"}
    world.right.hide(grace, hidden=False)
    _later(world)

    assert [f["given_name"] for f in world.shown(world.left)] == ["Alan"]
    assert world.same()


def test_an_update_in_doubt_is_not_settled_while_the_record_cannot_be_read(
    world: EngineWorld,
) -> None:
    grace = _linked(world)
    here = _named(world.left, "Grace")
    world.left.update(here, {"job_title": "Admiral"})
    _lose_answer(world)

    world.right.hide(grace)
    _later(world, 1)
    world.right.hide(grace, hidden=False)
    world.right.update(grace, {"job_title": "Rear Admiral"})
    _later(world)

    assert world.left.read("ada")[here]["job_title"] == "Rear Admiral", "it is the later edit"
    assert world.same()


def test_a_deletion_in_doubt_of_what_has_left_the_data_set_did_not_happen(worlds: Worlds) -> None:
    world = worlds()
    world.set(where=PerSide(None, "company=Acme"), left_scope="keep")
    here = world.left.create("ada", person("Grace", "Hopper", company="Acme"))
    world.settle()
    there = world.only(world.right)
    world.left.delete(here)
    _lose_answer(world, "delete", effect=False)

    world.right.update(there, {"company": "Other"})
    _later(world)

    assert there in world.right.read("ada"), "outside of the data set nothing is deleted"


# --- creates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", ["it is edited", "others are paired"])
@pytest.mark.parametrize("idempotency", KINDS)
def test_a_create_that_did_not_happen_is_made_whatever_was_noted_before_that_was_known(
    worlds: Worlds, idempotency: str, meanwhile: str
) -> None:
    """Its record was taken for linked while the create was in doubt, and forgotten."""
    world = worlds(right=MemoryOptions(idempotency=idempotency, visibility_lag=45.0))
    world.set(create=PerSide(False, True))
    world.right.create("ada", person("Alan", "Turing"))
    world.clock.advance(60)
    grace = world.left.create("ada", person("Grace", "Hopper"))
    _lose_answer(world, effect=False)
    if meanwhile == "it is edited":
        world.left.update(grace, {"job_title": "Admiral"})
    else:
        world.left.create("ada", person("Alan", "Turing"))
    world.sync()  # it cannot be seen yet whether Grace was created

    _later(world, 6)

    assert {each["given_name"] for each in world.shown(world.right)} == {"Alan", "Grace"}


@pytest.mark.parametrize("change", ["edited", "deleted"])
@pytest.mark.parametrize("idempotency", KINDS)
def test_what_was_read_of_the_source_before_its_create_was_adopted_travels(
    worlds: Worlds, idempotency: str, change: str
) -> None:
    """The mark that its reading had set was wiped by the adoption."""
    world = _created_unheard(worlds, idempotency, lag=45.0)
    grace = world.only(world.left)
    if change == "edited":
        world.left.update(grace, {"job_title": "Admiral"})
    else:
        world.left.delete(grace)
    world.sync()  # reads it; what was created cannot be seen yet

    _later(world)

    assert world.same("ada")
    assert len(world.right.read("ada")) == (change == "edited")


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("idempotency", KINDS)
def test_what_a_lost_create_made_and_a_person_edited_is_not_made_again(
    worlds: Worlds, idempotency: str, edit: str
) -> None:
    world = _created_unheard(worlds, idempotency)

    world.right.update(world.only(world.right), EDITS[edit])
    _later(world)

    assert len(world.right.read("ada")) == 1
    assert len(world.left.read("ada")) == 1
    if idempotency != "none":
        assert world.same("ada"), "what a person typed there travels"


@pytest.mark.parametrize("way", ["edit there", "edit here"])
def test_what_waits_for_a_person_is_linked_when_both_hold_the_same(
    worlds: Worlds, way: str
) -> None:
    world = _created_unheard(worlds)
    here, there = world.only(world.left), world.only(world.right)
    world.right.update(there, {"given_name": "Grazia"})

    [problem] = _later(world, 1).problems
    assert problem.kind == "uncertain"
    assert "hold the same" in problem.hint
    with world.session() as session:
        waiting = session.status().waiting
    assert {(each.side, each.id) for each in waiting} == {("left", here), ("right", there)}

    if way == "edit there":
        world.right.update(there, {"given_name": "Grace"})
    else:
        world.left.update(here, {"given_name": "Grazia"})
    _later(world)

    assert world.same()
    assert len(world.right.read("ada")) == 1
    with world.session() as session:
        assert session.status().waiting == ()
    world.left.update(here, {"job_title": "Admiral"})
    world.settle()
    assert world.same(), "they are linked"


def test_what_waits_for_a_person_is_created_when_the_candidate_is_deleted(worlds: Worlds) -> None:
    world = _created_unheard(worlds)
    there = world.only(world.right)
    world.right.update(there, {"given_name": "Grazia"})
    _later(world)

    world.right.delete(there)
    _later(world)

    assert [f["given_name"] for f in world.shown(world.right)] == ["Grace"]
    assert world.same()


def test_a_person_who_is_not_alike_hinders_no_create(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(idempotency="none"))
    world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    _lose_answer(world, effect=False)

    world.right.create("ada", person("Alan", "Turing", company="Navy"))
    _later(world)

    assert len(world.right.read("ada")) == 2
    assert world.same()


def test_two_alike_that_were_sent_together_are_each_found(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(idempotency="none"))
    shared = {"emails": ("family@example.test",), "family_name": "Hopper"}
    world.left.create("ada", {**shared, "given_name": "Grace"})
    world.left.create("ada", {**shared, "given_name": "Vincent"})
    world.set(match=("name",))
    _lose_answer(world)
    _later(world)

    assert len(world.right.read("ada")) == 2
    assert world.same()


def test_two_that_hold_the_same_and_were_sent_together_are_each_found(worlds: Worlds) -> None:
    """Which of the two records is whose makes no difference."""
    world = worlds(right=MemoryOptions(idempotency="none"))
    here = [world.left.create("ada", {"given_name": "Grace"}) for _twin in range(2)]
    _lose_answer(world)
    world.left.create("ada", {"given_name": "Alan"})
    report = _later(world)

    assert report.problems == ()
    assert len(world.right.read("ada")) == 3
    world.left.update(here[0], {"job_title": "Admiral"})
    _later(world)
    assert world.same(), "each is linked to one of them"


@pytest.mark.parametrize("idempotency", KINDS)
@pytest.mark.parametrize("ahead", [-300.0, 300.0])
def test_our_clock_may_be_wrong(tmp_path: Path, idempotency: str, ahead: float) -> None:
    """By minutes, either way: what was made since is told by the service's clock."""
    right, skew = MemoryOptions(idempotency=idempotency), PerSide(0.0, -ahead)
    world = EngineWorld(tmp_path, MemoryOptions(), right, skew=skew)
    world.left.create("ada", {"given_name": "Grace", "family_name": "Hopper"})  # no match key
    _lose_answer(world)
    _later(world)

    assert len(world.right.read("ada")) == 1
    assert world.same()


# --- deleted by a person before anybody looked ----------------------------------------------------


@pytest.mark.parametrize("idempotency", KINDS)
def test_a_deletion_by_a_person_before_anybody_looked_is_not_undone(
    worlds: Worlds, idempotency: str
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    world.left.create("ada", person("Alan", "Turing"))
    world.settle()
    world.left.create("ada", person("Grace", "Hopper"))
    _lose_answer(world)
    world.right.delete(_named(world.right, "Grace"))
    _later(world)

    assert [f["given_name"] for f in world.shown(world.right)] == ["Alan"]
    assert world.same(), "it travels as any other deletion"


class DiesOnceSettled:
    """A run dies right after the commit that ends the last intent."""

    def __init__(self) -> None:
        self._was_open = self._settled = False

    def before(self, tx: Connection) -> None:
        is_open = bool(tx.scalar(select(func.count()).select_from(INTENT)))
        self._settled = self._was_open and not is_open
        self._was_open = is_open

    def after(self) -> None:
        if self._settled:
            raise Died


class Died(BaseException):
    """As a process that is killed: nobody catches it."""


def test_a_deletion_is_not_lost_with_the_run_that_found_what_was_made(worlds: Worlds) -> None:
    """The feed has told of it by then, when nothing was known of the record."""
    world = _created_unheard(worlds)
    world.right.delete(world.only(world.right))
    world.clock.advance(60)
    world.commits = DiesOnceSettled()
    with pytest.raises(Died):
        world.sync()
    world.commits = None

    _later(world)

    assert world.left.read("ada") == {}


def test_a_merge_before_anybody_looked_is_followed(worlds: Worlds) -> None:
    world = _created_unheard(worlds)
    made = world.only(world.right)
    winner = world.right.create("ada", {"given_name": "G.", "family_name": "Hopper-Murray"})
    world.right.merge(made, winner)
    _later(world)

    assert list(world.right.read("ada")) == [winner]
    assert world.same()


def test_what_was_edited_and_deleted_before_anybody_looked_waits_for_a_person(
    worlds: Worlds,
) -> None:
    world = _created_unheard(worlds)
    here, made = world.only(world.left), world.only(world.right)
    world.right.update(made, {"given_name": "Grazia"})
    world.right.delete(made)

    [problem] = _later(world).problems
    assert problem.kind == "uncertain"
    assert world.right.read("ada") == {}

    world.left.delete(here)
    report = _later(world)

    assert report.problems == ()
    assert world.left.read("ada") == world.right.read("ada") == {}


def test_an_update_without_an_answer_is_not_taken_for_an_edit_where_a_stamp_is_shared(
    worlds: Worlds,
) -> None:
    """The record had been edited in the very second of our write: its stamp was the same before."""
    stamps = MemoryOptions(conditional="second", granularity=1.0)
    world = worlds(right=stamps)
    world.set(conflict=Conflict.RIGHT_WINS)
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    record, copy = world.only(world.right), world.only(world.left)
    world.clock.advance(30)
    world.left.update(copy, {"job_title": "ours"})
    world.right.update(record, {"notes": "in the same second"})
    world.right.fault = AnswerLost("apply", always=True)
    with world.session() as session:
        session.run(Selection())
    world.right.fault = None

    world.left.update(copy, {"job_title": "the newer one"})
    world.settle()

    assert world.right.read("ada")[record]["job_title"] == "the newer one"


def test_what_a_write_went_over_is_in_the_history_though_its_field_is_switched_off_since(
    world: EngineWorld,
) -> None:
    """Whether it came nobody can say any more: the field is not read."""
    world.set(conflict=Conflict.LEFT_WINS)
    left = world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    [right] = world.right.read("ada")
    world.left.update(left, {"suffix": "PhD"})
    world.right.update(right, {"suffix": "Jr."})
    _lose_answer(world)
    world.set(fields={"suffix": FieldRule(direction=Direction.NONE)})
    world.settle()

    with world.session() as session:
        entries = session.record_history(str(right))
    [entry] = [each for each in entries if "perhaps" in each.reason]
    assert [(change.name, change.before) for change in entry.changes] == [("suffix", "Jr.")]
