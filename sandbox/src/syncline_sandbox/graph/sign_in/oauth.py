"""The sign-in service: discovery, tokens for apps, device code and refresh tokens for people.

Forms of requests and refusals: learn.microsoft.com/entra/identity-platform, v2.0 endpoints.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.sign_in.apps import App, Apps, TokenRefusal
from syncline_sandbox.graph.sign_in.refusals import refusal_answer
from syncline_sandbox.graph.sign_in.scopes import (
    OFFLINE,
    OPENID,
    narrowed,
    permissions,
    read_scopes,
)
from syncline_sandbox.graph.sign_in.tokens import LIFETIME, Tokens
from syncline_sandbox.graph.tenant.mailboxes import TENANT_DOMAIN, TENANT_ID, Mailboxes
from syncline_sandbox.messages import Answer, Call, JsonObject, Refused
from syncline_sandbox.routing import Handler, Router

DEVICE_LIFETIME = 900
_TENANTS = frozenset({TENANT_ID, TENANT_DOMAIN, "common", "organizations"})
_DEVICE_GRANTS = frozenset({"urn:ietf:params:oauth:grant-type:device_code", "device_code"})

TABLES = """
CREATE TABLE IF NOT EXISTS device (
    code TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL,
    expires REAL NOT NULL, state TEXT NOT NULL, user TEXT, scope TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refresh_token (
    token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user TEXT NOT NULL, scope TEXT NOT NULL
);
"""


class SignIn:
    """Routes of the sign-in service."""

    def __init__(
        self, environment: Environment, apps: Apps, tokens: Tokens, mailboxes: Mailboxes
    ) -> None:
        self._environment = environment
        self._storage = environment.storage
        self._storage.script(TABLES)
        self._apps, self._tokens, self._mailboxes = apps, tokens, mailboxes

    def add_routes(self, router: Router) -> None:
        """Adds the endpoints; none needs a token."""
        router.add("GET", "/common/discovery/instance", self._instance)
        for version in ("/v2.0", ""):
            known = f"/{{tenant}}{version}/.well-known/openid-configuration"
            router.add("GET", known, self._answering(self._configuration))
        router.add("POST", "/{tenant}/oauth2/v2.0/token", self._answering(self._token))
        router.add("POST", "/{tenant}/oauth2/v2.0/devicecode", self._answering(self._device_code))

    def decide_device(self, user_code: str, user: str | None) -> None:
        """The person signs in with the code, or declines (`user` is `None`)."""
        state = "declined" if user is None else "approved"
        changed = self._storage.run(
            "UPDATE device SET state = ?, user = ? WHERE user_code = ?", state, user, user_code
        )
        if not changed:
            raise ValueError(f"no such user code: {user_code}")

    def _answering(self, handler: Handler) -> Handler:
        """Lets a handler return JSON and raise `TokenRefusal`."""

        def answer(call: Call, **parameters: str) -> Answer:
            try:
                return Answer(200, handler(call, **parameters))
            except TokenRefusal as refusal:
                now = self._environment.clock.now()
                raise Refused(refusal_answer(refusal, call, now)) from refusal

        return answer

    def _instance(self, call: Call) -> Answer:
        endpoint = f"{call.base_url}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
        return Answer(200, {"tenant_discovery_endpoint": endpoint, "metadata": []})

    def _configuration(self, call: Call, tenant: str) -> JsonObject:
        _check_tenant(tenant)
        base = f"{call.base_url}/{tenant}"
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "issuer": f"{call.base_url}/{TENANT_ID}/v2.0",
            "response_types_supported": ["code", "id_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    def _token(self, call: Call, tenant: str) -> JsonObject:
        _check_tenant(tenant)
        form = call.form()
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return self._for_app(self._apps.authenticated(form), form)
        if grant in _DEVICE_GRANTS:
            return self._for_device(self._apps.identified(form), form)
        if grant == "refresh_token":
            return self._for_refresh_token(self._apps.identified(form), form)
        raise TokenRefusal(
            400, "unsupported_grant_type", 70003, f"The app requested the grant type '{grant}'."
        )

    def _for_app(self, app: App, form: dict[str, str]) -> JsonObject:
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise TokenRefusal(
                400, "invalid_scope", 1002012,
                f"The provided value for scope {scope} is not valid. Client credential flows must "
                "have a scope value with /.default suffixed to the resource identifier.",
            )  # fmt: skip
        return _bearer(self._tokens.issue(app.client_id, list(app.roles)))

    def _device_code(self, call: Call, tenant: str) -> JsonObject:
        _check_tenant(tenant)
        form = call.form()
        app, scopes = self._apps.identified(form), read_scopes(form.get("scope", ""))
        number = self._storage.next("device")
        code, user_code = f"device-{number:020}", f"SYNC{number:05}"
        expires = self._environment.clock.now().timestamp() + DEVICE_LIFETIME
        self._storage.run(
            "INSERT INTO device VALUES (?, ?, ?, ?, 'pending', NULL, ?)",
            code, user_code, app.client_id, expires, " ".join(scopes),
        )  # fmt: skip
        address = f"{call.base_url}/_sandbox/devices/{user_code}"
        return {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": address,
            "expires_in": DEVICE_LIFETIME,
            "interval": 1,
            "message": f"To sign in, POST {{'mailbox': ADDRESS}} to {address}.",
        }

    def _for_device(self, app: App, form: dict[str, str]) -> JsonObject:
        row = self._storage.row(
            "SELECT * FROM device WHERE code = ? AND client_id = ?",
            form.get("device_code", form.get("code")), app.client_id,
        )  # fmt: skip
        if row is None:
            raise TokenRefusal(400, "bad_verification_code", 7000215, "The device code is unknown.")
        if row["state"] == "declined":
            raise TokenRefusal(400, "authorization_declined", 70017, "The person declined.")
        if row["expires"] <= self._environment.clock.now().timestamp():
            raise TokenRefusal(400, "expired_token", 70020, "The provided code has expired.")
        if row["state"] == "pending":
            raise TokenRefusal(400, "authorization_pending", 70016, "Authorization is pending.")
        self._storage.run("DELETE FROM device WHERE code = ?", row["code"])
        return self._for_person(app, row["user"], granted=tuple(row["scope"].split()))

    def _for_refresh_token(self, app: App, form: dict[str, str]) -> JsonObject:
        row = self._storage.row(
            "SELECT * FROM refresh_token WHERE token = ? AND client_id = ?",
            form.get("refresh_token"), app.client_id,
        )  # fmt: skip
        if row is None:
            raise TokenRefusal(400, "invalid_grant", 70000, "The refresh token is not valid.")
        granted = tuple(row["scope"].split())
        return self._for_person(app, row["user"], granted, narrowed(granted, form.get("scope")))

    def _for_person(
        self, app: App, user: str, granted: tuple[str, ...], asked: tuple[str, ...] = ()
    ) -> JsonObject:
        """Tokens for what was asked, and for asking again, up to what was granted."""
        scopes = asked or granted
        answer = {
            **_bearer(self._tokens.issue(app.client_id, permissions(scopes), user)),
            "scope": " ".join(scope for scope in scopes if scope != OFFLINE),
            "client_info": _encoded({"uid": user, "utid": TENANT_ID}),
        }
        if OFFLINE in granted:
            answer["refresh_token"] = self._refresh_token(app, user, granted)
        if OPENID in scopes:
            answer["id_token"] = self._id_token(app, user)
        return answer

    def _refresh_token(self, app: App, user: str, granted: tuple[str, ...]) -> str:
        refresh = f"refresh-{self._storage.next('refresh-token'):020}"
        self._storage.run(
            "INSERT INTO refresh_token VALUES (?, ?, ?, ?)",
            refresh, app.client_id, user, " ".join(granted),
        )  # fmt: skip
        return refresh

    def _id_token(self, app: App, user: str) -> str:
        person = self._mailboxes.find(user)
        now = int(self._environment.clock.now().timestamp())
        claims: dict[str, Any] = {
            "aud": app.client_id, "iss": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0",
            "iat": now, "nbf": now, "exp": now + LIFETIME, "oid": user, "sub": user,
            "tid": TENANT_ID, "ver": "2.0",
            "preferred_username": person.address if person else user,
            "name": person.display_name if person else user,
        }  # fmt: skip
        return jwt.encode(claims, "nobody checks this signature, msal neither", "HS256")


def _check_tenant(tenant: str) -> None:
    if tenant.casefold() not in _TENANTS:
        raise TokenRefusal(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")


def _bearer(token: str) -> JsonObject:
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": token,
    }


def _encoded(value: JsonObject) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
