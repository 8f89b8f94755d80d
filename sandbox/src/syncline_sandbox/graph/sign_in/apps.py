"""App registrations of the tenant, and how an app proves that it is one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.x509 import load_pem_x509_certificate

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.tenant.guids import guid
from syncline_sandbox.graph.tenant.mailboxes import TENANT_ID

CLIENT_ID = guid("app")
CLIENT_SECRET = "sandbox~secret~of~the~first~app"  # noqa: S105 - printed at start, for everybody
ROLES = (
    "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.Read", "Tasks.ReadWrite.All",
    "User.Read.All",
)  # fmt: skip
SCOPES = (
    "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.Read", "Tasks.ReadWrite",
    "User.Read",
)  # fmt: skip
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

TABLES = """
CREATE TABLE IF NOT EXISTS app (
    client_id TEXT PRIMARY KEY, secret TEXT, roles TEXT NOT NULL, certificate TEXT
);
"""


class TokenRefusal(Exception):
    """The token endpoint's own way to say no (RFC 6749 5.2, with Entra's AADSTS numbers)."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(f"AADSTS{number}: {message}")
        self.status = status
        self.error = error
        self.number = number


@dataclass(frozen=True)
class App:
    """A registered app; `roles` are what an administrator consented to."""

    client_id: str
    secret: str | None
    roles: tuple[str, ...]
    certificate: str | None


class Apps:
    """All registered apps."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._storage = environment.storage
        self._storage.script(TABLES)

    def register_first(self) -> None:
        """The app that is always there, unless it is there already."""
        self._storage.run(
            "INSERT OR IGNORE INTO app VALUES (?, ?, ?, NULL)",
            CLIENT_ID, CLIENT_SECRET, json.dumps(ROLES),
        )  # fmt: skip

    def change(self, client_id: str, wish: Mapping[str, Any]) -> App:
        """Registers an app or changes its `secret`, `roles` or `certificate` (PEM)."""
        app = self.find(client_id) or App(client_id, None, ROLES, None)
        secret, certificate = (wish.get(n, getattr(app, n)) for n in ("secret", "certificate"))
        roles = json.dumps(list(wish.get("roles", app.roles)))
        self._storage.run(
            "INSERT OR REPLACE INTO app VALUES (?, ?, ?, ?)", client_id, secret, roles, certificate
        )
        return App(client_id, secret, tuple(json.loads(roles)), certificate)

    def find(self, client_id: str) -> App | None:
        """By client id."""
        row = self._storage.row("SELECT * FROM app WHERE client_id = ?", client_id)
        if row is None:
            return None
        return App(**{**dict(row), "roles": tuple(json.loads(row["roles"]))})

    def identified(self, form: Mapping[str, str]) -> App:
        """The app a token request names; raises `TokenRefusal`."""
        client_id = form.get("client_id", "")
        app = self.find(client_id)
        if app is None:
            raise TokenRefusal(
                400, "unauthorized_client", 700016,
                f"Application with identifier '{client_id}' was not found in the directory.",
            )  # fmt: skip
        return app

    def authenticated(self, form: Mapping[str, str]) -> App:
        """As `identified`, with the proof by secret or assertion; raises `TokenRefusal`."""
        app = self.identified(form)
        if "client_assertion" in form:
            self._check_assertion(app, form)
        elif "client_secret" not in form:
            raise TokenRefusal(
                401, "invalid_client", 7000218,
                "The request body must contain the following parameter: 'client_assertion' or "
                "'client_secret'.",
            )  # fmt: skip
        elif form["client_secret"] != app.secret:
            raise TokenRefusal(
                401, "invalid_client", 7000215,
                f"Invalid client secret provided for app '{app.client_id}'.",
            )  # fmt: skip
        return app

    def _check_assertion(self, app: App, form: Mapping[str, str]) -> None:
        """Signed by the registered certificate, or well-formed when none is registered."""
        if form.get("client_assertion_type") != _BEARER:
            raise _bad_assertion("client_assertion_type is not supported")
        now = min(self._environment.clock.now().timestamp(), time.time())
        try:
            claims = self._claims(app, form["client_assertion"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise _bad_assertion("signature or form is not valid") from error
        if claims.get("iss") != app.client_id or claims.get("sub") != app.client_id:
            raise _bad_assertion("issuer and subject must be the client id")
        if f"/{TENANT_ID}/" not in str(claims.get("aud")):
            raise _bad_assertion("audience is not this tenant's token endpoint")
        if float(claims.get("exp", 0)) <= now:
            raise _bad_assertion("it is not within its valid time range")

    def _claims(self, app: App, assertion: str) -> dict[str, Any]:
        no_times: jwt.types.Options = {
            "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False,
        }  # fmt: skip
        if app.certificate is None:
            return jwt.decode(assertion, options={**no_times, "verify_signature": False})
        key: Any = load_pem_x509_certificate(app.certificate.encode()).public_key()
        return jwt.decode(assertion, key, ["RS256", "PS256"], options=no_times)


def _bad_assertion(reason: str) -> TokenRefusal:
    return TokenRefusal(
        401, "invalid_client", 700027, f"The client assertion was refused: {reason}."
    )
