"""The calls the connector makes, over simple-salesforce: each is one HTTP request.

simple-salesforce knows the paths and the envelope; token, repetition and limits belong to
`session` (see there for why its own login is never used).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from requests import RequestException
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceGeneralError

from syncline.model.json_text import whole
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Trail
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import QueryRefused, malformed, not_reached
from syncline_salesforce.rest.login import Login
from syncline_salesforce.rest.paging import ENDLESS, further
from syncline_salesforce.rest.session import (
    Kind,
    SalesforceSession,
    Sessions,
    Usage,
    send_form,
    session_for,
)
from syncline_salesforce.rest.tokens import TokenProvider

Row = Mapping[str, Any]
_NO_DUPLICATES = {"Sforce-Duplicate-Rule-Header": "allowSave=false; runAsCurrentUser=true"}

LIST_SECONDS = 300.0
"""For one list that is read in one go, as for one answer."""
MAX_ROWS = 10_000
"""Of one page; the service promises 2,000 at most."""


class SalesforceService:
    """One organisation's REST API. May be used by several threads at once.

    Every method raises the errors of `syncline.errors` for a call that failed as a whole.
    """

    def __init__(self, config: SalesforceConfig, context: ConnectorContext) -> None:
        login = Login(
            config, context, partial(send_form, timeout=config.timeout, clock=context.clock)
        )
        self.usage = Usage(config.stop_at_api_share)
        self._clock = context.clock
        self._version = config.api_version
        self._tokens = TokenProvider(login, context.now)
        self._sessions = Sessions(
            lambda url: session_for(url, self._tokens, self.usage, context, config.timeout)
        )

    # ---- reading --------------------------------------------------------------------------------

    def query(self, text: str, *, deleted: bool = False, kind: Kind = "read") -> Result:
        """One page of a SOQL query; `deleted` also sees the Recycle Bin and merged rows."""
        resource = "queryAll" if deleted else "query"
        body, session = self._call(kind, "GET", f"{resource}/?q={soql.encoded(text)}")
        if not isinstance(body, Mapping) or not isinstance(body.get("records"), list):
            raise malformed("a query without records")
        if len(body["records"]) > MAX_ROWS:
            raise malformed(f"a page of more than {MAX_ROWS} rows")
        return Result(body["records"], bool(body.get("done", True)), session.begun)

    def rows(
        self,
        columns: str,
        name: str,
        conditions: Sequence[str],
        *,
        deleted: bool = False,
        kind: Kind = "read",
    ) -> Iterator[tuple[Row, datetime | None]]:
        """All rows that satisfy the conditions, in the order of ids, each with the service's time
        when its page was asked for. Pages may be of any size.

        Raises:
            Stop: the pages lead in circles, or do not end within `LIST_SECONDS`.

        """
        after, way, until = "", Trail(), self._clock() + LIST_SECONDS
        while True:
            place = [f"Id > {soql.text(after)}"] if after else []
            text = soql.select(columns, name, [*conditions, *place], order="Id")
            answer = self.query(text, deleted=deleted, kind=kind)
            yield from ((row, answer.begun) for row in answer.rows)
            if answer.done:
                return
            way = further(way, after, answer.last_id)
            after = answer.last_id
            if self._clock() > until:
                raise malformed(ENDLESS)

    def describe(self, name: str, since: str | None = None) -> tuple[Row | None, str | None]:
        """The description of an object and its Last-Modified; no description if unmodified."""
        headers = {"If-Modified-Since": since} if since else {}
        path = f"sobjects/{quote(name, safe='')}/describe"
        body, session = self._call("check", "GET", path, headers=headers)
        return (None, since) if body is None else (_mapping(body), session.last_modified)

    def can_read(self, name: str) -> bool:
        """Whether rows of an object, and their names, can be read at all."""
        try:
            self.query(soql.select("Name", name, (), limit=1), kind="check")
        except QueryRefused as refused:
            if refused.context.get("code") in ("INVALID_TYPE", "INVALID_FIELD"):
                return False
            raise
        return True

    def limits(self) -> Row:
        """The organisation's limits; needs the permission View Setup."""
        return _mapping(self._call("check", "GET", "limits")[0])

    def deleted(self, name: str, start: datetime, end: datetime) -> Row:
        """What the delete log holds between two instants (seconds are ignored)."""
        times = {"start": start, "end": end}
        stamps = "&".join(
            f"{key}={quote(value.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:00+00:00'), safe='')}"
            for key, value in times.items()
        )
        path = f"sobjects/{quote(name, safe='')}/deleted/?{stamps}"
        return _mapping(self._call("read", "GET", path)[0])

    @property
    def user(self) -> str | None:
        """The id of the user we are, where the login says so."""
        return self._tokens.current().user

    def server_time(self) -> datetime:
        """The service's clock when this thread's last call was sent."""
        begun = self._sessions.of_this_thread(self._tokens.current().instance_url).begun
        if begun is None:
            raise malformed("no Date header")
        return begun

    # ---- writing --------------------------------------------------------------------------------

    def create(self, records: Sequence[Row]) -> list[Row]:
        """Collections create; an entry for each record, in order. Never sent twice: a record that
        was made although the answer says otherwise has no key that would show it.
        """
        return self._collection("POST", "composite/sobjects", records, once=True)

    def upsert(self, name: str, key_field: str, records: Sequence[Row]) -> list[Row]:
        """Collections upsert by a unique external-ID field."""
        return self._collection("PATCH", f"composite/sobjects/{name}/{key_field}", records)

    def update(self, records: Sequence[Row]) -> list[Row]:
        """Collections update by Id, without a condition."""
        return self._collection("PATCH", "composite/sobjects", records)

    def remove(self, ids: Iterable[str]) -> list[Row]:
        """Collections delete."""
        wanted = tuple(ids)
        path = f"composite/sobjects?ids={','.join(wanted)}&allOrNone=false"
        return _entries(self._call("write", "DELETE", path)[0], len(wanted))

    def composite(self, requests: Sequence[Row]) -> list[Row]:
        """Up to 25 subrequests, each with its own headers; the answers in order."""
        body = {"allOrNone": False, "compositeRequest": list(requests)}
        answer, _ = self._call("write", "POST", "composite", json=body, headers=_NO_DUPLICATES)
        return _entries(_mapping(answer).get("compositeResponse"), len(requests))

    def path(self, tail: str) -> str:
        """The full path of a resource, as subrequests need it."""
        return f"/services/data/v{self._version}/{tail}"

    def close(self) -> None:
        """Give back the sockets."""
        self._sessions.close()

    # ---- the one way out ------------------------------------------------------------------------

    def _collection(
        self, method: str, path: str, records: Sequence[Row], *, once: bool = False
    ) -> list[Row]:
        body = {"allOrNone": False, "records": list(records)}
        answer, _ = self._call("write", method, path, once=once, json=body, headers=_NO_DUPLICATES)
        return _entries(answer, len(records))

    def _call(
        self, kind: Kind, method: str, path: str, *, once: bool = False, **kwargs: Any
    ) -> tuple[Any, SalesforceSession]:
        instance = self._tokens.current().instance_url
        session = self._sessions.of_this_thread(instance)
        session.kind, session.once = kind, once
        client = Salesforce(
            session_id="held by the session",
            instance_url=instance,
            session=session,
            version=self._version,
            object_pairs_hook=dict,
        )
        try:
            return whole(client.restful(path, method=method, **kwargs)), session
        except SalesforceGeneralError as answer:
            if answer.status == 304:
                return None, session
            raise malformed(f"status {answer.status}") from None
        except RequestException as problem:
            raise not_reached(problem) from None


class Result:
    """A page of rows. `done` is False where the service holds more; `begun` is its own time when
    the query was sent, None if it did not say.
    """

    def __init__(self, rows: list[Row], done: bool, begun: datetime | None) -> None:
        self.rows = rows
        self.done = done
        self.begun = begun

    @property
    def last_id(self) -> str:
        """The last usable id of the page, from which the next one goes on; "" without any."""
        ids = (row.get("Id") for row in reversed(self.rows) if isinstance(row, Mapping))
        return next((str(id) for id in ids if soql.is_id(id)), "")


def _mapping(body: Any) -> Row:
    if not isinstance(body, Mapping):
        raise malformed("an object was expected")
    return cast(Row, body)


def _entries(body: Any, count: int) -> list[Row]:
    """The answers to `count` rows: as many. One that is no object says nothing of its row."""
    found = body if isinstance(body, list) else []
    if len(found) != count:
        raise malformed("not one answer for each row")
    return [entry if isinstance(entry, Mapping) else {} for entry in found]
