"""Calls to Microsoft Graph: what each request says, beside what `syncline.plugin.http` says."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from syncline.plugin.http import HttpClient, Purpose, Reply, all_pages
from syncline_outlook.graph.kept import KeptAnswers
from syncline_outlook.graph.messages import IMMUTABLE

AT_ONCE: Final = 4
"""Outlook's limit for one app on one mailbox (learn.microsoft.com/graph/throttling-limits)."""


class GraphClient:
    """Calls to one Graph host, each with an id that Microsoft's support can find it by. `kept`:
    what batches of reads need not ask again.
    """

    def __init__(
        self,
        http: HttpClient,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._new_id = new_id
        self.kept = KeptAnswers(clock)

    def get(self, url: str, purpose: Purpose, *, page_size: int | None = None) -> dict[str, Any]:
        """The JSON object at a path or at a link the service gave.

        Raises:
            Retry, Reconnect, Resync, Stop: as in `errors.GraphRefusals`.

        """
        prefer = () if page_size is None else (f"odata.maxpagesize={page_size}",)
        return self._http.get(url, purpose, headers=self._headers(prefer))

    def send(self, method: str, url: str, purpose: Purpose) -> Reply:
        """One request without a body, any status; see `HttpClient.send`."""
        return self._http.send(method, url, purpose, headers=self._headers())

    def batch(
        self,
        body: Mapping[str, Any],
        purpose: Purpose,
        *,
        once: bool,
        refuses: Callable[[Reply], bool],
    ) -> tuple[dict[str, Any], bool]:
        """The answer to a `$batch`, and whether there is a new token for what it refused with the
        one it was sent with. Errors as for `get`, `once` and `refuses` as for `HttpClient.send`.
        """
        reply = self._http.send(
            "POST", "/$batch", purpose, body=body, headers=self._headers(), once=once,
            refuses=refuses,
        )  # fmt: skip
        return self._http.object_in(reply, purpose), reply.renewed

    def pages(self, url: str, purpose: Purpose, first: Any = None) -> Iterator[list[Any]]:
        """The rows of a list, page by page; `first`: its first page, if it is there.

        Raises:
            Retry, Reconnect, Stop: as `get`; or a page is none, or they lead in circles.

        """
        for page in all_pages(
            self._http, url, purpose, following=lambda page: page.get("@odata.nextLink"),
            headers=self._headers, page=first,
        ):  # fmt: skip
            rows = page.get("value")
            if not isinstance(rows, list):
                raise self._http.refusals.malformed(purpose, "a list without values")
            yield rows

    def owns(self, url: str) -> bool:
        """Whether a full URL is on the configured host."""
        return self._http.owns(url)

    def require_own(self, url: str, purpose: Purpose) -> str:
        """The link, which the service gave; see `HttpClient.require_own`."""
        return self._http.require_own(url, purpose)

    def _headers(self, prefer: tuple[str, ...] = ()) -> dict[str, str]:
        return {
            "Prefer": ", ".join((IMMUTABLE, *prefer)),
            "client-request-id": self._new_id(),
            "return-client-request-id": "true",
        }
