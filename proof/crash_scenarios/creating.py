"""New records: created, found, refused."""

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
    run,
    same,
    shows,
    steps,
    wait,
)
from proof.crash_scenarios.scenario import Scenario
from syncline.model.sides import PerSide
from syncline.testing.rehearsal import person

DAY = 24 * 3600.0
PEOPLE = [person(name, "Many") for name in ("A", "B", "C", "D", "E")]

CREATING = (
    Scenario(
        name="create to the right",
        when=create(LEFT, GRACE, ALAN),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="create to the left",
        when=create(RIGHT, GRACE, ALAN),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="create both ways",
        when=steps(create(LEFT, GRACE), create(RIGHT, ALAN)),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="create for two people",
        when=steps(create(LEFT, GRACE), create(LEFT, ALAN, account="bob")),
        then=every(same, number(2, 2)),
        people=TWO,
    ),
    Scenario(
        name="records without any match key",
        when=steps(create(LEFT, {"given_name": "Grace"}), create(RIGHT, {"given_name": "Alan"})),
        then=every(same, number(2, 2)),
    ),
    Scenario(
        name="more than one page and batch of everything",
        given=create(LEFT, *PEOPLE),
        when=steps(
            *(edit(LEFT, name, job_title="new") for name in "ABC"),
            *(edit(RIGHT, name, company="new") for name in "CD"),
            delete(LEFT, "E"),
            create(LEFT, *(person(name, "More") for name in "FGH")),
            create(RIGHT, *(person(name, "More") for name in "IJK")),
        ),
        then=every(same, number(10, 10)),
        left={"page_size": 2, "create_batch": 2, "update_batch": 2, "read_batch": 2},
        right={"page_size": 2, "create_batch": 2, "conditional_batch": 2, "read_batch": 2},
    ),
    Scenario(
        name="the first sync with twins",
        when=steps(
            create(LEFT, NAVY, ALAN), create(RIGHT, {**GRACE, "job_title": "Admiral"}, EDSGER)
        ),
        then=every(same, number(3, 3), on_both("Grace", company="Navy", job_title="Admiral")),
    ),
    Scenario(
        name="a limit ends the run before it is done",
        given=create(LEFT, GRACE, ALAN),
        when=steps(
            edit(LEFT, "Grace", job_title="A"),
            delete(LEFT, "Alan"),
            create(LEFT, EDSGER),
            create(RIGHT, *PEOPLE[:2]),
        ),
        run=run(limit=2),
        then=every(same, number(4, 4)),
    ),
    Scenario(
        name="a run for one member only",
        when=steps(
            create(LEFT, GRACE),
            create(RIGHT, ALAN),
            create(LEFT, EDSGER, account="bob"),
            create(RIGHT, *PEOPLE[:1], account="bob"),
        ),
        run=run(members=("ada",)),
        then=every(same, number(4, 4)),
        people=TWO,
    ),
    Scenario(
        name="a twin that only a search finds",
        given=create(RIGHT, GRACE),
        when=create(LEFT, {**GRACE, "job_title": "Admiral"}),
        then=every(same, number(1, 1), on_both("Grace", job_title="Admiral")),
        policy={"where": PerSide(None, "company=Navy")},
    ),
    Scenario(
        name="duplicates refused by the service",
        given=create(RIGHT, GRACE),
        when=create(LEFT, {**person("G", "H"), "emails": GRACE["emails"]}, ALAN),
        then=every(number(3, 2), shows(RIGHT, "Grace")),
        policy={"match": ("name",)},
        right={"unique": frozenset({"emails"})},
    ),
    Scenario(
        name="one record is refused among good ones",
        when=create(LEFT, GRACE, {"emails": ("x@example.test",)}, ALAN),
        then=number(3, 2),
        right={"required": frozenset({"family_name"})},
    ),
    Scenario(
        name="a refused record succeeds when its user has mended it",
        given=create(LEFT, GRACE, ALAN),
        when=steps(edit(LEFT, "Grace", company="Navy"), create(RIGHT, EDSGER)),
        then=every(number(3, 2), shows(RIGHT, "Grace", company="Navy")),
        right={"required": frozenset({"company"})},
    ),
    Scenario(
        name="refused records are tried again when their day is over",
        given=steps(create(LEFT, {"emails": ("x@example.test",)})),
        when=steps(create(LEFT, GRACE), run(), wait(DAY)),
        then=number(2, 1),
        right={"required": frozenset({"family_name"})},
    ),
    Scenario(
        name="new records are held where creating is off",
        given=policy(create=PerSide(True, False)),
        when=steps(create(LEFT, GRACE), create(RIGHT, ALAN)),
        then=every(number(2, 1), shows(LEFT, "Alan")),
    ),
    Scenario(
        name="held records come when creating is on again",
        given=create(LEFT, EDSGER),
        when=steps(
            policy(create=PerSide(False, False)),
            create(LEFT, GRACE, ALAN),
            create(RIGHT, {**GRACE, "company": "Navy"}, PEOPLE[0]),
            in_step,
            policy(create=PerSide(True, True)),
        ),
        then=every(same, number(4, 4), on_both("Grace", company="Navy")),
    ),
    Scenario(
        name="ambiguous twins wait, and the others go on",
        when=steps(create(LEFT, GRACE, ALAN), create(RIGHT, GRACE, GRACE)),
        then=number(2, 3),
    ),
    Scenario(
        name="ambiguous twins that somebody told apart",
        given=steps(create(LEFT, GRACE), create(RIGHT, GRACE, {**GRACE, "given_name": "Gracie"})),
        when=steps(
            edit(RIGHT, "Gracie", emails=("gracie@example.test",)),
            edit(RIGHT, "Grace", company="Navy"),
            edit(LEFT, "Grace", job_title="Admiral"),
        ),
        then=every(same, number(2, 2), on_both("Grace", company="Navy", job_title="Admiral")),
    ),
    Scenario(
        name="a key that too many share says nothing",
        when=steps(
            create(
                LEFT, *({**person(f"P{n}", "X"), "emails": ("desk@x.test",)} for n in range(21))
            ),
            create(RIGHT, {**person("P3", "X"), "emails": ("desk@x.test",)}),
        ),
        then=every(same, number(21, 21)),
        policy={"match": ("email", "name")},
    ),
)
