"""One deadline for a whole answer. HTTP libraries have a timeout for each piece that arrives, and a
service that sends a byte at a time could keep us waiting for ever, in the headers as well.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore


class Deadline(httpcore.NetworkBackend):
    """Sockets that stop reading when the time of the calling thread's answer is over
    (www.encode.io/httpcore/network-backends). `now`: any clock, in seconds.
    """

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._inner = httpcore.SyncBackend()
        self._mine = threading.local()

    def begin(self) -> None:
        """From now on the thread waits for one answer."""
        self._mine.until = self._now() + self._seconds

    def left(self, timeout: float | None) -> float:
        """How long to wait for the next piece.

        Raises:
            httpcore.ReadTimeout: the answer's time is over.

        """
        left = float(self._mine.until - self._now())
        if left <= 0:
            raise httpcore.ReadTimeout("the answer takes too long")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection whose reads have the deadline."""
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
