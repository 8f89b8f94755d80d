"""Edits on one side, on both, and while a run goes on; systems that hold less."""

from __future__ import annotations

from proof.crash_scenarios.deeds import (
    ALAN,
    EDSGER,
    GRACE,
    LEFT,
    NAVY,
    RIGHT,
    create,
    edit,
    every,
    find,
    in_step,
    meanwhile,
    number,
    on_both,
    same,
    shows,
    steps,
)
from proof.crash_scenarios.scenario import Scenario
from proof.crashes import Step
from syncline.model.capacity import Capacity
from syncline.model.records import WRITABLE, Writable
from syncline.policy.schema import Merge
from syncline.testing.rehearsal import person

MAILS = ("1@a.test", "2@a.test", "3@a.test")


def protect(given: str, writable: Writable) -> Step:
    """The service allows us to write only this on a record at the right."""
    return lambda world: world.right.protect(find(world, RIGHT, given), writable)


LOCKED = Writable(frozenset(), "locked")

UPDATING = (
    Scenario(
        name="update",
        given=create(LEFT, GRACE),
        when=edit(LEFT, "Grace", job_title="Admiral"),
        then=on_both("Grace", job_title="Admiral"),
    ),
    Scenario(
        name="update leftwards",
        given=create(LEFT, GRACE),
        when=edit(RIGHT, "Grace", job_title="Admiral"),
        then=on_both("Grace", job_title="Admiral"),
    ),
    Scenario(
        name="clear",
        given=create(LEFT, NAVY),
        when=edit(LEFT, "Grace", company=None),
        then=on_both("Grace", company=None),
    ),
    Scenario(
        name="update both sides, different fields",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="A"), edit(RIGHT, "Grace", company="N")),
        then=on_both("Grace", job_title="A", company="N"),
    ),
    Scenario(
        name="update both sides of a set",
        given=create(LEFT, {**GRACE, "categories": ("a", "b")}),
        when=steps(
            edit(LEFT, "Grace", categories=("b", "c")),
            edit(RIGHT, "Grace", categories=("a", "b", "d")),
        ),
        then=lambda world: set(world.shown(world.left)[0]["categories"]) == {"b", "c", "d"},
    ),
    Scenario(
        name="the same edit on both sides",
        given=create(LEFT, GRACE),
        when=steps(
            edit(LEFT, "Grace", job_title="A"), edit(RIGHT, "Grace", job_title="A", company="N")
        ),
        then=on_both("Grace", job_title="A", company="N"),
    ),
    Scenario(
        name="edited between our read and our write",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            edit(LEFT, "Grace", job_title="ours"),
            edit(LEFT, "Alan", job_title="ours"),
            meanwhile(RIGHT, "apply", edit(RIGHT, "Grace", company="theirs")),
        ),
        then=every(
            on_both("Grace", job_title="ours", company="theirs"), on_both("Alan", job_title="ours")
        ),
    ),
    Scenario(
        name="edited right after our write",
        given=create(LEFT, GRACE),
        when=steps(
            edit(LEFT, "Grace", job_title="ours"),
            meanwhile(RIGHT, "apply", edit(RIGHT, "Grace", company="later"), moment="after"),
        ),
        then=on_both("Grace", job_title="ours", company="later"),
    ),
    Scenario(
        name="pages drift while they are read",
        given=create(LEFT, *(person(name, "Page") for name in "ABCDE")),
        when=steps(
            *(edit(LEFT, name, job_title="first") for name in "ABCDE"),
            meanwhile(
                LEFT,
                "changes",
                steps(edit(LEFT, "A", job_title="second"), create(LEFT, GRACE)),
                nth=2,
            ),
        ),
        then=every(same, number(6, 6), on_both("A", job_title="second")),
        left={"page_size": 2},
    ),
    Scenario(
        name="pages of a first read drift, over a feed by stamps",
        when=steps(
            create(RIGHT, *(person(name, "Page") for name in "ABCDE")),
            meanwhile(
                RIGHT,
                "changes",
                steps(edit(RIGHT, "A", job_title="second"), create(RIGHT, GRACE)),
                nth=2,
            ),
        ),
        then=every(same, number(6, 6), on_both("A", job_title="second")),
        right={"page_size": 2, "detection": "timestamp", "overlap": 60.0},
    ),
    Scenario(
        name="a side that holds less",
        given=create(LEFT, GRACE),
        when=steps(
            create(LEFT, {**ALAN, "job_title": "a very long title"}),
            edit(LEFT, "Grace", emails=MAILS),
        ),
        then=every(
            shows(LEFT, "Alan", job_title="a very long title"),
            shows(RIGHT, "Alan", job_title="a very"),
            lambda world: len(world.shown(world.right)[0]["emails"]) == 1,
        ),
        right={"capacities": {"emails": Capacity(many=1), "job_title": Capacity(max_length=6)}},
    ),
    Scenario(
        name="a surplus element moves up",
        given=create(LEFT, {**GRACE, "emails": MAILS}),
        when=edit(LEFT, "Grace", emails=MAILS[1:]),
        then=every(
            shows(LEFT, "Grace", emails=MAILS[1:]), shows(RIGHT, "Grace", emails=MAILS[1:2])
        ),
        right={"capacities": {"emails": Capacity(many=1)}},
    ),
    Scenario(
        name="the poorer side changes what it holds",
        given=create(LEFT, {**GRACE, "emails": MAILS, "job_title": "a very long title"}),
        when=edit(RIGHT, "Grace", emails=("new@a.test",), job_title="new"),
        then=every(
            lambda world: set(world.shown(world.left)[0]["emails"]) == {"new@a.test", *MAILS[1:]},
            shows(LEFT, "Grace", job_title="new"),
            shows(RIGHT, "Grace", emails=("new@a.test",), job_title="new"),
        ),
        right={"capacities": {"emails": Capacity(many=1), "job_title": Capacity(max_length=6)}},
    ),
    Scenario(
        name="the service rewrites what it is given",
        given=create(LEFT, GRACE),
        when=steps(edit(LEFT, "Grace", job_title="Admiral"), create(LEFT, ALAN)),
        then=every(
            shows(LEFT, "Grace", job_title="Admiral"), shows(RIGHT, "Grace", job_title="ADMIRAL")
        ),
        right={"stored_as": lambda fields: {n: _loud(n, value) for n, value in fields.items()}},
    ),
    Scenario(
        name="a read-only record",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            protect("Grace", LOCKED),
            edit(LEFT, "Grace", job_title="A"),
            edit(LEFT, "Alan", job_title="B"),
        ),
        then=every(shows(RIGHT, "Grace", job_title=None), on_both("Alan", job_title="B")),
    ),
    Scenario(
        name="a read-only record is given free",
        given=create(LEFT, GRACE),
        when=steps(
            protect("Grace", LOCKED),
            edit(LEFT, "Grace", job_title="A"),
            in_step,
            protect("Grace", WRITABLE),
        ),
        then=on_both("Grace", job_title="A"),
    ),
    Scenario(
        name="a field we may not write, beside one we may",
        given=create(LEFT, GRACE),
        when=steps(
            protect("Grace", Writable(frozenset({"company"}), "only this")),
            edit(LEFT, "Grace", company="Navy", notes="private"),
        ),
        then=every(
            shows(RIGHT, "Grace", company="Navy", notes=None), shows(LEFT, "Grace", notes="private")
        ),
    ),
    Scenario(
        name="a refused update, and the user's other answer",
        given=create(LEFT, NAVY),
        when=steps(
            edit(LEFT, "Grace", company=None),
            in_step,
            edit(LEFT, "Grace", company="Army"),
            create(LEFT, {**EDSGER, "company": "THE"}),
        ),
        then=every(same, on_both("Grace", company="Army")),
        right={"required": frozenset({"company"})},
    ),
    Scenario(
        name="whole records, edited at one side",
        given=create(LEFT, NAVY),
        when=edit(RIGHT, "Grace", job_title="Admiral"),
        then=on_both("Grace", job_title="Admiral", company="Navy"),
        policy={"merge": Merge.RECORD},
    ),
)


def _loud(name: str, value: object) -> object:
    return value.upper() if name == "job_title" and isinstance(value, str) else value
