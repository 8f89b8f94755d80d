"""Delta rounds: what has changed in a folder, or among the folders, since the last round.

A round covers the changes up to the one that was last when it began. An item that changes while
its pages are read moves on to the next round; nothing is left out and the order is that of the
changes. Everything a link needs is inside its token.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.expand import NOTHING
from syncline_sandbox.graph.protocol.odata import Options, link
from syncline_sandbox.messages import Call, JsonObject


@dataclass(frozen=True)
class Feed:
    """What a round runs over: an id, and the generation of tokens that is still known."""

    scope: str
    generation: int


@dataclass(frozen=True)
class Round:
    """Where a round stands: changes `after` … `until`, those up to `cursor` delivered.

    `first` tells whether the round has no predecessor; `select` and `size` come from the call that
    began the first one.
    """

    scope: str
    generation: int
    after: int
    until: int
    cursor: int
    select: tuple[str, ...] | None
    first: bool
    size: int

    def token(self) -> str:
        """Opaque text for a link."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Change:
    """One row of a round and the number of the change it stands for."""

    number: int
    row: JsonObject


LATEST = "latest"
"""Asks for a delta link without the rows that led to it."""

Source = Callable[[Round, int], Sequence[Change]]
"""Gives up to so many changes of a round beyond its cursor, in order."""


def tombstone(identifier: str) -> JsonObject:
    """The row of something that is not in the feed any more."""
    return {"id": identifier, "@removed": {"reason": "deleted"}}


def page(
    call: Call, environment: Environment, round_: Round, size: int, source: Source
) -> JsonObject:
    """One page of a round with the link that follows it."""
    quirks = environment.quirks
    if small := quirks.on("small-pages"):
        size = min(size, small["size"])
    if quirks.fires("empty-page"):
        return {"value": [], "@odata.nextLink": _next(call, round_)}
    changes = source(round_, size + 1)
    rows = [change.row for change in changes[:size]]
    if rows and quirks.fires("delta-repeat"):
        rows.append(rows[0])
    if len(changes) > size:
        following = _next(call, replace(round_, cursor=changes[size - 1].number))
        if quirks.fires("looping-next-link"):
            following = call.url
        return {"value": rows, "@odata.nextLink": following}
    return {"value": rows, "@odata.deltaLink": _delta(call, round_)}


def begin_or_continue(call: Call, feed: Feed, horizon: int, wish: Callable[[], Options]) -> Round:
    """The round a call belongs to; raises `Failure` (400 bad token, 410 token forgotten).

    `horizon` is the last change a round that begins now may deliver.
    """
    query = {name.casefold(): value for name, value in call.query.items()}
    token = query.get("$skiptoken") or query.get("$deltatoken")
    if not token or token == LATEST:
        after, asked = horizon if token else 0, wish()
        _check_supported(asked)
        return Round(
            feed.scope, feed.generation, after, horizon, after, asked.select,
            first=not token, size=asked.page,
        )  # fmt: skip
    found = _read(token)
    if found.scope != feed.scope:
        raise _bad_token()
    if found.generation != feed.generation:
        raise forgotten(call)
    if "$deltatoken" in query:
        return replace(
            found, after=found.until, until=max(horizon, found.until), cursor=found.until,
            first=False,
        )  # fmt: skip
    return found


def _check_supported(asked: Options) -> None:
    given = {
        "$filter": asked.filter, "$search": asked.search, "$orderby": asked.order,
        "$expand": asked.expand != NOTHING,
    }  # fmt: skip
    if surplus := [name for name, value in given.items() if value]:
        raise bad_request(
            "The following parameters are not supported with change tracking over this resource: "
            f"'{', '.join(surplus)}'.",
            "ErrorInvalidUrlQuery",
        )


def rewound(round_: Round, numbers: Sequence[int]) -> Round:
    """A round that begins again before earlier changes, given by their numbers."""
    if not numbers:
        return round_
    return replace(round_, cursor=min(numbers) - 1)


def forgotten(call: Call) -> Failure:
    """The state behind a token is gone: the client must begin anew."""
    return Failure(
        410,
        "SyncStateNotFound",
        "The sync state generation is not found; generation=149;[highest=157][157][155][156].",
        {"Location": f"{call.base_url}{call.path}?$deltatoken="},
    )


def has_token(call: Call) -> bool:
    """Whether a call continues something."""
    return any(name.casefold() in {"$skiptoken", "$deltatoken"} for name in call.query)


def _next(call: Call, round_: Round) -> str:
    return link(call, {"$skiptoken": round_.token()}, keep=False)


def _delta(call: Call, round_: Round) -> str:
    return link(call, {"$deltatoken": round_.token()}, keep=False)


def _bad_token() -> Failure:
    return bad_request("Badly formed token.", "ErrorInvalidRequest")


def _read(token: str) -> Round:
    try:
        facts: dict[str, Any] = json.loads(
            base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        )
        select = facts["select"]
        return Round(**{**facts, "select": None if select is None else tuple(select)})
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise _bad_token() from error
