"""P22 where one mailbox is in several syncs: whose record it is, and what one run made of it, does
not depend on the sync that wrote it, on its side there, or on the data set that sync looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from syncline.connectors.memory import MemoryOptions, MemoryStore
from syncline.model.records import RecordId
from syncline.model.reports import Action, UndoReport
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, FieldRule, ObjectPolicy, SharedDelete
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)
GRACE = person("Grace", "Hopper", company="Navy", job_title="Admiral", notes="of old")


def without(*names: str) -> Callable[[ObjectPolicy], ObjectPolicy]:
    """A sync that leaves these fields alone."""
    return lambda policy: replace(
        policy, fields={name: FieldRule(Direction.NONE) for name in names}
    )


def only_the_navy(policy: ObjectPolicy) -> ObjectPolicy:
    return replace(policy, where=PerSide("company=Navy", None))


def as_it_is(policy: ObjectPolicy) -> ObjectPolicy:
    return policy


@pytest.fixture
def mailbox(worlds: Worlds) -> EngineWorld:
    """Left is Ada's mailbox, right her first CRM."""
    world = worlds(right=CRM)
    world.people = ("ada",)
    return world


def with_second_crm(
    world: EngineWorld,
    change: Callable[[ObjectPolicy], ObjectPolicy] = as_it_is,
    *,
    mailbox_first: bool = True,
) -> MemoryStore:
    second = world.add_store("second", CRM)
    between = PerSide("left", "second") if mailbox_first else PerSide("second", "left")
    members = (Member(PerSide("ada", "ada")),)
    world.more_syncs = (world.agreement("t", members, change(world.policy), between),)
    return second


def undo(world: EngineWorld, run: str) -> UndoReport:
    """Undone; a plan of it had said the same."""
    world.clock.advance(60)
    with world.session() as session:
        plan, report = session.undo(run, dry=True), session.undo(run)
    assert plan.kept == report.kept
    assert plan.run.writes == report.run.writes
    return report


def quiet(world: EngineWorld) -> bool:
    return [world.sync(full=full).writes for full in (False, True, False)] == [0, 0, 0]


def grace(store: MemoryStore) -> RecordId:
    return next(id for id, f in store.read("ada").items() if f["given_name"] == "Grace")


def kept(report: UndoReport) -> dict[str, str]:
    return {each.connection: each.reason for each in report.kept}


WAYS = pytest.mark.parametrize(
    ("change", "mailbox_first"),
    [
        pytest.param(as_it_is, True, id="the same way"),
        pytest.param(as_it_is, False, id="on the other side"),
        pytest.param(without("department"), True, id="without a field"),
        pytest.param(only_the_navy, True, id="a part of it"),
    ],
)
"""How the second sync looks at the mailbox."""


def one_run_carries_a_new_contact_to_all(
    world: EngineWorld, change: Callable[[ObjectPolicy], ObjectPolicy], *, mailbox_first: bool
) -> tuple[MemoryStore, str]:
    """The first CRM's new contact is in the mailbox and in the second CRM then."""
    second = with_second_crm(world, change, mailbox_first=mailbox_first)
    world.right.create("ada", person("Old", "One", company="Navy"))
    world.settle()
    world.right.create("ada", GRACE)
    run = world.sync()
    assert len(second.read()) == 2
    return second, run.run_id


@WAYS
def test_what_another_sync_keeps_the_same_stays_however_it_looks_at_it(
    mailbox: EngineWorld,
    change: Callable[[ObjectPolicy], ObjectPolicy],
    mailbox_first: bool,
) -> None:
    """The next run would delete what somebody typed there: the mailbox has it no more."""
    mailbox.set(conflict=Conflict.LEFT_WINS if mailbox_first else Conflict.RIGHT_WINS)
    second, run = one_run_carries_a_new_contact_to_all(mailbox, change, mailbox_first=mailbox_first)
    second.update(grace(second), {"notes": "typed since"})

    report = undo(mailbox, run)

    assert kept(report) == {"second": "edited since: notes", "left": "others have linked it"}
    mailbox.settle()
    assert second.read()[grace(second)]["notes"] == "typed since"
    assert mailbox.left.read()[grace(mailbox.left)]["notes"] == "typed since"


