from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.errors import ConfigurationError
from syncline.model.contact import CONTACT, Contact
from syncline.model.fields import DATE, LONG_TEXT, FieldType, Value
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER
from syncline.model.records import AbsenceReason, AccountId, Record, RecordId
from syncline.plugin.spec import UNREADABLE
from syncline_outlook.contacts import mapping as contacts
from syncline_outlook.contacts.custom import custom_field
from syncline_outlook.contacts.mapping import CONTACTS, EXTENDED, MARKER_PROPERTY
from syncline_outlook.graph.items import version_of

ADA = AccountId("ada")


def record(**fields: Any) -> Record:
    return Record(id=RecordId("1"), version="v", fields=fields)


def update(current: Record, **fields: Any) -> dict[str, Any]:
    return contacts.update_body(CONTACTS, fields, current, {})


def test_the_mapping_holds_every_canonical_field() -> None:
    assert CONTACTS.readable == set(CONTACT.fields) == set(Contact.model_fields)


def test_no_two_fields_live_in_one_property() -> None:
    natives = [name for each in CONTACTS.fields for name in each.native]
    assert len(natives) == len(set(natives))


# ---- display name -------------------------------------------------------------------------------


def test_a_create_sends_the_display_name_made_of_the_name() -> None:
    body = contacts.create_body(
        CONTACTS, {"given_name": "Grace", "middle_name": "B.", "family_name": "Hopper"}, "m"
    )
    assert body["displayName"] == "Grace B. Hopper"


def test_a_contact_without_a_name_keeps_its_own_display_name() -> None:
    assert contacts.create_body(CONTACTS, {"display_name": "Acme"}, "m")["displayName"] == "Acme"
    native = {"displayName": "Acme", "title": None, "givenName": "", "middleName": None,
              "surname": None, "generation": None}  # fmt: skip
    assert contacts.read_fields(CONTACTS, native)["display_name"] == "Acme"
    assert contacts.read_fields(CONTACTS, {**native, "surname": "X"})["display_name"] is None


def test_a_change_of_a_name_part_sends_the_display_name_of_the_merged_name() -> None:
    current = record(given_name="Grace", family_name="Murray", suffix="Jr.", display_name=None)
    assert update(current, family_name="Hopper") == {
        "surname": "Hopper", "displayName": "Grace Hopper Jr.",
    }  # fmt: skip


def test_a_change_of_anything_else_does_not_touch_the_display_name() -> None:
    assert update(record(given_name="Grace"), job_title="Admiral") == {"jobTitle": "Admiral"}


def test_a_change_of_the_display_name_of_an_organisation_is_sent() -> None:
    current = record(given_name=None, family_name=None, display_name="Acme")
    assert update(current, display_name="Acme Ltd") == {"displayName": "Acme Ltd"}


def test_a_display_name_that_is_not_known_is_not_guessed() -> None:
    assert update(record(), given_name=None) == {"givenName": None}


def test_a_display_name_beside_a_partly_read_name_is_unknown() -> None:
    assert contacts.read_fields(CONTACTS, {"displayName": "X", "surname": None}) == {
        "family_name": None
    }


name_parts = st.dictionaries(st.sampled_from(contacts.NAME_PARTS), st.sampled_from(["", "A", "b"]))


@given(name_parts, st.none() | st.just("Shown"))
def test_the_prediction_agrees_with_what_is_read_back(parts: dict[str, str], shown: Any) -> None:
    fields = {**dict.fromkeys(contacts.NAME_PARTS), **parts, "display_name": shown}
    body = contacts.create_body(CONTACTS, fields, "m")
    native = {**dict.fromkeys(CONTACTS.native_names), **body}
    found = contacts.read_fields(CONTACTS, native)
    assert CONTACT.normal({**dict.fromkeys(found), **contacts.stored_as(fields)}) == CONTACT.normal(
        found
    )
    assert contacts.stored_as(contacts.stored_as(fields)) == contacts.stored_as(fields)


# ---- reading ------------------------------------------------------------------------------------


def test_what_was_not_in_the_answer_stays_unknown() -> None:
    assert contacts.read_fields(CONTACTS, {"jobTitle": None}) == {"job_title": None}


