"""From the web server's requests to calls, and back."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from syncline_sandbox import backdoor
from syncline_sandbox.messages import Answer, Call, Dropped
from syncline_sandbox.service import Service

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
Drop = Callable[[Request], None]
"""Closes a request's connection at once, without an answer."""


def application(service: Service, drop: Drop) -> Starlette:
    """The ASGI application of one stand-in.

    Calls are answered one after another in the event loop: they only touch the local database, and
    what happens is then the same in every run.
    """

    async def answer(request: Request) -> Response:
        call = await _call(request)
        if call.path == backdoor.ROOT or call.path.startswith(f"{backdoor.ROOT}/"):
            return _response(service, backdoor.perform(service, call))
        try:
            return _response(service, await service.respond(call))
        except Dropped:
            drop(request)
            return _Nothing()

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


class _Nothing(Response):
    """Sends nothing: waits until the server has noticed that the connection is gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Waits for the end of the connection."""
        while (await receive())["type"] != "http.disconnect":
            continue


async def _call(request: Request) -> Call:
    # Clients that insist on https come through a TLS proxy, which names the scheme they see.
    scheme = request.headers.get("x-forwarded-proto", request.scope["scheme"])
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return Call(
        method=request.method,
        path=raw_path.decode("ascii"),
        query_string=request.scope["query_string"].decode("ascii"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        base_url=f"{scheme}://{request.headers.get('host', '')}",
    )


def _response(service: Service, answer: Answer) -> Response:
    date = format_datetime(service.environment.clock.now(), usegmt=True)
    body = b"" if answer.status == 204 else answer.encoded()
    media_type = answer.media_type if body else None
    return Response(body, answer.status, {"Date": date, **answer.headers}, media_type)
