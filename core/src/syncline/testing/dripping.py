"""A service whose answer never ends: each byte comes in time, and all of them never.

For the authors of connectors: one deadline has to hold for a whole answer.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BEGINNINGS: Final[Mapping[str, bytes]] = {
    "headers": _HEAD + b"X-Slow: ",
    "body": _HEAD + b"Content-Length: 100000\r\n\r\n",
    "size of a chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n1",
}
"""How an answer begins, by the part of it that drips."""


class Drip:
    """A service whose answer goes on by a byte when somebody looks at the clock, and then it is a
    minute later.
    """

    def __init__(self, beginning: bytes) -> None:
        self.beginning = beginning
        self.time = 0.0
        self.sent = 0
        self._peer: socket.socket | None = None
        self._begins = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def now(self) -> float:
        """The clock of whoever waits for the answer. It stands still until that has begun, however
        long the machine takes to get there. Whoever has read the beginning and looks at the clock
        gets the next byte: by then it is known here, too, that the answer has begun.
        """
        with self._begins:
            if self._peer is not None:
                self.time += 60.0
                with suppress(OSError):
                    self._peer.sendall(b"1")
                    self.sent += 1
            return self.time

    def _serve(self) -> None:
        peer, _address = self._listener.accept()
        peer.recv(65536)
        with self._begins:
            peer.sendall(self.beginning)
            self._peer = peer

    def close(self) -> None:
        """It is over."""
        self._thread.join()
        self._listener.close()
        if self._peer is not None:
            self._peer.close()


@contextmanager
def dripping(part: str) -> Iterator[Drip]:
    """A service of which one part of the answer drips (see `BEGINNINGS`)."""
    service = Drip(BEGINNINGS[part])
    try:
        yield service
    finally:
        service.close()
