"""Calls to one service: authorised, to its own host only, answered with JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any

from syncline.errors import Retry, Stop
from syncline.model.json_text import json_of
from syncline.plugin.http.addresses import origin
from syncline.plugin.http.messages import MAX_BODY, Purpose, Reply

if TYPE_CHECKING:
    from syncline.plugin.http.authorization import Authorization, Header
    from syncline.plugin.http.refusals import Refusals
    from syncline.plugin.http.transport import Exchange, Transport

Refuses = Callable[[Reply], bool]
"""Whether the token was refused inside of an answer."""


class HttpClient:
    """Calls to the host of `base_url`, and to no other. `refusals` makes the errors. `auth` is sent
    to that host only. `at_once`: how many calls of one account may be on their way, 0 for any
    number. `clock`: any clock, in seconds, for lists that do not end. May be used by several
    threads.

    A connector gets one from its context: `context.http(base_url, …)`.
    """

    def __init__(
        self,
        base_url: str,
        transport: Transport,
        *,
        refusals: Refusals,
        count_call: Callable[[str], None],
        auth: Authorization | None = None,
        at_once: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.refusals = refusals
        self.clock = clock
        self._auth = auth
        self._transport = transport
        self._count_call = count_call
        self._gates = _Gates(at_once)
        self._untried: Header | None = None  # from a renewal, until one call went well with it

    def get(
        self, url: str, purpose: Purpose, *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object at a path, or at a link the service gave.

        Raises:
            Retry, Reconnect, Resync, Stop: the call failed; if it was answered, by `refusals`.

        """
        return self.object_in(self.send("GET", url, purpose, headers=headers), purpose)

    def post(
        self,
        url: str,
        purpose: Purpose,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> dict[str, Any]:
        """The JSON object that answers a POST; errors as for `get`, `once` as for `send`."""
        reply = self.send("POST", url, purpose, body=body, headers=headers, once=once)
        return self.object_in(reply, purpose)

    def send(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        refuses: Refuses = lambda _reply: False,
    ) -> Reply:
        """One request, once more with a new token if the token was refused; any status.

        `refuses` tells of an answer, whatever its status, whether the token was refused inside of
        it: for one of several things that were asked at once. There is a new token then, if there
        can be one, and the answer is `renewed`; what was refused is the caller's to send again.

        Raises:
            Retry: no answer; or, with `once`, there is a new token. The refusal may come from a
                gateway, after the effect: whoever asked looks before it sends that again.
            Stop: the answer is malformed, or the address leads to another host.

        """
        address = self.base_url + url if url.startswith("/") else self.require_own(url, purpose)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        given = {"Accept": "application/json", **kind, **(headers or {})}

        def exchange(shown: Header | None) -> Reply:
            headers = given if shown is None else {**given, shown[0]: shown[1]}
            status, received, raw = self.exchange(
                method, address, purpose, headers=headers, content=content
            )
            return self._parsed(Reply(status, received, None, given), raw, purpose)

        with self._gates.of(purpose.account):
            return self._authorised(exchange, purpose, refuses, once=once)

    def object_in(self, reply: Reply, purpose: Purpose) -> dict[str, Any]:
        """The JSON object of an answer.

        Raises:
            Retry, Reconnect, Resync, Stop: it is a refusal, by `refusals`; or holds no object.

        """
        if not reply.ok:
            raise self.refusals.failure(reply, purpose)
        if not isinstance(reply.body, dict):
            raise self.refusals.malformed(purpose, "it is no JSON object", reply)
        return reply.body

    def exchange(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        at_most: int = MAX_BODY,
    ) -> Exchange:
        """One request as it is, without authorization, to whatever address: for signing in. Counted
        as every call is; `at_most`: bytes of the answer.

        Raises:
            Retry, Stop: as `Transport.send`.

        """
        self._count_call(purpose.kind)
        return self._transport.send(
            method, url, purpose, headers=headers, content=content, at_most=at_most
        )

    def owns(self, url: str) -> bool:
        """Whether a full URL is on the service's own host."""
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
            hint=f"Check the addresses of {self.refusals.service} in the configuration.",
            call=purpose.name,
            account=purpose.account,
        )

    def close(self) -> None:
        """Gives the sockets back."""
        self._transport.close()

    def _authorised(
        self,
        exchange: Callable[[Header | None], Reply],
        purpose: Purpose,
        refuses: Refuses,
        *,
        once: bool,
    ) -> Reply:
        if self._auth is None:
            return exchange(None)
        shown = self._auth.header()
        reply = exchange(shown)
        if self._was_accepted(reply, refuses):
            return reply
        whole = reply.status == 401
        if shown == self._untried and (once or not whole):
            return reply
        renewed = self._untried = self._auth.renewed(shown)
        if renewed is None:
            return reply
        if not whole:
            return replace(reply, renewed=True)
        if once:
            raise Retry("the token was renewed", after=0.0, reached=False, call=purpose.name)
        reply = exchange(renewed)
        self._was_accepted(reply, refuses)
        return reply

    def _was_accepted(self, reply: Reply, refuses: Refuses) -> bool:
        """Whether the token was; if so, it is untried no more."""
        accepted = reply.status != 401 and not refuses(reply)
        if accepted:
            self._untried = None
        return accepted

    def _parsed(self, reply: Reply, raw: bytes, purpose: Purpose) -> Reply:
        try:
            return replace(reply, body=json_of(raw)) if raw else reply
        except ValueError:
            if reply.ok:
                raise self.refusals.malformed(purpose, "it is no valid JSON", reply) from None
            return reply  # gateways answer errors with pages of HTML


class _Gates:
    """A gate for each account, through which so many go at once."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lock = Lock()
        self._gates: dict[str, BoundedSemaphore] = {}

    def of(self, account: str | None) -> AbstractContextManager[Any]:
        """The gate of an account; an open one for calls of none."""
        if account is None or not self._at_once:
            return nullcontext()
        with self._lock:
            return self._gates.setdefault(account, BoundedSemaphore(self._at_once))
