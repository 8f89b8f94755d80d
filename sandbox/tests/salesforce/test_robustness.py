"""Whatever is sent, the stand-in answers: a refusal at worst, never an accident."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from syncline_sandbox.environment import Environment
from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.quirks import Quirks
from syncline_sandbox.salesforce.app import SalesforceService
from syncline_sandbox.salesforce.quirks import QUIRKS

RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
BASE = "/services/data/v66.0"
FIELDS = ("LastName", "Birthdate", "Email", "AccountId", "MailingLatitude", "IsEmailBounced",
          "EmailBouncedDate", "CleanStatus", "OwnerId", "attributes", "nope", "Account",
          "ReportsTo")  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet=st.characters(), max_size=20),
    st.sampled_from(
        ["2026-02-30", "2026-11-21T00:00:00Z", "003000000000000AAA", "1e999", "\ud800"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
)
bodies = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), values, max_size=4)


@pytest.fixture(scope="module")
def service() -> Iterator[SalesforceService]:
    service = SalesforceService(Environment(quirks=Quirks(QUIRKS)))
    service.prepare()
    yield service
    service.environment.storage.close()


def send(service: SalesforceService, method: str, path: str, **parts: Any) -> Answer:
    token = service.credentials("http://sandbox")["token"]
    headers = {"authorization": f"Bearer {token}"} | parts.pop("headers", {})
    return service.perform(Call(method, path, headers=headers, **parts))


@RELAXED
@given(body=bodies)
@example(body={"LastName": "\ud800"})
def test_any_row_is_stored_or_refused(service: SalesforceService, body: Any):
    text = json.dumps(body).encode()
    single = send(service, "POST", f"{BASE}/sobjects/Contact", body=text)
    assert single.status in (201, 400, 404), single.content
    rows = {"records": [{"attributes": {"type": "Contact"}} | body]}
    many = send(service, "POST", f"{BASE}/composite/sobjects", body=json.dumps(rows).encode())
    assert many.status in (200, 400, 404), many.content


@RELAXED
@given(
    body=st.recursive(values, lambda v: st.fixed_dictionaries({"compositeRequest": st.lists(v)}))
)
def test_any_composite_is_answered_or_refused(service: SalesforceService, body: Any):
    text = json.dumps(body).encode()
    assert send(service, "POST", f"{BASE}/composite", body=text).status in (200, 400)


words = st.sampled_from(
    ["SELECT", "Id", "FROM", "Contact", "WHERE", "=", "'x'", "AND", "(", ")", "NOT", "IN", "LIKE",
     "Name", "null", "TODAY", "LAST_N_DAYS:99999999999", "LIMIT", "99999999999999999999", "1",
     "ORDER BY", "count()", ",", "Account.Name", "Birthdate", "2026-01-01", "'\\ud800'", "OFFSET",
     "GROUP BY", "HAVING", "ROLLUP", "CUBE", "MAX(Name)", "GROUPING(Name)", "FORMAT(CreatedDate)",
     "toLabel(LeadSource)", "CALENDAR_YEAR(CreatedDate)", "HOUR_IN_DAY(convertTimezone(Birthdate))",
     "NEXT_N_YEARS:99999", "Lead", "TYPEOF Owner WHEN User THEN Id END", "USING SCOPE mine",
     "FOR VIEW", "FIELDS(ALL)", "(SELECT Id FROM Contacts)", "c", "c.Name", "Account"]
)  # fmt: skip


@RELAXED
@given(words=st.lists(words, max_size=12))
@example(words=["SELECT Id FROM Contact LIMIT 99999999999999999999"])
@example(words=["SELECT Id FROM Contact WHERE Birthdate = LAST_N_DAYS:99999999999"])
@example(words=["SELECT Id FROM Contact WHERE Name = '\\ud800'"])
@example(words=["SELECT Id FROM Contact WHERE Name LIKE '\\ud800%'"])
@example(words=["SELECT Id FROM Contact WHERE " + " OR ".join(["Name = 'x'"] * 3000)])
@example(words=["SELECT " + "FORMAT(" * 500 + "Name" + ")" * 500 + " FROM Contact"])
@example(words=["SELECT Id FROM Contact WHERE CreatedDate = NEXT_N_YEARS:99999"])
@example(words=["SELECT Id FROM Contact WHERE " + "(NOT " * 500 + "Name = 'x'" + ")" * 500])
def test_any_query_is_answered_or_refused(service: SalesforceService, words: list[str]):
    from urllib.parse import urlencode

    for text in (" ".join(words), "SELECT Id FROM Contact WHERE " + " ".join(words)):
        query = urlencode({"q": text}, errors="replace")
        answer = send(service, "GET", f"{BASE}/query", query_string=query, outer=1)
        assert answer.status in (200, 400), answer.content
        described = send(service, "GET", f"{BASE}/query", query_string=f"{query}&columns=true")
        assert described.status in (200, 400, 414), described.content


searches = st.sampled_from(
    ["FIND", "{acme}", "{a* OR (b", "IN", "ALL", "FIELDS", "RETURNING", "Contact", "(", "Id", ")",
     "WHERE Name = 'x'", "ORDER BY Id", "LIMIT", "1", ",", "Account", "User(Name)", "{\\}}"]
)  # fmt: skip


@RELAXED
@given(words=st.lists(searches, max_size=10))
@example(words=["FIND {" + "(" * 500 + "acme" + ")" * 500 + "}"])
@example(words=["FIND {" + "acme OR " * 500 + "acme}"])
def test_any_search_is_answered_or_refused(service: SalesforceService, words: list[str]):
    from urllib.parse import urlencode

    for text in (" ".join(words), "FIND {acme} " + " ".join(words)):
        query = urlencode({"q": text}, errors="replace")
        answer = send(service, "GET", f"{BASE}/search", query_string=query, outer=1)
        assert answer.status in (200, 400), answer.content


trees = st.recursive(
    bodies | values,
    lambda inner: st.fixed_dictionaries({"records": st.lists(inner, max_size=3)}),
    max_leaves=4,
)
nodes = st.fixed_dictionaries(
    {"attributes": st.fixed_dictionaries({"type": st.just("Account"), "referenceId": values})},
    optional={"Name": values, "Contacts": trees, "ChildAccounts": trees, "Parent": values},
)


@RELAXED
@given(records=st.lists(nodes | values, max_size=4))
def test_any_tree_is_created_or_refused(service: SalesforceService, records: Any):
    text = json.dumps({"records": records}).encode()
    answer = send(service, "POST", f"{BASE}/composite/tree/Account", body=text)
    assert answer.status in (201, 400, 403, 404), answer.content


@RELAXED
@given(
    name=st.sampled_from(["if-unmodified-since", "if-match", "sforce-query-options",
                          "sforce-duplicate-rule-header", "content-type", "authorization"]),
    value=st.text(max_size=40),
)  # fmt: skip
def test_any_header_is_understood_or_refused(service: SalesforceService, name: str, value: str):
    body = b'{"LastName": "A"}'
    path = f"{BASE}/sobjects/Contact/0035b0000000001AAA"
    answer = send(service, "PATCH", path, body=body, headers={name: value})
    assert answer.status in (204, 400, 401, 404, 412, 415)


@RELAXED
@given(form=st.dictionaries(
    st.sampled_from(["grant_type", "assertion", "client_id", "client_secret", "refresh_token",
                     "token", "username", "password"]),
    st.text(max_size=30) | st.sampled_from(["client_credentials", "refresh_token", "password",
                                            "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                            "sandbox-consumer-key", "a.b.c", "e30.e30.e30"]),
))  # fmt: skip
def test_any_token_request_is_refused_in_oauth_form(service: SalesforceService, form: Any):
    from urllib.parse import urlencode

    body = urlencode(form, errors="replace").encode()
    for resource in ("token", "introspect", "revoke"):
        answer = service.perform(Call("POST", f"/services/oauth2/{resource}", body=body))
        assert answer.status == 400
        assert {"error", "error_description"} <= set(answer.content)
