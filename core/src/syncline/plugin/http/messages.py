"""What goes out and what comes back, as frozen values without any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

CallKind = Literal["read", "write", "check"]

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of an answer, after decompression; a page of 1,000 contacts with long notes is about half
of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a call is made, for counters and error messages; names only, no values.

    `resumes`: the address carries a cursor of the service, so that the service's "I do not
    understand this" means that the cursor is dead. `type`: the object type it is about, on which
    depends what has to be allowed; "" for none.
    """

    name: str
    kind: CallKind
    account: str | None = None
    resumes: bool = False
    type: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names are in lower case, `body` is parsed JSON (None if there is none).
    `asked`: the headers of the request, without authorization. `renewed`: something inside was
    refused with the token, and there is another one since (see `HttpClient.send`).
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    asked: Mapping[str, str] = field(default_factory=dict, repr=False)
    renewed: bool = False

    @property
    def ok(self) -> bool:
        """Whether the service did what was asked."""
        return 200 <= self.status < 300
