"""Settings nobody has, one of each kind, added to the policy: nothing else needs to be written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import ValidationError

from syncline.cli.reference.configuration import rows
from syncline.config.problems import Problems
from syncline.config.tables import table_of, values_of
from syncline.config.template import keys_text
from syncline.config.view import shown
from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide
from syncline.policy.declare import each_once, setting
from syncline.policy.schema import Direction, ObjectPolicy

NAMES = PerSide("mail", "crm")


class Pace(StrEnum):
    """How fast it goes."""

    CALM = "calm"
    BRISK = "brisk"


@dataclass(frozen=True, kw_only=True)
class PacedPolicy(ObjectPolicy):
    """A policy with more settings."""

    pace: Pace = setting(Pace.CALM, Pace.__doc__)
    batch: int = setting(10, "How many at once.", ge=1)
    tags: tuple[str, ...] = setting((), "Words for it.", each_once)
    lunch: PerSide[Pace] = setting(PerSide(Pace.CALM, Pace.CALM), "How fast at noon.")
    label: PerSide[str | None] = setting(PerSide(None, None), "Its name.", written="none")


TABLE = table_of(PacedPolicy, fields=dict[str, str])
POLICY = PacedPolicy(type=CONTACT, direction=Direction.BOTH)
ADDED = ("pace", "batch", "tags", "lunch", "label")


def read(**written):
    """What the added settings become, and what is wrong with them."""
    problems = Problems(Path("syncline.toml"))
    try:
        values = values_of(TABLE.model_validate({"direction": "both", **written}), NAMES, problems)
    except ValidationError as error:
        problems.add_validation(error, TABLE)
        values = {}
    return {key: values[key] for key in ADDED if values}, problems.found


def test_left_out_it_has_its_default():
    assert read() == ({key: getattr(POLICY, key) for key in ADDED}, [])


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("pace", "brisk", Pace.BRISK),
        ("batch", 1, 1),
        ("tags", ["a", "b"], ("a", "b")),
        ("lunch", "brisk", PerSide(Pace.BRISK, Pace.BRISK)),
        ("lunch", {"crm": "brisk"}, PerSide(Pace.CALM, Pace.BRISK)),
        ("label", {"mail": "Cards", "crm": "none"}, PerSide("Cards", None)),
    ],
)
def test_written_it_becomes_its_value_and_is_shown_as_what_means_the_same(key, written, value):
    values, problems = read(**{key: written})
    assert (values[key], problems) == (value, [])
    again = shown(replace(POLICY, **values), TABLE, NAMES, fields={})
    assert TABLE.model_validate(again)
    assert read(**{key: again[key]})[0] == values


@pytest.mark.parametrize(
    ("key", "written", "place", "rule", "allowed"),
    [
        ("pace", "fast", "pace", "is not one of the allowed values", "'calm' or 'brisk'"),
        ("batch", 0, "batch", "input should be greater than or equal to 1", ""),
        ("batch", "1", "batch", "input should be a valid integer", ""),
        ("tags", ["a", "a"], "tags", "names the same thing twice", ""),
        (
            "lunch",
            {"mail": "fast"},
            "lunch.mail",
            "is not one of the allowed values",
            "'calm' or 'brisk'",
        ),
        ("label", {"x": "a"}, "label.x", "is not a connection of this sync", "mail, crm"),
        ("pase", "calm", "pase", 'unknown key; did you mean "pace"?', None),
    ],
)
def test_what_it_may_not_say_is_refused_with_place_rule_and_what_is_allowed(
    key, written, place, rule, allowed
):
    (problem,) = read(**{key: written})[1]
    assert (problem.key, problem.rule) == (place, rule)
    assert allowed is None or problem.allowed == allowed


def test_it_is_on_the_reference_page():
    assert list(rows(TABLE))[-len(ADDED) :] == [
        ["`pace`", '`"calm"`, `"brisk"`', '`"calm"`', "How fast it goes."],
        ["`batch`", "number", "`10`", "How many at once."],
        ["`tags`", "list", "", "Words for it."],
        ["`lunch`", '`"calm"`, `"brisk"`, per side', '`"calm"`', "How fast at noon."],
        ["`label`", "text, per side", '`"none"`', "Its name."],
    ]


def test_it_is_in_the_json_schema_with_its_default():
    properties = TABLE.model_json_schema()["properties"]
    assert {key: properties[key]["default"] for key in ADDED} == {
        "pace": "calm",
        "batch": 10,
        "tags": [],
        "lunch": "calm",
        "label": "none",
    }


def test_init_writes_it():
    assert list(keys_text(TABLE, NAMES))[-2 * len(ADDED) :] == [
        "# How fast it goes.",
        'pace = "calm"',
        "# How many at once.",
        "batch = 10",
        "# Words for it.",
        "tags = []",
        "# How fast at noon.",
        'lunch = { mail = "calm", crm = "calm" }',
        "# Its name.",
        'label = { mail = "none", crm = "none" }',
    ]


def test_init_writes_what_has_no_default_as_a_comment():
    assert "# direction = …" in keys_text(TABLE, NAMES)
    assert 'direction = "both"' in keys_text(TABLE, NAMES, direction="both")
