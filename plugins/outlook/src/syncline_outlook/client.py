"""HTTP to Microsoft Graph and to the sign-in service: the one module that imports httpx."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from syncline.errors import Retry, Stop
from syncline.model.json_text import json_of
from syncline_outlook.deadline import Deadline
from syncline_outlook.errors import failure, malformed, retry_after
from syncline_outlook.messages import IMMUTABLE, Purpose, Reply
from syncline_outlook.refusals import refused_sign_in

ANSWER_SECONDS = 300.0
"""For one whole answer: shorter than a run's lease."""
MAX_BODY = 64 * 1024 * 1024
"""Bytes after decompression; a page of 1000 contacts with long notes is about half of it."""

_NOT_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError,
)  # fmt: skip


class TokenSource(Protocol):
    """Gives access tokens; safe to use from several threads."""

    def token(self) -> str:
        """A token that should be accepted."""
        ...

    def renewed(self, refused: str) -> str:
        """Another token than the one the service just refused."""
        ...


class Transport:
    """One pool of connections, with timeouts and a limit to what is read. Follows no redirects.

    `now`: any clock, in seconds.
    """

    def __init__(
        self, timeout: float, *, local: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._deadline = Deadline(ANSWER_SECONDS, now)
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
            follow_redirects=False,
            trust_env=not local,
        )
        self._deadline.over(self._http)

    def send(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers (names in lower case) and body of the answer.

        Raises:
            Retry: no answer; `reached` is False where the request was certainly not sent.
            Stop: the answer is too large, or the URL cannot be called at all.

        """
        self._deadline.begin()
        try:
            with self._http.stream(method, url, headers=headers, content=content) as response:
                body = _read_limited(response.iter_bytes(), purpose)
                return response.status_code, dict(response.headers), body
        except httpx.DecodingError:
            raise malformed(purpose, "its compression is broken") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError):
            raise Stop(f"the address cannot be called ({purpose.name})", hint=_CHECK_URL) from None
        except httpx.TransportError as error:
            # "from None": httpx's exceptions carry the request and with it the token.
            kind, host = type(error).__name__, urlsplit(url).hostname
            raise Retry(
                f"no answer from {host}: {kind} ({purpose.name})",
                reached=not isinstance(error, _NOT_SENT),
                sent=not isinstance(error, _NOT_SENT),
                call=purpose.name,
                account=purpose.account,
            ) from None

    def close(self) -> None:
        """Gives the sockets back."""
        self._http.close()


_CHECK_URL = "Check `graph_url` and `login_url`."


def _read_limited(chunks: Iterable[bytes], purpose: Purpose) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_BODY:
            raise malformed(purpose, f"it is larger than {MAX_BODY} bytes")
    return bytes(body)


class GraphClient:
    """Calls to one Graph host. Tokens go to that host only, in a header only."""

    def __init__(
        self,
        base_url: str,
        transport: Transport,
        tokens: TokenSource,
        count_call: Callable[[str], None],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.base_url = base_url
        self.tokens = tokens
        self._transport = transport
        self._count_call = count_call
        self._new_id = new_id
        self._untried: str | None = None  # a token that a renewal gave, until one call went well

    def get(self, url: str, purpose: Purpose, *, page_size: int | None = None) -> dict[str, Any]:
        """The JSON object at a path or at a link the service gave.

        Raises:
            Retry, Reconnect, Resync, Stop: as in `errors.failure`.

        """
        prefer = () if page_size is None else (f"odata.maxpagesize={page_size}",)
        return self._object(self.send("GET", url, purpose, prefer=prefer), purpose)

    def post(
        self, url: str, purpose: Purpose, body: Mapping[str, Any], *, once: bool = False
    ) -> dict[str, Any]:
        """The JSON object that answers a POST; errors as for `get`, `once` as for `send`."""
        return self._object(self.send("POST", url, purpose, body=body, once=once), purpose)

    def send(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        body: Mapping[str, Any] | None = None,
        prefer: tuple[str, ...] = (),
        once: bool = False,
    ) -> Reply:
        """One request, once more with a new token if the token was refused; any status.

        Raises:
            Retry: with `once`, when there is a new token. The refusal may come from a gateway,
                after the effect: whoever asked looks before it sends that again.

        """
        own = url.startswith("/")
        address = self.base_url + url if own else self.require_own(url, purpose)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self._headers(prefer, has_body=content is not None)
        token = self.tokens.token()
        reply = self._send_once(method, address, purpose, {**headers, **_bearer(token)}, content)
        if reply.status == 401 and not (once and token == self._untried):
            renewed = self._untried = self.tokens.renewed(token)
            if once:
                raise Retry("the token was renewed", after=0.0, reached=False, call=purpose.name)
            headers |= _bearer(renewed)
            reply = self._send_once(method, address, purpose, headers, content)
        if reply.status != 401:
            self._untried = None
        return reply

    def _headers(self, prefer: tuple[str, ...], *, has_body: bool) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Prefer": ", ".join((IMMUTABLE, *prefer)),
            "client-request-id": self._new_id(),
            "return-client-request-id": "true",
        }
        return {**headers, "Content-Type": "application/json"} if has_body else headers

    def _send_once(
        self,
        method: str,
        address: str,
        purpose: Purpose,
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> Reply:
        self._count_call(purpose.kind)
        status, received, raw = self._transport.send(
            method, address, purpose, headers=headers, content=content
        )
        known = {"client-request-id": headers["client-request-id"], **received}
        return Reply(status, known, _parsed(status, known, raw, purpose))

    def _object(self, reply: Reply, purpose: Purpose) -> dict[str, Any]:
        if not reply.ok:
            raise failure(reply, purpose)
        if not isinstance(reply.body, dict):
            raise malformed(purpose, "it is no JSON object", reply)
        return reply.body

    def owns(self, url: str) -> bool:
        """Whether a full URL is on the configured host."""
        return _origin(url) == _origin(self.base_url)

    def require_own(self, url: str, purpose: Purpose) -> str:
        """The link, which the service gave.

        Raises:
            Stop: it leads to another host, and would carry the token there.

        """
        if self.owns(url):
            return url
        raise Stop(
            f"a link leads to another host, which is not followed ({purpose.name})",
            hint="Check `cloud` and `graph_url`.",
            call=purpose.name,
            account=purpose.account,
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    host = "" if parts.username is not None else (parts.hostname or "")
    return (parts.scheme, host.lower(), port)


def _parsed(status: int, headers: Mapping[str, str], raw: bytes, purpose: Purpose) -> Any:
    if not raw:
        return None
    try:
        return json_of(raw)
    except ValueError:
        if 200 <= status < 300:
            reply = Reply(status, headers)
            raise malformed(purpose, "it is no valid JSON", reply) from None
        return None  # gateways answer errors with pages of HTML


# ---- the sign-in service, through msal ----------------------------------------------------------


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

    def __init__(
        self,
        transport: Transport,
        count_call: Callable[[str], None],
        login_url: str,
        plain_netloc: str | None = None,
    ) -> None:
        self._transport = transport
        self._count_call = count_call
        self._login = login_url
        self._plain = plain_netloc

    def get(self, url: str, params: Any = None, headers: Any = None, **_options: Any) -> LoginReply:
        """A discovery document."""
        target = str(httpx.URL(url, params=params)) if params else url
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
        target = str(httpx.URL(url, params=params)) if params else url
        if _origin(self._wire(target)) != _origin(self._login):
            raise Stop(
                "the sign-in service sends us to another host, where no secret is sent",
                hint="Check cloud and login_url; a proxy on the way may have altered it.",
            )
        form = {
            name: _form_text(value) for name, value in (data or {}).items() if value is not None
        }
        content = str(httpx.QueryParams(form)).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", target, {**(headers or {}), **kind}, content)

    def close(self) -> None:
        """The transport belongs to the connector."""

    def _send(self, method: str, url: str, headers: Any, content: bytes | None) -> LoginReply:
        purpose = Purpose(name="sign in", kind="check")
        self._count_call("check")
        given = {name: value for name, value in (headers or {}).items() if value is not None}
        try:
            status, received, raw = self._transport.send(
                method, self._wire(url), purpose, headers=given, content=content
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


def _form_text(value: Any) -> str:
    """Signed assertions come from msal as bytes."""
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
