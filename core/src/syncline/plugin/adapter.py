"""A connector instance as a plugin of its own connection's manager.

This is where untrusted code meets the engine: whatever a connector raises becomes an error of our
tree, whatever it returns is looked over before anybody relies on it. Both name the connector, and
neither ever shows what it was called with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from syncline.errors import CALL_FAILED, StateError, Stop
from syncline.plugin.connector import Connector
from syncline.plugin.hookspecs import hookimpl
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    Applied,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    CheckRequest,
    Containers,
    ContainersRequest,
    Deferred,
    DeleteRequest,
    Duplicate,
    FetchRequest,
    Gone,
    Outcome,
    Page,
    Rejected,
    Stale,
    Unknown,
)

OUTCOMES: Final = (Applied, Stale, Gone, Duplicate, Rejected, Unknown, Deferred)

T = TypeVar("T")


class ConnectorPlugin:
    """The hooks of a connection, answered by `connector`."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @hookimpl
    def check(self, request: CheckRequest) -> CheckReport:
        """Ask the connector."""
        return self._expect(
            CheckReport, guarded(self._name, "check", self._connector.check, request)
        )

    @hookimpl
    def containers(self, request: ContainersRequest | AccountsRequest) -> Containers:
        """Ask the connector for accounts or containers."""
        if isinstance(request, AccountsRequest):
            found = guarded(self._name, "accounts", self._connector.accounts, request)
        else:
            found = guarded(self._name, "containers", self._connector.containers, request)
        return self._with_many(self._expect(Containers, found), "accounts", "containers")

    @hookimpl
    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """Ask the connector for a page of accounts."""
        page = guarded(self._name, "list_accounts", self._connector.list_accounts, request)
        return self._with_many(self._expect(AccountPage, page), "accounts")

    @hookimpl
    def fetch(self, request: FetchRequest) -> Page:
        """Ask the connector; a page goes on, or ends, but never both."""
        page = self._expect(Page, guarded(self._name, "fetch", self._connector.fetch, request))
        self._with_many(page, "records", "absent")
        if page.next is not None and page.cursor is not None:
            raise self._malformed("a page with both next and cursor")
        if isinstance(request, ChangesRequest) and page.next is None and page.cursor is None:
            raise self._malformed("a last page without a cursor")
        return page

    @hookimpl
    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Write through the connector."""
        answer = guarded(self._name, "apply", self._connector.apply, request)
        return self._outcomes(answer, len(request.operations))

    @hookimpl
    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Delete through the connector."""
        answer = guarded(self._name, "delete", self._connector.delete, request)
        return self._outcomes(answer, len(request.operations))

    @property
    def _name(self) -> str:
        return self._connector.name

    def _outcomes(self, answer: list[Outcome], expected: int) -> list[Outcome]:
        outcomes = self._expect(list, answer)
        if len(outcomes) != expected:
            raise self._malformed(f"{len(outcomes)} outcomes for {expected} operations")
        if strange := [each for each in outcomes if not isinstance(each, OUTCOMES)]:
            raise self._malformed(f"an outcome of type {type(strange[0]).__name__}")
        return outcomes

    def _expect(self, type_: type[T], answer: object) -> T:
        if not isinstance(answer, type_):
            raise self._malformed(f"{type(answer).__name__} instead of {type_.__name__}")
        return answer

    def _with_many(self, answer: T, *names: str) -> T:
        """The answer, whose fields of these names can be counted, and gone through twice."""
        for name in names:
            if not isinstance(many := getattr(answer, name), tuple | list):
                raise self._malformed(f"{name} of type {type(many).__name__}")
        return answer

    def _malformed(self, what: str) -> Stop:
        return Stop(
            f"malformed answer from connector {self._name!r}: {what}",
            hint="This is a fault of the connector. Report it to its maintainers.",
            connector=self._name,
        )


def guarded(name: str, method: str, call: Callable[..., T], *arguments: object) -> T:
    """Call a connector; what it may not raise becomes `Stop`: anything outside of our error tree,
    and what only core can know (that a lease is held, that a command was misused).

    The original exception is left out of the chain, since its text and its traceback may show a
    payload; its type and the place it was raised at are kept.
    """
    try:
        return call(*arguments)
    except (*CALL_FAILED, StateError):  # the last one comes from the token store
        raise
    except Exception as error:  # noqa: BLE001 - connectors may raise anything
        place = _place(error.__traceback__)
        raise Stop(
            f"connector {name!r} failed in {method}: {type(error).__name__} at {place}",
            hint="This is a fault of the connector. Report it to its maintainers.",
            connector=name,
        ) from None


def _place(traceback: TracebackType | None) -> str:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "an unknown place"
    code = traceback.tb_frame.f_code
    return f"{Path(code.co_filename).name}:{traceback.tb_lineno} in {code.co_name}"
