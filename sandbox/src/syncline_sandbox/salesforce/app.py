"""The Salesforce stand-in: its routes, and what holds for every call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from syncline_sandbox.environment import Environment
from syncline_sandbox.messages import Answer, Call, JsonObject
from syncline_sandbox.quirks import Quirk
from syncline_sandbox.routing import Match
from syncline_sandbox.salesforce import loading, setup
from syncline_sandbox.salesforce.errors import ApiError, not_found, refuse, session_invalid
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.quirks import QUIRKS
from syncline_sandbox.salesforce.service import (
    backdoor,
    collections,
    composite,
    identity,
    metadata,
    queries,
    recent,
    replication,
    rows,
    searches,
    tokens,
    tree,
)
from syncline_sandbox.salesforce.service.compression import packed, unpacked
from syncline_sandbox.salesforce.service.preconditions import precondition_failed
from syncline_sandbox.salesforce.service.requests import Context, answer, check_version
from syncline_sandbox.salesforce.service.sessions import (
    live_session,
    revoke,
    token_of,
    use_session,
)
from syncline_sandbox.salesforce.service.usage import count_call, usage_header
from syncline_sandbox.salesforce.soql import functions
from syncline_sandbox.salesforce.store.records import expire_bin
from syncline_sandbox.salesforce.store.tables import create_tables, table
from syncline_sandbox.service import Service

MAX_URI = 16_384
DATA = "/services/data"

ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", "limits", metadata.limits),
    ("GET", "limits/recordCount", metadata.record_counts),
    ("GET", "query", queries.query),
    ("GET", "queryAll", partial(queries.query, include_deleted=True)),
    ("GET", "query/{locator}", queries.more),
    ("GET", "queryAll/{locator}", queries.more),
    ("GET", "recent", recent.recently_viewed),
    ("GET", "search", searches.find),
    ("GET", "sobjects", metadata.all_objects),
    ("GET", "sobjects/{kind}", metadata.one_object),
    ("POST", "sobjects/{kind}", rows.create),
    ("GET", "sobjects/{kind}/describe", metadata.describe),
    ("GET", "sobjects/{kind}/deleted", replication.deleted),
    ("GET", "sobjects/{kind}/updated", replication.updated),
    ("GET", "sobjects/{kind}/{record_id}", rows.retrieve),
    ("PATCH", "sobjects/{kind}/{record_id}", rows.update),
    ("DELETE", "sobjects/{kind}/{record_id}", rows.delete),
    ("GET", "sobjects/{kind}/{field}/{value}", rows.retrieve_by),
    ("PATCH", "sobjects/{kind}/{field}/{value}", rows.upsert),
    ("DELETE", "sobjects/{kind}/{field}/{value}", rows.delete_by),
    ("POST", "composite/sobjects", collections.create),
    ("PATCH", "composite/sobjects", collections.update),
    ("DELETE", "composite/sobjects", collections.delete),
    ("GET", "composite/sobjects/{kind}", collections.retrieve),
    ("POST", "composite/sobjects/{kind}", collections.retrieve_by_body),
    ("PATCH", "composite/sobjects/{kind}/{field}", collections.upsert),
    ("POST", "composite/tree/{kind}", tree.create),
)
"""Method, path below the version, and what answers."""
COMPOSITES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    ("composite", composite.composite),
    ("composite/batch", composite.batch),
    ("composite/graph", composite.graphs),
)
"""What carries further calls."""


class SalesforceService(Service):
    """A stand-in for one org and its token endpoint."""

    name: ClassVar[str] = "salesforce"
    quirks: ClassVar[tuple[Quirk, ...]] = QUIRKS

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        create_tables(environment.storage)
        functions.register(environment.storage)
        self.org = Org(environment)
        self._within_limit = True
        self._add_routes()
        backdoor.add_routes(self.backdoor, self.org)

    def _add_routes(self) -> None:
        add, org = self.router.add, self.org
        add("POST", "/services/oauth2/token", partial(tokens.token, org))
        add("POST", "/services/oauth2/introspect", partial(tokens.introspect, org))
        for method in ("GET", "POST"):
            add(method, "/services/oauth2/userinfo", partial(tokens.userinfo, org))
            add(method, "/services/oauth2/revoke", partial(tokens.revoke_token, org))
            add(method, "/id/{organization}/{user}", partial(identity.identity, org))
        for method in ("GET", "HEAD"):
            add(method, DATA, metadata.versions)
            add(method, f"{DATA}/{{version}}", self._in_context(metadata.resources))
        for method, path, handler in ROUTES:
            for allowed in ("GET", "HEAD") if method == "GET" else (method,):
                add(allowed, f"{DATA}/{{version}}/{path}", self._in_context(handler))
        for path, answering in COMPOSITES:
            handler = self._in_context(partial(answering, perform=self.perform))
            add("POST", f"{DATA}/{{version}}/{path}", handler)

    def _in_context(self, handler: Callable[..., Answer]) -> Callable[..., Answer]:
        def run(call: Call, version: str, **parameters: str) -> Answer:
            return handler(Context(self.org, call, version), **parameters)

        return run

    # ---- every call -----------------------------------------------------------------------------

    async def respond(self, call: Call) -> Answer:
        """Counts the call against the org's allocation and reports the state of it."""
        self.org.forget()
        is_data = self.spell(call.path).startswith(f"{DATA}/")
        with self.environment.storage.transaction():
            known = is_data and live_session(self.org, token_of(call)) is not None
            self._within_limit = count_call(self.org) if known else True
        try:
            result = self.perform(unpacked(call))
        except ApiError as error:
            result = error.answer
        self.org.forget()
        if not is_data:
            return packed(call, result)
        usage = {"Sforce-Limit-Info": usage_header(self.org)}
        return packed(call, replace(result, headers={**result.headers, **usage}))

    def spell(self, path: str) -> str:
        """Paths may end in a slash (`/query/?q=`), and begin with several: clients put the
        instance's address, which may end in one, before `/services`.
        """
        return f"/{path.strip('/')}"

    def authorize(self, call: Call, match: Match) -> None:
        """Version, token, allocation, length of the address: in this order."""
        self.org.forget()
        if not match.template.startswith(f"{DATA}/"):
            return
        refused = check_version(match.parameters["version"])
        if refused:
            raise refused
        use_session(self.org, call)
        if call.outer is None and not self._within_limit:
            raise refuse("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if call.outer is None and len(call.path) + len(call.query_string) > MAX_URI:
            raise refuse("URI_TOO_LONG", "The URI is longer than 16,384 bytes", status=414)
        expire_bin(self.org)

    def not_found(self, call: Call, template: str | None) -> Answer:
        """405 for a wrong method, 410 for a retired version, 401 without a token, else 404."""
        path = self.spell(call.path)
        if path.startswith(f"{DATA}/"):
            if refused := check_version(path.split("/")[3]):
                return refused.answer
            if live_session(self.org, token_of(call)) is None:
                return session_invalid().answer
        if template is None:
            return not_found().answer
        message = f"HTTP Method '{call.method}' not allowed"
        return refuse("METHOD_NOT_ALLOWED", message).answer

    # ---- what quirks need -----------------------------------------------------------------------

    def rate_limited(self, call: Call, retry_after: int | None) -> Answer:
        """429; the wait is named only on request."""
        body = [{"message": "Too many requests", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        return answer(body, 429, {} if retry_after is None else {"Retry-After": str(retry_after)})

    def server_error(self, call: Call, status: int) -> Answer:
        """5xx; 503 says so in JSON, others answer with a page for people."""
        if status == 503:
            body = [{"message": "Server is unavailable", "errorCode": "SERVER_UNAVAILABLE"}]
            return answer(body, status)
        page = b"<html><body>An error occurred</body></html>"
        return Answer(status, page, media_type="text/html")

    def precondition_failed(self, call: Call) -> Answer:
        """412."""
        return precondition_failed().answer

    def revoke_token(self, call: Call) -> None:
        """Ends the session of the call's token."""
        revoke(self.org, token_of(call))

    # ---- start, load, dump ----------------------------------------------------------------------

    def prepare(self) -> None:
        """Makes an org out of an empty storage."""
        setup.prepare(self.org)

    def credentials(self, base_url: str) -> JsonObject:
        """What a client needs; the key for JWT assertions has a back-door route of its own."""
        with self.environment.storage.transaction():
            token = setup.working_token(self.org)
        return {
            "url": base_url,
            "token": token,
            "username": setup.USERNAME,
            "client_id": setup.CLIENT_ID,
            "client_secret": setup.CLIENT_SECRET,
        }

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Stores lines as described in `loading`."""
        self.org.forget()
        return loading.load(self.org, rows)

    def dump(self) -> JsonObject:
        """All rows of all objects, deleted ones too."""
        storage = self.environment.storage
        return {
            kind.name: [
                dict(row)
                for row in storage.rows(
                    f"SELECT * FROM {table(kind.name)} ORDER BY Id"  # noqa: S608 - schema names
                )
            ]
            for kind in self.org.everything.objects.values()
        }
