"""Addresses: which may be called, which are one host, what may be a part of one."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit

from syncline.errors import Stop

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, by which a token knows whether it may go there; empty for an address
    that is none, or that names a user.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ("", "", None)
    host = "" if parts.username is not None else (parts.hostname or "")
    return (parts.scheme, host.lower(), port)


def checked_url(url: str) -> str:
    """The URL as given.

    Raises:
        ValueError: it is neither https nor plain http to this very machine, or carries more than
            scheme, host, port and path.

    """
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("must be a URL of scheme, host and path, such as https://api.example")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return url
    raise ValueError("must begin with https:// (http:// is accepted for localhost only)")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_step(identifier: str) -> bool:
    """Whether this is a step in a path (`..`), which no escape keeps from being one."""
    return identifier in {"", ".", ".."}


def segment(identifier: str) -> str:
    """An id as one part of a path: ids may contain `=`, `/` and `+`.

    Raises:
        Stop: an id that is a step in a path (`is_step`).

    """
    if is_step(identifier):
        raise Stop(
            "the service names something by an id that is none",
            hint="A proxy on the way may have altered it; try again, then look there.",
        )
    return quote(identifier, safe="")
