"""Both sides changed the same thing: rules, people, plugins."""

from __future__ import annotations

from dataclasses import dataclass

from proof.crash_scenarios.deeds import (
    ALAN,
    GRACE,
    LEFT,
    NAVY,
    RIGHT,
    create,
    delete,
    edit,
    every,
    in_step,
    number,
    on_both,
    policy,
    resolve,
    shows,
    steps,
    wait,
)
from proof.crash_scenarios.scenario import Check, Scenario
from proof.crashes import Step
from syncline.connectors import plugin as memory
from syncline.model.reports import Action, PlannedOperation
from syncline.model.sides import Side
from syncline.plugin import hookimpl
from syncline.plugin.events import ConflictSeen, Resolution, Veto
from syncline.plugin.manager import PluginManager
from syncline.policy.schema import Conflict, Merge
from syncline.testing.rehearsal import EngineWorld

MANUAL = {"conflict": Conflict.MANUAL}
BOTH_EDIT = steps(
    edit(LEFT, "Grace", job_title="left"), wait(10), edit(RIGHT, "Grace", job_title="right")
)
BOTH_STAND = every(shows(LEFT, "Grace", job_title="left"), shows(RIGHT, "Grace", job_title="right"))


def waiting(conflicts: int) -> Check:
    """So many conflicts wait for a person."""

    def look(world: EngineWorld) -> bool:
        with world.session() as session:
            return len(session.conflicts()) == conflicts

    return look


@dataclass(frozen=True)
class _Plugin:
    """Lets the right side win, and forbids to delete."""

    @hookimpl
    def resolve_conflict(self, conflict: ConflictSeen) -> Resolution | None:
        return Resolution(winner=Side.RIGHT, reason=f"a {conflict.kind}")

    @hookimpl
    def before_apply(self, change: PlannedOperation) -> Veto | None:
        return Veto(reason="no") if change.action is Action.DELETE else None


def plugin() -> Step:
    """That plugin is installed."""

    def do(world: EngineWorld) -> None:
        world.plugins = PluginManager.of({"memory": memory, "strict": _Plugin()})

    return do


CONFLICTS = (
    Scenario(
        name="update both sides, one field",
        given=create(LEFT, GRACE),
        when=BOTH_EDIT,
        then=on_both("Grace", job_title="left"),
    ),
    Scenario(
        name="whole records in conflict",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="L"), edit(RIGHT, "Grace", company="R")),
        then=on_both("Grace", job_title=None, company="R"),
        policy={"merge": Merge.RECORD, "conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="the newest wins",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            BOTH_EDIT, edit(RIGHT, "Alan", notes="r"), wait(10), edit(LEFT, "Alan", notes="l")
        ),
        then=every(on_both("Grace", job_title="right"), on_both("Alan", notes="l")),
        policy={"conflict": Conflict.NEWEST_WINS},
    ),
    Scenario(
        name="a conflict waits, the record's other fields travel",
        given=create(LEFT, GRACE),
        when=steps(BOTH_EDIT, edit(LEFT, "Grace", company="Navy")),
        then=every(BOTH_STAND, shows(RIGHT, "Grace", company="Navy"), waiting(1)),
        policy=MANUAL,
    ),
    Scenario(
        name="a conflict is resolved by a person",
        given=create(LEFT, GRACE),
        when=steps(BOTH_EDIT, in_step, resolve(RIGHT)),
        then=every(on_both("Grace", job_title="right"), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="a decision is void when a side has moved on",
        given=create(LEFT, GRACE),
        when=steps(BOTH_EDIT, in_step, resolve(LEFT), edit(RIGHT, "Grace", job_title="third")),
        then=every(
            shows(LEFT, "Grace", job_title="left"),
            shows(RIGHT, "Grace", job_title="third"),
            waiting(1),
        ),
        policy=MANUAL,
    ),
    Scenario(
        name="a conflict that people end by agreeing",
        given=create(LEFT, GRACE),
        when=steps(
            BOTH_EDIT,
            in_step,
            edit(RIGHT, "Grace", job_title="left"),
            edit(LEFT, "Grace", notes="n"),
        ),
        then=every(on_both("Grace", job_title="left", notes="n"), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="a rule decides what waited for a person",
        given=create(LEFT, GRACE),
        when=steps(BOTH_EDIT, in_step, policy(conflict=Conflict.RIGHT_WINS)),
        then=every(on_both("Grace", job_title="right"), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="edited and deleted waits for a person",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            delete(LEFT, "Grace"), edit(RIGHT, "Grace", job_title="A"), delete(LEFT, "Alan")
        ),
        then=every(number(0, 1), waiting(1)),
        policy=MANUAL,
    ),
    Scenario(
        name="a person lets an edit win over a deletion",
        given=create(LEFT, GRACE),
        when=steps(
            delete(LEFT, "Grace"), edit(RIGHT, "Grace", job_title="A"), in_step, resolve(RIGHT)
        ),
        then=every(on_both("Grace", job_title="A"), number(1, 1), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="a person lets a deletion win over an edit",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            delete(LEFT, "Grace"), edit(RIGHT, "Grace", job_title="A"), in_step, resolve(LEFT)
        ),
        then=every(number(1, 1), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="twins that differ at the first sync wait for a person, who decides",
        given=steps(
            create(LEFT, {**NAVY, "job_title": "left"}),
            create(RIGHT, {**GRACE, "job_title": "right"}),
        ),
        when=resolve(RIGHT),
        then=every(on_both("Grace", job_title="right", company="Navy"), waiting(0)),
        policy=MANUAL,
    ),
    Scenario(
        name="a plugin decides, and another vetoes",
        given=create(LEFT, GRACE, ALAN),
        when=steps(plugin(), BOTH_EDIT, delete(LEFT, "Alan")),
        then=every(on_both("Grace", job_title="right"), number(1, 2), waiting(0)),
        policy=MANUAL,
    ),
)
