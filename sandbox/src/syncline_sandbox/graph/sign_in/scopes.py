"""Scopes: what a client asks for a person, and what the token then may do.

The token is "issued for the scopes that were requested", a refresh token only with
`offline_access`, an id token only with `openid`
(learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).
"""

from __future__ import annotations

import re

from syncline_sandbox.graph.sign_in.apps import SCOPES, TokenRefusal

OFFLINE, OPENID = "offline_access", "openid"
_OF_SIGN_IN = frozenset({OFFLINE, OPENID, "profile", "email"})
_DEFAULT = ".default"
_SCOPE = re.compile(r"(?P<resource>https?://[^/\s]+/+)?(?P<name>\.default|[A-Za-z]+(\.[A-Za-z]+)+)")
_SPELLINGS = {
    name.casefold(): name
    for area in ("Calendars", "Contacts", "Mail", "MailboxSettings", "Tasks", "User")
    for name in (f"{area}.Read", f"{area}.ReadWrite", f"{area}.Read.Shared",
                 f"{area}.ReadWrite.Shared", f"{area}.Read.All", f"{area}.ReadBasic.All",
                 f"{area}.ReadWrite.All")
}  # fmt: skip


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes of a request as they are spelled there; raises `TokenRefusal`."""
    scopes = tuple(text.split())
    if not scopes:
        raise TokenRefusal(
            400, "invalid_request", 900144,
            "The request body must contain the following parameter: 'scope'.",
        )  # fmt: skip
    for scope in scopes:
        if scope not in _OF_SIGN_IN and not _SCOPE.fullmatch(scope):
            raise TokenRefusal(
                400, "invalid_scope", 70011,
                "The provided value for the input parameter 'scope' is not valid. The scope "
                f"'{scope}' is not valid.",
            )  # fmt: skip
    return scopes


def permissions(scopes: tuple[str, ...]) -> list[str]:
    """What a token for these scopes may do: permissions by their names, and the sign-in's own."""
    names: list[str] = []
    for scope in scopes:
        found = _SCOPE.fullmatch(scope)
        name = found["name"] if found else scope
        names += SCOPES if name == _DEFAULT else [_SPELLINGS.get(name.casefold(), name)]
    return [name for name in dict.fromkeys(names) if name != OFFLINE]


def narrowed(granted: tuple[str, ...], asked: str | None) -> tuple[str, ...]:
    """The scopes of a token got by a refresh token: all, or some of those that were granted; raises
    `TokenRefusal`.
    """
    if not asked:
        return granted
    scopes = read_scopes(asked)
    if not {*permissions(scopes)} <= {*permissions(granted)} | _OF_SIGN_IN:
        raise TokenRefusal(
            400, "invalid_grant", 65001,
            "The user or administrator has not consented to use the application. Send an "
            "interactive authorization request for this user and resource.",
        )  # fmt: skip
    return scopes
