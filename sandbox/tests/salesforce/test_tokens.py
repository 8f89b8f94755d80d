from __future__ import annotations

import base64
from typing import Any

import jwt
import pytest
import requests

from syncline_sandbox.testing import SalesforceSandbox

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def ask(sf: SalesforceSandbox, path: str = "token", **form: str) -> requests.Response:
    return requests.post(f"{sf.url}/services/oauth2/{path}", data=form, timeout=30)


def assertion(sf: SalesforceSandbox, key: str | None = None, **claims: Any) -> str:
    given = {
        "iss": sf.client_id,
        "sub": sf.username,
        "aud": "https://login.salesforce.com",
        "exp": int(sf.now().timestamp()) + 120,
    }
    return jwt.encode(given | claims, key or sf.private_key_pem, algorithm="RS256")


def works(sf: SalesforceSandbox, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    response = requests.get(f"{sf.url}/services/data/v66.0/limits", headers=headers, timeout=30)
    if response.status_code == 401:
        assert response.json() == [
            {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
        ]
    return response.status_code == 200


def test_jwt_bearer(sf):
    answer = ask(sf, grant_type=JWT_BEARER, assertion=assertion(sf))
    assert answer.status_code == 200
    body = answer.json()
    assert body["instance_url"] == sf.url
    assert body["token_type"] == "Bearer"
    assert "refresh_token" not in body
    assert "expires_in" not in body
    assert works(sf, body["access_token"])


def test_whether_a_jwt_answer_is_signed_is_a_switch(sf):
    """Salesforce's own example of the flow has neither member, a client's record has both."""
    members = {"issued_at", "signature"}
    unsigned = ask(sf, grant_type=JWT_BEARER, assertion=assertion(sf)).json()
    assert not members & unsigned.keys()
    sf.set(jwt_signature=True)
    signed = ask(sf, grant_type=JWT_BEARER, assertion=assertion(sf)).json()
    assert members <= signed.keys()


def test_jwt_bearer_refuses_what_is_not_signed_for_it(sf):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    now = int(sf.now().timestamp())
    for bad in (
        assertion(sf, key=stranger.decode()),
        assertion(sf, aud="https://example.test"),
        assertion(sf, exp=now - 60),
        assertion(sf, exp=now + 600),
        assertion(sf, sub="nobody@example.test"),
        "rubbish",
    ):
        answer = ask(sf, grant_type=JWT_BEARER, assertion=bad)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    unknown = ask(sf, grant_type=JWT_BEARER, assertion=assertion(sf, iss="who"))
    assert unknown.json()["error"] == "invalid_client_id"


def test_client_credentials_by_basic_or_in_the_body(sf):
    pair = f"{sf.client_id}:{sf.client_secret}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    url, form = f"{sf.url}/services/oauth2/token", {"grant_type": "client_credentials"}
    by_basic = requests.post(url, data=form, headers=headers, timeout=30).json()
    in_body = ask(sf, **form, client_id=sf.client_id, client_secret=sf.client_secret).json()
    assert works(sf, by_basic["access_token"])
    assert works(sf, in_body["access_token"])
    wrong = ask(sf, **form, client_id=sf.client_id, client_secret="wrong")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize("rotating", [False, True])
def test_refresh_tokens_may_rotate(sf, rotating):
    sf.set(rotate_refresh_tokens=rotating)
    old = sf.refresh_token()
    form = {"grant_type": "refresh_token", "client_id": sf.client_id}
    body = ask(sf, **form, refresh_token=old).json()
    assert works(sf, body["access_token"])
    assert ("refresh_token" in body) == rotating
    again = ask(sf, **form, refresh_token=old)
    if not rotating:
        assert again.status_code == 200
        return
    assert again.status_code == 400
    assert again.json() == {
        "error": "invalid_grant",
        "error_description": "expired access/refresh token",
    }
    assert ask(sf, **form, refresh_token=body["refresh_token"]).status_code == 200


def test_passwords_are_off_unless_the_org_allows_them(sf):
    form = {
        "grant_type": "password",
        "client_id": sf.client_id,
        "client_secret": sf.client_secret,
        "username": sf.username,
        "password": sf.username,
    }
    refusal = ask(sf, **form)
    assert refusal.status_code == 400
    assert refusal.json()["error"] == "invalid_grant"
    sf.set(password_grant=True)
    assert ask(sf, **form).status_code == 200
    assert ask(sf, **form | {"password": "WRONG"}).json() == {
        "error": "invalid_grant",
        "error_description": "authentication failure - Invalid Password",
    }


def test_sessions_end_after_two_hours_without_use(sf):
    token = sf.token
    for _ in range(3):
        sf.advance(7000)
        assert works(sf, token)
    sf.advance(7300)
    assert not works(sf, token)
    assert works(sf, sf.token)


def test_sessions_end_when_revoked(sf):
    token, other = (
        sf.token,
        ask(
            sf,
            grant_type="client_credentials",
            client_id=sf.client_id,
            client_secret=sf.client_secret,
        ).json()["access_token"],
    )
    assert ask(sf, "revoke", token=token).status_code == 200
    assert not works(sf, token)
    assert works(sf, other)
    assert sf.revoke_tokens() == 1
    assert not works(sf, other)
    assert ask(sf, "revoke", token=token).status_code == 400


def test_introspection_tells_until_when(sf):
    token = sf.token
    form = {"client_id": sf.client_id, "client_secret": sf.client_secret}
    body = ask(sf, "introspect", token=token, **form).json()
    assert body["active"] is True
    assert body["username"] == sf.username
    assert abs(body["exp"] - sf.now().timestamp() - 7200) < 10
    sf.revoke_tokens()
    assert ask(sf, "introspect", token=token, **form).json() == {"active": False}
    stranger = ask(sf, "introspect", token=token, client_id=sf.client_id, client_secret="x")
    assert stranger.status_code == 400


def test_userinfo_names_the_user_and_the_org(sf):
    headers = {"Authorization": f"Bearer {sf.token}"}
    body = requests.get(f"{sf.url}/services/oauth2/userinfo", headers=headers, timeout=30).json()
    assert body["preferred_username"] == sf.username
    assert body["user_id"].startswith("005")
    assert body["organization_id"].startswith("00D")


def test_unknown_grants_are_refused(sf):
    assert ask(sf, grant_type="magic").json()["error"] == "unsupported_grant_type"


def test_the_scheme_of_the_header_may_be_oauth(sf, api):
    headers = {"Authorization": f"OAuth {sf.token}"}
    assert api("GET", "limits", headers=headers).status_code == 200
