"""The back door from Python: a small client for `/_sandbox` on the standard library alone."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from syncline_sandbox.messages import JsonObject
from syncline_sandbox.quirks import Value

_IDLE_SECONDS = 60.0


class BackDoorError(Exception):
    """The back door refused; carries status and content."""

    def __init__(self, status: int, content: Any) -> None:
        super().__init__(f"back door answered {status}: {content}")
        self.status = status
        self.content = content


class BackDoor:
    """Talks to the back door of one stand-in, started here or elsewhere; usable from any thread."""

    def __init__(self, url: str, certificate: Path | str | None = None) -> None:
        """`certificate` is the PEM file to trust where the address is https."""
        self.url = url.rstrip("/")
        self.certificate = certificate
        self._connection = _connection(self.url, certificate)
        self._lock = threading.Lock()
        self._used = time.monotonic()

    @classmethod
    def attach(cls, url: str, certificate: Path | str | None = None) -> Self:
        """Works on a stand-in that runs already; `certificate` as it printed it, if it did."""
        return cls(url, certificate)

    def request(self, method: str, path: str, content: Any = None) -> Any:
        """Calls `/_sandbox{path}`; returns the JSON value, raises `BackDoorError`."""
        body = None if content is None else json.dumps(content).encode()
        with self._lock:
            try:
                self._drop_if_idle()
                self._connect()
                self._connection.request(method, f"/_sandbox{path}", body)
                response = self._connection.getresponse()
                status, received = response.status, response.read()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                raise
            self._used = time.monotonic()
        value = json.loads(received) if received else None
        if status >= 400:
            raise BackDoorError(status, value)
        return value

    def _drop_if_idle(self) -> None:
        """The stand-in closes connections that nobody used for minutes: do not send into one."""
        if time.monotonic() - self._used > _IDLE_SECONDS:
            self._connection.close()

    def _connect(self) -> None:
        """Connects without Nagle's delay, which costs a small request 40 ms."""
        if self._connection.sock is None:
            self._connection.connect()
            connected: socket.socket | None = self._connection.sock
            assert connected is not None  # noqa: S101 - connect() raises if it cannot
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Closes the connection; the stand-in goes on."""
        self._connection.close()

    # ---- what every stand-in has ----------------------------------------------------------------

    def reset(self) -> None:
        """Empties the stand-in: records, calls, quirks, moved time."""
        self.request("POST", "/reset")

    def credentials(self) -> JsonObject:
        """What a client needs to begin."""
        found: JsonObject = self.request("GET", "/credentials")
        return found

    def load(self, rows: list[JsonObject]) -> int:
        """Stores the rows of a `--load` file; returns how many."""
        return int(self.request("POST", "/load", rows)["loaded"])

    def dump(self) -> JsonObject:
        """Everything that is stored."""
        found: JsonObject = self.request("GET", "/dump")
        return found

    def mails_sent(self) -> int:
        """How many mails the service would have sent to people."""
        return int(self.request("GET", "/mails")["sent"])

    def calls(self) -> list[JsonObject]:
        """The call log, inner requests of batches included (`outer` names their batch)."""
        found: list[JsonObject] = self.request("GET", "/calls")["calls"]
        return found

    def call_counts(self, *, inner: bool = False) -> dict[str, int]:
        """Calls by `METHOD template`; either the calls on the wire or those inside batches."""
        found: dict[str, int] = self.request("GET", "/calls")[
            "inner_counters" if inner else "counters"
        ]
        return found

    def reset_calls(self) -> None:
        """Empties the call log."""
        self.request("DELETE", "/calls")

    def quirk(self, name: str, value: Value = None, **options: Any) -> None:
        """Switches a quirk on, counting from zero: `quirk("rate-limit", 2, retry_after=5)`."""
        if options and not isinstance(value, dict):
            value = {**({} if value is None else {"times": value}), **options}
        self.request("PUT", f"/quirks/{quote(name, safe='')}", value)

    def clear_quirks(self, name: str | None = None) -> None:
        """Switches one quirk off, or all."""
        self.request("DELETE", f"/quirks/{quote(name, safe='')}" if name else "/quirks")

    def fired(self, name: str) -> int:
        """How often a quirk that is on has acted."""
        return int(self.request("GET", "/quirks")["armed"][name]["fired"])

    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.fromisoformat(self.request("GET", "/clock")["now"])

    def freeze(self, at: datetime | None = None) -> None:
        """Stops the sandbox's clock."""
        self.request("POST", "/clock", {"freeze": at.isoformat() if at else True})

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock on."""
        self.request("POST", "/clock", {"advance": seconds})


def _connection(url: str, certificate: Path | str | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, seconds = parts.hostname or "", 60
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)
    context = ssl.create_default_context(cafile=certificate)
    return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
