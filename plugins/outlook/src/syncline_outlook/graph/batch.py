"""`$batch`: up to 20 requests in one round trip.

The outer answer is 200 whatever happened inside; inner answers come in any order and each inner
request is throttled by itself (learn.microsoft.com/graph/json-batching).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from syncline.errors import ConnectionFailure, Retry
from syncline.plugin.http import Purpose, Reply, retry_after
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import failure, malformed
from syncline_outlook.graph.messages import IMMUTABLE, Inner

BATCH: Final = 20
"""The most requests one `$batch` takes (learn.microsoft.com/graph/json-batching)."""


def run(
    client: GraphClient, requests: Sequence[Inner], purpose: Purpose, *, once: bool = False
) -> list[Reply | None]:
    """The inner answers in the order of the requests; None where none came. What was refused with
    a token that is replaced now is sent again, unless it may be sent `once` only.

    Raises:
        Retry, Reconnect, Stop: the batch as a whole failed; or all of it was refused with a token
            for which there is no other.

    """
    return [reply for part in _parts(requests) for reply in _run_one(client, part, purpose, once)]


def read(
    client: GraphClient,
    requests: Sequence[Inner],
    purpose: Purpose,
    accepts: Callable[[Reply], bool] = lambda reply: False,
) -> list[Reply]:
    """As `run`, for reads: every inner answer is a success or one that `accepts` takes. Those are
    kept: when the call is repeated, only the others are asked for again. A mailbox that lets
    nothing of a batch through is left alone at once.

    Raises:
        Retry: some were throttled or failed; the service's longest wait counts.
        Reconnect, Stop: another refusal.

    """
    kept = client.kept
    found = {each.url: kept.answer(each.url) for each in requests}
    missing = [*{each.url: each for each in requests if found[each.url] is None}.values()]
    bad: list[Reply | None] = []
    for part in _parts(missing):
        for asked, reply in zip(part, _run_one(client, part, purpose, once=False), strict=True):
            if reply is not None and (reply.ok or accepts(reply)):
                found[asked.url] = reply
                kept.keep(asked.url, reply)
            else:
                bad.append(reply)
        if bad and not any(found[asked.url] for asked in part):
            break
    if bad:
        raise _failed(bad, purpose)
    return [reply for each in requests if (reply := found[each.url]) is not None]


def _failed(bad: Sequence[Reply | None], purpose: Purpose) -> ConnectionFailure:
    """The error of a batch of reads with these answers: what only a person can mend comes first."""
    after = longest_wait(bad)
    errors = [failure(each, purpose, after) for each in bad if each is not None]
    passing = Retry(f"an answer is missing from a batch ({purpose.name})", call=purpose.name)
    return next((each for each in errors if not isinstance(each, Retry)), (*errors, passing)[0])


def longest_wait(replies: Sequence[Reply | None]) -> float | None:
    """The largest Retry-After: earlier repetitions count against us (reference 1.8)."""
    waits = [retry_after(each.headers) for each in replies if each is not None and not each.ok]
    return max((wait for wait in waits if wait is not None), default=None)


def _parts(requests: Sequence[Inner]) -> list[Sequence[Inner]]:
    return [requests[start : start + BATCH] for start in range(0, len(requests), BATCH)]


def _run_one(
    client: GraphClient, requests: Sequence[Inner], purpose: Purpose, once: bool
) -> list[Reply | None]:
    replies, renewed = _sent(client, requests, purpose, once)
    refused = [n for n, reply in enumerate(replies) if _refuses(reply)]
    if renewed and not once:
        again = _sent_again(client, [requests[n] for n in refused], purpose, len(requests))
        for n, reply in zip(refused, again, strict=True):
            replies[n] = reply
    if refused and not (renewed and once) and all(map(_refuses, replies)):
        raise failure(replies[0] or Reply(401), purpose)
    return replies


def _sent_again(
    client: GraphClient, refused: Sequence[Inner], purpose: Purpose, asked: int
) -> list[Reply | None]:
    """The answers to what was refused of a batch. Those to the others are not lost with a call that
    fails: nobody knows then what became of these.
    """
    try:
        return _sent(client, refused, purpose, once=False)[0]
    except ConnectionFailure:
        if len(refused) == asked:
            raise
        return [None] * len(refused)


def _sent(
    client: GraphClient, requests: Sequence[Inner], purpose: Purpose, once: bool
) -> tuple[list[Reply | None], bool]:
    """The inner answers, and whether there is a new token for those that were refused with the one
    at hand: an answer of 200 says nothing of the token inside.
    """
    body = {"requests": [_entry(str(n), each) for n, each in enumerate(requests)]}

    def refuses(reply: Reply) -> bool:
        return reply.ok and any(map(_refuses, _inner(reply.body, len(requests), purpose)))

    answer, renewed = client.batch(body, purpose, once=once, refuses=refuses)
    return _inner(answer, len(requests), purpose), renewed


def _refuses(reply: Reply | None) -> bool:
    return reply is not None and reply.status == 401


def _inner(answer: Any, count: int, purpose: Purpose) -> list[Reply | None]:
    responses = answer.get("responses") if isinstance(answer, Mapping) else None
    if not isinstance(responses, list):
        raise malformed(purpose, "a batch without responses")
    found = {str(each.get("id")): each for each in responses if isinstance(each, dict)}
    return [_reply(found.get(str(n))) for n in range(count)]


def _entry(identifier: str, request: Inner) -> dict[str, Any]:
    headers = {"Prefer": IMMUTABLE}
    entry: dict[str, Any] = {"id": identifier, "method": request.method, "url": request.url}
    if request.if_match is not None:
        headers["If-Match"] = request.if_match
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        entry["body"] = request.body
    return {**entry, "headers": headers}


def _reply(entry: Mapping[str, Any] | None) -> Reply | None:
    """An inner answer; one without a status is none, and the others stand."""
    status = None if entry is None else entry.get("status")
    if entry is None or not isinstance(status, int):
        return None
    headers = entry.get("headers")
    told = headers.items() if isinstance(headers, dict) else ()
    return Reply(status, {str(k).lower(): str(v) for k, v in told}, entry.get("body"))
