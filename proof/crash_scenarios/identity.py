"""Which record is which: merges, records made again, lost state, marks, keys."""

from __future__ import annotations

import shutil
from dataclasses import replace

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
    die,
    edit,
    every,
    find,
    in_step,
    lose_state,
    merge,
    number,
    on_both,
    run,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from syncline.connectors.memory.entries import Entry
from syncline.plugin.secrets import Secret
from syncline.policy.schema import Conflict
from syncline.run.keys import rekey
from syncline.testing.rehearsal import EngineWorld

SOLO, DUO = {"given_name": "Solo"}, {"given_name": "Duo"}
"""People without any match key."""
MARKED = ("key", "one at a time", "marker", "crm", "weak at both")
"""The kinds that keep our mark on what we made."""


def reuse_an_id(world: EngineWorld) -> None:
    """The service gives the number of Grace's deleted record to a new one."""
    there = world.right
    id = find(world, RIGHT, "Grace")
    there.delete(id)
    old = there.entries[id]
    there.entries[id] = Entry(id=id, place=old.place, created=there.now(), changed=there.now())
    there.write(there.entries[id], EDSGER)


def new_key(world: EngineWorld) -> None:
    """The database gets another key, as by `state rekey`."""
    path = world.folder / "key2"
    path.write_text("another key that is long enough, surely")
    rekey(world.state, Secret(file=path), world.clock().timestamp())
    world.state = replace(world.state, key=Secret(file=path))


def new_mapping(world: EngineWorld) -> None:
    """Both connectors come in a version that reads differently."""
    for each in (world.left, world.right):
        each.options = replace(each.options, mapping_version=2)
        each.spec = each.options.spec()


def back_up(world: EngineWorld) -> None:
    """The database is copied away."""
    shutil.copyfile(world.folder / "state.sqlite", world.folder / "backup")


def restore_backup(world: EngineWorld) -> None:
    """The copy is put back. What lies beside the database stays, as on a real machine."""
    for suffix in ("-wal", "-shm"):
        (world.folder / f"state.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copyfile(world.folder / "backup", world.folder / "state.sqlite")


def foreign_mark(world: EngineWorld) -> None:
    """Another installation made Alan's record at the right."""
    world.right.entries[find(world, RIGHT, "Alan")].marker = "other:0123456789"


def copy_of_ours(world: EngineWorld) -> None:
    """Somebody copies the record we made, with our mark."""
    original = world.right.entries[find(world, RIGHT, "Grace")]
    copied = world.right.create("ada", {**original.fields, "given_name": "Copy", "emails": ()})
    world.right.entries[copied].marker = original.marker


IDENTITY = (
    Scenario(
        name="linked records merged at one side",
        given=create(LEFT, GRACE, ALAN),
        when=steps(merge(RIGHT, "Alan", "Grace"), edit(LEFT, "Grace", notes="n")),
        then=every(number(2, 1), on_both("Grace", notes="n")),
    ),
    Scenario(
        name="a linked record merged into a new one",
        given=create(LEFT, GRACE),
        when=steps(
            create(RIGHT, {**EDSGER, "company": "THE"}),
            merge(RIGHT, "Grace", "Edsger"),
            edit(LEFT, "Grace", notes="n"),
        ),
        then=every(same, number(1, 1), shows(RIGHT, "Edsger", notes="n", company="THE")),
        policy={"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="deleted and entered anew by its user",
        given=create(LEFT, NAVY, ALAN),
        when=steps(delete(LEFT, "Grace"), create(LEFT, {**NAVY, "job_title": "Admiral"})),
        then=every(same, number(2, 2), on_both("Grace", job_title="Admiral")),
    ),
    Scenario(
        name="an id that the service uses again",
        given=create(LEFT, GRACE, ALAN),
        when=steps(reuse_an_id, edit(LEFT, "Alan", notes="n")),
        then=every(same, on_both("Alan", notes="n")),
        policy={"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        name="the state was lost",
        given=steps(create(LEFT, GRACE), create(RIGHT, ALAN)),
        when=steps(
            lose_state,
            edit(LEFT, "Grace", job_title="A"),
            edit(RIGHT, "Alan", notes="n"),
            create(LEFT, EDSGER),
        ),
        then=every(same, number(3, 3), on_both("Grace", job_title="A"), on_both("Alan", notes="n")),
    ),
    Scenario(
        name="the state was lost, and only marks tell what belongs together",
        given=steps(create(LEFT, SOLO), create(RIGHT, DUO)),
        when=steps(lose_state, create(LEFT, GRACE)),
        then=every(same, number(3, 3)),
        kinds=MARKED,
    ),
    Scenario(
        name="the state was lost half-way",
        given=create(LEFT, GRACE),
        when=steps(
            create(LEFT, ALAN),
            create(RIGHT, EDSGER),
            edit(LEFT, "Grace", job_title="A"),
            die("right apply"),
            lose_state,
        ),
        then=every(same, number(3, 3), on_both("Grace", job_title="A")),
    ),
    Scenario(
        name="the state was lost with a deletion that had not passed",
        given=create(LEFT, GRACE, ALAN),
        when=steps(delete(LEFT, "Grace"), lose_state),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="an old backup of the state was put back",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            back_up,
            create(LEFT, EDSGER),
            edit(LEFT, "Grace", job_title="A"),
            delete(RIGHT, "Alan"),
            in_step,
            edit(RIGHT, "Grace", notes="n"),
            restore_backup,
        ),
        then=every(same, number(2, 2), on_both("Grace", job_title="A", notes="n")),
    ),
    Scenario(
        name="a record of another installation is adopted",
        given=create(LEFT, GRACE),
        when=steps(create(RIGHT, ALAN), foreign_mark, edit(LEFT, "Grace", notes="n"), run()),
        run=run(adopt=True),
        again=run(adopt=True),
        then=every(same, number(2, 2), on_both("Grace", notes="n")),
        kinds=("key",),
    ),
    Scenario(
        name="another installation stops its member only",
        given=create(LEFT, GRACE),
        when=steps(
            create(RIGHT, ALAN),
            foreign_mark,
            create(LEFT, EDSGER, account="bob"),
            edit(LEFT, "Grace", notes="held up"),
        ),
        then=every(number(2, 3), shows(RIGHT, "Grace", notes=None)),
        kinds=MARKED,
        people=TWO,
    ),
    Scenario(
        name="somebody copied a record we had made",
        given=create(LEFT, GRACE),
        when=steps(copy_of_ours, edit(LEFT, "Grace", notes="n")),
        then=every(number(1, 2), on_both("Grace", notes="n")),
        kinds=MARKED,
    ),
    Scenario(
        # Two sides of stamps prove too little of what was there before: the deletion is taken back.
        kinds=("key", "one at a time", "marker", "nothing", "crm"),
        name="another key of the state",
        given=create(LEFT, GRACE, ALAN, EDSGER),
        when=steps(
            edit(LEFT, "Grace", job_title="A"),
            edit(RIGHT, "Alan", notes="n"),
            delete(RIGHT, "Edsger"),
            new_key,
        ),
        then=every(same, number(2, 2), on_both("Grace", job_title="A"), on_both("Alan", notes="n")),
    ),
    Scenario(
        name="another version of the mapping",
        given=create(LEFT, GRACE, ALAN, EDSGER),
        when=steps(
            edit(RIGHT, "Grace", notes="n"),
            delete(LEFT, "Edsger"),
            new_mapping,
            create(RIGHT, SOLO),
        ),
        then=every(same, number(3, 3), on_both("Grace", notes="n")),
    ),
)
