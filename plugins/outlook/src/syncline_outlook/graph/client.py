"""Calls to Microsoft Graph: with a token, to the configured host only, answered with JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from syncline.errors import Retry, Stop
from syncline.model.json_text import json_of
from syncline_outlook.graph.errors import failure, malformed
from syncline_outlook.graph.messages import IMMUTABLE, Purpose, Reply
from syncline_outlook.graph.transport import Transport, origin


class TokenSource(Protocol):
    """Gives access tokens; safe to use from several threads."""

    def token(self) -> str:
        """A token that should be accepted."""
        ...

    def renewed(self, refused: str) -> str:
        """Another token than the one the service just refused."""
        ...


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
        return origin(url) == origin(self.base_url)

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
