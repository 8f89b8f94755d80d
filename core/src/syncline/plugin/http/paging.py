"""Guards of lists: pages that come again, links that lead in circles, lists without end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syncline.plugin.http.client import HttpClient
from syncline.plugin.http.messages import Purpose

MAX_STEPS: Final = 20_000
"""Fingerprints of one list; two a page. At a hundred rows a page that is a million."""
MAX_EMPTY: Final = 100
"""Pages without rows, one after the other. A service may skip what it does not show, but not for
ever."""
LIST_SECONDS: Final = 300.0
"""For one list that is read in one go, as for one answer: shorter than a run's lease."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The way through a list so far: fingerprints of its links and pages, as texts, so that it can
    be kept in a cursor; and how many of the last pages were `empty`.
    """

    seen: tuple[str, ...] = ()
    empty: int = 0

    def after(
        self,
        here: str,
        following: str,
        rows: Iterable[tuple[str, str]] | None = None,
        *,
        at_most: int = MAX_STEPS,
    ) -> Trail | None:
        """With a page taken into account: the link it came from, the one it leads to, and the ids
        and versions on it, if it is known what they are. None if it leads in circles, repeats
        another page, or is one too many; `at_most`: fingerprints.
        """
        pairs = sorted(rows or ())
        page = [_digest(json.dumps(pairs))] if pairs else []
        seen = (*self.seen, _digest(here))
        longer = Trail((*seen, *page), self.empty + 1 if rows is not None and not pairs else 0)
        circles = _digest(following) in seen or any(each in seen for each in page)
        return None if circles or self.is_endless(at_most) else longer

    def is_endless(self, at_most: int = MAX_STEPS) -> bool:
        """Whether another page would be one too many."""
        return len(self.seen) >= at_most or self.empty >= MAX_EMPTY


def all_pages(
    client: HttpClient,
    url: str,
    purpose: Purpose,
    *,
    following: Callable[[Mapping[str, Any]], object],
    page: Mapping[str, Any] | None = None,
    headers: Callable[[], Mapping[str, str]] = dict,
) -> Iterator[Mapping[str, Any]]:
    """Every page of a list, from the first one's address on. `following` is what a page says where
    the next one is: anything but a text ends the list. `page`: the first page, if it is there;
    `headers` are made anew for each request.

    Raises:
        Retry, Reconnect, Stop: as `HttpClient.get`; or the list does not end within
            `LIST_SECONDS`, or leads in circles.

    """
    trail: Trail | None = Trail()
    until = client.clock() + LIST_SECONDS
    while True:
        page = client.get(url, purpose, headers=headers()) if page is None else page
        yield page
        link = following(page)
        if not isinstance(link, str):
            return
        trail = trail.after(url, link) if trail else None
        if trail is None:
            raise client.refusals.malformed(purpose, "its pages lead in circles")
        if client.clock() > until:
            raise client.refusals.malformed(purpose, "its pages do not end")
        url, page = link, None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
