"""Deletions: carried out, outvoted, held by a guard, approved, taken back."""

from __future__ import annotations

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    RIGHT,
    TWO,
    approve,
    create,
    delete,
    edit,
    every,
    in_step,
    meanwhile,
    number,
    on_both,
    policy,
    restore,
    run,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Check, Scenario
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

SIX = [person(name, "Guarded", company="Navy") for name in "ABCDEF"]
GUARDED = {"guards": GuardLimits(deletions=2, deletion_share=0.2, minimum_links=5)}
THREE_GO = steps(*(delete(LEFT, name) for name in "ABC"))


def held(operations: int) -> Check:
    """So many operations wait to be approved."""

    def look(world: EngineWorld) -> bool:
        with world.session() as session:
            return len(session.held()) == operations

    return look


DELETING = (
    Scenario(
        name="delete",
        given=create(LEFT, GRACE, ALAN),
        when=delete(LEFT, "Grace"),
        then=number(1, 1),
    ),
    Scenario(
        name="delete leftwards",
        given=create(LEFT, GRACE, ALAN),
        when=delete(RIGHT, "Grace"),
        then=number(1, 1),
    ),
    Scenario(
        name="delete on both sides",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace"), delete(RIGHT, "Grace"), create(LEFT, EDSGER)),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="edit against deletion, the edit wins",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="A"), delete(RIGHT, "Grace")),
        then=every(number(1, 1), on_both("Grace", job_title="A")),
    ),
    Scenario(
        name="edit against deletion at the left, the edit wins",
        given=create(LEFT, GRACE),
        when=steps(edit(RIGHT, "Grace", job_title="A"), delete(LEFT, "Grace")),
        then=every(number(1, 1), on_both("Grace", job_title="A")),
        policy={"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="edit against deletion, the deletion wins",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="A"), delete(RIGHT, "Grace")),
        then=number(0, 0),
        policy={"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="edited between our read and our deletion",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            delete(LEFT, "Grace"),
            meanwhile(RIGHT, "delete", edit(RIGHT, "Grace", job_title="new")),
        ),
        then=every(number(2, 2), on_both("Grace", job_title="new")),
        policy={"conflict": Conflict.RIGHT_WINS},
        right={"conditional_delete": "version", "conditional": "version"},
    ),
    Scenario(
        name="deleting is switched off",
        given=create(LEFT, GRACE),
        when=delete(LEFT, "Grace"),
        then=number(0, 1),
        policy={"delete": PerSide(True, False)},
    ),
    Scenario(
        name="deleting is switched on again, which is not retroactive",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            policy(delete=PerSide(True, False)),
            delete(LEFT, "Grace"),
            in_step,
            policy(delete=PerSide(True, True)),
            delete(LEFT, "Alan"),
        ),
        then=every(number(0, 1), shows(RIGHT, "Grace")),
    ),
    Scenario(
        name="a restored record is a new one",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace"), in_step, restore(LEFT, "Grace")),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="a restored record is linked to its survivor",
        given=create(LEFT, GRACE),
        when=steps(
            delete(LEFT, "Grace"),
            in_step,
            edit(RIGHT, "Grace", job_title="A"),
            restore(LEFT, "Grace"),
        ),
        then=every(number(1, 1), on_both("Grace", job_title="A")),
        policy={"delete": PerSide(True, False)},
    ),
    Scenario(
        name="a guard holds deletions, and everything else goes on",
        given=create(LEFT, *SIX),
        when=steps(THREE_GO, edit(LEFT, "F", job_title="new"), create(LEFT, GRACE)),
        then=every(number(4, 7), held(3), on_both("F", job_title="new")),
        policy=GUARDED,
    ),
    Scenario(
        name="held deletions are approved",
        given=create(LEFT, *SIX),
        when=steps(THREE_GO, in_step, approve),
        then=every(number(3, 3), held(0)),
        policy=GUARDED,
    ),
    Scenario(
        name="an approval is used up by two runs",
        given=create(LEFT, *SIX),
        when=steps(THREE_GO, in_step, approve),
        run=run(limit=2),
        then=every(number(3, 3), held(0)),
        policy=GUARDED,
    ),
    Scenario(
        name="of what was approved one record has moved",
        given=create(LEFT, *SIX),
        when=steps(THREE_GO, in_step, approve, edit(RIGHT, "A", notes="still needed")),
        then=every(number(4, 4), held(0), on_both("A", notes="still needed")),
        policy={**GUARDED, "conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="held deletions are taken back by their user",
        given=create(LEFT, *SIX),
        when=steps(THREE_GO, in_step, *(restore(LEFT, name) for name in "ABC")),
        then=every(same, number(6, 6), held(0)),
        policy=GUARDED,
    ),
    Scenario(
        name="a field emptied on many records is held, then approved",
        given=create(LEFT, *SIX),
        when=steps(*(edit(LEFT, name, company=None) for name in "ABC"), in_step, approve),
        then=every(same, held(0), on_both("A", company=None)),
        policy=GUARDED,
    ),
    Scenario(
        name="more records than the lane may have",
        given=create(LEFT, GRACE, ALAN),
        when=steps(create(LEFT, EDSGER), create(LEFT, EDSGER, account="bob")),
        then=number(4, 3),
        policy={"max_records": 2},
        people=TWO,
    ),
)
