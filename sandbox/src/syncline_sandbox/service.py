"""What both stand-ins have in common: the way of a call from its route to its answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from syncline_sandbox.calls import CallRecord
from syncline_sandbox.environment import Environment
from syncline_sandbox.messages import Answer, Call, Dropped, JsonObject, Refused
from syncline_sandbox.quirks import COMMON, Opportunity, Quirk
from syncline_sandbox.routing import Match, Router


class Service(ABC):
    """A stand-in. Fill `router` with the service's own routes and `backdoor` with those that
    exist for tests only; a handler takes the `Call` and the path's parameters.

    A route's handler returns an `Answer`, a back-door handler a JSON value; both say no by raising
    `Refused`. Each runs in one transaction.
    """

    name: ClassVar[str]
    quirks: ClassVar[tuple[Quirk, ...]] = COMMON

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.router = Router(ignore_case=True)
        self.backdoor = Router()

    # ---- to be filled in by each service ------------------------------------------------------

    @abstractmethod
    def authorize(self, call: Call, match: Match) -> None:
        """Raises `Refused` unless the call may use this route (401, 403)."""

    @abstractmethod
    def not_found(self, call: Call, template: str | None) -> Answer:
        """The answer for a path without a route; `template` is set if only the method is wrong."""

    @abstractmethod
    def rate_limited(self, call: Call, retry_after: int | None) -> Answer:
        """The service's own 429."""

    @abstractmethod
    def server_error(self, call: Call, status: int) -> Answer:
        """The service's own 5xx."""

    @abstractmethod
    def precondition_failed(self, call: Call) -> Answer:
        """The service's own 412, for the quirk `spurious-412`."""

    @abstractmethod
    def revoke_token(self, call: Call) -> None:
        """Makes the token of this call worthless."""

    @abstractmethod
    def credentials(self, base_url: str) -> JsonObject:
        """What a client needs to begin: base URL, a token, client id and secret, …"""

    @abstractmethod
    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Stores the rows of a `--load` file; returns how many."""

    @abstractmethod
    def dump(self) -> JsonObject:
        """Everything that is stored, in the service's own JSON."""

    @abstractmethod
    def prepare(self) -> None:
        """Writes what an empty storage must have; called at start and after a reset."""

    def spell(self, path: str) -> str:
        """The one spelling of a path under which it is routed."""
        return path

    # ---- the way of a call --------------------------------------------------------------------

    async def respond(self, call: Call) -> Answer:
        """Answers an outer call; the place to wait in where a quirk needs calls to overlap."""
        return self.perform(call)

    def perform(self, call: Call) -> Answer:
        """Answers a call, inner or outer, and writes it into the call log; raises `Dropped`."""
        number = call.number or self.environment.calls.number()
        path = self.spell(call.path)
        match = self.router.match(call.method, path)
        template = match.template if match else self.router.template_of(path)
        status: int | None = None
        try:
            answer = self._answer(replace(call, number=number), match, template)
            status = answer.status
        finally:
            self.environment.calls.add(_record(call, number, template or call.path, status))
        return answer

    def _answer(self, call: Call, match: Match | None, template: str | None) -> Answer:
        chance = Opportunity(
            call.method, f"{template or call.path} {call.path}", call.outer is not None
        )
        quirks = self.environment.quirks
        if call.outer is None and quirks.fires("drop-before-commit", chance):
            raise Dropped
        answer = self._refused_by_quirk(call, chance) or self._handled(call, match, template)
        if call.outer is None and quirks.fires("commit-then-drop", chance):
            raise Dropped
        if answer.status < 300 and answer.content and quirks.fires("malformed-body", chance):
            encoded = answer.encoded()
            return Answer(answer.status, encoded[: len(encoded) // 2], answer.headers)
        return answer

    def _refused_by_quirk(self, call: Call, chance: Opportunity) -> Answer | None:
        quirks = self.environment.quirks
        if limited := quirks.fires("rate-limit", chance):
            return self.rate_limited(call, limited["retry_after"])
        if failed := quirks.fires("server-error", chance):
            return self.server_error(call, failed["status"])
        if chance.method in {"PATCH", "DELETE", "PUT"} and quirks.fires("spurious-412", chance):
            return self.precondition_failed(call)
        if quirks.fires("token-revoked", chance):
            self.revoke_token(call)
        return None

    def _handled(self, call: Call, match: Match | None, template: str | None) -> Answer:
        if match is None:
            return self.not_found(call, template)
        try:
            with self.environment.storage.transaction():
                self.authorize(call, match)
                answer: Answer = match.handler(call, **match.parameters)
                return answer
        except Refused as refused:
            return refused.answer


def _record(call: Call, number: int, template: str, status: int | None) -> CallRecord:
    body = call.body.decode("utf-8", "replace")
    return CallRecord(
        number, call.method, template, call.path, call.query_string, status, call.outer,
        call.headers, body,
    )  # fmt: skip
