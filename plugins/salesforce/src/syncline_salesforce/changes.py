"""The feed of changes: one for all members, by `(SystemModstamp, Id)`.

There is no delta token. Rows become visible late (long transactions stamp early and commit late),
so each round reads again everything stamped after what was certain at the round before:
the service's own time when that round's first query was sent, less margin and overlap.

A window that holds more than a page (after a bulk change) would be read again at every run until
it has aged; instead one aggregate query asks whether it is as it was. That cannot see a late
update of a row inside the window, so once the window has aged it is read a last time in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncline.errors import Resync
from syncline.model.records import Json
from syncline.plugin.requests import ChangesRequest, Page
from syncline_salesforce import soql
from syncline_salesforce.contacts import OBJECT
from syncline_salesforce.errors import malformed
from syncline_salesforce.rows import Selection, moment, parsed, row_id, split
from syncline_salesforce.service import Result, Row, SalesforceService

PAGE = 2_000
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
    """Where a round stands between two pages."""

    since: datetime | None
    begun: datetime | None
    stamp: str | None = None
    id: str = ""
    rows: int = 0
    newest: datetime | None = None

    def to_json(self) -> Json:
        """As `Page.next`."""
        return {
            "since": _written(self.since),
            "begun": _written(self.begun),
            "stamp": self.stamp,
            "id": self.id,
            "rows": self.rows,
            "newest": _written(self.newest),
        }

    @classmethod
    def from_json(cls, value: Json) -> Walk:
        """Raises `Resync` for anything else."""
        try:
            return cls(
                _instant(value["since"]),
                _instant(value["begun"]),
                str(value["stamp"]),
                str(value["id"]),
                int(value["rows"]),
                _instant(value["newest"]),
            )
        except (KeyError, TypeError, ValueError):
            raise Resync("the place within the round is not one of this connector's") from None

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
    """Reads the feed. `margin` and `overlap` as in the configuration."""

    service: SalesforceService
    margin: timedelta
    overlap: timedelta

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
            return self._step(Walk(None, None), selection, size)
        cursor = Cursor.from_json(request.cursor)
        if cursor.may_be_probed(size) and self._is_as_it_was(cursor, selection):
            return Page(cursor=request.cursor)
        return self._step(Walk(cursor.since, None), selection, size)

    def _is_as_it_was(self, cursor: Cursor, selection: Selection) -> bool:
        conditions = [f"SystemModstamp >= {soql.instant(cursor.since)}", selection.no_persons]
        answer = self.service.query(
            soql.select("COUNT(Id) total, MAX(SystemModstamp) newest", OBJECT, conditions),
            deleted=True,
        )
        found = answer.rows[0] if answer.rows else {}
        aged = cursor.newest is not None and answer.begun is not None and (
            answer.begun >= cursor.newest + self.margin + self.overlap
        )  # fmt: skip
        same = found.get("total") == cursor.rows and moment(found, "newest") == cursor.newest
        return same and not aged

    def _step(self, walk: Walk, selection: Selection, size: int) -> Page:
        conditions = [walk.condition, selection.no_persons]
        order = "SystemModstamp, Id"
        answer = self.service.query(
            soql.select(selection.columns, OBJECT, conditions, order=order, limit=size),
            deleted=True,
        )
        begun = walk.begun or answer.begun
        records, absent = split(answer.rows, selection, begun and begun - self.margin)
        following = self._advanced(walk, begun, answer)
        if answer.done and len(answer.rows) < size:
            return Page(records=records, absent=absent, cursor=self._cursor(following).to_json())
        if not answer.rows:
            raise malformed("a page without rows that is not the last")
        return Page(records=records, absent=absent, next=following.to_json())

    def _advanced(self, walk: Walk, begun: datetime | None, answer: Result) -> Walk:
        if not answer.rows:
            return Walk(walk.since, begun, walk.stamp, walk.id, walk.rows, walk.newest)
        last = answer.rows[-1]
        stamp, id = str(last.get("SystemModstamp")), str(row_id(last))
        if (stamp, id) == (walk.stamp, walk.id):
            raise malformed("the same page again")
        kept, newest = self._counted(walk, begun, answer.rows)
        return Walk(walk.since, begun, stamp, id, kept, newest)

    def _counted(
        self, walk: Walk, begun: datetime | None, rows: list[Row]
    ) -> tuple[int, datetime | None]:
        """How many rows so far lie in the next round's window, and the newest stamp of all."""
        since = self._next_since(walk.since, begun)
        stamps = [stamp for row in rows if (stamp := moment(row, "SystemModstamp"))]
        inside = sum(1 for stamp in stamps if since is None or stamp >= since)
        newest = max([*stamps, *([walk.newest] if walk.newest else [])], default=None)
        return walk.rows + inside, newest

    def _next_since(self, since: datetime | None, begun: datetime | None) -> datetime | None:
        if begun is None:
            return since
        certain = begun - self.margin - self.overlap
        return max(certain, since) if since else certain

    def _cursor(self, walk: Walk) -> Cursor:
        since = self._next_since(walk.since, walk.begun)
        if since is None:
            raise malformed("no Date header, so nothing is known about the service's time")
        return Cursor(since, walk.rows, walk.newest, walk.begun)


def _written(value: datetime | None) -> str | None:
    return None if value is None else value.strftime(_FORM)


def _instant(value: Any) -> datetime | None:
    return None if value is None else datetime.strptime(f"{value}+0000", _FORM + "%z")
