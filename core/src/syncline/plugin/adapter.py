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
from syncline.plugin.answer_shapes import Shapes
from syncline.plugin.connector import Connector
from syncline.plugin.hookspecs import hookimpl
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ApplyRequest,
    CheckReport,
    CheckRequest,
    Containers,
    ContainersRequest,
    DeleteRequest,
    FetchRequest,
    Outcome,
    Page,
)

_FAULT: Final = "This is a fault of the connector. Report it to its maintainers."

T = TypeVar("T")


class ConnectorPlugin:
    """The hooks of a connection, answered by `connector`."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._shapes = Shapes(f"connector {connector.name!r}", _FAULT, connector.name)

    @hookimpl
    def check(self, request: CheckRequest) -> CheckReport:
        """Ask the connector."""
        return self._shapes.report(self._asked("check", self._connector.check, request))

    @hookimpl
    def containers(self, request: ContainersRequest | AccountsRequest) -> Containers:
        """Ask the connector for accounts or containers."""
        if isinstance(request, AccountsRequest):
            found = self._asked("accounts", self._connector.accounts, request)
        else:
            found = self._asked("containers", self._connector.containers, request)
        return self._shapes.containers(found)

    @hookimpl
    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """Ask the connector for a page of accounts."""
        page = self._asked("list_accounts", self._connector.list_accounts, request)
        return self._shapes.accounts(page)

    @hookimpl
    def fetch(self, request: FetchRequest) -> Page:
        """Ask the connector."""
        return self._shapes.page(self._asked("fetch", self._connector.fetch, request), request)

    @hookimpl
    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Write through the connector."""
        return self._shapes.outcomes(self._asked("apply", self._connector.apply, request), request)

    @hookimpl
    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Delete through the connector."""
        return self._shapes.outcomes(
            self._asked("delete", self._connector.delete, request), request
        )

    def _asked(self, method: str, call: Callable[..., T], request: object) -> T:
        return guarded(self._connector.name, method, call, request)


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
        where = place(error.__traceback__)
        raise Stop(
            f"connector {name!r} failed in {method}: {type(error).__name__} at {where}",
            hint=_FAULT,
            connector=name,
        ) from None


def place(traceback: TracebackType | None) -> str:
    """Where an error was raised, in words that are safe to show anywhere."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "an unknown place"
    code = traceback.tb_frame.f_code
    return f"{Path(code.co_filename).name}:{traceback.tb_lineno} in {code.co_name}"
