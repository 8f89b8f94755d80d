"""A service on a real socket that answers what a test says, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What is answered. A `Content-Length` among the headers stands as it is, right or wrong; a
    `Connection: close` also ends the connection.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(cls, body: Any, status: int = 200) -> Answer:
        """A JSON value."""
        kind = {"Content-Type": "application/json"}
        return cls(status, kind, json.dumps(body).encode())


@dataclass
class ScriptedService:
    """`url` is where it listens, without a slash at the end; `seen` what it was asked."""

    answer: Callable[[Asked], Answer]
    url: str = ""
    seen: list[Asked] = field(default_factory=list)


def in_turn(*answers: Answer) -> Callable[[Asked], Answer]:
    """Each once, whatever is asked, and the last one again and again."""
    left = list(answers)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]


class NumberedTokens:
    """A source of tokens, `token-1` first; each that is refused is followed by the next number."""

    def __init__(self) -> None:
        self.number = 1

    def token(self) -> str:
        """The token at hand."""
        return f"token-{self.number}"

    def renewed(self, refused: str) -> str:
        """The next one; `refused` is the one at hand."""
        assert refused == self.token()
        self.number += 1
        return self.token()


@contextmanager
def scripted(answer: Callable[[Asked], Answer]) -> Iterator[ScriptedService]:
    """A service that is there as long as the context."""
    service = ScriptedService(answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(service: ScriptedService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            service.seen.append(asked)
            answer = service.answer(asked)
            self.send_response(answer.status)
            told = {"Content-Length": str(len(answer.body)), **answer.headers}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the library's

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    return Handler
