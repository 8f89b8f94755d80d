"""An independent client, as it is: simple-salesforce.

It speaks https only, so its session gets an adapter that uses http for the stand-in's origin.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id

from syncline_sandbox.testing import SalesforceSandbox


class PlainHttp(HTTPAdapter):
    """Sends what is addressed to https to the stand-in, by http."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._origin = urlsplit(url).netloc

    def send(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(request.url)
        request.url = parts._replace(scheme="http", netloc=self._origin).geturl()
        return super().send(request, *args, **options)


@pytest.fixture
def session(sf: SalesforceSandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount(sf.url.replace("http://", "https://"), PlainHttp(sf.url))
        yield session


@pytest.fixture
def client(sf: SalesforceSandbox, session: requests.Session) -> Salesforce:
    return Salesforce(session_id=sf.token, instance_url=sf.url, session=session, version="66.0")


def test_rows(sf, client):
    made = client.Contact.create({"LastName": "Hopper", "Email": "grace@example.test"})
    record_id = made["id"]
    assert made["success"] is True
    assert client.Contact.update(record_id, {"Phone": "1"}) == 204
    assert client.Contact.get(record_id)["Phone"] == "1"
    assert client.Contact.delete(record_id) == 204
    with pytest.raises(SalesforceResourceNotFound) as refusal:
        client.Contact.get(record_id)
    assert refusal.value.content[0]["errorCode"] == "ENTITY_IS_DELETED"
    with pytest.raises(SalesforceMalformedRequest):
        client.Contact.create({"FirstName": "nobody"})


def test_queries(sf, client):
    ids = sf.create_many("Contact", [{"LastName": f"O'{n}"} for n in range(2500)])
    query = "SELECT Id, LastName FROM Contact ORDER BY Id"
    first = client.query(query)
    assert (first["totalSize"], first["done"]) == (2500, False)
    rest = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert [r["Id"] for r in first["records"] + rest["records"]] == ids
    by_id = client.query_more(first["nextRecordsUrl"].rsplit("/", 1)[1])
    assert len(by_id["records"]) == 500
    assert [r["Id"] for r in client.query_all_iter(query)] == ids
    quoted = format_soql("SELECT Id FROM Contact WHERE LastName IN {}", ["O'7", "O'8"])
    assert [r["Id"] for r in client.query_all(quoted)["records"]] == ids[7:9]
    sf.delete("Contact", ids[0])
    assert client.query_all(query, include_deleted=True)["totalSize"] == 2500
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 2499


def test_upserts(sf, client):
    sf.define_field("Contact", "Key__c", length=40, unique=True, external_id=True)
    path = f"Key__c/{format_external_id('Key__c', 'a/b #').split('/')[-1]}"
    created = client.Contact.upsert(path, {"LastName": "A"}, raw_response=True)
    updated = client.Contact.upsert(path, {"LastName": "B"}, raw_response=True)
    assert (created.status_code, created.json()["created"]) == (201, True)
    assert (updated.status_code, updated.json()["created"]) == (200, False)
    sf.create("Contact", {"LastName": "C", "Key__c": "simple", "Email": "x@example.test"})
    assert client.Contact.get_by_custom_id("Key__c", "simple")["LastName"] == "C"
    sf.create("Contact", {"LastName": "D", "Email": "x@example.test"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.upsert("Email/x@example.test", {"Phone": "1"})


def test_describes_and_limits(sf, client):
    names = {f["name"] for f in client.Contact.describe()["fields"]}
    assert {"LastName", "Email", "SystemModstamp"} <= names
    assert client.Contact.metadata()["objectDescribe"]["name"] == "Contact"
    assert "Contact" in {o["name"] for o in client.describe()["sobjects"]}
    assert client.limits()["DailyApiRequests"]["Max"] == 15000
    assert client.api_usage["api-usage"].total == 15000


def test_deleted_and_updated(sf, client):
    kept, gone = sf.create_many("Contact", [{"LastName": "A"}, {"LastName": "B"}])
    sf.delete("Contact", gone)
    sf.advance(120)
    start = datetime.now(UTC) - timedelta(hours=1)
    end = sf.now() + timedelta(minutes=1)
    assert [r["id"] for r in client.Contact.deleted(start, end)["deletedRecords"]] == [gone]
    assert client.Contact.updated(start, end)["ids"] == [kept]


def test_collections_and_composites(sf, client):
    rows = [{"attributes": {"type": "Contact"}, "LastName": str(n)} for n in range(3)]
    body = {"allOrNone": False, "records": rows}
    outcomes = client.restful("composite/sobjects", method="POST", json=body)
    ids = [outcome["id"] for outcome in outcomes]
    params = {"ids": ",".join(ids), "fields": "LastName"}
    read = client.restful("composite/sobjects/Contact", params=params)
    assert [row["LastName"] for row in read] == ["0", "1", "2"]
    subrequest = {
        "referenceId": "r",
        "method": "PATCH",
        "url": f"/services/data/v66.0/sobjects/Contact/{ids[0]}",
        "httpHeaders": {"If-Unmodified-Since": "Tue, 03 Mar 2015 00:00:00 GMT"},
        "body": {"Phone": "1"},
    }
    body = {"compositeRequest": [subrequest]}
    answer = client.restful("composite", method="POST", json=body)
    assert answer["compositeResponse"][0]["httpStatusCode"] == 412
    gone = client.restful("composite/sobjects", params={"ids": ids[0]}, method="DELETE")
    assert gone[0]["success"] is True


def test_conditions_and_refusals_become_its_exceptions(sf, client):
    record_id = sf.create("Contact", {"LastName": "A"})
    old = {"If-Unmodified-Since": "Tue, 03 Mar 2015 00:00:00 GMT"}
    with pytest.raises(SalesforceGeneralError) as refusal:
        client.Contact.update(record_id, {"Phone": "1"}, headers=old)
    assert refusal.value.status == 412
    sf.set_limit(1, used=1)
    with pytest.raises(SalesforceRefusedRequest):
        client.query("SELECT Id FROM Contact")


def test_a_dead_session_is_reported(sf, client):
    sf.revoke_tokens()
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Contact")


@pytest.mark.parametrize("flow", ["jwt", "client credentials"])
def test_its_logins(sf, flow):
    """Its token host is always under salesforce.com; the adapter leads there too."""
    with requests.Session() as session, tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        session.trust_env = False
        session.mount("https://", PlainHttp(sf.url))
        if flow == "jwt":
            file.write(sf.private_key_pem)
            file.flush()
            credentials = {"username": sf.username, "privatekey_file": file.name}
        else:
            credentials = {"consumer_secret": sf.client_secret, "domain": "example.my"}
        client = Salesforce(
            consumer_key=sf.client_id, session=session, version="66.0", **credentials
        )
        sf.create("Contact", {"LastName": "A"})
        assert client.query("SELECT Id FROM Contact")["totalSize"] == 1
        sf.revoke_tokens()
        assert client.query("SELECT Id FROM Contact")["totalSize"] == 1