@WAYS
def test_what_nobody_edited_goes_from_everywhere_the_run_had_carried_it_to(
    mailbox: EngineWorld,
    change: Callable[[ObjectPolicy], ObjectPolicy],
    mailbox_first: bool,
) -> None:
    second, run = one_run_carries_a_new_contact_to_all(mailbox, change, mailbox_first=mailbox_first)

    report = undo(mailbox, run)

    assert report.kept == ()
    assert len(second.read()) == len(mailbox.left.read()) == 1
    assert len(mailbox.right.read()) == 2
    assert quiet(mailbox)


def both_crms_are_edited(world: EngineWorld, second: MemoryStore, name: str) -> str:
    """One run carries an edit of each CRM into the one record of the mailbox."""
    world.left.create("ada", GRACE)
    world.settle()
    world.right.update(world.only(world.right), {name: "of the first"})
    second.update(grace(second), {"notes": "of the second"})
    return world.sync().run_id


@WAYS
def test_what_one_run_wrote_to_a_record_for_two_syncs_is_taken_back_as_one(
    mailbox: EngineWorld,
    change: Callable[[ObjectPolicy], ObjectPolicy],
    mailbox_first: bool,
) -> None:
    second = with_second_crm(mailbox, change, mailbox_first=mailbox_first)
    run = both_crms_are_edited(mailbox, second, "job_title")

    report = undo(mailbox, run)

    assert report.kept == ()
    assert mailbox.shown(mailbox.left) == [_shown(GRACE)]
    [write] = [each for each in report.run.operations if each.connection == "left"]
    assert {each.name for each in write.changes} == {"job_title", "notes"}
    assert quiet(mailbox)


def test_each_sync_takes_back_the_fields_that_only_it_has(mailbox: EngineWorld) -> None:
    mailbox.set(fields={"notes": FieldRule(Direction.NONE)})
    second = with_second_crm(mailbox, without("department"))
    run = both_crms_are_edited(mailbox, second, "department")

    report = undo(mailbox, run)

    assert report.kept == ()
    assert mailbox.shown(mailbox.left) == [_shown(GRACE)]
    assert quiet(mailbox)


def test_who_edited_it_since_is_told_of_that_and_not_of_the_runs_own_writes(
    mailbox: EngineWorld,
) -> None:
    second = with_second_crm(mailbox)
    run = both_crms_are_edited(mailbox, second, "job_title")
    mailbox.left.update(grace(mailbox.left), {"company": "Park"})

    report = undo(mailbox, run)

    assert [each.reason for each in report.kept if each.connection == "left"] == [
        "edited since: company"
    ]


def test_a_record_updated_for_one_sync_and_deleted_for_another_comes_back_as_it_was(
    mailbox: EngineWorld,
) -> None:
    mailbox.set(conflict=Conflict.RIGHT_WINS, shared_delete=SharedDelete.PROPAGATE)
    second = with_second_crm(mailbox)
    mailbox.left.create("ada", GRACE)
    mailbox.settle()
    mailbox.right.update(mailbox.only(mailbox.right), {"job_title": "Commodore"})
    second.delete(grace(second))
    run = mailbox.sync()
    actions = [each.action for each in run.operations if each.connection == "left"]
    assert actions == [Action.UPDATE, Action.DELETE]

    undo(mailbox, run.run_id)

    assert mailbox.shown(mailbox.left) == [_shown(GRACE)]


def test_the_run_that_wrote_it_through_another_sync_is_named(mailbox: EngineWorld) -> None:
    second = with_second_crm(mailbox)
    mailbox.left.create("ada", GRACE)
    mailbox.settle()
    mailbox.right.update(mailbox.only(mailbox.right), {"job_title": "Commodore"})
    first = mailbox.sync()
    second.update(grace(second), {"job_title": "Captain"})
    later = mailbox.sync()

    report = undo(mailbox, first.run_id)

    assert later.run_id in kept(report)["left"]


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
