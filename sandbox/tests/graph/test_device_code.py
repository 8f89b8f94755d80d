"""Signing in by device code: how it ends, and that a token allows what was asked and no more."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


def base(graph: GraphSandbox) -> str:
    return f"{graph.url}/{graph.tenant_id}/oauth2/v2.0"


def test_device_code_waits_is_declined_and_runs_out(graph: GraphSandbox) -> None:
    def start() -> dict[str, Any]:
        form = {"client_id": graph.client_id, "scope": "Contacts.Read"}
        found: dict[str, Any] = httpx.post(f"{base(graph)}/devicecode", data=form).json()
        return found

    def outcome(flow: dict[str, Any]) -> str:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": graph.client_id,
            "device_code": flow["device_code"],
        }
        return str(httpx.post(f"{base(graph)}/token", data=form).json()["error"])

    declined, forgotten = start(), start()
    graph.approve_device(declined["user_code"], None)
    assert (outcome(declined), outcome(forgotten)) == (
        "authorization_declined",
        "authorization_pending",
    )
    graph.advance(1_000)
    assert outcome(forgotten) == "expired_token"


def signed_in(graph: GraphSandbox, ada: GraphMailbox, scope: str) -> dict[str, Any]:
    """The token answer to a device flow that asks for a scope."""
    form = {"client_id": graph.client_id, "scope": scope}
    flow = httpx.post(f"{base(graph)}/devicecode", data=form).json()
    graph.approve_device(flow["user_code"], ada.address)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": graph.client_id,
        "device_code": flow["device_code"],
    }
    found: dict[str, Any] = httpx.post(f"{base(graph)}/token", data=form).json()
    return found


def refreshed(graph: GraphSandbox, token: str, **form: str) -> httpx.Response:
    fixed = {"grant_type": "refresh_token", "client_id": graph.client_id, "refresh_token": token}
    return httpx.post(f"{base(graph)}/token", data={**fixed, **form})


def scp(answer: dict[str, Any]) -> set[str]:
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    return set(claims["scp"].split())


@pytest.mark.parametrize(
    ("scope", "names", "extra"),
    [
        ("user.read openid profile", {"User.Read", "openid", "profile"}, {"id_token"}),
        ("Contacts.Read offline_access", {"Contacts.Read"}, {"refresh_token"}),
        ("https://graph.microsoft.com/Contacts.ReadWrite", {"Contacts.ReadWrite"}, set()),
        ("https://graph.microsoft.com/.default",
         {"Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.Read", "Tasks.ReadWrite",
          "User.Read"}, set()),
    ],
)  # fmt: skip
def test_device_flow_grants_what_was_asked(
    graph: GraphSandbox, ada: GraphMailbox, scope: str, names: set[str], extra: set[str]
) -> None:
    answer = signed_in(graph, ada, scope)

    assert scp(answer) == names
    assert set(answer["scope"].split()) == {*scope.split()} - {"offline_access"}
    assert {"id_token", "refresh_token"} & answer.keys() == extra


def test_person_who_was_asked_to_read_may_not_write(graph: GraphSandbox, ada: GraphMailbox) -> None:
    token = signed_in(graph, ada, "Contacts.Read")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{graph.graph_url}/me/contacts"

    assert httpx.get(url, headers=headers).status_code == 200
    assert httpx.post(url, headers=headers, json={}).status_code == 403


def test_refresh_token_gives_what_was_granted_and_no_more(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    asked = "Contacts.ReadWrite User.Read offline_access"
    token = signed_in(graph, ada, asked)["refresh_token"]
    whole, part = refreshed(graph, token), refreshed(graph, token, scope="User.Read openid")
    more = refreshed(graph, token, scope="Mail.Read")

    assert scp(whole.json()) == {"Contacts.ReadWrite", "User.Read"}
    assert scp(part.json()) == {"User.Read", "openid"}
    assert (more.status_code, more.json()["error_codes"]) == (400, [65001])


@pytest.mark.parametrize(("scope", "number"), [("", 900144), ("Contacts Read!", 70011)])
def test_scope_that_is_none_is_refused(graph: GraphSandbox, scope: str, number: int) -> None:
    form = {"client_id": graph.client_id, "scope": scope}
    answer = httpx.post(f"{base(graph)}/devicecode", data=form)

    assert (answer.status_code, answer.json()["error_codes"]) == (400, [number])
