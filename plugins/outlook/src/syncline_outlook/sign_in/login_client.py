"""Calls to Microsoft's sign-in service, in the shape that msal wants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from syncline.errors import Retry, Stop
from syncline.plugin.http import HttpClient, Purpose, retry_after
from syncline_outlook.sign_in.refusals import refused_sign_in

_AT_MOST: Final = 1024 * 1024
"""Bytes of an answer; discovery documents and tokens are some thousand."""


@dataclass(frozen=True, slots=True)
class LoginReply:
    """A response in the shape msal wants."""

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)

    def raise_for_status(self) -> None:
        """Never raises: what msal would raise for was raised by `LoginClient` already."""


class LoginClient:
    """The `http_client` given to msal, so that sign-in has the same timeouts and errors.

    msal accepts https authorities only. For a stand-in on this machine (`plain_netloc`) the scheme
    is put back to http on the way out, and to https in what the stand-in says about itself.
    """

    def __init__(self, http: HttpClient, plain_netloc: str | None = None) -> None:
        self._http = http
        self._plain = plain_netloc

    def get(self, url: str, params: Any = None, headers: Any = None, **_options: Any) -> LoginReply:
        """A discovery document."""
        target = _with_query(url, params)
        reply = self._send("GET", target, headers, None)
        if reply.status_code >= 400:  # how a tenant that does not exist shows
            raise refused_sign_in(_json_or_none(reply.text))
        if self._plain is None:
            return reply
        text = reply.text.replace(f"http://{self._plain}", f"https://{self._plain}")
        return LoginReply(reply.status_code, reply.headers, text)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_options: Any
    ) -> LoginReply:
        """A form: a token request. It holds the secret, so it goes to the configured host only,
        wherever the discovery document points.
        """
        target = _with_query(url, params)
        if not self._http.owns(self._wire(target)):
            raise Stop(
                "the sign-in service sends us to another host, where no secret is sent",
                hint="Check cloud and login_url; a proxy on the way may have altered it.",
            )
        form = {
            name: _form_text(value) for name, value in (data or {}).items() if value is not None
        }
        content = urlencode(form).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", target, {**(headers or {}), **kind}, content)

    def close(self) -> None:
        """The client belongs to the connector."""

    def _send(self, method: str, url: str, headers: Any, content: bytes | None) -> LoginReply:
        purpose = Purpose(name="sign in", kind="check")
        given = {name: value for name, value in (headers or {}).items() if value is not None}
        try:
            status, received, raw = self._http.exchange(
                method, self._wire(url), purpose, headers=given, content=content, at_most=_AT_MOST
            )
        except Retry as error:
            # Whatever happened to the sign-in, the call it was for has not been sent.
            raise Retry(error.message, reached=False, sent=False, call=purpose.name) from None
        if status == 429 or status >= 500:
            raise Retry(
                "Microsoft's sign-in service is busy", after=retry_after(received), reached=False,
                sent=False, status=status,
            )  # fmt: skip
        return LoginReply(status, received, _understood(status, raw))

    def _wire(self, url: str) -> str:
        secure = f"https://{self._plain}/"
        if self._plain is not None and url.startswith(secure):
            return f"http://{self._plain}/{url.removeprefix(secure)}"
        return url


def _understood(status: int, raw: bytes) -> str:
    """A JSON object for msal. What is none never reaches it: msal logs such answers whole, as
    errors, and one that was cut off may hold the token.
    """
    text = raw.decode("utf-8", "replace")
    if isinstance(_json_or_none(text), dict):
        return text
    if status < 400:
        raise Stop(
            "the sign-in service's answer cannot be read",
            hint="Check cloud and login_url; a proxy on the way may have altered it.",
        )
    return "{}"


def _with_query(url: str, params: Mapping[str, Any] | None) -> str:
    return f"{url}?{urlencode(params)}" if params else url


def _form_text(value: Any) -> str:
    """Signed assertions come from msal as bytes."""
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
