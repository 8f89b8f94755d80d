"""The agreement is another one from this run on."""

from __future__ import annotations

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    NAVY,
    RIGHT,
    TWO,
    create,
    delete,
    edit,
    every,
    in_step,
    number,
    on_both,
    policy,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.one_way import RIGHTWARDS
from proof.crash_scenarios.scenario import Scenario
from proof.crashes import Step
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Drift, FieldRule, Records
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld

OFF = FieldRule(Direction.NONE)
CRM = {"feed": "connection", "spans_accounts": True}


def folder(path: str | None) -> Step:
    """Ada's contacts are those of this folder at the left; bob has none."""

    def do(world: EngineWorld) -> None:
        world.left.add_container("ada", "CRM")
        own = {} if path is None else {"contact": PerSide(path, None)}
        world.members = (Member(PerSide("ada", "ada"), own),)

    return do


def in_folder(world: EngineWorld) -> None:
    """Alan lies in the other folder."""
    world.left.create("ada", ALAN, container="CRM")


POLICY_CHANGES = (
    Scenario(
        name="from one-way to both",
        given=steps(create(LEFT, GRACE), create(RIGHT, ALAN)),
        when=steps(
            edit(RIGHT, "Grace", job_title="drift", notes="only here"),
            in_step,
            edit(LEFT, "Grace", company="Navy"),
            policy(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS),
        ),
        then=every(same, number(2, 2), on_both("Grace", company="Navy", notes="only here")),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="from one-way to both, where the former source wins",
        given=create(LEFT, {**NAVY, "job_title": "source"}, ALAN),
        when=steps(
            edit(RIGHT, "Grace", job_title="drift"),
            in_step,
            policy(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS),
        ),
        then=on_both("Grace", job_title="source"),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="from both to one-way",
        given=create(LEFT, GRACE),
        when=steps(
            policy(**RIGHTWARDS),
            edit(RIGHT, "Grace", job_title="drift"),
            create(RIGHT, ALAN),
            create(LEFT, EDSGER),
        ),
        then=every(number(2, 3), shows(LEFT, "Grace", job_title=None)),
    ),
    Scenario(
        name="drift is taken back from now on",
        given=create(LEFT, GRACE, ALAN),
        when=steps(edit(RIGHT, "Grace", job_title="drift"), in_step, policy(drift=Drift.REVERT)),
        then=on_both("Grace", job_title=None),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="a field is switched off",
        given=create(LEFT, {**GRACE, "notes": "both"}),
        when=steps(
            policy(fields={"notes": OFF}),
            edit(LEFT, "Grace", notes="left", job_title="A"),
            create(RIGHT, {**ALAN, "notes": "his"}),
        ),
        then=every(
            on_both("Grace", job_title="A"),
            shows(RIGHT, "Grace", notes="both"),
            shows(LEFT, "Alan", notes=None),
        ),
    ),
    Scenario(
        name="a field joins the mapping",
        given=create(LEFT, {**GRACE, "notes": "left"}, {**ALAN, "notes": "his"}),
        when=steps(edit(RIGHT, "Grace", notes="right", company="Navy"), policy(fields={})),
        then=every(on_both("Grace", notes="left", company="Navy"), on_both("Alan", notes="his")),
        policy={"fields": {"notes": OFF, "company": OFF}},
    ),
    Scenario(
        name="a deletion found after the matching changed waits for the next run",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace"), edit(LEFT, "Alan", notes="n"), policy(match=("email",))),
        then=every(number(1, 1), on_both("Alan", notes="n")),
    ),
    Scenario(
        name="a narrower data set",
        given=create(LEFT, NAVY, ALAN),
        when=steps(
            policy(where=PerSide("company=Navy", None)),
            edit(LEFT, "Grace", job_title="A"),
            edit(LEFT, "Alan", job_title="A"),
        ),
        then=every(
            number(2, 2), on_both("Grace", job_title="A"), shows(RIGHT, "Alan", job_title=None)
        ),
    ),
    Scenario(
        name="a wider data set",
        given=create(LEFT, NAVY, ALAN),
        when=steps(policy(where=PerSide(None, None)), edit(LEFT, "Grace", job_title="A")),
        then=every(same, number(2, 2)),
        policy={"where": PerSide("company=Navy", None)},
    ),
    Scenario(
        name="a data set changed there and back",
        given=create(LEFT, NAVY),
        when=steps(
            policy(where=PerSide("company=Army", None)),
            in_step,
            edit(LEFT, "Grace", job_title="A"),
            edit(RIGHT, "Grace", notes="n"),
            policy(where=PerSide(None, None)),
        ),
        then=every(same, number(1, 1), on_both("Grace", job_title="A", notes="n")),
    ),
    Scenario(
        name="another folder",
        given=steps(folder(None), create(LEFT, GRACE), in_folder),
        when=steps(
            folder("CRM"), edit(LEFT, "Grace", job_title="A"), edit(LEFT, "Alan", notes="n")
        ),
        then=every(number(2, 2), shows(RIGHT, "Grace", job_title=None), on_both("Alan", notes="n")),
        left={"containers": True},
    ),
    Scenario(
        name="the first folder again",
        given=steps(folder(None), create(LEFT, GRACE), in_folder),
        when=steps(
            folder("CRM"),
            in_step,
            edit(LEFT, "Grace", job_title="A"),
            edit(LEFT, "Alan", notes="n"),
            folder(None),
        ),
        then=every(number(2, 2), on_both("Grace", job_title="A"), shows(RIGHT, "Alan", notes=None)),
        left={"containers": True},
    ),
    Scenario(
        name="from own records to all that are visible",
        given=create(RIGHT, GRACE),
        when=steps(policy(records=PerSide(Records.OWN, Records.VISIBLE)), create(LEFT, ALAN)),
        then=number(4, 2),
        right=CRM,
        people=TWO,
    ),
    Scenario(
        name="from visible records to one's own",
        given=create(RIGHT, GRACE, ALAN),
        when=steps(
            policy(records=PerSide(Records.OWN, Records.OWN)),
            edit(RIGHT, "Grace", job_title="A"),
            edit(LEFT, "Alan", account="bob", notes="unheard"),
        ),
        then=every(
            number(4, 2),
            shows(LEFT, "Grace", "ada", job_title="A"),
            shows(LEFT, "Grace", "bob", job_title=None),
            shows(RIGHT, "Alan", notes=None),
        ),
        policy={"records": PerSide(Records.OWN, Records.VISIBLE)},
        right=CRM,
        people=TWO,
    ),
)
