"""Data files, --load files, several clients of one stand-in."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from syncline_sandbox.launch import build, load_file
from syncline_sandbox.salesforce.store.tables import compare_text
from syncline_sandbox.testing import BackDoorError, SalesforceSandbox

LINES = [
    {"settings": {"features": ["middle_name"]}},
    {"field": {"object": "Contact", "name": "Tier__c", "length": 20}},
    {"user": {"username": "ada@example.test", "name": "Ada Lovelace"}},
    {"account": {"Name": "Engines", "Type": "Customer"}, "owner": "ada@example.test"},
    {
        "object": "Contact",
        "owner": "ada@example.test",
        "account": "Engines",
        "fields": {"LastName": "Babbage", "Tier__c": "gold"},
    },
    {"object": "Contact", "owner": "bob@example.test", "fields": {"LastName": "Menabrea"}},
]


def test_a_load_file_brings_users_accounts_contacts_and_fields(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    service = build("salesforce")
    assert load_file(service, path) == len(LINES)
    dump = service.dump()
    babbage, menabrea = dump["Contact"]
    users = {row["Username"]: row["Id"] for row in dump["User"]}
    assert babbage["OwnerId"] == users["ada@example.test"]
    assert menabrea["OwnerId"] == users["bob@example.test"]
    assert babbage["AccountId"] == dump["Account"][0]["Id"]
    assert babbage["Tier__c"] == "gold"
    service.environment.storage.close()


def test_a_line_of_another_form_is_refused(sf):
    with pytest.raises(BackDoorError):
        sf.load([{"what": 1}])


def test_a_data_file_survives_a_restart(tmp_path):
    path = tmp_path / "org.db"
    with SalesforceSandbox.start(data=path) as sf:
        sf.define_field("Contact", "Key__c", length=10, unique=True)
        record_id = sf.create("Contact", {"LastName": "A", "Key__c": "k"})
        token, key = sf.token, sf.private_key_pem
    with SalesforceSandbox.start(data=path) as sf:
        assert sf.row("Contact", record_id)["Key__c"] == "k"
        assert (sf.token, sf.private_key_pem) == (token, key)
        assert sf.create("Contact", {"LastName": "B"}) != record_id


def test_a_data_file_from_before_a_field_was_known_gets_its_column(tmp_path):
    path = tmp_path / "org.db"
    with SalesforceSandbox.start(data=path) as sf:
        sf.create("Contact", {"LastName": "A"})
    with closing(sqlite3.connect(path)) as database:
        database.create_collation("SALESFORCE", compare_text)
        for name in ("sf_Contact", "sf_Contact_before"):
            database.execute(f'ALTER TABLE "{name}" DROP COLUMN "Title"')
    with SalesforceSandbox.start(data=path) as sf:
        assert sf.rows("Contact")[0]["Title"] is None


def test_a_second_client_attaches_by_address(sf):
    other = SalesforceSandbox.attach(sf.url)
    record_id = other.create("Contact", {"LastName": "A"})
    assert sf.rows("Contact")[0]["Id"] == record_id
    other.close()


def test_reset_empties_everything(sf, api):
    sf.add_user("ada@example.test")
    sf.create("Contact", {"LastName": "A"})
    sf.set(features=["suffix"])
    sf.reset()
    assert sf.rows("Contact") == []
    assert len(sf.rows("User")) == 1
    assert sf.request("GET", "/settings")["features"] == []


def test_mistakes_at_the_back_door_are_named(sf):
    for mistake in (
        lambda: sf.create("Contact", {"Nope": 1}),
        lambda: sf.create("Nope", {}),
        lambda: sf.hide_field("Contact", "Nope"),
        lambda: sf.set(nonsense=1),
        lambda: sf.set(features=["magic"]),
        lambda: sf.define_field("Contact", "NoSuffix"),
        lambda: sf.quirk("nope"),
    ):
        with pytest.raises(BackDoorError) as refusal:
            mistake()
        assert refusal.value.status == 400


def test_ten_thousand_rows_are_stored_and_paged(sf, api):
    ids = sf.create_many("Contact", [{"LastName": str(n)} for n in range(10_000)])
    sf.reset_calls()
    page = api.soql("SELECT Id FROM Contact ORDER BY SystemModstamp, Id").json()
    seen = [row["Id"] for row in page["records"]]
    while not page["done"]:
        page = api("GET", sf.url + page["nextRecordsUrl"]).json()
        seen += [row["Id"] for row in page["records"]]
    assert seen == ids
    assert len(sf.calls()) == 5


def test_a_field_can_be_defined_again_after_a_reset(sf):
    for _ in range(2):
        sf.define_field("Contact", "Key__c", length=10)
        sf.create("Contact", {"LastName": "A", "Key__c": "k"})
        sf.reset()
