"""Ways to show a service who we are: each is one header of a request."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Protocol

from syncline.plugin.secrets import Secret

Header = tuple[str, str]
"""Name and value."""


class Authorization(Protocol):
    """Gives the header of the next request; safe to use from several threads."""

    def header(self) -> Header:
        """One that should be accepted."""
        ...

    def renewed(self, refused: Header) -> Header | None:
        """Another than the one the service just refused; None where there is none to be had."""
        ...


class TokenSource(Protocol):
    """Gives access tokens; safe to use from several threads."""

    def token(self) -> str:
        """A token that should be accepted."""
        ...

    def renewed(self, refused: str) -> str:
        """Another token than the one the service just refused."""
        ...


@dataclass(frozen=True)
class Bearer:
    """`Authorization: Bearer …`, from a source of tokens (RFC 6750)."""

    tokens: TokenSource

    def header(self) -> Header:
        """With the token at hand."""
        return _bearer(self.tokens.token())

    def renewed(self, refused: Header) -> Header:
        """With a new token."""
        return _bearer(self.tokens.renewed(refused[1].removeprefix(_BEARER)))


@dataclass(frozen=True)
class ApiKey:
    """A secret that the configuration gives, in a header of the service's choice. It is read anew
    for each request, and kept nowhere.
    """

    secret: Secret
    name: str = "X-Api-Key"

    def header(self) -> Header:
        """With the key."""
        return self.name, self.secret.resolve().get_secret_value()

    def renewed(self, refused: Header) -> None:
        """A key does not change by itself."""


@dataclass(frozen=True)
class Basic:
    """`Authorization: Basic …`: a name and a password (RFC 7617)."""

    name: str
    password: Secret

    def header(self) -> Header:
        """With both."""
        pair = f"{self.name}:{self.password.resolve().get_secret_value()}"
        return "Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"

    def renewed(self, refused: Header) -> None:
        """A password does not change by itself."""


_BEARER = "Bearer "


def _bearer(token: str) -> Header:
    return "Authorization", f"{_BEARER}{token}"
