"""Tokens: how they are got, what they allow, when they end. With msal as the client too."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

SCOPE = "https://graph.microsoft.com/.default"


def token_url(graph: GraphSandbox) -> str:
    return f"{graph.url}/{graph.tenant_id}/oauth2/v2.0/token"


def ask(graph: GraphSandbox, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": graph.client_id,
        "client_secret": graph.client_secret,
        "scope": SCOPE,
    }
    return httpx.post(token_url(graph), data={**form, **changes})


def contacts(graph: GraphSandbox, token: str, path: str = "users/ada@example.test") -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{graph.graph_url}/{path}/contacts", headers=headers).status_code


def test_secret_gives_a_token_that_opens_mailboxes(graph: GraphSandbox, ada: GraphMailbox) -> None:
    answer = ask(graph).json()

    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    assert contacts(graph, answer["access_token"]) == 200


def test_token_tells_its_roles(graph: GraphSandbox) -> None:
    claims = jwt.decode(ask(graph).json()["access_token"], options={"verify_signature": False})

    assert "Contacts.ReadWrite" in claims["roles"]
    assert (claims["tid"], claims["appid"]) == (graph.tenant_id, graph.client_id)


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "unknown"}, 400, "unauthorized_client", 700016),
        ({"scope": "Contacts.Read"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ],
)
def test_refusal_carries_entras_number(
    graph: GraphSandbox, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    answer = ask(graph, **changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_unknown_tenant_is_refused(graph: GraphSandbox) -> None:
    answer = httpx.get(f"{graph.url}/elsewhere/v2.0/.well-known/openid-configuration")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")


def test_token_ends_by_the_sandbox_clock(graph: GraphSandbox, ada: GraphMailbox) -> None:
    token = ask(graph).json()["access_token"]
    graph.advance(3_700)
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{graph.graph_url}/users/{ada.id}/contacts", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (
        401,
        "InvalidAuthenticationToken",
    )
    assert contacts(graph, ask(graph).json()["access_token"]) == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}])
def test_call_without_a_real_token_is_401(
    graph: GraphSandbox, ada: GraphMailbox, header: Mapping[str, str]
) -> None:
    assert httpx.get(f"{graph.graph_url}/me/contacts", headers=header).status_code == 401
    batch = httpx.post(f"{graph.graph_url}/$batch", json={"requests": []}, headers=header)
    assert batch.status_code == 401


def test_revoked_tokens_are_401_until_a_new_one_is_got(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    old = graph.token
    graph.revoke_tokens()

    assert contacts(graph, old) == 401
    assert contacts(graph, graph.token) == 200


def test_token_revoked_by_quirk_leaves_other_tokens_alone(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    other = graph.new_token()
    graph.quirk("token-revoked", 1)

    assert [contacts(graph, graph.token) for _ in range(2)] == [401, 401]
    assert contacts(graph, other) == 200


def test_read_only_token_may_not_write(graph: GraphSandbox, ada: GraphMailbox) -> None:
    token = graph.new_token(roles=["Contacts.Read"])
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{graph.graph_url}/users/{ada.id}/contacts"
    refused = httpx.post(url, json={"givenName": "x"}, headers=headers)

    assert contacts(graph, token) == 200
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ErrorAccessDenied")
    assert contacts(graph, graph.new_token(roles=["Mail.Read"])) == 403


def test_app_without_consent_gets_tokens_without_roles(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    graph.change_app(roles=["Contacts.Read"])

    assert contacts(graph, ask(graph).json()["access_token"]) == 200
    users = httpx.get(
        f"{graph.graph_url}/users", headers={"Authorization": f"Bearer {graph.token}"}
    )
    assert (users.status_code, users.json()["error"]["code"]) == (
        403,
        "Authorization_RequestDenied",
    )


def test_me_is_for_people_and_only_for_their_own_mailbox(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    bob = graph.add_mailbox("bob@example.test")
    token = graph.new_token(mailbox=ada.address)

    assert contacts(graph, token, "me") == 200
    assert contacts(graph, token, f"users/{ada.id}") == 200
    assert contacts(graph, token, f"users/{bob.id}") == 403
    assert contacts(graph, graph.token, "me") == 400


def test_directory_resolves_people_and_the_tenant(
    graph: GraphSandbox, ada: GraphMailbox, http: httpx.Client
) -> None:
    graph.add_mailbox("bob@example.test")
    condition = {"$filter": "mail eq 'ADA@example.test'", "$select": "id,userPrincipalName"}
    found = http.get("/users", params=condition).json()["value"]

    assert found == [{"id": ada.id, "userPrincipalName": ada.address}]
    assert http.get("/users/ada@example.test").json()["displayName"] == "Ada Lovelace"
    missing = http.get("/users/eve@example.test")
    assert missing.json()["error"]["code"] == "Request_ResourceNotFound"
    assert http.get("/organization").json()["value"][0]["id"] == graph.tenant_id


# ---- msal as it is, but over plain HTTP ----------------------------------------------------------


class PlainHttp:
    """msal's transport, as a TLS proxy: msal insists on https, the sandbox speaks http."""

    def __init__(self) -> None:
        self._client = httpx.Client(headers={"X-Forwarded-Proto": "https"})

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Any:
        return self._client.get(self._plain(url), params=params, headers=headers)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> Any:
        form = {k: v.decode() if isinstance(v, bytes) else v for k, v in (data or {}).items()}
        return self._client.post(self._plain(url), params=params, data=form, headers=headers)

    def close(self) -> None:
        self._client.close()

    @staticmethod
    def _plain(url: str) -> str:
        return url.replace("https://127.0.0.1", "http://127.0.0.1")


