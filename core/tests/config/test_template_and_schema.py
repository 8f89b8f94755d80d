"""The file `init` writes, and the JSON Schema editors use: both follow the document's models."""

from __future__ import annotations

import tomllib

import jsonschema
import pytest

from syncline.config.document import (
    ConnectionTable,
    Document,
    GuardsTable,
    ObjectTable,
    PluginsTable,
    StateTable,
    SyncTable,
)
from syncline.config.json_schema import json_schema
from syncline.config.tables import is_table
from syncline.config.template import configuration_text, members_text
from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide

NAMES = PerSide("mail", "crm")
TABLES = [
    Document,
    StateTable,
    PluginsTable,
    ConnectionTable,
    SyncTable,
    ObjectTable,
    GuardsTable,
]


@pytest.fixture
def template(offer):
    connectors = PerSide(offer.require_connector("mailbox"), offer.require_connector("crm"))
    return configuration_text("fresh-1234", NAMES, connectors, [CONTACT], ("house", "record"))


def test_every_key_is_visible_and_explained(template):
    lines = template.splitlines()
    for table in TABLES:
        for key in (key for key, info in table.model_fields.items() if not is_table(info)):
            line = next(n for n, text in enumerate(lines) if text.startswith(f"{key} = "))
            assert lines[line - 1].startswith("# "), key


def test_the_template_names_what_only_a_person_knows(template, problems_of, tmp_path):
    (tmp_path / "members.csv").write_text(members_text(NAMES) + "ann@x,ann\n")
    (problem,) = problems_of(template)
    assert (problem.key, problem.rule) == ("connections.mail.tenant", "is required")


def test_filled_in_the_template_loads(template, load_text, tmp_path):
    (tmp_path / "members.csv").write_text(members_text(NAMES) + "ann@x,ann\n")
    configuration = load_text(template.replace("# tenant = …", 'tenant = "contoso" #'))
    assert configuration.syncs["mail-crm"].objects["contact"].runs
    assert configuration.connections["mail"].config.secret.env == "MAIL_SECRET"


def test_the_schema_accepts_what_load_accepts(template, offer, contact):
    schema = json_schema(offer.connector_types)
    jsonschema.Draft202012Validator.check_schema(schema)
    filled = template.replace("# tenant = …", 'tenant = "contoso" #')
    body = 'direction = "none"\ncreate = { crm = false }\nfields = { notes = "off" }'
    for text in (filled, contact(body)):
        jsonschema.validate(tomllib.loads(text), schema)


@pytest.mark.parametrize(
    "edit",
    [
        ('tenant = "contoso"', 'tenat = "contoso"'),
        ('direction = "none"', 'richtung = "none"'),
        ("[state]", "[states]"),
        ('{ env = "MAIL_SECRET" }', '"typed in"'),
    ],
)
def test_the_schema_refuses_what_load_refuses(offer, contact, problems_of, edit):
    text = contact('direction = "none"').replace(*edit)
    assert problems_of(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), json_schema(offer.connector_types))


def test_a_connector_that_is_not_installed_may_have_any_keys(offer, head):
    table = '[connections.other]\nconnector = "elsewhere"\nwhatever = 1\n'
    jsonschema.validate(tomllib.loads(head + table), json_schema(offer.connector_types))
