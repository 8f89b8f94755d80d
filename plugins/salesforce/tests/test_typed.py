"""Custom fields that are no text there: held as the text that their type has."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import ConfigurationError
from syncline.model.capacity import Inexpressible
from syncline.model.custom import CUSTOM_TYPES
from syncline.model.fields import DATE, LONG_TEXT, SHORT_TEXT, FieldType, Value
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER
from syncline.plugin.spec import UNREADABLE, Field
from syncline_salesforce.contacts.custom import custom_field
from syncline_salesforce.contacts.mapping import CONTACT_TYPE
from syncline_salesforce.contacts.schema import Schema


def custom(type: str, held: FieldType = SHORT_TEXT, **more: Any) -> Field:
    described = {"name": "X__c", "type": type, "updateable": True, "createable": True, **more}
    return custom_field(Schema({"fields": [described]}), "x", "X__c", held)


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


@pytest.mark.parametrize(
    ("held", "type", "native", "value"),
    [
        (FLAG, "boolean", True, "true"),
        (NUMBER, "double", 1.5, "1.5"),
        (DATE, "date", "2026-11-21", "2026-11-21"),
        (INSTANT, "datetime", "2026-11-21T20:21:25.000+0000", {"at": "2026-11-21T20:21:25Z"}),
        (INSTANT, "datetime", None, None),
        (NUMBER, "string", "1.5", "1.5"),
        (FLAG, "picklist", "true", "true"),
        (INSTANT, "string", "2026-11-21T20:21:25Z", {"at": "2026-11-21T20:21:25Z"}),
        (LONG_TEXT, "textarea", "one\r\ntwo", "one\ntwo"),
    ],
)
def test_a_typed_field_is_read_as_its_type_from_a_native_one_or_a_text(
    held: FieldType, type: str, native: Any, value: Value
) -> None:
    field = custom(type, held, length=80)

    assert field.read({"X__c": native}) == value
    (sent,) = field.write(value, None).values()
    assert field.read({"X__c": sent}) == value
    assert field.capacity.stored(held, value) == value


def test_a_zone_stays_where_it_was_written() -> None:
    moment = {"at": "2026-11-21T20:21:25Z", "zone": "Europe/Vienna"}

    assert custom("datetime", INSTANT).capacity.stored(INSTANT, moment) == {"at": moment["at"]}


@pytest.mark.parametrize(
    ("held", "type"),
    [(NUMBER, "boolean"), (FLAG, "double"), (LONG_TEXT, "date"), (INSTANT, "date")],
)
def test_a_field_of_another_type_is_refused_by_name(held: FieldType, type: str) -> None:
    with pytest.raises(ConfigurationError, match=f"type {type} and holds no {held.kind}"):
        custom(type, held)


@pytest.mark.parametrize(("held", "length"), [(DATE, 9), (INSTANT, 19), (FLAG, 4)])
def test_a_text_that_is_too_short_for_any_value_is_refused(held: FieldType, length: int) -> None:
    with pytest.raises(ConfigurationError, match=f"has {length} characters"):
        custom("string", held, length=length)
    assert custom("string", held, length=length + 1)


def test_a_text_that_is_none_of_the_type_is_unreadable() -> None:
    spec = CONTACT_TYPE.restricted((), [custom("string", NUMBER)])

    assert spec.read({"X__c": "a lot"}) == {"x": UNREADABLE}


def test_a_value_of_another_form_is_unreadable_and_not_empty() -> None:
    spec = CONTACT_TYPE.restricted((), [custom("boolean")])

    assert spec.read({"X__c": "yes"}) == {"x": UNREADABLE}


def test_a_formula_is_read_only() -> None:
    assert custom("double", updateable=False, createable=False).read_only


def test_an_opt_out_and_a_lead_source_are_read_and_written(org: Any) -> None:
    org.sandbox.set(features=["opt_out_fields"])
    sf = org.connect().check()
    extra = [
        sf.connector.custom_field(sf.spec, name, native, SHORT_TEXT)
        for name, native in (("no_mail", "HasOptedOutOfEmail"), ("source", "LeadSource"))
    ]
    sf.spec = sf.spec.restricted(["family_name"], extra)
    (made,) = sf.create({"family_name": "A", "no_mail": "true", "source": "Web"})

    stored = org.stored(made.id)
    assert (bool(stored["HasOptedOutOfEmail"]), stored["LeadSource"]) == (True, "Web")
    assert sf.record(made.id).fields == {"family_name": "A", "no_mail": "true", "source": "Web"}


def test_fields_of_every_type_are_written_and_read_back(org: Any) -> None:
    native = {"number": "double", "flag": "boolean", "date": "date", "instant": "datetime"}
    values = {
        "number": "1.5",
        "flag": "true",
        "date": "2026-11-21",
        "instant": {"at": "2026-11-21T20:21:25Z"},
        "long text": "one\ntwo",
    }
    for word, type in (native | {"long text": "textarea"}).items():
        org.sandbox.define_field("Contact", f"A_{word.replace(' ', '_')}__c", type=type)
    sf = org.connect().check()
    fields = [
        sf.connector.custom_field(
            sf.spec, word, f"A_{word.replace(' ', '_')}__c", CUSTOM_TYPES[word]
        )
        for word in values
    ]
    sf.spec = sf.spec.restricted(["family_name"], fields)
    (made,) = sf.create({"family_name": "A", **values})

    assert sf.record(made.id).fields == {"family_name": "A", **values}
