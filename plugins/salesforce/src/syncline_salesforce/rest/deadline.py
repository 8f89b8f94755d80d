"""One deadline for a whole answer: the connection's timeout. `requests` has it for each piece that
arrives, and a service that sends a byte at a time could keep us waiting for ever, in the headers as
well.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

ANSWER_SECONDS: Final = 300.0
"""From the first look for an answer to its last byte, at most: shorter than a run's lease."""

Clock = Callable[[], float]
"""Any clock, in seconds."""


class PatientUntil(HTTPAdapter):
    """Connections whose answers have the deadline."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As `requests` does, over connections of ours."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._clock)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Likewise through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _pools(self._clock)
        return manager


def _pools(clock: Clock) -> dict[str, Any]:
    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp = io.BufferedReader(_Pieces(self.fp.detach(), sock, clock))

    class Plain(HTTPConnection):
        response_class = Answer

    class Secure(HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Pieces(io.RawIOBase):
    """What a socket receives, with ever less time for the next piece."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket, clock: Clock) -> None:
        self._inner = inner
        self._socket = sock
        patience = sock.gettimeout()
        self._clock = clock
        self._until = clock() + min(patience or ANSWER_SECONDS, ANSWER_SECONDS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._socket.settimeout(left)
        return self._inner.readinto(buffer)

    def close(self) -> None:
        self._inner.close()
        super().close()
