"""Routes under `/_sandbox` that every stand-in has: time, quirks, calls, what is stored.

They act on the stand-in from outside, so no quirk touches them and no call log names them.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from syncline_sandbox.messages import Answer, Call, JsonObject, Refused
from syncline_sandbox.quirks import BadQuirk
from syncline_sandbox.service import Service

ROOT = "/_sandbox"


def refuse(status: int, message: str) -> Refused:
    """A refusal of the back door itself."""
    return Refused(Answer(status, {"error": message}))


def perform(service: Service, call: Call) -> Answer:
    """Answers one call to the back door, unless a web page made it: a browser lets any page post
    to this machine, and one that rebinds its name lets it read the answer, too.
    """
    if not is_local(call):
        return Answer(403, {"error": "the back door answers calls from this machine only"})
    match = service.backdoor.match(call.method, call.path)
    if match is None:
        return Answer(404, {"error": f"the back door has no {call.method} {call.path}"})
    try:
        with service.environment.storage.transaction():
            return Answer(200, match.handler(call, **match.parameters))
    except Refused as refused:
        return refused.answer
    except (BadQuirk, ValueError, KeyError) as error:
        return Answer(400, {"error": f"{type(error).__name__}: {error}"})


def is_local(call: Call) -> bool:
    """Whether a call names this machine by a name no page can have (`Host`), and comes from no page
    of another one (`Origin`).
    """
    origin = call.headers.get("origin")
    named = [f"//{call.headers.get('host', '')}", *([] if origin is None else [origin])]
    return all(_is_loopback(each) for each in named)


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def add_common_routes(service: Service) -> None:
    """Adds what both services have to `service.backdoor`."""
    environment, add = service.environment, service.backdoor.add
    add("GET", ROOT, lambda call: _about(service, call))
    add("GET", f"{ROOT}/credentials", lambda call: service.credentials(call.base_url))
    add("POST", f"{ROOT}/reset", lambda call: _reset(service))
    add("POST", f"{ROOT}/load", lambda call: {"loaded": service.load(call.json())})
    add("GET", f"{ROOT}/dump", lambda call: service.dump())
    add("GET", f"{ROOT}/mails", lambda call: {"sent": environment.storage.current("mails")})
    add("GET", f"{ROOT}/calls", lambda call: environment.calls.facts())
    add("DELETE", f"{ROOT}/calls", lambda call: environment.calls.clear())
    _add_clock(service)
    _add_quirks(service)


def _add_clock(service: Service) -> None:
    clock = service.environment.clock

    def show(call: Call) -> JsonObject:
        return {"now": clock.now().isoformat(), "frozen": clock.frozen}

    def change(call: Call) -> JsonObject:
        wish: dict[str, Any] = call.json()
        if wish.get("resume"):
            clock.resume()
        if wish.get("freeze"):
            at = wish["freeze"]
            clock.freeze(datetime.fromisoformat(at) if isinstance(at, str) else None)
        clock.advance(wish.get("advance", 0))
        return show(call)

    service.backdoor.add("GET", f"{ROOT}/clock", show)
    service.backdoor.add("POST", f"{ROOT}/clock", change)


def _add_quirks(service: Service) -> None:
    quirks = service.environment.quirks

    def arm(call: Call, name: str) -> JsonObject:
        quirks.arm(name, call.json() if call.body else None)
        return quirks.facts()

    def disarm(call: Call, name: str | None = None) -> JsonObject:
        quirks.disarm(name)
        return quirks.facts()

    service.backdoor.add("GET", f"{ROOT}/quirks", lambda call: quirks.facts())
    service.backdoor.add("DELETE", f"{ROOT}/quirks", disarm)
    service.backdoor.add("PUT", f"{ROOT}/quirks/{{name}}", arm)
    service.backdoor.add("DELETE", f"{ROOT}/quirks/{{name}}", disarm)


def _about(service: Service, call: Call) -> JsonObject:
    return {
        "service": service.name,
        "credentials": service.credentials(call.base_url),
        "clock": service.environment.clock.now().isoformat(),
        "quirks": service.environment.quirks.facts(),
    }


def _reset(service: Service) -> JsonObject:
    service.environment.reset()
    service.prepare()
    return {"reset": True}