def authority(graph: GraphSandbox) -> dict[str, Any]:
    secure = graph.url.replace("http:", "https:")
    return {
        "authority": f"{secure}/{graph.tenant_id}",
        "instance_discovery": False,
        "http_client": PlainHttp(),
    }


def test_msal_gets_a_token_with_a_secret(graph: GraphSandbox, ada: GraphMailbox) -> None:
    app = msal.ConfidentialClientApplication(
        graph.client_id, client_credential=graph.client_secret, **authority(graph)
    )
    assert contacts(graph, app.acquire_token_for_client([SCOPE])["access_token"]) == 200


def test_msal_hears_that_the_secret_is_wrong(graph: GraphSandbox) -> None:
    app = msal.ConfidentialClientApplication(
        graph.client_id, client_credential="wrong", **authority(graph)
    )
    answer = app.acquire_token_for_client([SCOPE])

    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


def key_and_certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_msal_gets_a_token_with_the_registered_certificate_only(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    private, certificate = key_and_certificate()
    credential = {"private_key": private, "public_certificate": certificate}

    def answer() -> dict[str, Any]:
        app = msal.ConfidentialClientApplication(
            graph.client_id, client_credential=credential, **authority(graph)
        )
        found: dict[str, Any] = app.acquire_token_for_client([SCOPE])
        return found

    graph.change_app(certificate=certificate)
    assert contacts(graph, answer()["access_token"]) == 200
    graph.change_app(certificate=key_and_certificate()[1])
    assert answer()["error"] == "invalid_client"


def test_assertion_of_somebody_else_is_refused(graph: GraphSandbox) -> None:
    claims = {"iss": "x", "sub": "x", "aud": token_url(graph), "exp": time.time() + 60}
    assertion = jwt.encode(claims, "k" * 32, "HS256")
    answer = ask(
        graph,
        client_assertion=assertion,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    )

    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])


def test_msal_signs_a_person_in_by_device_code_and_refreshes_silently(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    app = msal.PublicClientApplication(graph.client_id, **authority(graph))
    flow = app.initiate_device_flow(["https://graph.microsoft.com/Contacts.ReadWrite"])
    graph.approve_device(flow["user_code"], ada.address)
    first = app.acquire_token_by_device_flow(flow)

    assert contacts(graph, first["access_token"], "me") == 200
    [account] = app.get_accounts()
    assert account["username"] == ada.address
    again = app.acquire_token_silent(
        ["https://graph.microsoft.com/Contacts.ReadWrite"], account, force_refresh=True
    )
    assert again["access_token"] != first["access_token"]
    assert contacts(graph, again["access_token"], "me") == 200


def test_refusal_carries_the_ids_that_a_support_case_needs(graph: GraphSandbox) -> None:
    mine = "5f3c7f0e-8f5e-4a51-9d1c-6d0a43c6b0aa"
    form = {"grant_type": "client_credentials", "client_id": graph.client_id}
    answer = httpx.post(token_url(graph), data=form, headers={"client-request-id": mine}).json()
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"

    assert answer["correlation_id"] == mine
    assert re.fullmatch(stamp, answer["timestamp"])
    assert re.fullmatch("[0-9a-f-]{36}", answer["trace_id"])
    lines = answer["error_description"].split("\r\n")
    assert lines[1:] == [
        f"Trace ID: {answer['trace_id']}",
        f"Correlation ID: {mine}",
        f"Timestamp: {answer['timestamp']}",
    ]
