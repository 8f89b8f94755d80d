"""The stand-in for Microsoft Graph and its sign-in service, put together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.backdoor import GraphBackDoor
from syncline_sandbox.graph.contacts.routes import add_contact_routes
from syncline_sandbox.graph.directory import DirectoryRoutes
from syncline_sandbox.graph.errors import (
    Failure,
    bad_request,
    conflict,
    error_answer,
    request_id_of,
)
from syncline_sandbox.graph.items.translation import TranslationRoute
from syncline_sandbox.graph.protocol.batch import PATH, BatchRoute, inner_call, read_steps
from syncline_sandbox.graph.protocol.concurrency import Flights
from syncline_sandbox.graph.protocol.paths import spelled
from syncline_sandbox.graph.protocol.routes import ROOT, Routes
from syncline_sandbox.graph.quirks import QUIRKS
from syncline_sandbox.graph.sign_in import apps
from syncline_sandbox.graph.sign_in.oauth import SignIn
from syncline_sandbox.graph.stores import Stores
from syncline_sandbox.graph.tenant import mailboxes
from syncline_sandbox.messages import Answer, Call, JsonObject, Refused
from syncline_sandbox.routing import Match
from syncline_sandbox.service import Service

_DAY = 86_400


class GraphService(Service):
    """Microsoft Graph v1.0 as far as contacts go, for one tenant."""

    name = "graph"
    quirks = QUIRKS

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.stores = stores = Stores.of(environment)
        self.sign_in = SignIn(environment, stores.apps, stores.tokens, stores.mailboxes)
        self._flights = Flights()
        self._back_door = GraphBackDoor(stores, self.sign_in)
        self._add_routes()

    def _add_routes(self) -> None:
        environment, stores = self.environment, self.stores
        self.sign_in.add_routes(self.router)
        routes = Routes(self.router, environment, stores.mailboxes, stores.tokens)
        add_contact_routes(routes, environment, stores.contact_folders, stores.contacts)
        DirectoryRoutes(stores.mailboxes).add_to(routes)
        TranslationRoute([stores.contacts]).add_to(routes)
        BatchRoute(environment, self.perform).add_to(routes)
        self._back_door.add_to(self.backdoor)

    # ---- the way of a call --------------------------------------------------------------------

    def spell(self, path: str) -> str:
        """As `protocol.paths` says."""
        return spelled(path)

    async def respond(self, call: Call) -> Answer:
        """Answers a call; under `mailbox-concurrency` it stays under way for a moment."""
        hold = self.environment.quirks.on("mailbox-concurrency")
        if hold is None:
            return self.perform(call)
        call = self._numbered(call)
        accepted = self._flights.enter(call.number, self._load(call))
        try:
            await asyncio.sleep(hold["hold_ms"] / 1_000)
            return self.perform(call)
        finally:
            self._flights.leave(call.number, accepted)

    def perform(self, call: Call) -> Answer:
        """Answers a call with the headers every answer of Graph has."""
        call = self._numbered(call)
        answer = super().perform(call)
        request_id = request_id_of(call)
        identity = {
            "request-id": request_id,
            "client-request-id": call.header("client-request-id") or request_id,
        }
        return replace(answer, headers={**identity, **answer.headers})

    def authorize(self, call: Call, match: Match) -> None:
        """Refuses what is too much for a mailbox; tokens are read by the routes themselves."""
        number = call.number if call.outer is None else call.outer
        if self._flights.refuses(number, _mailbox_of(match)):
            raise Refused(self.rate_limited(call, None))

    def _numbered(self, call: Call) -> Call:
        return call if call.number else replace(call, number=self.environment.calls.number())

    def _load(self, call: Call) -> Mapping[str, int]:
        """How many requests a call carries for each mailbox."""
        calls = [call]
        if self.spell(call.path) == f"{ROOT}{PATH}":
            try:
                calls = [inner_call(call, step) for step in read_steps(call.json())]
            except (Failure, ValueError):
                return {}  # the batch is refused anyway
        matches = (self.router.match(c.method, self.spell(c.path)) for c in calls)
        return Counter(_mailbox_of(match) for match in matches if match)

    # ---- answers ------------------------------------------------------------------------------

    def not_found(self, call: Call, template: str | None) -> Answer:
        """405 for a wrong method, 400 for a path Graph does not know."""
        if template is not None:
            failure = Failure(405, "ErrorInvalidRequest", "The OData request is not supported.")
        elif call.path.startswith(f"{ROOT}/"):
            segment = call.path.rsplit("/", 1)[-1]
            failure = bad_request(f"Resource not found for the segment '{segment}'.")
        else:
            failure = Failure(404, "ResourceNotFound", "There is nothing at this address.")
        return self._refusal(call, failure)

    def rate_limited(self, call: Call, retry_after: int | None) -> Answer:
        """429 as the Outlook service answers it."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        message = "Application is over its MailboxConcurrency limit."
        return self._refusal(call, Failure(429, "ApplicationThrottled", message, headers))

    def server_error(self, call: Call, status: int) -> Answer:
        """A 5xx as Graph answers it."""
        return self._refusal(call, Failure(status, "serviceNotAvailable", "Try again later."))

    def precondition_failed(self, call: Call) -> Answer:
        """412 though nobody changed anything."""
        return self._refusal(call, conflict())

    def revoke_token(self, call: Call) -> None:
        """Makes the call's token worthless."""
        try:
            self.stores.tokens.revoke(self.stores.tokens.principal(call))
        except Failure:
            return  # it was worthless before

    def _refusal(self, call: Call, failure: Failure) -> Answer:
        return error_answer(failure, call, self.environment.clock.now())

    # ---- around it ----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Registers the first app."""
        self.stores.apps.register_first()

    def credentials(self, base_url: str) -> JsonObject:
        """What a client needs; the token is an app's and lives a day."""
        app = self.stores.apps.find(apps.CLIENT_ID)
        roles = list(app.roles) if app else []
        return {
            "url": base_url,
            "graph": f"{base_url}{ROOT}",
            "login": base_url,
            "tenant_id": mailboxes.TENANT_ID,
            "client_id": apps.CLIENT_ID,
            "client_secret": app.secret if app else None,
            "token": self.stores.tokens.issue(apps.CLIENT_ID, roles, lifetime=_DAY),
        }

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Stores mailboxes, folders and contacts (docs of `graph.backdoor`)."""
        return self._back_door.load(rows)

    def dump(self) -> JsonObject:
        """All mailboxes with their folders and contacts."""
        return self._back_door.dump()


def _mailbox_of(match: Match) -> str:
    return match.parameters.get("user", "me").casefold()
