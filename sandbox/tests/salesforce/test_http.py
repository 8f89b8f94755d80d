"""What HTTP itself offers: HEAD, compressed bodies; and recordCount, which is read like that."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from urllib.parse import urlsplit

import pytest

JSON = {"Content-Type": "application/json"}


def test_head_answers_like_get_without_a_body(sf, api):
    account = sf.create("Account", {"Name": "A"})
    for path in (f"sobjects/Account/{account}", "sobjects", "query?q=SELECT+Id+FROM+Account", ""):
        got, head = api("GET", path), api("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("Content-Type", "Last-Modified", "ETag"):
            assert head.headers.get(name) == got.headers.get(name)
    assert api("HEAD", "sobjects/Account/0015b0000000zzzAAA").status_code == 404
    assert api("HEAD", "sobjects/Account/nothing").content == b""
    date = {
        "If-Modified-Since": api("HEAD", f"sobjects/Account/{account}").headers["Last-Modified"]
    }
    assert api("HEAD", f"sobjects/Account/{account}", headers=date).status_code == 304


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_body_is_unpacked(sf, api, encoding, pack):
    body = pack(json.dumps({"LastName": "Hopper"}).encode())
    headers = JSON | {"Content-Encoding": encoding}
    assert api("POST", "sobjects/Contact", data=body, headers=headers).status_code == 201
    assert sf.rows("Contact")[0]["LastName"] == "Hopper"
    assert json.loads(sf.calls()[-1]["body"]) == {"LastName": "Hopper"}


def test_what_is_not_compressed_as_it_says_is_refused(sf, api, refused):
    for body in (b"plain", gzip.compress(b'{"LastName": "A"}')[:-9]):
        headers = JSON | {"Content-Encoding": "gzip"}
        response = api("POST", "sobjects/Contact", data=body, headers=headers)
        assert refused(response) == (400, "JSON_PARSER_ERROR")
    response = api("POST", "sobjects/Contact", data=b"x", headers=JSON | {"Content-Encoding": "br"})
    assert refused(response) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert sf.rows("Contact") == []


def test_a_small_body_does_not_unpack_without_end(sf, api, refused):
    bomb = gzip.compress(b" " * (51 * 2**20))
    headers = JSON | {"Content-Encoding": "gzip"}
    response = api("POST", "sobjects/Contact", data=bomb, headers=headers)
    assert refused(response) == (413, "REQUEST_ENTITY_TOO_LARGE")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br, deflate;q=0.5", "deflate"), ("gzip;q=0", None), ("identity", None)],
)
def test_an_answer_is_compressed_if_that_is_accepted(sf, accepted, encoding):
    address = urlsplit(sf.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    headers = {"Authorization": f"Bearer {sf.token}", "Accept-Encoding": accepted}
    connection.request("GET", "/services/data/v66.0/sobjects", headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.getheader("Content-Encoding") == encoding
    unpack = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[encoding]
    assert json.loads(unpack(body))["maxBatchSize"] == 200


def test_a_tag_of_a_compressed_answer_is_a_tag_of_the_row(sf, api):
    path = f"sobjects/Account/{sf.create('Account', {'Name': 'A'})}"
    tag = api("GET", path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert tag.endswith('--gzip"')
    assert api("GET", path, headers={"If-None-Match": tag}).status_code == 304
    assert api("PATCH", path, json={"Phone": "1"}, headers={"If-Match": tag}).status_code == 204


# ---- limits/recordCount -------------------------------------------------------------------------


def counts(api, query: str = "") -> dict[str, int]:
    body = api("GET", f"limits/recordCount{query}").json()
    return {entry["name"]: entry["count"] for entry in body["sObjects"]}


def test_records_are_counted_by_object(sf, api, refused):
    first, *_ = sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    sf.delete("Contact", first)
    asked = {k: n for k, n in counts(api).items() if "Permission" not in k}
    assert asked == {"Contact": 2, "Organization": 1, "User": 1}
    assert counts(api, "?sObjects=Contact,Nope,account") == {"Contact": 2}
    sf.set(record_count_of_empty=True)
    assert counts(api, "?sObjects=Contact,Account") == {"Contact": 2, "Account": 0}
    old = api("GET", "limits/recordCount", version="v39.0")
    assert refused(old) == (404, "NOT_FOUND")


def test_a_count_may_be_older_than_the_rows(sf, api):
    sf.create("Contact", {"LastName": "A"})
    sf.set(record_count_age=600)
    assert counts(api, "?sObjects=Contact") == {}
    sf.advance(601)
    assert counts(api, "?sObjects=Contact") == {"Contact": 1}


# ---- permissions --------------------------------------------------------------------------------


def test_a_client_may_ask_what_its_user_has_been_granted(sf, api):
    (me,) = (row["Id"] for row in sf.rows("User"))
    mine = f"SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{me}'"
    query = (
        "SELECT SobjectType, Parent.Name FROM ObjectPermissions WHERE PermissionsViewAllRecords = "
        f"true AND ParentId IN ({mine}) ORDER BY SobjectType"
    )
    found = api("GET", "query", params={"q": query}).json()["records"]
    assert [row["SobjectType"] for row in found] == ["Account", "Contact"]
    assert {row["Parent"]["Name"] for row in found} == {"Integration"}