def test_a_value_of_an_undocumented_shape_is_neither_empty_nor_an_end_of_the_page() -> None:
    found = contacts.read_fields(CONTACTS, {"birthday": 12, "jobTitle": "Admiral"})
    assert found == {"birthday": UNREADABLE, "job_title": "Admiral"}


def test_custom_fields_of_a_list_that_is_none_are_not_taken_for_empty() -> None:
    spec = CONTACTS.restricted((), [custom_field("tier", "extension:Tier")])
    assert contacts.read_fields(spec, contacts.expanded(spec, {EXTENDED: {}})) == {
        "tier": UNREADABLE
    }


def test_a_record_carries_the_services_facts() -> None:
    found = contacts.read_record(
        CONTACTS,
        {
            "@odata.etag": 'W/"k"', "id": "i", "parentFolderId": "f",
            EXTENDED: [{"id": MARKER_PROPERTY, "value": "home:key"}],
            "createdDateTime": "2026-01-02T03:04:05Z", "lastModifiedDateTime": "not a time",
        },
        ADA,
    )  # fmt: skip
    assert isinstance(found, Record)
    assert (found.id, found.version, found.container, found.owner) == ("i", 'W/"k"', "f", "ada")
    assert found.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found.modified is None
    assert found.marker == "home:key"


def test_the_change_key_stands_in_for_a_missing_etag() -> None:
    assert version_of({"changeKey": "k"}) == 'W/"k"'
    without = contacts.read_record(CONTACTS, {"id": "x"}, ADA)
    assert without is not None
    assert not isinstance(without, Record)
    assert without.reason is AbsenceReason.UNREADABLE


def test_a_marker_is_the_key_as_it_was_given_whoever_wrote_it() -> None:
    (mark,) = contacts.create_body(CONTACTS, {}, "home:k'1")[EXTENDED]
    shouted = {**mark, "id": mark["id"].replace("4b0ac7a6", "4B0AC7A6")}
    assert contacts.marker_of({EXTENDED: [{"id": "other", "value": "x"}, shouted]}) == "home:k'1"
    assert contacts.marker_of({EXTENDED: []}) is None
    assert contacts.marker_of({}) is None


# ---- custom fields ------------------------------------------------------------------------------


def test_a_custom_field_is_written_as_extended_property_and_read_from_the_expanded_answer() -> None:
    tier = custom_field("tier", "extension:Tier")
    spec = CONTACTS.restricted(["job_title"], [tier])
    body = contacts.update_body(spec, {"tier": "Gold", "job_title": "x"}, record(), {})
    (entry,) = body[EXTENDED]
    assert entry["value"] == "Gold"
    assert entry["id"].endswith("} Name Tier")
    shouted = {"id": entry["id"].replace("c000", "C000"), "value": "Gold"}
    read = contacts.read_fields(spec, contacts.expanded(spec, {EXTENDED: [shouted]}))
    assert read == {"tier": "Gold"}
    assert contacts.read_fields(spec, contacts.expanded(spec, {}))["tier"] is None
    assert "Tier" not in ",".join(contacts.select(spec))
    assert entry["id"] in contacts.expand(spec)


def test_clearing_a_custom_field_writes_a_blank_since_graph_keeps_the_property() -> None:
    spec = CONTACTS.restricted([], [custom_field("tier", "extension:Tier")])
    body = contacts.update_body(spec, {"tier": None}, record(tier="Gold"), {})
    assert body[EXTENDED][0]["value"] == ""


def test_a_create_carries_marker_and_custom_fields() -> None:
    spec = CONTACTS.restricted(["given_name"], [custom_field("tier", "extension:Tier")])
    body = contacts.create_body(spec, {"given_name": "G", "tier": "Gold"}, "home:k")
    assert [each["value"] for each in body[EXTENDED]] == ["Gold", "home:k"]


