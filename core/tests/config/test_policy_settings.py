"""Each setting of an object's table: what it may say, and what it then means."""

from __future__ import annotations

import pytest

from syncline.model.sides import PerSide, Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    GuardLimits,
    LeftScope,
    Merge,
    Records,
    SharedDelete,
)

BOTH = 'direction = "both"\nconflict = "crm_wins"\n'
ONE_WAY = 'direction = "crm_to_mail"\n'
KEY = "syncs.sales.objects.contact"


def test_everything_left_out_gets_its_default(policy_of):
    policy = policy_of(BOTH)
    assert policy.enabled and policy.runs
    assert policy.merge is Merge.FIELDS
    assert policy.create == PerSide(True, True) and policy.delete == PerSide(True, True)
    assert policy.container == PerSide(None, None)
    assert policy.records == PerSide(Records.OWN, Records.OWN)
    assert policy.where == PerSide(None, None)
    assert policy.max_records == 5000
    assert policy.match == ("email", "name+company")
    assert policy.left_scope is LeftScope.KEEP
    assert policy.drift is Drift.IGNORE
    assert policy.shared_delete is SharedDelete.SEVER
    assert policy.invitations == "never"
    assert policy.guards == GuardLimits()
    assert policy.fields == {}


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("none", Direction.NONE),
        ("mail_to_crm", Direction.LEFT_TO_RIGHT),
        ("crm_to_mail", Direction.RIGHT_TO_LEFT),
    ],
)
def test_direction_is_built_from_the_connections_names(policy_of, word, meaning):
    assert policy_of(f'direction = "{word}"').direction is meaning


def test_direction_is_required(problem_of):
    problem = problem_of("enabled = true")
    assert (problem.key, problem.rule) == (f"{KEY}.direction", "is required")


@pytest.mark.parametrize("word", ["mail_to_crmm", "outlook_to_salesforce", "left_to_right", "off"])
def test_other_directions_are_refused_with_what_is_allowed(problem_of, word):
    problem = problem_of(f'direction = "{word}"')
    assert problem.key == f"{KEY}.direction"
    assert problem.allowed == "none, mail_to_crm, crm_to_mail, both"


def test_a_mistyped_direction_is_guessed(problem_of):
    assert 'did you mean "mail_to_crm"?' in problem_of('direction = "mail_to_crmm"').rule


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("mail_wins", Conflict.LEFT_WINS),
        ("crm_wins", Conflict.RIGHT_WINS),
        ("newest_wins", Conflict.NEWEST_WINS),
        ("manual", Conflict.MANUAL),
    ],
)
def test_conflict_when_both(policy_of, word, meaning):
    assert policy_of(f'direction = "both"\nconflict = "{word}"').conflict is meaning


def test_conflict_is_required_when_both(problem_of):
    problem = problem_of('direction = "both"')
    assert problem.key == f"{KEY}.conflict"
    assert problem.allowed == '"mail_wins", "crm_wins", "newest_wins", "manual"'


def test_one_way_conflict_may_only_say_that_the_source_wins(policy_of, problem_of):
    assert policy_of(ONE_WAY + 'conflict = "crm_wins"').conflict is None
    assert policy_of(ONE_WAY).conflict is None
    for word in ("mail_wins", "newest_wins", "manual"):
        problem = problem_of(ONE_WAY + f'conflict = "{word}"')
        assert problem.key == f"{KEY}.conflict"
        assert problem.allowed == '"crm_wins", or no `conflict`'


def test_disabled_keeps_every_other_setting(policy_of):
    policy = policy_of(BOTH + "enabled = false\nmax_records = 7")
    assert not policy.runs
    assert (policy.direction, policy.max_records) == (Direction.BOTH, 7)


def test_direction_none_keeps_every_other_setting_and_runs_nothing(policy_of):
    policy = policy_of('direction = "none"\nconflict = "manual"\nmax_records = 7')
    assert not policy.runs
    assert policy.max_records == 7


def test_merge_can_be_chosen(policy_of):
    assert policy_of(BOTH + 'merge = "record"').merge is Merge.RECORD


