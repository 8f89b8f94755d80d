"""One direction: only the source acts."""

from __future__ import annotations

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    NAVY,
    RIGHT,
    create,
    delete,
    edit,
    every,
    number,
    on_both,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, Drift, FieldRule

RIGHTWARDS = {"direction": Direction.LEFT_TO_RIGHT, "conflict": None}
LEFTWARDS = {"direction": Direction.RIGHT_TO_LEFT, "conflict": None}

ONE_WAY = (
    Scenario(
        name="one-way",
        given=create(LEFT, GRACE),
        when=steps(
            create(LEFT, ALAN),
            create(RIGHT, EDSGER),
            edit(LEFT, "Grace", job_title="A"),
            edit(RIGHT, "Grace", company="drift"),
        ),
        then=every(number(2, 3), on_both("Grace", job_title="A", company=None)),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="one-way, the first sync",
        when=steps(
            create(RIGHT, NAVY, ALAN),
            create(LEFT, {**GRACE, "notes": "kept", "company": "Army"}, EDSGER),
        ),
        then=every(number(3, 2), shows(LEFT, "Grace", notes="kept", company="Navy")),
        policy=LEFTWARDS,
    ),
    Scenario(
        name="one-way, deleted at the target",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(RIGHT, "Grace"), edit(LEFT, "Alan", job_title="A")),
        then=number(2, 1),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="one-way, deleted at the target, edited at the source",
        given=create(LEFT, GRACE),
        when=steps(delete(RIGHT, "Grace"), edit(LEFT, "Grace", job_title="A")),
        then=every(number(1, 1), on_both("Grace", job_title="A")),
        policy=RIGHTWARDS,
    ),
    Scenario(
        name="one-way, deleted at the source, edited at the target",
        given=create(RIGHT, GRACE, ALAN),
        when=steps(delete(RIGHT, "Grace"), edit(LEFT, "Grace", job_title="drift")),
        then=number(1, 1),
        policy=LEFTWARDS,
    ),
    Scenario(
        name="one-way, drift is taken back",
        given=create(LEFT, GRACE),
        when=edit(RIGHT, "Grace", job_title="drift"),
        then=on_both("Grace", job_title=None),
        policy={**RIGHTWARDS, "drift": Drift.REVERT},
    ),
    Scenario(
        name="one-way, a target that may not be created again",
        given=steps(create(LEFT, GRACE, ALAN), create(RIGHT, GRACE, ALAN)),
        when=steps(
            delete(RIGHT, "Grace"),
            edit(LEFT, "Grace", job_title="A"),
            edit(LEFT, "Alan", job_title="A"),
        ),
        then=every(number(2, 1), on_both("Alan", job_title="A")),
        policy={**RIGHTWARDS, "create": PerSide(True, False)},
    ),
    Scenario(
        name="a field with a direction of its own",
        given=create(LEFT, GRACE),
        when=steps(
            edit(LEFT, "Grace", notes="from left", job_title="L"),
            edit(RIGHT, "Grace", company="from right", nickname="only here"),
        ),
        then=every(
            on_both("Grace", notes="from left", job_title="L", company="from right"),
            shows(LEFT, "Grace", nickname=None),
        ),
        policy={
            "fields": {
                "notes": FieldRule(Direction.LEFT_TO_RIGHT),
                "company": FieldRule(Direction.RIGHT_TO_LEFT),
                "nickname": FieldRule(Direction.LEFT_TO_RIGHT),
            }
        },
    ),
)
