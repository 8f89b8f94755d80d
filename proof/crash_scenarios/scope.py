"""Records enter and leave the data set, a folder, our sight."""

from __future__ import annotations

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
    find,
    in_step,
    number,
    on_both,
    run,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from proof.crashes import Step
from syncline.model.sides import PerSide
from syncline.policy.schema import LeftScope
from syncline.testing.rehearsal import EngineWorld

ONLY_NAVY = {"where": PerSide(None, "company=Navy")}


def move(given: str, folder: str) -> Step:
    """Somebody moves a record to another folder at the left."""
    return lambda world: world.left.move(find(world, LEFT, given), folder)


def hide(given: str, hidden: bool = True) -> Step:
    """We may not, or may again, read a record at the right."""

    def do(world: EngineWorld) -> None:
        found = (i for i, e in world.right.entries.items() if e.fields["given_name"] == given)
        world.right.hide(next(found), hidden)

    return do


def another_condition(world: EngineWorld) -> None:
    """Something the feed tells nothing of moves Grace out of the data set."""
    world.right.entries[find(world, RIGHT, "Grace")].fields["company"] = "Army"


SCOPE = (
    Scenario(
        name="left the data set",
        given=create(LEFT, NAVY),
        when=steps(edit(RIGHT, "Grace", company="Other", job_title="A"), create(LEFT, ALAN)),
        then=every(number(2, 2), shows(LEFT, "Grace", company="Navy", job_title=None)),
        policy=ONLY_NAVY,
    ),
    Scenario(
        name="left the data set, which deletes",
        given=create(LEFT, NAVY, {**ALAN, "company": "Navy"}),
        when=edit(RIGHT, "Grace", company="Other"),
        then=number(1, 2),
        policy={**ONLY_NAVY, "left_scope": LeftScope.DELETE},
    ),
    Scenario(
        name="came back into the data set",
        given=create(RIGHT, NAVY),
        when=steps(
            edit(RIGHT, "Grace", company="Other"),
            in_step,
            edit(LEFT, "Grace", notes="n"),
            edit(RIGHT, "Grace", company="Navy", job_title="A"),
        ),
        then=every(same, number(1, 1), on_both("Grace", notes="n", job_title="A")),
        policy=ONLY_NAVY,
    ),
    Scenario(
        name="entered the data set",
        given=create(RIGHT, GRACE),
        when=steps(edit(RIGHT, "Grace", company="Navy"), create(RIGHT, ALAN)),
        then=every(number(1, 2), on_both("Grace", company="Navy")),
        policy=ONLY_NAVY,
    ),
    Scenario(
        name="a linked record that was never in the data set is edited and deleted",
        given=create(LEFT, GRACE, ALAN),
        when=steps(edit(RIGHT, "Grace", notes="n"), delete(RIGHT, "Alan")),
        then=every(same, number(1, 1), on_both("Grace", notes="n")),
        policy={**ONLY_NAVY, "left_scope": LeftScope.DELETE},
    ),
    Scenario(
        # Only a listing can find this, so the run that is stopped is a full one, and those that
        # follow find what it has noted down. What it had not, the next listing would have to find.
        name="a full run finds what no feed tells",
        given=create(LEFT, NAVY, {**ALAN, "company": "Navy"}),
        when=steps(another_condition, edit(LEFT, "Grace", notes="n")),
        run=run(full=True),
        then=shows(RIGHT, "Alan", notes=None),
        policy=ONLY_NAVY,
        kinds=("nothing", "crm"),
    ),
    Scenario(
        name="moved to another folder",
        given=steps(
            lambda world: world.left.add_container("ada", "Archive"), create(LEFT, GRACE, ALAN)
        ),
        when=steps(
            move("Grace", "Archive"),
            edit(RIGHT, "Grace", job_title="A"),
            edit(LEFT, "Alan", notes="n"),
        ),
        then=every(number(2, 2), shows(LEFT, "Grace", job_title=None), on_both("Alan", notes="n")),
        left={"containers": True},
    ),
    Scenario(
        name="moved back from another folder",
        given=steps(lambda world: world.left.add_container("ada", "Archive"), create(LEFT, GRACE)),
        when=steps(
            move("Grace", "Archive"),
            in_step,
            edit(RIGHT, "Grace", job_title="A"),
            edit(LEFT, "Grace", notes="n"),
            move("Grace", ""),
        ),
        then=every(same, number(1, 1), on_both("Grace", job_title="A", notes="n")),
        left={"containers": True},
    ),
    Scenario(
        name="may not be read any more",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            hide("Grace"), edit(LEFT, "Grace", job_title="A"), edit(LEFT, "Alan", notes="n")
        ),
        then=every(shows(LEFT, "Grace", job_title="A"), on_both("Alan", notes="n")),
        policy={"left_scope": LeftScope.DELETE},
    ),
    Scenario(
        name="may be read again",
        given=create(LEFT, GRACE),
        when=steps(
            hide("Grace"), edit(LEFT, "Grace", job_title="A"), in_step, hide("Grace", False)
        ),
        then=every(same, number(1, 1), on_both("Grace", job_title="A")),
    ),
    Scenario(
        name="a field may not be read any more",
        given=create(LEFT, {**GRACE, "mobile_phone": "+1 555 0100"}),
        when=steps(
            lambda world: setattr(world.left, "hidden_fields", frozenset({"mobile_phone"})),
            edit(LEFT, "Grace", job_title="A"),
        ),
        then=every(shows(RIGHT, "Grace", mobile_phone="+1 555 0100", job_title="A")),
    ),
    Scenario(
        name="the cursor expired",
        given=create(LEFT, GRACE, ALAN, NAVY | {"given_name": "Edsger", "emails": ()}),
        when=steps(
            edit(LEFT, "Grace", job_title="A"),
            delete(RIGHT, "Alan"),
            lambda world: world.right.expire_cursors(),
        ),
        then=every(same, number(2, 2), on_both("Grace", job_title="A")),
    ),
)
