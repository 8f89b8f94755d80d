"""The planner alone: random records, perturbed on both sides, under every policy. Whatever people
did, a few rounds end in a state where nothing is left to do and both sides agree as far as they
can. After CanopyCheck, with two lossy systems.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from typing import Any

import pytest

from proof.decisions.planner import PlannedLink, spec_of
from syncline.engine.decide.values import stored_fields
from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.spec import TypeSpec
from syncline.policy.schema import Conflict, Direction, Drift, FieldRule, Merge, ObjectPolicy

SHARED = (
    "prefix", "given_name", "family_name", "company", "job_title", "emails", "work_phones",
    "categories", "business_address", "birthday", "notes",
)  # fmt: skip
SEED = os.environ.get("SYNCLINE_PROVE_SEED", "0")
MAIL = tuple(f"{name}@x.example" for name in "abcdefg")


def needs_a_family_name(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """As Salesforce does: LastName must not be empty, so something stands in for it."""
    if "family_name" not in fields or fields["family_name"]:
        return fields
    stand_in = fields.get("display_name") or fields.get("company") or "(no name)"
    return {**fields, "family_name": stand_in[:5].strip()}


def derives_the_display_name(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """As Outlook does: a contact with a name has no display name of its own."""
    if any(fields.get(name) for name in ("prefix", "given_name", "family_name")):
        return {**fields, "display_name": None}
    return fields


RICH = spec_of(
    (*SHARED, "display_name", "nickname"),
    {
        "emails": Capacity(many=3),
        "work_phones": Capacity(many=2),
        "company": Capacity(max_length=9),
    },
    derives_the_display_name,
)
POOR = spec_of(
    (*SHARED, "other_phone"),
    {
        "emails": Capacity(many=1),
        "work_phones": Capacity(many=1),
        "categories": Capacity(many=2, max_length=3),
        "family_name": Capacity(max_length=5),
        "notes": Capacity(max_length=6),
        "business_address": Capacity(part_lengths={"street": 4}),
        "birthday": Capacity(full_dates=True),
    },
    needs_a_family_name,
)
VALUES: Mapping[str, tuple[Any, ...]] = {
    "prefix": ("Dr",),
    "given_name": ("Ada", "Grace"),
    "family_name": ("Lovelace", "Hopper", "Loveland"),
    "company": ("Navy", "Analytical Engines", "Analytical Bureau"),
    "job_title": ("Admiral", "Countess"),
    "display_name": ("Reception", "Receipts"),
    "work_phones": ("1", "2", "3"),
    "categories": ("red", "redder", "blue", "blues"),
    "emails": MAIL,
    "business_address": ({"street": "Long Way 1", "city": "Bonn"}, {"street": "Long Way 2"}),
    "birthday": ("--05-01", "1990-05-01", "1991-05-01"),
    "notes": ("short", "long enough", "long enougher"),
}
STAND_INS = {
    each[:5].strip() for each in (*VALUES["company"], *VALUES["display_name"], "(no name)")
}


def a_value(rng: random.Random, name: str) -> Value:
    if rng.random() < 0.3:
        return None
    if CONTACT.fields[name].type.is_set:
        return tuple(rng.sample(VALUES[name], rng.randint(0, min(4, len(VALUES[name]))))) or None
    return rng.choice(VALUES[name])


def an_edit(rng: random.Random, spec: TypeSpec) -> dict[str, Value]:
    names = [name for name in VALUES if name in spec.by_name]
    return {name: a_value(rng, name) for name in rng.sample(names, rng.randint(1, 4))}


def a_policy(rng: random.Random, direction: Direction) -> ObjectPolicy:
    both = direction is Direction.BOTH
    rules = {}
    if both and rng.random() < 0.5:
        rules = {rng.choice(SHARED): FieldRule(rng.choice(list(Direction)))}
    return ObjectPolicy(
        type=CONTACT,
        direction=direction,
        conflict=rng.choice([c for c in Conflict if c is not Conflict.MANUAL]) if both else None,
        merge=rng.choice(list(Merge)),
        drift=rng.choice(list(Drift)),
        fields=rules,
    )


def a_link(rng: random.Random, direction: Direction) -> PlannedLink:
    specs = PerSide(*rng.choice([(RICH, POOR), (POOR, RICH), (RICH, RICH), (POOR, POOR)]))
    empty: PerSide[Any] = specs.map(lambda spec: dict.fromkeys(spec.by_name))
    link = PlannedLink(a_policy(rng, direction), specs, empty)
    for side in SIDES:
        edit(rng, link, side)
        edit(rng, link, side)
    return link


def edit(rng: random.Random, link: PlannedLink, side: Side) -> None:
    change = an_edit(rng, link.specs[side])
    yearless = str(change.get("birthday")).startswith("--")
    if yearless and link.specs[side].by_name["birthday"].capacity.full_dates:
        del change["birthday"]  # nobody can enter it there
    link.edit(side, change)


def differences(link: PlannedLink) -> dict[str, tuple[Value, Value]]:
    """Fields that travel both ways and on which the sides disagree beyond their capacities."""
    left, right = (link.fields[side] or {} for side in SIDES)
    found = {}
    for name in SHARED:
        if link.policy.field_direction(name) is Direction.BOTH and not agree(link, name):
            found[name] = (left[name], right[name])
    return found


def agree(link: PlannedLink, name: str) -> bool:
    """Whether one side holds what it can hold of the other's value."""
    if CONTACT.fields[name].type.is_set:
        return agree_on_elements(link, name)
    shown = [(link.fields[side] or {}).get(name) for side in SIDES]
    if any(str(each).startswith("--") for each in shown):
        return True  # a date without a year stays where it is
    if name == "family_name" and None in shown and STAND_INS & set(shown):
        return True  # what stood in for a name may be out of date
    projected = PerSide(
        *(
            stored_fields(link.specs[s.other], link.digester, link.fields[s] or {})[0][name]
            for s in SIDES
        )
    )
    values = link.fields.map(lambda fields: (fields or {}).get(name))
    normal = CONTACT.fields[name].type.normal
    return any(normal(projected[side]) == normal(values[side.other]) for side in SIDES)


def agree_on_elements(link: PlannedLink, name: str) -> bool:
    """Whether one side holds nothing but what it can hold of the other's elements."""
    kind = CONTACT.fields[name].type
    values = link.fields.map(lambda fields: (fields or {}).get(name) or ())

    def keys(side: Side, at: Side) -> set[str]:
        capacity = link.specs[at].by_name[name].capacity
        return {
            key
            for text in values[side]
            for key in kind.normal(capacity.stored(kind, (text,))) or ()
        }

    return any(keys(side, at) <= keys(side.other, at) for at in SIDES for side in SIDES)


@pytest.mark.parametrize("number", range(16))
@pytest.mark.parametrize("direction", [d for d in Direction if d is not Direction.NONE])
def test_whatever_people_do_a_few_rounds_end_it(direction: Direction, number: int) -> None:
    rng = random.Random(f"{SEED}:{direction}:{number}")
    for _ in range(25):
        link = a_link(rng, direction)
        link.run()
        for _ in range(4):
            for side in rng.sample(SIDES, rng.randint(1, 2)):
                edit(rng, link, side)
            link.step(rng.choice([SIDES, SIDES[::-1], SIDES[:1], SIDES[1:]]))
            if rng.random() < 0.4:
                edit(rng, link, rng.choice(SIDES))
            link.run()
            assert differences(link) == {}
