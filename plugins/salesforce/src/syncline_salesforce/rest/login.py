"""The four ways to a token: JWT bearer, client credentials, refresh token, a given session.

REST guide, "Authorization Through External Client Apps"; `POST /services/oauth2/token`. SOAP
login and the password grant are left out on purpose: they are switched off or about to be.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from pydantic import SecretStr

from syncline.errors import ConfigurationError, Reconnect, Retry, Stop
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import retry_after
from syncline.plugin.secrets import Secret
from syncline_salesforce.config import SalesforceConfig, checked_origin
from syncline_salesforce.rest.errors import not_reached
from syncline_salesforce.rest.instances import belongs
from syncline_salesforce.rest.tokens import Token

_PATH = "/services/oauth2/token"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFE = timedelta(minutes=3)
_STORED = "refresh_token"
_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")

Transport = Callable[[str, Mapping[str, str], tuple[str, str] | None], requests.Response]
"""Sends a form to the token endpoint: URL, form, HTTP Basic pair."""


class Login:
    """Signs in as the configuration says. Secrets are resolved at each call and not kept."""

    def __init__(
        self, config: SalesforceConfig, context: ConnectorContext, transport: Transport
    ) -> None:
        self._config = config
        self._context = context
        self._transport = transport

    def __call__(self) -> Token:
        """A token.

        Raises:
            Reconnect: refused.
            Retry: the endpoint is busy or unreachable.
            Stop: the answer is none, or the token is for an instance we were not told of.
            ConfigurationError: a secret or key that cannot be used.

        """
        match self._config.flow:
            case "session":
                return self._given_session()
            case "jwt":
                return self._token({"grant_type": _JWT_GRANT, "assertion": self._assertion()})
            case "client_credentials":
                pair = (self._config.client_id or "", _text(self._config.client_secret))
                return self._token({"grant_type": "client_credentials"}, pair)
            case "refresh_token":
                return self._refreshed()

    def _given_session(self) -> Token:
        return Token(_text(self._config.session_id), self._config.host or "")

    def _assertion(self) -> str:
        claims = {
            "iss": self._config.client_id,
            "sub": self._config.username,
            "aud": self._config.jwt_audience,
            "exp": int((self._context.now() + _JWT_LIFE).timestamp()),
        }
        try:
            return jwt.encode(claims, _text(self._config.private_key), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigurationError(
                "private_key is not an RSA key in PEM form",
                hint="It begins with -----BEGIN PRIVATE KEY-----, without a password.",
            ) from None

    def _refreshed(self) -> Token:
        """Refresh tokens may be rotated: the old one dies at once. So the new one is stored,
        under the lock that keeps other processes from using the old one, before it is used.
        """
        given = _text(self._config.refresh_token)
        origin = hashlib.sha256(given.encode()).hexdigest()[:16]
        tokens: list[Token] = []

        def use(stored: str | None) -> str | None:
            refresh = _stored_token(stored, origin) or given
            form = {
                "grant_type": "refresh_token",
                "client_id": self._config.client_id or "",
                "refresh_token": refresh,
            }
            if self._config.client_secret is not None:
                form["client_secret"] = _text(self._config.client_secret)
            answer = self._ask(form, None)
            tokens.append(self._read(answer))
            return json.dumps({"origin": origin, "token": answer.get("refresh_token") or refresh})

        self._context.tokens.update(_STORED, use)
        return tokens[-1]

    def _token(self, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> Token:
        return self._read(self._ask(form, basic))

    def _ask(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Mapping[str, Any]:
        self._context.count_call("check")
        url = self._config.token_host + _PATH
        try:
            response = self._transport(url, form, basic)
        except requests.RequestException as problem:
            raise not_reached(problem) from None
        return _checked(response)

    def _read(self, answer: Mapping[str, Any]) -> Token:
        value, instance = answer.get("access_token"), answer.get("instance_url")
        if not isinstance(value, str) or not isinstance(instance, str) or not value:
            raise Stop("the token endpoint's answer holds no token", hint="Check login_url.")
        return Token(value, self._trusted(instance), _user(answer.get("id")))

    def _trusted(self, instance: str) -> str:
        """The instance that an answer names, if the token may go there."""
        configured = self._config.host or self._config.token_host
        try:
            origin = checked_origin(instance)
        except ValueError:
            origin = ""
        if origin and belongs(origin, configured):
            return origin
        named = urlsplit(origin).hostname or "none that could be one"
        raise Stop(
            f"the token is for an instance that does not belong to the configured one: {named}",
            hint=f"Set domain or instance_url to My Domain of the organisation (now {configured}) "
            "and login_url to where it signs in. Nothing was sent to the other one.",
        )


def _checked(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    if response.status_code == 429 or response.status_code >= 500:
        raise Retry(
            f"the token endpoint answered {response.status_code}",
            after=retry_after(response.headers),
            reached=False,
        )
    if response.status_code == 200 and isinstance(body, Mapping):
        return body
    code = str(body.get("error", "")) if isinstance(body, Mapping) else ""
    if not code:
        raise Stop(
            f"the token endpoint answered {response.status_code} without an OAuth answer",
            hint="Check domain, instance_url and login_url.",
        )
    raise Reconnect(
        f"Salesforce refuses the credentials: {code}",
        hint=_HINTS.get(code, "Check the external client app and the credentials."),
        code=code,
    )


_HINTS = {
    "invalid_grant": "The user must be allowed to use the app (JWT: pre-authorised; the "
    "certificate, username and audience must fit), or the refresh token is dead: get a new one.",
    "invalid_client_id": "client_id is not the consumer key of an app of this organisation.",
    "invalid_client": "client_id and client_secret do not fit.",
    "invalid_app_access": "Assign the permission set of the app to the user.",
}


def _user(identity: Any) -> str | None:
    """Of `https://…/id/ORGANISATION/USER`, the identity URL in each answer (REST guide, "Identity
    URLs"), the user's id.
    """
    last = identity.rpartition("/")[2] if isinstance(identity, str) else ""
    return last if _USER_ID.fullmatch(last) else None


def _text(secret: Secret | None) -> str:
    resolved: SecretStr = secret.resolve() if secret is not None else SecretStr("")
    return resolved.get_secret_value()


def _stored_token(stored: str | None, origin: str) -> str | None:
    """The rotated token, unless the configuration has been given another one since."""
    if stored is None:
        return None
    kept = json.loads(stored)
    return str(kept["token"]) if kept.get("origin") == origin else None