@pytest.mark.parametrize("key", ["create", "delete"])
def test_switches_for_both_or_for_each_side(policy_of, problem_of, key):
    assert getattr(policy_of(BOTH + f"{key} = false"), key) == PerSide(False, False)
    assert getattr(policy_of(BOTH + f"{key} = {{ crm = false }}"), key) == PerSide(True, False)
    problem = problem_of(BOTH + f"{key} = {{ salesforce = false }}")
    assert (problem.key, problem.allowed) == (f"{KEY}.{key}.salesforce", "mail, crm")


@pytest.mark.parametrize("value", ['"yes"', "1"])
def test_a_switch_is_true_or_false_and_nothing_else(problem_of, value):
    problem = problem_of(BOTH + f"create = {value}")
    assert problem.key == f"{KEY}.create"
    assert "boolean" in problem.rule


def test_container_of_a_side_that_has_folders(policy_of, problem_of):
    policy = policy_of(BOTH + 'container = { mail = "Contacts/CRM" }')
    assert policy.container == PerSide("Contacts/CRM", None)
    assert policy_of(BOTH + 'container = { mail = "" }').container[Side.LEFT] is None
    problem = problem_of(BOTH + 'container = "Contacts/CRM"')
    assert (problem.key, problem.rule) == (f"{KEY}.container", "crm has no folders for contact")


def test_records_own_or_visible(policy_of, problem_of):
    policy = policy_of(BOTH + 'records = { crm = "visible" }')
    assert policy.records == PerSide(Records.OWN, Records.VISIBLE)
    assert problem_of(BOTH + 'records = "all"').allowed == "'own' or 'visible'"


def test_data_set_of_one_side_and_all_of_the_other(policy_of):
    policy = policy_of(BOTH + """where = { crm = "Account.Type = 'Customer'" }""")
    assert policy.where == PerSide(None, "Account.Type = 'Customer'")
    assert policy_of(BOTH + 'where = "all"').where == PerSide(None, None)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ('"Type = 1"', "where"),
        ('{ mail = "Type = 1" }', "where.mail"),
        ('{ crm = " " }', "where.crm"),
    ],
)
def test_data_sets_that_cannot_be(problem_of, value, key):
    assert problem_of(BOTH + f"where = {value}").key == f"{KEY}.{key}"


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", '"5000"'])
def test_max_records_is_a_whole_number_of_at_least_one(problem_of, value):
    assert problem_of(BOTH + f"max_records = {value}").key == f"{KEY}.max_records"


def test_match_names_known_matchers_in_order(policy_of, problem_of):
    assert policy_of(BOTH + 'match = ["name", "email"]').match == ("name", "email")
    assert policy_of(BOTH + "match = []").match == ()
    problem = problem_of(BOTH + 'match = ["mail"]')
    assert problem.rule == 'there is no matcher "mail"; did you mean "email"?'
    assert problem.allowed == "email, name+company, name"
    assert problem_of(BOTH + 'match = ["email", "email"]').rule == "names the same thing twice"


def test_left_scope_shared_delete_and_invitations(policy_of):
    body = 'left_scope = "delete"\nshared_delete = "propagate"\n'
    policy = policy_of(BOTH + body + 'invitations = "send"')
    assert policy.left_scope is LeftScope.DELETE
    assert policy.shared_delete is SharedDelete.PROPAGATE
    assert policy.invitations == "send"


def test_drift_is_taken_back_only_one_way(policy_of, problem_of):
    assert policy_of(ONE_WAY + 'drift = "revert"').drift is Drift.REVERT
    assert problem_of(BOTH + 'drift = "revert"').key == f"{KEY}.drift"


def test_guards_can_be_set_one_by_one(policy_of, problem_of):
    policy = policy_of(BOTH + "guards = { deletions = 3 }")
    assert policy.guards == GuardLimits(deletions=3)
    assert problem_of(BOTH + "guards = { deletion_share = 20 }").key.endswith("deletion_share")


def test_an_unknown_key_is_guessed(problem_of):
    problem = problem_of(BOTH + 'konflict = "manual"')
    assert problem.key == f"{KEY}.konflict"
    assert problem.rule == 'unknown key; did you mean "conflict"?'
    assert "max_records" in problem.allowed


def test_an_object_type_must_exist(problems_of, contact):
    (problem,) = problems_of(contact(BOTH).replace("objects.contact", "objects.contacts"))
    assert problem.rule == 'unknown object type; did you mean "contact"?'