@pytest.mark.parametrize(
    ("native", "where"),
    [
        ("extension:Tier", "String {00020329-0000-0000-c000-000000000046} Name Tier"),
        ("extension: String 0x3A45 ", "String 0x3A45"),
        (
            "extension:String {00062004-0000-0000-C000-000000000046} Id 0x8049",
            "String {00062004-0000-0000-C000-000000000046} Id 0x8049",
        ),
    ],
)
def test_any_text_property_can_be_a_custom_field(native: str, where: str) -> None:
    spec = CONTACTS.restricted((), [custom_field("extra", native)])
    body = contacts.update_body(spec, {"extra": "Gold"}, record(), {})

    assert body == {EXTENDED: [{"id": where, "value": "Gold"}]}
    assert contacts.read_fields(spec, contacts.expanded(spec, body)) == {"extra": "Gold"}
    lowered = {EXTENDED: [{"id": where.replace("0x3A45", "0x3a45"), "value": "Gold"}]}
    assert contacts.read_fields(spec, contacts.expanded(spec, lowered)) == {"extra": "Gold"}


@pytest.mark.parametrize("native", ["spouseName", "manager", "officeLocation", "fileAs"])
def test_a_text_of_graphs_own_can_be_a_custom_field(native: str) -> None:
    spec = CONTACTS.restricted((), [custom_field("extra", native)])

    assert native in contacts.select(spec)
    assert contacts.update_body(spec, {"extra": "Ann"}, record(), {}) == {native: "Ann"}
    assert contacts.read_fields(spec, {native: "Ann"}) == {"extra": "Ann"}
    assert contacts.update_body(spec, {"extra": None}, record(extra="Ann"), {}) == {native: None}


@pytest.mark.parametrize(
    ("type", "value", "text"),
    [
        (LONG_TEXT, "one\ntwo", "one\ntwo"),
        (NUMBER, "1.5", "1.5"),
        (FLAG, "false", "false"),
        (DATE, "1990-05-05", "1990-05-05"),
        (INSTANT, {"at": "2026-11-21T20:21:25Z"}, "2026-11-21T20:21:25Z"),
    ],
)
def test_a_custom_field_of_any_type_is_kept_as_its_text(
    type: FieldType, value: Value, text: str
) -> None:
    field = custom_field("extra", "extension:Extra", type)
    spec = CONTACTS.restricted((), [field])
    body = contacts.update_body(spec, {"extra": value}, record(), {})

    assert [stored["value"] for stored in body[EXTENDED]] == [text]
    assert contacts.read_fields(spec, contacts.expanded(spec, body)) == {"extra": value}
    assert field.capacity.stored(type, value) == value
    cleared = contacts.update_body(spec, {"extra": None}, record(extra=value), {})
    assert [stored["value"] for stored in cleared[EXTENDED]] == [""]
    assert contacts.read_fields(spec, contacts.expanded(spec, cleared)) == {"extra": None}


def test_a_text_that_is_none_of_its_type_is_unreadable_and_not_empty() -> None:
    spec = CONTACTS.restricted((), [custom_field("extra", "manager", NUMBER)])

    assert contacts.read_fields(spec, {"manager": "Ann"}) == {"extra": UNREADABLE}


def test_a_list_holds_texts_only() -> None:
    with pytest.raises(ConfigurationError, match="list of texts"):
        custom_field("kids", "children", NUMBER)


def test_a_list_of_graphs_own_is_a_text_with_commas() -> None:
    spec = CONTACTS.restricted((), [custom_field("kids", "children")])

    assert contacts.read_fields(spec, {"children": ["Ann", " Ben ", ""]}) == {"kids": "Ann, Ben"}
    assert contacts.read_fields(spec, {"children": []}) == {"kids": None}
    assert contacts.read_fields(spec, {"children": "Ann"}) == {"kids": UNREADABLE}
    body = contacts.update_body(spec, {"kids": "Ann,Ben, "}, record(kids=None), {})
    assert body == {"children": ["Ann", "Ben"]}
    assert contacts.update_body(spec, {"kids": None}, record(kids="Ann"), {}) == {"children": []}


@pytest.mark.parametrize(
    "native",
    [
        "Tier", "extension:", "extension:a'b", "extension:" + "x" * 81, "givenName", "birthday",
        "extension:Integer 0x3A45", "String 0x3A45", "extension:spouse:Name",
    ],
)  # fmt: skip
def test_an_impossible_custom_field_is_a_configuration_error(native: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        custom_field("tier", native)
    assert "extension:Name" in caught.value.hint
