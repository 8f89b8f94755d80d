"""Graph's delta protocol: a round is `first call → @odata.nextLink … → @odata.deltaLink`.

Links are kept whole and opaque, and only followed on the configured host. What was selected is
baked into the token, so that another selection starts a new round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from syncline.errors import Resync
from syncline.model.records import Json, RecordId
from syncline.plugin.http import Purpose, Trail
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import malformed
from syncline_outlook.graph.items import id_of

_MAX_ROWS = 10_000
"""Of one page, ten times what we ever ask for: each tombstone among them costs a call by id."""
_DELTA = "@odata.deltaLink"
_NEXT = "@odata.nextLink"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a feed stands: the service's link, what it was asked to select, and the way through
    this round so far. `newest` is the latest creation seen so far, `since` what it was when the
    round began (None: nothing is known yet). Neither is in the future: one contact with a wrong
    creation would hide all that are made until then.
    """

    link: str
    select: str
    trail: Trail = field(default_factory=Trail)
    since: datetime | None = None
    newest: datetime | None = None

    def json(self) -> Json:
        """As core keeps it."""
        return {
            "link": self.link,
            "select": self.select,
            "seen": list(self.trail.seen),
            "empty": self.trail.empty,
            "since": self.since and self.since.isoformat(),
            "newest": self.newest and self.newest.isoformat(),
        }

    @classmethod
    def read(cls, kept: Json, select: str, now: datetime) -> Position:
        """The position that was kept, without instants that are yet to come.

        Raises:
            Resync: it is none of ours, or was made for another selection of properties.

        """
        try:
            found = cls(
                link=str(kept["link"]),
                select=str(kept["select"]),
                trail=Trail(tuple(map(str, kept["seen"])), int(kept.get("empty", 0))),
                since=_past(_instant(kept["since"]), now),
                newest=_past(_instant(kept["newest"]), now),
            )
        except (KeyError, TypeError, ValueError):
            raise Resync("the kept cursor is none of Outlook's") from None
        if found.select != select:
            raise Resync("other fields are synced than when the cursor was made")
        return found

    def after(self, created: datetime | None, now: datetime) -> Position:
        """With a contact's creation taken into account."""
        known = [each for each in (self.newest, _past(created, now)) if each is not None]
        return replace(self, newest=max(known, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    """Rows by id (of repeated ones the last), the position after them, whether the round ended
    with them, and how many rows had no usable id.
    """

    rows: Mapping[RecordId, Row]
    position: Position
    ended: bool
    nameless: int


def fetch_page(
    client: GraphClient, position: Position, purpose: Purpose, page_size: int
) -> RoundPage:
    """The page at a position.

    Raises:
        Resync: the token is dead, or the pages lead in circles.
        Stop: the answer is malformed, the pages do not end, or a link leads to another host.

    """
    body = client.get(position.link, purpose, page_size=page_size)
    rows, following = body.get("value"), body.get(_NEXT)
    link = following or body.get(_DELTA)
    if not isinstance(rows, list) or not isinstance(link, str):
        raise malformed(purpose, "a page of changes without rows or links")
    if len(rows) > _MAX_ROWS:
        raise malformed(purpose, f"a page of more than {_MAX_ROWS} rows")
    client.require_own(link, purpose)
    named = [(identifier, row) for row in rows if (identifier := id_of(row))]
    found, nameless = dict(named), len(rows) - len(named)
    if not following:
        position = replace(position, link=link, trail=Trail())
        return RoundPage(rows=found, position=position, ended=True, nameless=nameless)
    versions = ((identifier, str(row.get("@odata.etag"))) for identifier, row in found.items())
    trail = position.trail.after(position.link, link, versions)
    if trail is None and position.trail.is_endless():
        raise malformed(purpose, "its pages of changes do not end")
    if trail is None:
        raise _circle(purpose)
    position = replace(position, link=link, trail=trail)
    return RoundPage(rows=found, position=position, ended=False, nameless=nameless)


def is_removed(row: Row) -> bool:
    """Whether a row is a tombstone. Its reason does not tell a deletion from a move."""
    return "@removed" in row


def _circle(purpose: Purpose) -> Resync:
    return Resync(
        "Outlook's pages of changes lead in circles",
        hint="The folder is read from the beginning; another page_size may help.",
        call=purpose.name,
        account=purpose.account,
    )


def _past(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant <= now else None


def _instant(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
