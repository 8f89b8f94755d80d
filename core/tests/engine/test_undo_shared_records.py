"""What a run wrote to records that several members hold, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Records
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
GRACE = person("Grace", "Hopper", job_title="Admiral")


@pytest.fixture
def crm(worlds: Worlds) -> EngineWorld:
    """Right is a CRM that is read once for all; each member has all of its records."""
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    return world


def test_an_edit_that_went_through_a_shared_record_is_taken_back_everywhere_we_wrote(
    crm: EngineWorld,
) -> None:
    crm.left.create("ada", GRACE)
    crm.settle()
    crm.left.update(crm.only(crm.left, "ada"), {"job_title": "Captain"})
    runs = [crm.sync().run_id for _run in range(2)]

    for run in reversed(runs):
        assert crm.undo(run).kept == ()

    titles = [crm.shown(crm.left, who)[0]["job_title"] for who in ("ada", "bob")]
    assert titles == ["Captain", "Admiral"]
    assert next(iter(crm.right.read().values()))["job_title"] == "Admiral"
    assert crm.sync(full=True).writes == 0


def test_what_two_members_had_typed_is_back_and_stays(crm: EngineWorld) -> None:
    """The next run empties nothing: for neither of them what was put back is an edit."""
    crm.left.create("ada", GRACE)
    crm.settle()
    for who in ("ada", "bob"):
        crm.left.update(crm.only(crm.left, who), {"company": f"of {who}"})
    run = crm.sync()

    assert crm.undo(run.run_id).kept == ()

    companies = [crm.shown(crm.left, who)[0].get("company") for who in ("ada", "bob")]
    assert companies == ["of ada", "of bob"]
    assert crm.sync(full=True).writes == 0
    crm.left.update(crm.only(crm.left, "bob"), {"company": "Navy"})
    crm.settle()
    assert crm.shown(crm.right)[0]["company"] == "Navy"


def test_a_shared_record_goes_with_the_copies_that_the_same_run_made(crm: EngineWorld) -> None:
    crm.left.create("ada", GRACE)
    runs = [crm.sync().run_id for _run in range(2)]
    assert len(crm.left.read("bob")) == 1

    for run in reversed(runs):
        plan, report = crm.undo(run, dry=True), crm.undo(run)
        assert (plan.run.writes, plan.kept) == (report.run.writes, report.kept)

    assert (crm.right.read(), crm.left.read("bob")) == ({}, {})
    assert len(crm.left.read("ada")) == 1
    assert crm.sync(full=True).writes == 0


def test_a_record_that_others_have_linked_stays(crm: EngineWorld) -> None:
    crm.left.create("ada", GRACE)
    crm.left.create("bob", GRACE)
    runs = [crm.sync().run_id for _run in range(2)]
    assert len(crm.right.read()) == 1

    report = crm.undo(runs[0])

    assert [kept.reason for kept in report.kept] == ["others have linked it"]
    assert len(crm.right.read()) == 1
