"""`[….fields]`: fields switched off, one way, and custom ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.config.context import SyncContext
from syncline.config.custom_fields import resolve_fields
from syncline.config.problems import Problems
from syncline.model.custom import CUSTOM_TYPES
from syncline.model.fields import SHORT_TEXT
from syncline.model.kinds.instant import INSTANT
from syncline.model.objects import FieldSpec, ObjectType
from syncline.model.sides import PerSide
from syncline.plugin.connector import Connector
from syncline.plugin.manager import PluginManager
from syncline.policy.rules import OPEN
from syncline.policy.schema import Direction, FieldRule

BOTH = 'direction = "both"\nconflict = "crm_wins"\n'
ONE_WAY = 'direction = "crm_to_mail"\n'
KEY = "syncs.sales.objects.contact.fields"


def test_a_field_is_off_or_travels_one_way(policy_of):
    policy = policy_of(BOTH + 'fields = { notes = "off", job_title = "crm_to_mail" }')
    assert policy.field_direction("notes") is Direction.NONE
    assert policy.field_direction("job_title") is Direction.RIGHT_TO_LEFT
    assert policy.field_direction("company") is Direction.BOTH


def test_a_rule_that_says_what_the_object_says_anyway_is_no_rule(policy_of):
    assert policy_of(BOTH + 'fields = { notes = "both" }').fields == {}
    assert policy_of(ONE_WAY + 'fields = { notes = "both", company = "crm_to_mail" }').fields == {}


def test_a_table_may_hold_only_the_direction(policy_of):
    policy = policy_of(BOTH + 'fields = { notes = { direction = "off" } }')
    assert policy.fields == {"notes": FieldRule(Direction.NONE)}


def test_a_custom_field_names_its_place_on_both_sides(policy_of):
    body = 'fields = { tier = { crm = "Tier__c", mail = "extension:Tier" } }'
    policy = policy_of(BOTH + body)
    assert policy.fields["tier"] == FieldRule(Direction.BOTH, PerSide("extension:Tier", "Tier__c"))
    assert policy.type.fields["tier"].type is SHORT_TEXT


@pytest.mark.parametrize("word", CUSTOM_TYPES)
def test_a_custom_field_may_be_of_any_of_these_types(policy_of, word):
    body = f'fields = {{ tier = {{ crm = "A", mail = "B", type = "{word}" }} }}'
    policy = policy_of(BOTH + body)
    assert policy.type.fields["tier"].type is CUSTOM_TYPES[word]
    assert policy.fields["tier"].native == PerSide("B", "A")


def test_a_type_that_is_none_is_named_with_those_there_are(problem_of):
    body = 'fields = { tier = { crm = "A", mail = "B", type = "longtext" } }'
    problem = problem_of(BOTH + body)
    assert problem.key == f"{KEY}.tier.type"
    assert '"longtext" is no type of a custom field' in problem.rule
    assert "long text" in problem.rule


def test_the_type_of_a_field_of_our_own_cannot_be_chosen(problem_of):
    problem = problem_of(BOTH + 'fields = { notes = { type = "number" } }')
    assert "contact already has this field" in problem.rule


def test_a_custom_field_may_travel_one_way(policy_of):
    body = 'fields = { tier = { crm = "A", mail = "B", direction = "crm_to_mail" } }'
    assert policy_of(BOTH + body).fields["tier"].direction is Direction.RIGHT_TO_LEFT


TIMES = tuple(FieldSpec(name, INSTANT, "time", atomic=True) for name in ("begin", "end"))
VISIT = ObjectType("visit", (*TIMES, FieldSpec("place", SHORT_TEXT)))


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({"begin": "off"}, ["begin"]),
        ({"begin": "a_to_b", "end": "b_to_a"}, ["begin"]),
        ({"begin": "off", "end": "off"}, []),
        ({"place": "off"}, []),
    ],
)
def test_fields_that_mean_nothing_without_each_other_travel_the_same_way(written, wrong):
    names = PerSide("a", "b")
    context = SyncContext(names, names, PerSide(Connector, Connector), OPEN, PluginManager.of({}))
    problems = Problems(Path("syncline.toml"))

    resolve_fields(VISIT, written, Direction.BOTH, context, problems)

    assert [each.key for each in problems.found] == wrong


def test_a_field_cannot_run_against_the_objects_direction(problem_of):
    problem = problem_of(ONE_WAY + 'fields = { notes = "mail_to_crm" }')
    assert problem.key == f"{KEY}.notes"
    assert problem.allowed == '"crm_to_mail", "both", "off"'


@pytest.mark.parametrize(
    ("fields", "key", "rule"),
    [
        ('{ note = "off" }', "note", 'contact has no such field; did you mean "notes"?'),
        ('{ notes = "of" }', "notes", '"of" is no rule for a field; did you mean "off"?'),
        ('{ notes = "none" }', "notes", '"none" is no rule for a field'),
        ('{ tier = { crm = "Tier__c" } }', "tier.mail", "is required: the field's name there"),
        (
            '{ tier = { crm = "T", mail = "T", sap = "T" } }',
            "tier.sap",
            "unknown key",
        ),
        ('{ "Tier!" = { crm = "T", mail = "T" } }', "Tier!", "is not a name for a field"),
        (
            '{ notes = { crm = "T", mail = "T" } }',
            "notes",
            "contact already has this field; only custom fields say where they live",
        ),
    ],
)
def test_rules_that_cannot_be(problem_of, fields, key, rule):
    problem = problem_of(BOTH + f"fields = {fields}")
    assert (problem.key, problem.rule) == (f"{KEY}.{key}", rule)


def test_a_connector_without_custom_fields_is_named(problems_of, contact):
    body = 'fields = { tier = { crm = "T", mail = "T" } }'
    text = contact(BOTH + body).replace('connector = "crm"', 'connector = "ledger"')
    (problem,) = problems_of(text)
    assert (problem.key, problem.rule) == (f"{KEY}.tier.crm", "ledger has no custom fields")
