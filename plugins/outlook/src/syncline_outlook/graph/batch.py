"""`$batch`: up to 20 requests in one round trip.

The outer answer is 200 whatever happened inside; inner answers come in any order and each inner
request is throttled by itself (learn.microsoft.com/graph/json-batching).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from syncline.errors import Retry
from syncline.plugin.http import Purpose, Reply, retry_after
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import failure, malformed
from syncline_outlook.graph.messages import IMMUTABLE, Inner

BATCH: Final = 20
"""The most requests one `$batch` takes (learn.microsoft.com/graph/json-batching)."""


def run(
    client: GraphClient, requests: Sequence[Inner], purpose: Purpose, *, once: bool = False
) -> list[Reply | None]:
    """The inner answers in the order of the requests; None where none came. `once`: not sent again
    after a refused token.

    Raises:
        Retry, Reconnect, Stop: the batch as a whole failed.

    """
    return [reply for part in _parts(requests) for reply in _run_one(client, part, purpose, once)]


def read(
    client: GraphClient,
    requests: Sequence[Inner],
    purpose: Purpose,
    accepts: Callable[[Reply], bool] = lambda reply: False,
) -> list[Reply]:
    """As `run`, for reads: every inner answer is a success or one that `accepts` takes.

    Raises:
        Retry: some were throttled or failed; the service's longest wait counts.
        Reconnect, Stop: another refusal.

    """
    replies = run(client, requests, purpose)
    bad = [each for each in replies if each is not None and not each.ok and not accepts(each)]
    errors = [failure(each, purpose) for each in bad]
    if firm := [error for error in errors if not isinstance(error, Retry)]:
        raise firm[0]
    if any(each is None for each in replies):
        raise Retry(f"an answer is missing from a batch ({purpose.name})", call=purpose.name)
    if errors:
        raise failure(bad[0], purpose, after=longest_wait(bad))
    return [each for each in replies if each is not None]


def longest_wait(replies: Sequence[Reply | None]) -> float | None:
    """The largest Retry-After: earlier repetitions count against us (reference 1.8)."""
    waits = [retry_after(each.headers) for each in replies if each is not None and not each.ok]
    return max((wait for wait in waits if wait is not None), default=None)


def _parts(requests: Sequence[Inner]) -> list[Sequence[Inner]]:
    return [requests[start : start + BATCH] for start in range(0, len(requests), BATCH)]


def _run_one(
    client: GraphClient, requests: Sequence[Inner], purpose: Purpose, once: bool
) -> list[Reply | None]:
    body = {"requests": [_entry(str(n), each) for n, each in enumerate(requests)]}
    answer = client.post("/$batch", purpose, body, once=once)
    responses = answer.get("responses")
    if not isinstance(responses, list):
        raise malformed(purpose, "a batch without responses")
    found = {str(each.get("id")): each for each in responses if isinstance(each, dict)}
    return [_reply(found.get(str(n)), purpose) for n in range(len(requests))]


def _entry(identifier: str, request: Inner) -> dict[str, Any]:
    headers = {"Prefer": IMMUTABLE}
    entry: dict[str, Any] = {"id": identifier, "method": request.method, "url": request.url}
    if request.if_match is not None:
        headers["If-Match"] = request.if_match
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        entry["body"] = request.body
    return {**entry, "headers": headers}


def _reply(entry: Any, purpose: Purpose) -> Reply | None:
    if entry is None:
        return None
    status, headers = entry.get("status"), entry.get("headers") or {}
    if not isinstance(status, int) or not isinstance(headers, dict):
        raise malformed(purpose, "an inner answer without a status")
    return Reply(status, {str(k).lower(): str(v) for k, v in headers.items()}, entry.get("body"))
