"""Between two programs: a proxy on a real socket that can do harm to what it passes."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass(frozen=True)
class Passing:
    """An answer on its way back, and what it answers."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def changed(self, **changes: object) -> Passing:
        return replace(self, **changes)  # type: ignore[arg-type]


class Drop(Exception):
    """Close the connection without an answer."""


def _nothing(_method: str, _path: str) -> None:
    return None


def _as_it_is(answer: Passing) -> Passing:
    return answer


@dataclass
class Proxy:
    """`before(method, path)` is asked before anything is passed on, `after(answer)` may change
    what comes back; either may raise `Drop`. `seen` are the calls and their Authorization.
    """

    upstream: str
    url: str = ""
    before: Callable[[str, str], object] = _nothing
    after: Callable[[Passing], Passing] = _as_it_is
    seen: list[tuple[str, str, str]] = field(default_factory=list, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def calm(self) -> None:
        """Pass everything on as it is."""
        self.before, self.after = _nothing, _as_it_is

    @staticmethod
    def drop() -> None:
        """To be called by `before` or `after`: the connection dies."""
        raise Drop

    def passed(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Passing:
        with self.lock:
            self.seen.append((method, path, headers.get("Authorization", "")))
            self.before(method, path)
        answer = self._asked(method, path, headers, body)
        with self.lock:
            return self.after(answer)

    def _asked(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Passing:
        there = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        try:
            kept = {k: v for k, v in headers.items() if k.lower() != "accept-encoding"}
            there.request(method, path, body or None, kept)
            answer = there.getresponse()
            given = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP}
            return Passing(method, path, answer.status, given, answer.read())
        finally:
            there.close()


@contextmanager
def listening(proxy: Proxy) -> Iterator[Proxy]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                answer = proxy.passed(self.command, self.path, dict(self.headers.items()), body)
            except (Drop, OSError, http.client.HTTPException):
                self._drop()
                return
            self.send_response_only(answer.status)
            for name, value in {**answer.headers, "Content-Length": len(answer.body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 - the library's names

        def _drop(self) -> None:
            """A reset, as from a gateway that died."""
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Not on stderr."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_args: object) -> None:
            """A client that was killed in the middle is none of its errors."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
