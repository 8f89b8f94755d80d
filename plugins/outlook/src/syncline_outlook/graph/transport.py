"""HTTP to Microsoft's services, over httpx, which only this module and `deadline` know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

import httpx

from syncline.errors import Retry, Stop
from syncline_outlook.graph.deadline import Deadline
from syncline_outlook.graph.errors import malformed
from syncline_outlook.graph.messages import Purpose

ANSWER_SECONDS = 300.0
"""For one whole answer: shorter than a run's lease."""
MAX_BODY = 64 * 1024 * 1024
"""Bytes after decompression; a page of 1000 contacts with long notes is about half of it."""

_NOT_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError,
)  # fmt: skip


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


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, by which a token knows whether it may go there; empty for an address
    that is none, or that names a user.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    host = "" if parts.username is not None else (parts.hostname or "")
    return (parts.scheme, host.lower(), port)
