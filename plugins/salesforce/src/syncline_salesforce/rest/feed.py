"""The feed of changes: one for all members, by `(SystemModstamp, Id)`.

There is no delta token. Rows become visible late (long transactions stamp early and commit late),
so each round reads again everything stamped after what was certain at the round before:
the service's own time when that round's first query was sent, less margin and overlap. One Date
that is ahead does not lead the cursor astray: see `syncline.plugin.cursors`.

A window that holds more than a page (after a bulk change) would be read again at every run until
it has aged; instead one aggregate query asks whether it is as it was. That cannot see a late
update of a row inside the window, so once the window has aged it is read a last time in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncline.errors import Resync
from syncline.model.records import Json
from syncline.plugin.cursors import read_until
from syncline.plugin.http import Trail
from syncline.plugin.requests import ChangesRequest, Page
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import malformed
from syncline_salesforce.rest.paging import further
from syncline_salesforce.rest.rows import moment, named, parsed
from syncline_salesforce.rest.selection import Selection
from syncline_salesforce.rest.service import Row, SalesforceService

PAGE = 2_000
MAX_ALIKE = 200_000
"""Rows that changed in one second: far more than Salesforce writes in one."""
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Cursor:
    """`since`: rows stamped then or later are read next time. `rows` of them were seen, the
    newest stamped `newest`, by a round that began at `read`.
    """

    since: datetime
    rows: int = 0
    newest: datetime | None = None
    read: datetime | None = None

    def to_json(self) -> Json:
        """As the state keeps it."""
        return {
            "since": _written(self.since),
            "rows": self.rows,
            "newest": _written(self.newest),
            "read": _written(self.read),
        }

    @classmethod
    def from_json(cls, value: Json) -> Cursor:
        """Raises `Resync` for anything that is not a cursor of ours."""
        try:
            since = _instant(value["since"])
            newest, read = _instant(value["newest"]), _instant(value["read"])
            rows = int(value["rows"])
        except (KeyError, TypeError, ValueError):
            since = None
        if since is None:
            raise Resync("the cursor is not one of this connector's", hint="Reading everything.")
        return cls(since, rows, newest, read)

    def may_be_probed(self, page: int) -> bool:
        """Whether a count can tell that nothing changed: the window is large, and its newest
        second was over when it was read.
        """
        return (
            self.rows >= page
            and self.newest is not None
            and self.read is not None
            and self.newest < self.read
        )


@dataclass(frozen=True)
class Walk:
    """Where a round stands between two pages. `begun`: when it began by the service's time, `own`
    by ours. `way`: the places seen so far; `alike`: how many of the last rows have one stamp.
    """

    since: datetime | None
    begun: datetime | None
    own: datetime
    stamp: str | None = None
    id: str = ""
    rows: int = 0
    newest: datetime | None = None
    way: Trail = field(default_factory=Trail)
    alike: int = 0

    def to_json(self) -> Json:
        """As `Page.next`."""
        return {
            "since": _written(self.since),
            "begun": _written(self.begun),
            "own": _written(self.own),
            "stamp": self.stamp,
            "id": self.id,
            "rows": self.rows,
            "newest": _written(self.newest),
            "seen": list(self.way.seen),
            "alike": self.alike,
        }

    @classmethod
    def from_json(cls, value: Json) -> Walk:
        """Raises `Resync` for anything else."""
        try:
            return cls(
                _instant(value["since"]),
                _instant(value["begun"]),
                _known(value["own"]),
                str(value["stamp"]),
                str(value["id"]),
                int(value["rows"]),
                _instant(value["newest"]),
                Trail(tuple(map(str, value["seen"]))),
                int(value["alike"]),
            )
        except (KeyError, TypeError, ValueError):
            raise Resync("the place within the round is not one of this connector's") from None

    def until(self) -> datetime | None:
        """What the round certainly sees all of; None if the service does not tell its time."""
        return None if self.begun is None else read_until(self.begun, self.own, self.newest)

    @property
    def condition(self) -> str:
        """Rows after this place, in the order of the walk."""
        if self.stamp is None:
            return f"SystemModstamp >= {soql.instant(self.since)}" if self.since else ""
        at = parsed(self.stamp)
        if at is None:
            raise malformed("a row without SystemModstamp")
        stamp = soql.instant(at)
        after = f"(SystemModstamp = {stamp} AND Id > {soql.text(self.id)})"
        return f"{after} OR SystemModstamp > {stamp}"


@dataclass(frozen=True)
class Changes:
    """Reads the feed. `margin` and `overlap` as in the configuration; `now` is our own clock."""

    service: SalesforceService
    margin: timedelta
    overlap: timedelta
    now: Callable[[], datetime]

    def page(self, request: ChangesRequest, selection: Selection) -> Page:
        """The next page of the round; the first one of a new round if `next` is None.

        Raises:
            Resync: the cursor cannot be read.
            SchemaMoved: a column is not there (any more).

        """
        size = max(1, min(request.page_size or PAGE, PAGE))
        if request.next is not None:
            return self._step(Walk.from_json(request.next), selection, size)
        if request.cursor is None:
            return self._step(Walk(None, None, self.now()), selection, size)
        cursor = Cursor.from_json(request.cursor)
        if cursor.may_be_probed(size) and self._is_as_it_was(cursor, selection):
            return Page(cursor=request.cursor)
        return self._step(Walk(cursor.since, None, self.now()), selection, size)

    def _is_as_it_was(self, cursor: Cursor, selection: Selection) -> bool:
        conditions = [f"SystemModstamp >= {soql.instant(cursor.since)}", selection.always]
        answer = self.service.query(
            soql.select(
                "COUNT(Id) total, MAX(SystemModstamp) newest", selection.object, conditions
            ),
            deleted=True,
        )
        found = answer.rows[0] if answer.rows and isinstance(answer.rows[0], Mapping) else {}
        aged = cursor.newest is not None and answer.begun is not None and (
            answer.begun >= cursor.newest + self.margin + self.overlap
        )  # fmt: skip
        same = found.get("total") == cursor.rows and moment(found, "newest") == cursor.newest
        return same and not aged

    def _step(self, walk: Walk, selection: Selection, size: int) -> Page:
        conditions = [walk.condition, selection.always]
        order = "SystemModstamp, Id"
        answer = self.service.query(
            soql.select(selection.columns, selection.object, conditions, order=order, limit=size),
            deleted=True,
        )
        counted = self._counted(replace(walk, begun=walk.begun or answer.begun), answer.rows)
        until = counted.until()
        found = [selection.read(row, until and until - self.margin) for row in answer.rows]
        if answer.done and len(answer.rows) < size:
            return Page.of(found, cursor=self._cursor(counted).to_json())
        return Page.of(found, next=following(counted, answer.rows).to_json())

    def _counted(self, walk: Walk, rows: list[Row]) -> Walk:
        """With how many rows so far lie in the next round's window, and the newest stamp of all."""
        stamps = [stamp for row in rows if named(row) and (stamp := moment(row, "SystemModstamp"))]
        newest = max([*stamps, *([walk.newest] if walk.newest else [])], default=None)
        walk = replace(walk, newest=newest)
        since = self._next_since(walk)
        inside = sum(1 for stamp in stamps if since is None or stamp >= since)
        return replace(walk, rows=walk.rows + inside)

    def _next_since(self, walk: Walk) -> datetime | None:
        """Never before what was certain already, unless that is the future at the service."""
        until = walk.until()
        if until is None or walk.begun is None:
            return walk.since
        certain = until - self.margin - self.overlap
        return max(certain, min(walk.since, walk.begun)) if walk.since else certain

    def _cursor(self, walk: Walk) -> Cursor:
        since = self._next_since(walk)
        if since is None:
            raise malformed("no Date header, so nothing is known about the service's time")
        return Cursor(since, walk.rows, walk.newest, walk.until())


def following(walk: Walk, rows: list[Row]) -> Walk:
    """The walk goes on after the last row that says where it stands.

    Raises:
        Stop: the rows lead nowhere, in circles, or never end.

    """
    if not rows:
        raise malformed("a page without rows that is not the last")
    readable = (row for row in reversed(rows) if named(row) and moment(row, "SystemModstamp"))
    last = next(readable, None)
    if last is None:
        raise malformed("the same page again")
    stamp, id = str(last["SystemModstamp"]), str(last["Id"])
    way = further(walk.way, f"{walk.stamp}|{walk.id}", f"{stamp}|{id}")
    alike = walk.alike + len(rows) if stamp == walk.stamp else 0
    if alike > MAX_ALIKE:
        raise malformed("more rows with one stamp than a second can hold")
    return replace(walk, stamp=stamp, id=id, way=way, alike=alike)


def _written(value: datetime | None) -> str | None:
    return None if value is None else value.strftime(_FORM)


def _known(value: Any) -> datetime:
    return datetime.strptime(f"{value}+0000", _FORM + "%z")


def _instant(value: Any) -> datetime | None:
    return None if value is None else _known(value)
