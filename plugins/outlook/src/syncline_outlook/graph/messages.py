"""What goes to Graph and what comes back, as frozen values without any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from syncline.errors import Stop

CallKind = Literal["read", "write", "check"]
IMMUTABLE = 'IdType="ImmutableId"'
"""Sent with every request: ids that survive a move inside the mailbox
(learn.microsoft.com/graph/outlook-immutable-id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a call is made, for counters and error messages; names only, no values.

    `resumes`: the URL carries a cursor of the service, so that a 400 means the cursor is dead.
    """

    name: str
    kind: CallKind
    account: str | None = None
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names are in lower case, `body` is parsed JSON (None if empty)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the service did what was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """One request inside a batch; `url` is relative to the version root."""

    method: str
    url: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str | None = None


def mailbox(account: str) -> str:
    """The path of a mailbox: `/users/{id}`, or `/me` for the person who signed in."""
    return "/me" if account == "me" else f"/users/{segment(account)}"


def segment(identifier: str) -> str:
    """An id as one part of a path: ids contain `=`, sometimes `/` and `+`.

    Raises:
        Stop: an id that is a step in a path (`..`), which no escape keeps from being one.

    """
    if identifier in {"", ".", ".."}:
        raise Stop(
            "Outlook names something by an id that is none",
            hint="A proxy on the way may have altered it; try again, then look there.",
        )
    return quote(identifier, safe="")


def query(**options: str | int) -> str:
    """Query options with their `$`: `query(select="id", top=1)` → `?$select=id&$top=1`."""
    return "?" + "&".join(f"${name}={quote(str(value))}" for name, value in options.items())


def literal(text: str) -> str:
    """A text inside `$filter`: quoted, quotes doubled."""
    return "'" + text.replace("'", "''") + "'"
