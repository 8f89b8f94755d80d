"""Runs a stand-in on a real socket of this machine, in a thread or in the foreground."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from syncline_sandbox.certificate import Certificate
from syncline_sandbox.gateway import application
from syncline_sandbox.service import Service

HOST = "127.0.0.1"
_Address = tuple[str, int]


def listen(port: int = 0) -> socket.socket:
    """A listening socket on the loopback address; port 0 takes a free one.

    Clients may connect from now on: they wait in the backlog until the server runs.
    """
    # The protocol is named because asyncio switches Nagle's delay off only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(256)
    return listener


def url_of(listener: socket.socket, *, tls: bool = False) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{host}:{port}"


@contextmanager
def running(
    service: Service, port: int = 0, certificate: Certificate | None = None
) -> Iterator[str]:
    """Serves in a thread while the block runs, by TLS if there is a certificate; yields the base
    URL.
    """
    listener = listen(port)
    server = _server(service, certificate)
    thread = threading.Thread(
        target=server.run,
        kwargs={"sockets": [listener]},
        name=f"sandbox-{service.name}",
        daemon=True,
    )
    thread.start()
    try:
        yield url_of(listener, tls=certificate is not None)
    finally:
        server.stop()
        thread.join(timeout=10)


def serve(
    service: Service, listener: socket.socket, certificate: Certificate | None = None
) -> None:
    """Serves in the foreground until SIGINT or SIGTERM."""
    _server(service, certificate).run(sockets=[listener])


def _server(service: Service, certificate: Certificate | None) -> _Server:
    open_connections: dict[_Address, asyncio.Transport] = {}

    class Protocol(H11Protocol):
        """Lets a request's connection be found, so that a quirk can cut it."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            open_connections[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            open_connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    def drop(request: Request) -> None:
        open_connections[request.scope["client"]].abort()

    config = uvicorn.Config(
        application(service, drop), http=Protocol, ws="none", lifespan="off", loop="asyncio",
        log_config=None, log_level=logging.ERROR, access_log=False,
        date_header=False, server_header=False, timeout_keep_alive=300,
    )  # fmt: skip
    if certificate is not None:
        config.load()  # would otherwise make a context of files, when the server starts
        config.ssl = certificate.server_context()
    return _Server(config)


class _Server(uvicorn.Server):
    """Stops at once instead of at the next tick of a tenth of a second; tests start many."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop_asked = threading.Event()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def stop(self) -> None:
        """Asks the server to end; may be called from any thread, also before it has started."""
        self.should_exit = True
        self._stop_asked.set()
        if self._wake:
            loop, event = self._wake
            loop.call_soon_threadsafe(event.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends on a signal (foreground only)."""
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> None:
        """Waits to be stopped."""
        event = asyncio.Event()
        self._wake = (asyncio.get_running_loop(), event)
        if not self._stop_asked.is_set():
            await event.wait()

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Closes the listener and every connection; there is nobody to be graceful to."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        connections: list[Any] = list(self.server_state.connections)
        for connection in connections:
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.sleep(0)
