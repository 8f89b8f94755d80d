"""An answer that comes a byte at a time ends by one deadline for the whole of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from syncline.errors import Retry
from syncline_outlook.client import ANSWER_SECONDS, Transport
from syncline_outlook.messages import Purpose

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Drip:
    """A service whose answer goes on by a byte when somebody looks at the clock, and then it is a
    minute later.
    """

    def __init__(self, beginning: bytes) -> None:
        self.beginning = beginning
        self.time = 0.0
        self.sent = 0
        self._peer: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def now(self) -> float:
        self.time += 60.0
        if self._peer is not None:
            with suppress(OSError):
                self._peer.sendall(b"1")
                self.sent += 1
        return self.time

    def _serve(self) -> None:
        peer, _address = self._listener.accept()
        peer.recv(65536)
        peer.sendall(self.beginning)
        self._peer = peer

    def close(self) -> None:
        self._thread.join()
        self._listener.close()
        if self._peer is not None:
            self._peer.close()


@pytest.fixture(
    params=[HEAD + b"X-Slow: ", HEAD + b"Content-Length: 100000\r\n\r\n",
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n1"],
    ids=["headers", "body", "size of a chunk"],
)  # fmt: skip
def drip(request: pytest.FixtureRequest) -> Iterator[Drip]:
    service = Drip(request.param)
    yield service
    service.close()


def test_an_answer_that_drips_ends_in_time(drip: Drip) -> None:
    transport = Transport(30.0, local=True, now=drip.now)

    with pytest.raises(Retry, match="ReadTimeout") as raised:
        transport.send(
            "GET", drip.url, Purpose(name="read", kind="read"),
            headers={"Authorization": "Bearer secret"},
        )  # fmt: skip
    transport.close()

    assert raised.value.reached
    assert "secret" not in repr(raised.value) + str(raised.value.context)
    assert drip.time <= ANSWER_SECONDS + 120.0
