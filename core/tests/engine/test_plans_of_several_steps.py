"""What a run's writes bring about in the same run, a plan shows, too: it takes them for done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import Action, RunReport
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Merge, Records
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)


@pytest.fixture
def visible(worlds: Worlds) -> EngineWorld:
    """Right is a CRM; each member has all of its records."""
    world = worlds(right=CRM)
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    return world


def _with_second_crm(world: EngineWorld, mailbox_first: bool) -> None:
    world.people = ("ada",)
    world.add_store("second", CRM)
    between = PerSide("left", "second") if mailbox_first else PerSide("second", "left")
    members = (Member(PerSide("ada", "ada")),)
    world.more_syncs = (world.agreement("t", members, world.policy, between),)


def _writes(report: RunReport) -> list[tuple[str, ...]]:
    """Lane, action, system, name and changes of each write, in no order."""
    return sorted(
        (each.lane.left, each.action.value, each.connection, each.label, repr(each.changes))
        for each in report.operations
        if not each.held
    )


def test_a_plan_shows_that_an_edit_of_one_copy_of_a_record_reaches_the_others(
    visible: EngineWorld,
) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.update(visible.only(visible.left, "ada"), {"job_title": "Admiral"})

    plan = visible.plan()

    assert [(each.lane.left, each.action) for each in plan.operations] == [
        ("ada", Action.UPDATE),
        ("bob", Action.UPDATE),
    ]
    assert _writes(plan) == _writes(visible.sync())


@pytest.mark.parametrize("rule", [Conflict.LEFT_WINS, Conflict.RIGHT_WINS, Conflict.MANUAL])
@pytest.mark.parametrize("titles", [("Admiral", "Captain"), ("Admiral", "Admiral")])
def test_a_plan_shows_who_wins_where_two_members_edited_one_field_of_their_record(
    visible: EngineWorld, rule: Conflict, titles: tuple[str, str]
) -> None:
    """The second write is refused, since the first has changed the record; its plan was not."""
    visible.set(conflict=rule)
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    for name, title in zip(("ada", "bob"), titles, strict=True):
        visible.left.update(visible.only(visible.left, name), {"job_title": title})

    plan = visible.plan()

    assert _writes(plan) == _writes(visible.sync())


def test_a_plan_shows_the_copies_of_a_record_that_is_only_planned(visible: EngineWorld) -> None:
    visible.left.create("ada", person("Grace", "Hopper"))

    plan = visible.plan()

    assert [(each.lane.left, each.connection, each.id) for each in plan.operations] == [
        ("ada", "right", None),
        ("bob", "left", None),
    ]
    assert _writes(plan) == _writes(visible.sync())


def test_a_plan_shows_the_merge_into_a_record_that_is_only_planned(visible: EngineWorld) -> None:
    """Both have her; one knows her title, the other one where she works."""
    visible.set(merge=Merge.FIELDS)
    visible.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    visible.left.create("bob", person("Grace", "Hopper", company="US Navy"))

    plan = visible.plan()

    assert {each.id for each in plan.operations if each.connection == "right"} == {None}
    assert any(each.action is Action.UPDATE for each in plan.operations)
    assert _writes(plan) == _writes(visible.sync())


@pytest.mark.parametrize("mailbox_first", [True, False])
@pytest.mark.parametrize("deed", ["create", "edit"])
def test_the_plan_of_a_second_sync_begins_where_that_of_the_first_ends(
    worlds: Worlds, deed: str, mailbox_first: bool
) -> None:
    """One mailbox in step with two CRMs: what is done in one goes to the mailbox, and then on."""
    world = worlds(right=CRM)
    _with_second_crm(world, mailbox_first)
    known = world.right.create("ada", person("Alan", "Turing"))
    world.settle()
    if deed == "create":
        world.right.create("ada", person("Grace", "Hopper"))
    else:
        world.right.update(known, {"job_title": "Fellow"})

    plan = world.plan()

    assert [each.connection for each in plan.operations] == ["left", "second"]
    assert _writes(plan) == _writes(world.sync())


def test_an_undo_is_planned_as_it_is_done(visible: EngineWorld) -> None:
    """Two members' copies of one record: it can go when both have let go of it."""
    visible.left.create("ada", person("Grace", "Hopper"))
    run = visible.sync().run_id

    with visible.session() as session:
        plan = session.undo(run, dry=True).run
        done = session.undo(run).run

    assert _writes(plan) == _writes(done) != []


@pytest.mark.parametrize("department", ["VIP", "Other"])
def test_a_plan_says_where_only_the_service_can_tell_what_its_writes_bring_into_a_data_set(
    worlds: Worlds, department: str
) -> None:
    world = worlds(right=CRM)
    _with_second_crm(world, mailbox_first=True)
    [second] = world.more_syncs
    only_vip = replace(world.policy, where=PerSide("department=VIP", None))
    world.more_syncs = (replace(second, objects={"contact": only_vip}),)
    other = {"VIP": "Other", "Other": "VIP"}[department]
    world.left.create("ada", person("Grace", "Hopper", department=other))
    world.settle()
    world.right.update(world.only(world.right), {"department": department})

    [problem] = world.plan().problems

    assert (problem.kind, problem.lane and problem.lane.sync) == ("not foreseen", "t")
    assert world.sync().problems == ()
    assert world.plan().problems == ()


def test_a_plan_whose_data_sets_nothing_can_move_in_has_nothing_to_say(worlds: Worlds) -> None:
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.set(where=PerSide("department=VIP", None))
    world.left.create("ada", person("Grace", "Hopper", department="VIP"))

    assert world.plan().problems == ()


@pytest.mark.parametrize("mailbox_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_within_a_limit_a_plan_lets_through_what_a_run_does(
    worlds: Worlds, limit: int, mailbox_first: bool
) -> None:
    """What the first sync makes in the mailbox goes on to the second CRM, beside what was there;
    nobody knows before by which ids, and `left-10` comes before `left-9`.
    """
    world = worlds(right=CRM)
    _with_second_crm(world, mailbox_first)
    for number in range(7):
        world.left.create("ada", person(f"P{number}", "X"))
    world.settle()
    for number in range(2):
        world.left.create("ada", person(f"Mailbox{number}", "Y"))
        world.right.create("ada", person(f"First{number}", "Z"))

    plan = world.plan(limit=limit)

    assert _writes(plan) == _writes(world.sync(limit=limit))
    world.settle()
    assert len(world.left.read("ada")) == 11


@pytest.mark.parametrize("mailbox_first", [True, False])
def test_within_a_limit_a_plan_edits_first_what_a_run_does(
    worlds: Worlds, mailbox_first: bool
) -> None:
    """The second CRM knows two people by their addresses alone: one who was entered in the mailbox,
    and one whom the first sync brings there.
    """
    world = worlds(right=CRM)
    world.set(merge=Merge.FIELDS, match=("email",))
    _with_second_crm(world, mailbox_first)
    for number in range(8):
        world.left.create("ada", person(f"P{number}", "X"))
    world.settle()
    for store, name in ((world.left, "Grace"), (world.right, "Alan")):
        emails = (f"{name}@example.test",)
        store.create("ada", person(name, "X", emails=emails, company="Navy"))
        world.more_stores["second"].create("ada", person(name, "X", emails=emails))

    plan = world.plan(limit=1)

    assert len([each for each in plan.operations if each.lane.sync == "t"]) == 2
    assert _writes(plan) == _writes(world.sync(limit=1))
