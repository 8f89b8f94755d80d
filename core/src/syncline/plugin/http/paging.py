"""Guards of lists: pages that come again, links that lead in circles, lists without end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syncline.plugin.http.client import HttpClient
from syncline.plugin.http.messages import Purpose

MAX_STEPS: Final = 40_000
"""Fingerprints of one list; two a page."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The way through a list so far: fingerprints of its links and pages, as texts, so that it can
    be kept in a cursor.
    """

    seen: tuple[str, ...] = ()

    def after(self, here: str, following: str, rows: Iterable[tuple[str, str]]) -> Trail | None:
        """With a page taken into account: the link it came from, the one it leads to, and the ids
        and versions on it. None if it leads in circles, repeats another page, or is one too many.
        """
        pairs = sorted(rows)
        page = (_digest(json.dumps(pairs)),) if pairs else ()
        seen = (*self.seen, _digest(here))
        if _digest(following) in seen or set(page) & set(seen) or len(seen) > MAX_STEPS:
            return None
        return Trail(seen + page)


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
        Retry, Reconnect, Stop: as `HttpClient.get`; or the links lead in circles.

    """
    trail: Trail | None = Trail()
    while True:
        page = client.get(url, purpose, headers=headers()) if page is None else page
        yield page
        link = following(page)
        if not isinstance(link, str):
            return
        trail = trail.after(url, link, ()) if trail else None
        if trail is None:
            raise client.refusals.malformed(purpose, "its pages lead in circles")
        url, page = link, None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
