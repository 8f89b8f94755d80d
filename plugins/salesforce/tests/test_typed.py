"""Custom fields that are no text there: held as the text that their type has."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.model.capacity import Inexpressible
from syncline.model.fields import SHORT_TEXT
from syncline.plugin.spec import UNREADABLE, Field
from syncline_salesforce.contacts.mapping import CONTACT_TYPE
from syncline_salesforce.contacts.schema import Schema


def custom(type: str, **more: Any) -> Field:
    described = {"name": "X__c", "type": type, "updateable": True, "createable": True, **more}
    return Schema({"fields": [described]}).custom("x", "X__c")


@pytest.mark.parametrize(
    ("type", "native", "value"),
    [
        ("boolean", True, "true"),
        ("boolean", False, "false"),
        ("double", 1.5, "1.5"),
        ("currency", 20.0, "20"),
        ("int", 7, "7"),
        ("percent", None, None),
        ("date", "2026-11-21", "2026-11-21"),
        ("datetime", "2026-11-21T20:21:25.000+0000", "2026-11-21T20:21:25Z"),
    ],
)
def test_a_value_is_read_as_its_text_and_written_as_its_type(
    type: str, native: Any, value: str | None
) -> None:
    field = custom(type)

    assert field.read({"X__c": native}) == value
    (sent,) = field.write(value, None).values()
    assert field.read({"X__c": sent}) == value
    assert field.capacity.stored(SHORT_TEXT, value) == value


@pytest.mark.parametrize(
    ("type", "text", "stored"),
    [
        ("boolean", " TRUE ", "true"),
        ("boolean", None, "false"),
        ("double", "+01.50", "1.5"),
        ("double", "2.345", "2.35"),
        ("double", " ", None),
        ("date", " 2026-11-21", "2026-11-21"),
        ("datetime", "2026-11-21T21:21:25+01:00", "2026-11-21T20:21:25Z"),
    ],
)
def test_what_is_stored_is_foreseen_and_a_fixed_point(
    type: str, text: str | None, stored: str | None
) -> None:
    capacity = custom(type, scale=2).capacity

    assert capacity.stored(SHORT_TEXT, text) == stored
    assert capacity.stored(SHORT_TEXT, stored) == stored


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("boolean", "maybe"),
        ("double", "a lot"),
        ("double", "9" * 60),
        ("date", "tomorrow"),
        ("date", "--02-29"),
        ("datetime", "2026-11-21T20:21:25"),
    ],
)
def test_a_text_of_another_type_cannot_be_stored(type: str, text: str) -> None:
    with pytest.raises(Inexpressible):
        custom(type, scale=2).capacity.stored(SHORT_TEXT, text)


def test_a_value_of_another_form_is_unreadable_and_not_empty() -> None:
    spec = CONTACT_TYPE.restricted((), [custom("boolean")])

    assert spec.read({"X__c": "yes"}) == {"x": UNREADABLE}


def test_a_formula_is_read_only() -> None:
    assert custom("double", updateable=False, createable=False).read_only


def test_an_opt_out_and_a_lead_source_are_read_and_written(org: Any) -> None:
    org.sandbox.set(features=["opt_out_fields"])
    sf = org.connect().check()
    extra = [
        sf.connector.custom_field(sf.spec, name, native)
        for name, native in (("no_mail", "HasOptedOutOfEmail"), ("source", "LeadSource"))
    ]
    sf.spec = sf.spec.restricted(["family_name"], extra)
    (made,) = sf.create({"family_name": "A", "no_mail": "true", "source": "Web"})

    stored = org.stored(made.id)
    assert (bool(stored["HasOptedOutOfEmail"]), stored["LeadSource"]) == (True, "Web")
    assert sf.record(made.id).fields == {"family_name": "A", "no_mail": "true", "source": "Web"}
