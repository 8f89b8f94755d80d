"""A sync as a whole: its connections, its rule set, and other syncs beside it."""

from __future__ import annotations

import pytest

from syncline.config.load import load
from syncline.config.problems import InvalidConfigurationError
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, Merge

BOTH = 'direction = "both"\nconflict = "crm_wins"\n'
NO_RULES = ('rules = "open"\n', "")


def test_the_rule_set_made_for_the_pair_is_the_default(load_text, contact):
    sync = load_text(contact(BOTH).replace(*NO_RULES)).syncs["sales"]
    assert sync.rules == "house"
    assert sync.objects["contact"].merge is Merge.RECORD


def test_open_is_the_default_of_any_other_pair(load_text, contact):
    text = contact(BOTH).replace(*NO_RULES).replace('connector = "crm"', 'connector = "ledger"')
    assert load_text(text).syncs["sales"].rules == "open"


def test_if_two_rule_sets_would_apply_one_must_be_named(tmp_path, contact, two_defaults):
    path = tmp_path / "syncline.toml"
    path.write_text(contact(BOTH).replace(*NO_RULES))
    with pytest.raises(InvalidConfigurationError) as caught:
        load(path, two_defaults)
    (problem,) = caught.value.problems
    assert problem.key == "syncs.sales.rules"
    assert problem.allowed == "open, house, other-house"
    path.write_text(contact(BOTH).replace('rules = "open"', 'rules = "other-house"'))
    assert load(path, two_defaults).syncs["sales"].rules == "other-house"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("hose", 'there is no rule set "hose"; did you mean "house"?'),
        ("ledgers", '"ledgers" is for ledger, not for crm and mailbox'),
    ],
)
def test_rule_sets_that_do_not_fit(problems_of, contact, name, rule):
    (problem,) = problems_of(contact(BOTH).replace('rules = "open"', f'rules = "{name}"'))
    assert (problem.key, problem.rule, problem.allowed) == (
        "syncs.sales.rules",
        rule,
        "open, house",
    )


def test_a_rule_sets_own_words_are_translated_before_the_schema_is_applied(load_text, contact):
    body = 'two_way = true\nconflict = "crm_wins"'
    policy = load_text(contact(body).replace(*NO_RULES)).syncs["sales"].objects["contact"]
    assert policy.direction is Direction.BOTH


def test_a_rule_sets_own_words_may_depend_on_the_type_and_the_connections_names(load_text, contact):
    text = contact("import_contact = true").replace(*NO_RULES)
    assert load_text(text).syncs["sales"].objects["contact"].direction is Direction.RIGHT_TO_LEFT
    renamed = text.replace("connections.crm", "connections.sf").replace('"crm"]', '"sf"]')
    renamed = renamed.replace('crm = "ann"', 'sf = "ann"')
    sync = load_text(renamed).syncs["sales"]
    assert sync.objects["contact"].direction is Direction.RIGHT_TO_LEFT


def test_a_rule_sets_breach_names_the_rule_set_and_what_is_allowed(problems_of, contact):
    (problem,) = problems_of(contact('direction = "mail_to_crm"').replace(*NO_RULES))
    assert problem.key == "syncs.sales.objects.contact.direction"
    assert problem.rule == "the mailbox is never the only source (rule set house)"
    assert problem.allowed == "both, none"


def test_a_rule_sets_breach_is_reported_beside_other_problems(problems_of, contact):
    body = 'direction = "mail_to_crm"\nconflict = "manual"'
    found = problems_of(contact(body).replace(*NO_RULES))
    keys = [problem.key.rpartition(".")[2] for problem in found]
    assert keys == ["conflict", "direction"]


def test_between_names_two_different_known_connections(problems_of, contact):
    (problem,) = problems_of(contact(BOTH).replace('["mail", "crm"]', '["mail", "mail"]'))
    assert problem.rule == "names one connection twice"
    (problem,) = problems_of(contact(BOTH).replace('["mail", "crm"]', '["mial", "crm"]'))
    assert problem.rule == 'there is no connection "mial"; did you mean "mail"?'
    (problem,) = problems_of(contact(BOTH).replace('["mail", "crm"]', '["mail"]'))
    assert problem.key == "syncs.sales.between"


def test_sides_are_as_between_orders_them(load_text, contact):
    sync = load_text(contact(BOTH).replace('["mail", "crm"]', '["crm", "mail"]')).syncs["sales"]
    assert sync.between == PerSide("crm", "mail")
    assert sync.members[0].accounts == PerSide("ann", "ann@example.com")
    assert sync.objects["contact"].conflict.winner.value == "left"


def second_sync(enabled: str = "true", account: str = "ANN@example.com") -> str:
    return f"""
[syncs.pilot]
between = ["crm", "mail"]
rules = "open"
enabled = {enabled}
members = [{{ mail = "{account}", crm = "ann" }}]
[syncs.pilot.objects.contact]
direction = "crm_to_mail"
"""


def test_two_active_syncs_may_not_share_an_account_pair_and_type(problems_of, contact):
    (problem,) = problems_of(contact(BOTH) + second_sync())
    assert problem.key == "syncs.pilot.objects.contact"
    assert "already synced by sales" in problem.rule


def test_a_pair_may_be_in_a_resting_sync_and_an_account_in_another_pair(load_text, contact):
    assert len(load_text(contact(BOTH) + second_sync(enabled="false")).syncs) == 2
    assert len(load_text(contact(BOTH) + second_sync(account="bob@example.com")).syncs) == 2


def test_a_sync_without_objects_is_refused(problems_of, contact):
    text = contact(BOTH).split("[syncs.sales.objects.contact]")[0]
    (problem,) = problems_of(text)
    assert (problem.key, problem.allowed) == ("syncs.sales.objects", "contact")


def test_a_connector_without_data_sets_is_named(problems_of, contact):
    text = contact(BOTH + 'where = { crm = "x" }').replace(
        'connector = "crm"', 'connector = "ledger"'
    )
    (problem,) = problems_of(text)
    assert problem.rule == "the connector ledger has no data sets"
