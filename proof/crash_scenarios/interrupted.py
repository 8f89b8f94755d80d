"""A run died, or lost its answer, before the one that is stopped now: recovering a recovery."""

from __future__ import annotations

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    RIGHT,
    create,
    delete,
    die,
    edit,
    every,
    meanwhile,
    merge,
    number,
    on_both,
    run,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from proof.crashes import LEASE_IS_OVER
from syncline.errors import Retry
from syncline.policy.schema import Conflict
from syncline.testing.rehearsal import EngineWorld


def answer_lost(_world: EngineWorld) -> None:
    """The call has been carried out, but nobody hears of it."""
    raise Retry("the answer is lost")


def undo_the_last_run(world: EngineWorld) -> None:
    """What the last run wrote is taken back."""
    with world.session() as session:
        session.undo(session.runs()[0].id)
    world.clock.advance(LEASE_IS_OVER)


INTERRUPTED = (
    Scenario(
        name="a run died after creating",
        when=steps(create(LEFT, GRACE, ALAN), die("right apply")),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="a run died after creating what has no match key",
        when=steps(
            create(LEFT, {"given_name": "Grace"}),
            create(RIGHT, {"given_name": "Alan"}),
            die("right apply"),
        ),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="a run died after creating, and the new record was edited",
        when=steps(
            create(LEFT, GRACE, ALAN),
            die("right apply"),
            edit(RIGHT, "Grace", job_title="A"),
            edit(LEFT, "Grace", notes="n"),
        ),
        then=every(same, number(2, 2), on_both("Grace", job_title="A", notes="n")),
        kinds=("key", "marker", "crm", "weak at both"),
    ),
    Scenario(
        name="a run died after creating, and the new record was deleted",
        given=create(LEFT, ALAN),
        when=steps(create(LEFT, GRACE), die("right apply"), delete(RIGHT, "Grace")),
        then=every(same, number(1, 1)),
        right={"idempotency": "none"},
        kinds=("key", "one at a time"),
    ),
    Scenario(
        name="a run died after creating, and the new record was merged into another",
        given=create(LEFT, ALAN),
        when=steps(
            create(LEFT, GRACE),
            die("right apply"),
            create(RIGHT, EDSGER),
            merge(RIGHT, "Grace", "Edsger"),
        ),
        then=every(same, number(2, 2)),
        right={"idempotency": "none"},
        kinds=("key", "one at a time"),
    ),
    Scenario(
        name="a run died after creating, and the source was deleted",
        given=create(LEFT, ALAN),
        when=steps(create(LEFT, GRACE), die("right apply"), delete(LEFT, "Grace")),
        then=every(same, number(1, 1)),
    ),
    Scenario(
        name="a run died after an update",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            edit(LEFT, "Grace", job_title="A"),
            edit(LEFT, "Alan", job_title="B"),
            die("right apply"),
        ),
        then=every(on_both("Grace", job_title="A"), on_both("Alan", job_title="B")),
    ),
    Scenario(
        name="a run died after an update, and the field was edited again",
        given=create(LEFT, GRACE),
        when=steps(
            edit(LEFT, "Grace", job_title="ours"),
            die("right apply"),
            edit(RIGHT, "Grace", job_title="theirs"),
        ),
        then=on_both("Grace", job_title="theirs"),
    ),
    Scenario(
        name="a run died after the first of two writes of a link",
        given=create(LEFT, GRACE),
        when=steps(
            edit(LEFT, "Grace", job_title="L"), edit(RIGHT, "Grace", company="R"), die("left apply")
        ),
        then=on_both("Grace", job_title="L", company="R"),
    ),
    Scenario(
        name="a run died after a deletion",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace"), die("right delete"), create(LEFT, EDSGER)),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="a run died after creating again what was deleted",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="A"), delete(RIGHT, "Grace"), die("right apply")),
        then=every(same, number(1, 1)),
    ),
    Scenario(
        name="a run died while it recovered from a death",
        given=create(LEFT, EDSGER),
        when=steps(
            create(LEFT, GRACE),
            edit(LEFT, "Edsger", job_title="A"),
            die("right apply"),
            die("commit", nth=3),
        ),
        then=every(same, number(2, 2), on_both("Edsger", job_title="A")),
    ),
    Scenario(
        name="an answer was lost and its intent is open",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            edit(LEFT, "Grace", job_title="ours"),
            meanwhile(RIGHT, "apply", answer_lost, moment="after"),
            run(),
            edit(RIGHT, "Grace", job_title="theirs"),
            edit(LEFT, "Alan", notes="n"),
        ),
        then=every(on_both("Grace", job_title="theirs"), on_both("Alan", notes="n")),
        policy={"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="the run after an undo",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            edit(LEFT, "Grace", job_title="A"),
            delete(LEFT, "Alan"),
            create(LEFT, EDSGER),
            run(),
            undo_the_last_run,
            edit(RIGHT, "Grace", company="N"),
        ),
        then=every(
            on_both("Grace", company="N"),
            shows(LEFT, "Grace", job_title="A"),
            shows(RIGHT, "Grace", job_title=None),
        ),
    ),
    Scenario(
        name="what is new cannot be seen at once",
        given=create(RIGHT, ALAN),
        when=steps(
            create(RIGHT, GRACE), edit(RIGHT, "Alan", notes="n"), run(), create(RIGHT, EDSGER)
        ),
        then=every(same, number(3, 3), on_both("Alan", notes="n")),
        right={"visibility_lag": 45.0, "detection": "timestamp"},
    ),
)
