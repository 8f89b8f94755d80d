"""Members come, go and move; several of them over one CRM."""

from __future__ import annotations

from dataclasses import replace

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    RIGHT,
    TWO,
    create,
    delete,
    edit,
    every,
    find,
    in_step,
    members,
    number,
    on_both,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from proof.crashes import Step
from syncline.model.sides import PerSide
from syncline.policy.schema import LeftScope, Records, SharedDelete
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld

CRM = {"feed": "connection", "spans_accounts": True}
VISIBLE = {"records": PerSide(Records.OWN, Records.VISIBLE)}
ONE_RECORD = number(2, 1)
BOTH_KNOW_GRACE = steps(create(LEFT, GRACE), create(LEFT, GRACE, account="bob"))


def move(world: EngineWorld) -> None:
    """Ada moves from this sync to another one, with another policy; bob stays."""
    world.members = (Member(PerSide("bob", "bob")),)
    real = replace(world.policy, match=("name+company",), max_records=100)
    world.more_syncs = (world.agreement("real", (Member(PerSide("ada", "ada")),), real),)


def give(given: str, account: str) -> Step:
    """A record of the CRM gets another owner."""
    return lambda world: world.right.give(find(world, RIGHT, given), account)


MEMBERS = (
    Scenario(
        name="a member joins",
        given=steps(members("ada"), create(RIGHT, GRACE), create(RIGHT, ALAN, account="bob")),
        when=steps(members("ada", "bob"), create(LEFT, EDSGER, account="bob")),
        then=every(same, number(3, 3)),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a member joins and has all visible records",
        given=steps(members("ada"), create(RIGHT, GRACE)),
        when=members("ada", "bob"),
        then=number(2, 1),
        policy=VISIBLE,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a member leaves",
        given=steps(create(LEFT, GRACE), create(LEFT, ALAN, account="bob")),
        when=steps(
            members("ada"),
            edit(LEFT, "Grace", job_title="A"),
            edit(RIGHT, "Alan", job_title="paused"),
            delete(LEFT, "Alan"),
        ),
        then=every(number(1, 2), on_both("Grace", job_title="A")),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a member comes back",
        given=steps(create(LEFT, GRACE), create(LEFT, ALAN, account="bob")),
        when=steps(
            members("ada"),
            edit(RIGHT, "Alan", job_title="A"),
            create(RIGHT, EDSGER, account="bob"),
            in_step,
            edit(LEFT, "Alan", notes="n"),
            members("ada", "bob"),
        ),
        then=every(same, number(3, 3), on_both("Alan", job_title="A", notes="n")),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a member moves to another sync",
        given=steps(create(LEFT, {"given_name": "Grace"}), create(LEFT, ALAN, account="bob")),
        when=steps(
            move,
            edit(RIGHT, "Grace", job_title="A"),
            create(LEFT, EDSGER),
            edit(LEFT, "Alan", notes="n"),
        ),
        then=every(same, number(3, 3), on_both("Grace", job_title="A"), on_both("Alan", notes="n")),
        people=TWO,
    ),
    Scenario(
        name="two people who know the same person",
        when=BOTH_KNOW_GRACE,
        then=ONE_RECORD,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="two people who know the same person, with different details",
        when=steps(
            create(LEFT, {**GRACE, "job_title": "Admiral"}),
            create(LEFT, {**GRACE, "company": "Navy"}, account="bob"),
        ),
        then=every(
            ONE_RECORD,
            shows(LEFT, "Grace", "ada", job_title="Admiral", company="Navy"),
            shows(LEFT, "Grace", "bob", job_title="Admiral", company="Navy"),
        ),
        policy=VISIBLE,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="two people share a record, one edits it",
        given=BOTH_KNOW_GRACE,
        when=edit(LEFT, "Grace", "ada", job_title="A"),
        then=every(ONE_RECORD, shows(LEFT, "Grace", "bob", job_title="A")),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="two people edit the record they share",
        given=create(RIGHT, GRACE),
        when=steps(
            edit(LEFT, "Grace", "ada", job_title="A"),
            edit(LEFT, "Grace", "bob", company="N"),
            edit(RIGHT, "Grace", notes="n"),
        ),
        then=every(
            shows(LEFT, "Grace", "ada", job_title="A", company="N", notes="n"),
            shows(LEFT, "Grace", "bob", job_title="A", company="N", notes="n"),
        ),
        policy=VISIBLE,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="two people share a record, one edits it, the other deletes it",
        given=BOTH_KNOW_GRACE,
        when=steps(edit(LEFT, "Grace", "ada", notes="A"), delete(LEFT, "Grace", "bob")),
        then=every(number(1, 1), on_both("Grace", notes="A")),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a shared record is deleted in one mailbox, which deletes for all",
        given=create(RIGHT, GRACE, ALAN),
        when=delete(LEFT, "Grace", "ada"),
        then=number(2, 1),
        policy={**VISIBLE, "shared_delete": SharedDelete.PROPAGATE},
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a shared record is deleted by the last who has it",
        given=create(RIGHT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace", "ada"), in_step, delete(LEFT, "Grace", "bob")),
        then=number(2, 1),
        policy=VISIBLE,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a shared record is deleted in the CRM",
        given=create(RIGHT, GRACE, ALAN),
        when=steps(delete(RIGHT, "Grace"), create(LEFT, EDSGER)),
        then=number(4, 2),
        policy=VISIBLE,
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a shared record is edited and its owner is another now",
        given=steps(create(LEFT, GRACE, ALAN), create(LEFT, GRACE, account="bob")),
        when=steps(edit(RIGHT, "Grace", job_title="A"), give("Alan", "bob")),
        then=every(
            number(4, 2), shows(LEFT, "Grace", "bob", job_title="A"), shows(LEFT, "Alan", "bob")
        ),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a record is given away, which deletes it at its former owner",
        given=create(RIGHT, GRACE, ALAN),
        when=give("Grace", "bob"),
        then=every(same, number(2, 2), shows(LEFT, "Grace", "bob")),
        policy={"left_scope": LeftScope.DELETE},
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="a record comes back to its owner",
        given=create(RIGHT, GRACE),
        when=steps(
            give("Grace", "bob"), in_step, give("Grace", "ada"), edit(RIGHT, "Grace", job_title="A")
        ),
        then=every(shows(LEFT, "Grace", "ada", job_title="A"), number(2, 1)),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="accounts of different names",
        given=lambda world: setattr(world, "members", (Member(PerSide("ada", "bob")),)),
        when=steps(create(LEFT, GRACE), create(RIGHT, ALAN, account="bob"), create(RIGHT, EDSGER)),
        then=number(2, 3),
        people=TWO,
    ),
)
