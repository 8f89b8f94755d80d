"""The OAuth endpoints: token (four grants), introspect, userinfo, revoke."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
from jwt.types import Options

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import oauth_error
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.service.organization import identity_url, organization_id
from syncline_sandbox.salesforce.service.requests import answer
from syncline_sandbox.salesforce.service.sessions import (
    ACCESS,
    REFRESH,
    expires_at,
    live_session,
    open_session,
    revoke,
    token_of,
)
from syncline_sandbox.salesforce.stamps import from_stamp
from syncline_sandbox.salesforce.store.records import find_by
from syncline_sandbox.salesforce.store.tables import table
from syncline_sandbox.storage import Row

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
MAX_ASSERTION_LIFE = 180
"""Seconds from now to `exp` of an assertion."""
CLOCK_SKEW = 5

_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_aud": False,
    "verify_nbf": False,
    "verify_iat": False,
    "require": ["exp", "sub", "aud"],
}
"""Times are checked here, by the sandbox's clock."""

SCOPE = "api refresh_token"


def token(org: Org, call: Call) -> Answer:
    """POST of a token request."""
    form = call.form()
    grants: dict[str, Callable[[Org, Call, dict[str, str]], dict[str, Any]]] = {
        JWT_BEARER: _jwt_bearer,
        "client_credentials": _client_credentials,
        "refresh_token": _refresh,
        "password": _password,
    }
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        raise oauth_error("unsupported_grant_type", "grant type not supported")
    return answer(grant(org, call, form))


def introspect(org: Org, call: Call) -> Answer:
    """POST: whether a token lives, whose it is, and until when."""
    client, presented = _client(org, call), call.form().get("token", "")
    for kind in (ACCESS, REFRESH):
        session = live_session(org, presented, kind)
        if session is not None and session["client"] == client["id"]:
            return answer(_introspected(org, call, session))
    return answer({"active": False})


def userinfo(org: Org, call: Call) -> Answer:
    """GET: the user a token stands for."""
    session = live_session(org, token_of(call))
    if session is None:
        return Answer(403, b"Bad_OAuth_Token", media_type="text/plain")
    user = _user(org, session["user"])
    return answer(
        {
            "sub": identity_url(org, call.base_url, user["Id"]),
            "user_id": user["Id"],
            "organization_id": organization_id(org),
            "preferred_username": user["Username"],
            "name": user["Name"],
            "email": user["Email"],
            "active": bool(user["IsActive"]),
            "urls": {"rest": f"{call.base_url}/services/data/v{{version}}/"},
        }
    )


def revoke_token(org: Org, call: Call) -> Answer:
    """POST or GET: ends a token, and all access tokens of a refresh token."""
    presented = call.form().get("token") or call.query.get("token", "")
    if not revoke(org, presented):
        raise oauth_error("unsupported_token_type", "this token type is not supported")
    return answer({})


def _jwt_bearer(org: Org, call: Call, form: dict[str, str]) -> dict[str, Any]:
    claims = _claims(org, form.get("assertion", ""))
    if str(claims.get("aud")).rstrip("/") not in AUDIENCES | {call.base_url}:
        raise oauth_error("invalid_grant", "audience is invalid")
    expires, now = float(claims["exp"]), org.now().timestamp()
    if expires < now - CLOCK_SKEW or expires > now + MAX_ASSERTION_LIFE + CLOCK_SKEW:
        raise oauth_error("invalid_grant", "assertion is expired or its expiry is too far ahead")
    users = find_by(org, _user_kind(org), "Username", str(claims.get("sub")))
    if not users or not _user(org, users[0])["IsActive"]:
        raise oauth_error("invalid_grant", "user hasn't approved this consumer")
    client = _find_client(org, str(claims["iss"]))
    secret = client["secret"] if client and org.setting("jwt_signature") else None
    return _granted(org, call, users[0], str(claims["iss"]), secret)


def _claims(org: Org, assertion: str) -> dict[str, Any]:
    try:
        unverified = jwt.decode(assertion, options={"verify_signature": False})
        client = _find_client(org, str(unverified.get("iss")))
        if client is None:
            raise oauth_error("invalid_client_id", "client identifier invalid")
        claims: dict[str, Any] = jwt.decode(
            assertion, client["public_key"], algorithms=["RS256"], options=_SIGNATURE_ONLY
        )
    except jwt.PyJWTError:
        raise oauth_error("invalid_grant", "invalid assertion") from None
    return claims


