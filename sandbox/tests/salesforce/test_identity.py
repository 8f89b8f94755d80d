"""Who a token stands for: its form, its signature, the identity it leads to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any

import pytest
import requests

from syncline_sandbox.testing import SalesforceSandbox

FORM = re.compile(r"(00D\w{12,15})![.\w]*", re.ASCII)
"""What the sf CLI takes for an access token (forcedotcom/sfdx-core)."""


def granted(sf: SalesforceSandbox, **form: str) -> dict[str, Any]:
    client = {"client_id": sf.client_id, "client_secret": sf.client_secret}
    answer = requests.post(f"{sf.url}/services/oauth2/token", data=client | form, timeout=30)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def grants(sf: SalesforceSandbox) -> list[dict[str, Any]]:
    sf.set(password_grant=True)
    name = sf.username
    return [
        granted(sf, grant_type="client_credentials"),
        granted(sf, grant_type="refresh_token", refresh_token=sf.refresh_token()),
        granted(sf, grant_type="password", username=name, password=name),
    ]


def get(url: str, token: str | None = None, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(url, headers=headers, timeout=30, **options)


def test_an_access_token_begins_with_the_id_of_the_organization(sf):
    organization = sf.rows("Organization")[0]["Id"]
    for token in (sf.token, *(answer["access_token"] for answer in grants(sf))):
        form = FORM.fullmatch(token)
        assert form, token
        assert form.group(1) == organization[:15]


def test_a_token_answer_is_signed_with_the_consumer_secret(sf):
    """As django-salesforce checks it (salesforce/auth.py)."""
    for answer in grants(sf):
        text = (answer["id"] + answer["issued_at"]).encode()
        digest = hmac.new(sf.client_secret.encode(), text, hashlib.sha256).digest()
        assert base64.b64decode(answer["signature"]) == digest


def test_the_identity_of_a_token_answer_names_its_user(sf):
    answer = granted(sf, grant_type="client_credentials")
    found = get(answer["id"], answer["access_token"]).json()
    assert (found["id"], found["username"]) == (answer["id"], sf.username)
    assert found["user_id"] == sf.rows("User")[0]["Id"]
    assert found["organization_id"] == sf.rows("Organization")[0]["Id"]
    assert (found["asserted_user"], found["active"]) == (True, True)
    assert found["urls"]["rest"] == f"{sf.url}/services/data/v{{version}}/"
    versioned = get(f"{answer['id']}?version=latest", answer["access_token"]).json()
    assert versioned["urls"]["query"] == f"{sf.url}/services/data/v68.0/query/"


def test_the_identity_of_another_user_is_not_asserted(sf):
    ada = sf.add_user("ada@example.test", name="Ada Lovelace")
    url = f"{granted(sf, grant_type='client_credentials')['id'].rsplit('/', 1)[0]}/{ada.id}"
    found = get(url, sf.token).json()
    assert (found["display_name"], found["asserted_user"]) == ("Ada Lovelace", False)


@pytest.mark.parametrize(
    ("path", "token", "status", "reason"),
    [
        ("ORG/USER", None, 403, "Missing_OAuth_Token"),
        ("ORG/USER", "nobody", 403, "Bad_OAuth_Token"),
        ("00D5b0000000zzzEAA/USER", "TOKEN", 403, "Wrong_Org"),
        ("ORG/0055b0000000zzzAAA", "TOKEN", 404, "Bad_Id"),
    ],
)
def test_an_identity_is_refused_in_plain_words(sf, path, token, status, reason):
    ids = {"ORG": sf.rows("Organization")[0]["Id"], "USER": sf.rows("User")[0]["Id"]}
    for mark, value in ids.items():
        path = path.replace(mark, value)
    answer = get(f"{sf.url}/id/{path}", sf.token if token == "TOKEN" else token)
    assert (answer.status_code, answer.text) == (status, reason)


def test_the_resources_of_a_version_name_the_callers_identity(sf, api):
    resources = api("GET", "").json()
    assert get(resources["identity"], sf.token).json()["username"] == sf.username


def test_slashes_before_services_do_not_count(sf):
    answer = get(f"{sf.url}//services/data/v66.0/limits", sf.token)
    assert answer.status_code == 200
    assert "Sforce-Limit-Info" in answer.headers
    form = {"grant_type": "client_credentials", "client_id": sf.client_id}
    secret = {"client_secret": sf.client_secret}
    url = f"{sf.url}//services/oauth2/token"
    assert requests.post(url, data=form | secret, timeout=30).status_code == 200
    assert get(f"{sf.url}//services/data/v66.0/nothing").status_code == 401
