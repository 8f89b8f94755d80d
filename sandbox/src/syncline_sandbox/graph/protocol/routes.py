"""What all of Graph's routes share: who calls, whose mailbox, how failures become answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, access_denied, bad_request, error_answer
from syncline_sandbox.graph.sign_in.tokens import Principal, Tokens
from syncline_sandbox.graph.tenant.mailboxes import Mailbox, Mailboxes
from syncline_sandbox.messages import Answer, Call, Refused
from syncline_sandbox.routing import Handler, Router

ROOT = "/v1.0"
MailboxHandler = Callable[..., Answer]
"""Called as `handler(call, mailbox, **parameters)`."""


class Routes:
    """Adds routes that know the caller and the mailbox."""

    def __init__(
        self, router: Router, environment: Environment, mailboxes: Mailboxes, tokens: Tokens
    ) -> None:
        self._router, self._environment = router, environment
        self._mailboxes, self._tokens = mailboxes, tokens

    def add(self, method: str, path: str, handler: Handler) -> None:
        """A route below the version root, called as `handler(call, principal, **parameters)`."""

        def answer(call: Call, **parameters: str) -> Answer:
            try:
                found: Answer = handler(call, self._tokens.principal(call), **parameters)
            except Failure as failure:
                now = self._environment.clock.now()
                raise Refused(error_answer(failure, call, now)) from failure
            return found

        self._router.add(method, f"{ROOT}{path}", answer)

    def add_for_mailbox(self, method: str, path: str, area: str, handler: MailboxHandler) -> None:
        """A route below `/me` and `/users/{user}` that needs a permission on `area`."""
        write = method != "GET"
        self.add_allowed(method, path, lambda each: each.require(area, write=write), handler)

    def add_allowed(
        self, method: str, path: str, check: Callable[[Principal], None], handler: MailboxHandler
    ) -> None:
        """As `add_for_mailbox`; `check` raises `Failure` (403) for who may not call it."""

        def enter(call: Call, principal: Principal, user: str = "", **parameters: str) -> Answer:
            check(principal)
            return handler(call, self._mailbox(principal, user), **parameters)

        self.add(method, f"/me{path}", enter)
        self.add(method, f"/users/{{user}}{path}", enter)

    def _mailbox(self, principal: Principal, user: str) -> Mailbox:
        if not user and principal.user is None:
            raise bad_request("/me request is only valid with delegated authentication flow.")
        mailbox = self._mailboxes.enter(user or str(principal.user))
        if principal.user not in {None, mailbox.id}:
            raise access_denied()
        return mailbox


def body_of(call: Call) -> dict[str, Any]:
    """The JSON object of a write; raises `Failure` (400)."""
    media_type = (call.header("content-type") or "").partition(";")[0].strip().casefold()
    if media_type != "application/json":
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and "
            "payload is of valid JSON format."
        )
    try:
        value = call.json()
    except ValueError as error:
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and "
            "payload is of valid JSON format."
        ) from error
    if not isinstance(value, dict):
        raise bad_request("Empty Payload. JSON content expected.")
    return value


def context(call: Call, what: str) -> str:
    """The `@odata.context` of an answer."""
    return f"{call.base_url}{ROOT}/$metadata#{what}"