def _client_credentials(org: Org, call: Call, form: dict[str, str]) -> dict[str, Any]:
    client = _client(org, call)
    return _granted(org, call, client["run_as"], client["id"], client["secret"])


def _refresh(org: Org, call: Call, form: dict[str, str]) -> dict[str, Any]:
    client = _client(org, call, secret_needed=False)
    session = live_session(org, form.get("refresh_token", ""), REFRESH)
    if session is None or session["client"] != client["id"]:
        raise oauth_error("invalid_grant", "expired access/refresh token")
    granted = _granted(org, call, session["user"], client["id"], client["secret"])
    if org.setting("rotate_refresh_tokens"):
        revoke(org, session["token"])
        granted["refresh_token"] = open_session(org, REFRESH, session["user"], client["id"])
    return granted


def _password(org: Org, call: Call, form: dict[str, str]) -> dict[str, Any]:
    """User and password; switched off in new orgs. Any user's password is its username."""
    client = _client(org, call)
    users = find_by(org, _user_kind(org), "Username", form.get("username", ""))
    allowed = org.setting("password_grant") and users
    if not allowed or form.get("password") != form.get("username"):
        raise oauth_error("invalid_grant", "authentication failure - Invalid Password")
    return _granted(org, call, users[0], client["id"], client["secret"])


def _granted(org: Org, call: Call, user: str, client: str, secret: str | None) -> dict[str, Any]:
    """The answer to a token request, signed with the client's `secret`.

    Salesforce's examples of the JWT bearer flow have neither `issued_at` nor `signature`, those of
    the other flows have both (Salesforce Help, remoteaccess_oauth_jwt_flow and
    remoteaccess_oauth_refresh_token_flow); a client library's record of a JWT answer has both, so
    that the org has a switch, `jwt_signature`.
    """
    identity = identity_url(org, call.base_url, user)
    granted = {
        "access_token": open_session(org, ACCESS, user, client),
        "scope": SCOPE,
        "instance_url": call.base_url,
        "id": identity,
        "token_type": "Bearer",
    }
    if secret is None:
        return granted
    issued = str(int(org.now().timestamp() * 1000))
    return granted | {"issued_at": issued, "signature": _signature(secret, identity + issued)}


def _signature(secret: str, text: str) -> str:
    """Base64 of the HMAC-SHA256 of identity address and time, under the consumer secret."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()


def _introspected(org: Org, call: Call, session: Row) -> dict[str, Any]:
    user, issued = _user(org, session["user"]), from_stamp(session["issued_at"]).timestamp()
    return {
        "active": True,
        "scope": SCOPE,
        "client_id": session["client"],
        "username": user["Username"],
        "sub": identity_url(org, call.base_url, user["Id"]),
        "token_type": session["kind"] + "_token",
        "exp": expires_at(org, session),
        "iat": int(issued),
        "nbf": int(issued),
    }


def _client(org: Org, call: Call, *, secret_needed: bool = True) -> Row:
    """The client of a call, by HTTP Basic or by the form; its secret must fit if given."""
    client_id, secret = _basic(call) or (None, None)
    form = call.form()
    client_id, secret = client_id or form.get("client_id"), secret or form.get("client_secret")
    client = _find_client(org, client_id or "")
    if client is None:
        raise oauth_error("invalid_client_id", "client identifier invalid")
    if (secret_needed or secret) and not hmac.compare_digest(
        (secret or "").encode(), client["secret"].encode()
    ):
        raise oauth_error("invalid_client", "invalid client credentials")
    return client


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = (call.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _find_client(org: Org, client_id: str) -> Row | None:
    return org.storage.row("SELECT * FROM client WHERE id = ?", client_id)


def _user(org: Org, user_id: str) -> Row:
    row = org.storage.row(f"SELECT * FROM {table('User')} WHERE Id = ?", user_id)  # noqa: S608
    if row is None:
        raise oauth_error("invalid_grant", "user does not exist")
    return row


def _user_kind(org: Org) -> Any:
    return org.everything.object("User")
