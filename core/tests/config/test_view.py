"""`config show`: what it shows means the same again, and shows no secret."""

from __future__ import annotations

import dataclasses

import pytest
import tomli_w

from syncline.config.redact import redact
from syncline.config.view import view

FULL = """
direction = "both"
conflict = "manual"
create = { crm = false }
container = { mail = "Contacts/CRM" }
where = { crm = "Owner.Name = 'Ann Smith'" }
match = ["name"]
guards = { deletions = 4 }
[syncs.sales.objects.contact.fields]
notes = "off"
tier = { crm = "Tier__c", mail = "extension:Tier" }
score = { crm = "Score__c", mail = "extension:Score", type = "number" }
"""


@pytest.mark.parametrize("body", [FULL, 'direction = "none"', 'direction = "crm_to_mail"'])
def test_what_is_shown_loads_again_as_the_same(load_text, contact, body):
    shown = load_text(contact(body))
    again = load_text(tomli_w.dumps(view(shown)))
    assert again == shown


def test_every_default_is_visible(load_text, contact):
    shown = view(load_text(contact('direction = "both"\nconflict = "manual"')))
    policy = shown["syncs"]["sales"]["objects"]["contact"]
    assert policy["create"] == {"mail": True, "crm": True}
    assert policy["where"] == {"mail": "all", "crm": "all"}
    assert policy["merge"] == "fields"
    assert shown["connections"]["mail"]["page_size"] == 100


def test_secrets_are_shown_as_references(load_text, contact, monkeypatch):
    monkeypatch.setenv("MAIL_SECRET", "hunter2")
    shown = view(load_text(contact(FULL)))
    assert shown["connections"]["mail"]["secret"] == {"env": "MAIL_SECRET"}
    assert "hunter2" not in str(shown)


def test_redacted_hides_people_places_and_quoted_values_and_keeps_the_rules(load_text, contact):
    configuration = load_text(contact(FULL))
    state = dataclasses.replace(configuration.state, url="postgresql://sync@db.corp/x")
    shown = redact(view(dataclasses.replace(configuration, state=state)))
    for private in ("ann@", "Smith", "contoso", "MAIL_SECRET", "crm.example", "corp", "test-1234"):
        assert private not in str(shown)
    assert shown["syncs"]["sales"]["members"] == [{"mail": "member 1", "crm": "member 1"}]
    policy = shown["syncs"]["sales"]["objects"]["contact"]
    assert policy["where"]["crm"] == "Owner.Name = '***'"
    assert policy["container"]["mail"] == "Contacts/CRM"
    assert shown["connections"]["mail"]["page_size"] == 100
