"""One exchange over httpx, which only this module knows.

httpx is given a transport of ours over httpcore's public pool, since the deadline of an answer has
to lie under its sockets. From the environment come proxies (`HTTPS_PROXY`, `NO_PROXY`) and the
certificates to trust (`SSL_CERT_FILE`, `SSL_CERT_DIR`), and nothing else: httpx's own `trust_env`
would also take passwords from a `.netrc`.
"""

from __future__ import annotations

import os
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from syncline.errors import Retry, Stop
from syncline.plugin.http.addresses import is_loopback, origin
from syncline.plugin.http.deadline import Deadline
from syncline.plugin.http.messages import MAX_BODY, Purpose
from syncline.plugin.http.quiet_logs import quiet, silent
from syncline.plugin.http.refusals import Refusals
from syncline.plugin.http.trust import distrusted, is_distrusted
from syncline.plugin.http.unpacking import ACCEPT_ENCODING, unpacked

ANSWER_SECONDS: Final = 300.0
"""For one whole answer at most: shorter than a run's lease."""

_TRUST: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_CONNECTIONS: Final = 64
_CONNECT_SECONDS: Final = 15.0
_NOT_SENT: Final = (
    httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError,
)  # fmt: skip
_NO_ANSWER: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_NO_ADDRESS: Final = (
    httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, httpx.UnsupportedProtocol,
    httpx.InvalidURL, httpx.LocalProtocolError,
)  # fmt: skip

Exchange = tuple[int, Mapping[str, str], bytes]
"""Status, headers (names in lower case) and body of an answer."""


class Transport:
    """Connections to the service of `refusals`. `timeout`: seconds for a whole answer, at most
    `ANSWER_SECONDS`; `now`: any clock, in seconds, to tell. May be used by several threads at once.
    """

    def __init__(self, refusals: Refusals, timeout: float, now: Callable[[], float]) -> None:
        quiet("httpx")
        silent("httpcore")
        self._refusals = refusals
        self._deadline = Deadline(min(timeout, ANSWER_SECONDS), now)
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            transport=_Pools(self._deadline),
            headers={"Accept-Encoding": ACCEPT_ENCODING},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def send(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        at_most: int = MAX_BODY,
    ) -> Exchange:
        """One request and its answer, whatever its status; `at_most` bytes, after decompression.

        Raises:
            Retry: no answer; `reached` is False where the request was certainly not sent.
            Stop: the answer is too large, the service's certificate is none that we trust, or the
                URL cannot be called at all.

        """
        self._deadline.begin()
        try:
            with self._http.stream(method, url, headers=headers, content=content) as response:
                return response.status_code, dict(response.headers), _body(response, at_most)
        except _Unreadable as why:
            raise self._refusals.malformed(purpose, str(why)) from None
        except _NO_ADDRESS:
            raise Stop(
                f"the address of {self._refusals.service} cannot be called ({purpose.name})",
                hint="Check the connection's addresses in the configuration.",
            ) from None
        except _NO_ANSWER as error:
            # "from None": the exception may carry the request and with it the token.
            if is_distrusted(error):
                raise distrusted(
                    self._refusals.service, call=purpose.name, account=purpose.account
                ) from None
            raise self._no_answer(error, url, purpose) from None

    def close(self) -> None:
        """Gives the sockets back."""
        self._http.close()

    @staticmethod
    def _no_answer(error: Exception, url: str, purpose: Purpose) -> Retry:
        sent = not isinstance(error, _NOT_SENT)
        kind, host = type(error).__name__, origin(url)[1]
        return Retry(
            f"no answer from {host}: {kind} ({purpose.name})",
            reached=sent,
            sent=sent,
            call=purpose.name,
            account=purpose.account,
        )


class _Unreadable(Exception):
    """An answer with a body that cannot be had."""


def _body(response: httpx.Response, at_most: int) -> bytes:
    body = bytearray()
    pieces = unpacked(response.iter_raw(), response.headers.get("content-encoding", ""))
    try:
        for piece in pieces:
            body += piece
            if len(body) > at_most:
                raise _Unreadable(f"it is larger than {at_most} bytes")
    except ValueError as why:
        raise _Unreadable(str(why)) from None
    return bytes(body)


class _Pools(httpx.BaseTransport):
    """Requests over httpcore: directly, or through the proxy that the environment names."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._trusted = _trusted(*(os.environ.get(name) for name in _TRUST))
        self._lock = Lock()
        self._pools: dict[str | None, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool(proxy_for(url.scheme, url.host)).handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, proxy: str | None) -> httpcore.ConnectionPool:
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = httpcore.ConnectionPool(
                    ssl_context=self._trusted,
                    proxy=None if proxy is None else _proxy(proxy),
                    max_connections=_CONNECTIONS,
                    max_keepalive_connections=_CONNECTIONS // 2,
                    keepalive_expiry=5.0,
                    network_backend=self._deadline,
                )
            return self._pools[proxy]


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


@cache
def _trusted(*_named: str | None) -> ssl.SSLContext:
    """The certificates to trust, read once for each place that the environment names."""
    return httpx.create_ssl_context()


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy through which a host is reached; None: directly, as this machine always is."""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    named = proxies.get(scheme) or proxies.get("all")
    return named if named is None or "://" in named else f"http://{named}"


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    name, password = (unquote(each or "") for each in (parts.username, parts.password))
    return httpcore.Proxy(f"{parts.scheme}://{netloc}", auth=(name, password) if name else None)
