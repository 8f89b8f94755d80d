"""What goes to Graph and what comes back, as frozen values without any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from syncline.plugin.http import segment

ME = "me"
"""The account of the person who signed in."""
IMMUTABLE = 'IdType="ImmutableId"'
"""Sent with every request: ids that survive a move inside the mailbox
(learn.microsoft.com/graph/outlook-immutable-id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """One request inside a batch; `url` is relative to the version root."""

    method: str
    url: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str | None = None


def mailbox(account: str) -> str:
    """The path of a mailbox: `/users/{id}`, or `/me` for the person who signed in."""
    return "/me" if account == ME else f"/users/{segment(account)}"


def query(**options: str | int) -> str:
    """Query options with their `$`: `query(select="id", top=1)` → `?$select=id&$top=1`."""
    return "?" + "&".join(f"${name}={quote(str(value))}" for name, value in options.items())


def literal(text: str) -> str:
    """A text inside `$filter`: quoted, quotes doubled."""
    return "'" + text.replace("'", "''") + "'"
