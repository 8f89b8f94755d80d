"""What a check says, and what this organisation makes of the declared type."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncline.errors import ConfigurationError, Stop
from syncline.model.fields import SHORT_TEXT
from syncline.model.rights import Right
from syncline.plugin.requests import CheckRequest
from syncline_salesforce.contacts.mapping import FIELDS


def levels(connection: Any) -> dict[str, str]:
    return {result.id: result.level for result in connection.report.results}


def test_a_good_connection_is_told_to_be_good(org: Any, sf: Any) -> None:
    assert sf.report.ok
    assert set(levels(sf).values()) == {"ok"}
    assert sf.report.store == org.sandbox.rows("Organization")[0]["Id"]
    assert len(sf.report.store) == 18
    assert abs((sf.report.server_time - org.sandbox.now()).total_seconds()) <= 3


def test_of_a_type_that_is_not_synced_nothing_is_asked_and_nothing_is_said(org: Any) -> None:
    org.sandbox.hide_object("Contact")
    report = org.connect(key_field="Nope__c").connector.check(CheckRequest(thorough=True))

    assert report.ok
    assert report.types == {}
    assert {each.id for each in report.results} == {"credentials", "clock", "limits.api"}
    assert [each for each in org.sandbox.calls() if "describe" in str(each)] == []


def test_a_check_costs_the_same_whatever_there_is(org: Any) -> None:
    sf = org.connect().check()
    first = dict(org.calls)
    for number in range(50):
        org.contact(FirstName=str(number))
    org.calls.clear()
    sf.check()

    assert sum(first.values()) <= 7
    assert set(org.calls) == {"check"}
    assert sum(org.calls.values()) <= 5


def test_an_unchanged_description_is_not_fetched_again(org: Any, sf: Any) -> None:
    sf.check()

    assert [c["status"] for c in org.sandbox.calls() if "describe" in str(c)] == [304]


def test_name_parts_are_there_if_the_organisation_has_them(org: Any, sf: Any) -> None:
    assert {"middle_name", "suffix"} & sf.spec.readable == set()

    org.sandbox.set(features=["middle_name", "suffix"])
    assert {"middle_name", "suffix"} <= org.connect().check().spec.readable


def test_everything_else_that_is_declared_is_there(sf: Any) -> None:
    assert {f.name for f in FIELDS} - sf.spec.readable == {"middle_name", "suffix"}


def test_a_hidden_field_is_not_offered_and_a_read_only_one_is_not_written(org: Any) -> None:
    org.sandbox.hide_field("Contact", "MobilePhone")
    org.sandbox.hide_field("Contact", "MailingCity")
    org.sandbox.readonly_field("Contact", "Title")
    spec = org.connect().check().spec

    assert {"mobile_phone", "business_address"} & spec.readable == set()
    assert spec.by_name["job_title"].read_only


def test_only_keys_whose_columns_can_be_read_are_looked_up(org: Any) -> None:
    org.sandbox.hide_object("Account")
    assert org.connect().check().spec.match == {"email", "name"}

    org.sandbox.hide_field("Contact", "Email")
    assert org.connect().check().spec.match == {"name"}


def test_a_restricted_salutation_becomes_the_vocabulary(org: Any) -> None:
    org.sandbox.set(picklists={"Contact.Salutation": ["Mr.", "Ms."]})
    spec = org.connect().check().spec

    assert spec.by_name["prefix"].capacity.vocabulary == frozenset({"Mr.", "Ms."})


def test_state_and_country_picklists_are_warned_of(org: Any) -> None:
    org.sandbox.set(features=["state_country_picklists"])

    assert levels(org.connect().check())["contact.addresses"] == "warning"


def test_missing_rights_are_named_and_do_not_hinder_reading(org: Any) -> None:
    org.sandbox.readonly_field("Contact", "LastName")
    checked = org.connect().check()

    assert levels(checked)["contact.fields"] == "warning"
    assert checked.report.ok


def test_an_integration_user_that_sees_what_is_shared_with_it_is_told_of(org: Any) -> None:
    for row in org.sandbox.rows("ObjectPermissions"):
        org.sandbox.update("ObjectPermissions", row["Id"], {"PermissionsViewAllRecords": False})
    said = {each.id: each for each in org.connect().check().report.results}["contact.sharing"]

    assert said.level == "warning"
    assert "View All on Contact" in said.hint
    assert "Salesforce API Integration" in said.hint


def test_view_all_data_shows_every_contact(org: Any) -> None:
    for row in org.sandbox.rows("ObjectPermissions"):
        org.sandbox.update("ObjectPermissions", row["Id"], {"PermissionsViewAllRecords": False})
    (granted,) = org.sandbox.rows("PermissionSet")
    org.sandbox.update("PermissionSet", granted["Id"], {"PermissionsViewAllData": True})

    assert levels(org.connect().check())["contact.sharing"] == "ok"


def test_where_nobody_tells_what_is_shared_nothing_is_said_of_it(org: Any) -> None:
    org.sandbox.hide_object("PermissionSetAssignment")
    assert "contact.sharing" not in levels(org.connect().check())
    session = org.secret("session", org.sandbox.token)
    assert "contact.sharing" not in levels(org.connect(session_id=session).check())


def test_of_rights_that_nothing_uses_nothing_is_said(org: Any) -> None:
    org.sandbox.readonly_field("Contact", "LastName")
    org.sandbox.define_field("Contact", "Region__c", length=40, required=True)
    connector = org.connect(key_field="Nope__c").connector

    def said(*rights: Right) -> set[str]:
        request = CheckRequest(types=("contact",), rights={"contact": frozenset(rights)})
        return {each.id for each in connector.check(request).results if "contact." in each.id}

    assert said() == set()
    assert said("update") == {"contact.edit"}
    assert {"contact.create", "contact.fields", "contact.key_field"} <= said("create", "delete")


def test_what_every_contact_must_have_and_nobody_gives_is_named_before_anything_is_created(
    org: Any,
) -> None:
    org.sandbox.define_field("Contact", "Region__c", length=40, required=True)
    org.sandbox.define_field("Contact", "Optional__c", length=40)
    results = {each.id: each for each in org.connect().check().report.results}

    assert results["contact.required"].level == "warning"
    assert "must have Region__c," in results["contact.required"].message


def test_contacts_that_cannot_be_seen_at_all_end_it(org: Any) -> None:
    org.sandbox.hide_object("Contact")

    with pytest.raises(Stop):
        org.connect().check()


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ({"unique": True, "external_id": True, "length": 64}, "ok"),
        ({"unique": True, "external_id": True, "length": 40}, "error"),
        ({"unique": False, "external_id": True}, "error"),
        ({"unique": True, "external_id": False}, "error"),
        (None, "error"),
    ],
)
def test_a_key_field_must_be_unique_an_external_id_and_long_enough(
    org: Any, properties: dict[str, Any] | None, level: str
) -> None:
    if properties is not None:
        org.sandbox.define_field("Contact", "SyncKey__c", **properties)

    assert levels(org.connect(key_field="SyncKey__c").check())["contact.key_field"] == level


def test_clocks_that_differ_are_warned_of(org: Any) -> None:
    org.slow = timedelta(seconds=1_000)

    assert levels(org.connect().check())["clock"] == "warning"


def test_a_used_up_share_of_api_calls_is_an_error_of_the_check(org: Any) -> None:
    org.sandbox.set_limit(1000, used=900)

    assert levels(org.connect().check())["limits.api"] == "error"
    assert levels(org.connect(stop_at_api_share=0.95).check())["limits.api"] == "ok"


def test_a_version_that_is_not_offered_any_more_is_a_matter_of_configuration(org: Any) -> None:
    with pytest.raises((ConfigurationError, Stop)):
        org.connect(api_version="25.0").check()


# ---- custom fields ------------------------------------------------------------------------------


def test_a_custom_field_takes_its_length_from_the_organisation(org: Any) -> None:
    org.sandbox.define_field("Contact", "Tier__c", length=20)
    sf = org.connect().check()

    field = sf.connector.custom_field(sf.spec, "tier", "Tier__c", SHORT_TEXT)
    assert (field.name, field.native, field.capacity.max_length) == ("tier", ("Tier__c",), 20)


def test_a_custom_field_is_read_and_written(org: Any) -> None:
    org.sandbox.define_field("Contact", "Tier__c", length=20)
    sf = org.connect().check()
    sf.spec = sf.spec.restricted(
        sf.spec.readable, [sf.connector.custom_field(sf.spec, "tier", "Tier__c", SHORT_TEXT)]
    )
    (made,) = sf.create({"family_name": "Hopper", "tier": "Gold"})

    assert sf.record(made.id).fields["tier"] == "Gold"
    org.sandbox.advance(60)
    sf.update(sf.record(made.id), tier=None)
    assert sf.record(made.id).fields["tier"] is None


@pytest.mark.parametrize("native", ["Nope__c", "tier__c", "Birthdate", "OwnerId", "Email"])
def test_a_custom_field_that_cannot_be_one_is_refused(org: Any, native: str) -> None:
    org.sandbox.define_field("Contact", "Tier__c", length=20)
    sf = org.connect().check()

    with pytest.raises(ConfigurationError) as refused:
        sf.connector.custom_field(sf.spec, "tier", native, SHORT_TEXT)
    assert refused.value.hint
