"""Around the wrappers that plugins bring, and inside of core's own: what they raise or answer with
is held to what a connector's is. One that fails ends the lanes of the feed that was called.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from syncline.errors import CALL_FAILED, StateError, Stop
from syncline.plugin.adapter import place
from syncline.plugin.answer_shapes import Shapes
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

_FAULT = "This is a fault of a plugin with wrappers (`connection_plugins`). Report it there."


class Foreign:
    """Wraps every hook of a connection, whose `connector` answers in the right shape already."""

    def __init__(self, connection: str, connector: str) -> None:
        self._whose = f"a plugin around connection {connection!r}"
        self._shapes = Shapes(self._whose, _FAULT, connector)

    @hookimpl(wrapper=True, tryfirst=True)
    def check(self, request: CheckRequest) -> Generator[None, CheckReport, CheckReport]:
        """A report."""
        return self._shapes.report((yield from self._answer("check")))

    @hookimpl(wrapper=True, tryfirst=True)
    def containers(
        self, request: ContainersRequest | AccountsRequest
    ) -> Generator[None, Containers, Containers]:
        """Accounts or containers."""
        return self._shapes.containers((yield from self._answer("containers")))

    @hookimpl(wrapper=True, tryfirst=True)
    def list_accounts(
        self, request: AccountListRequest
    ) -> Generator[None, AccountPage, AccountPage]:
        """A page of accounts."""
        return self._shapes.accounts((yield from self._answer("list_accounts")))

    @hookimpl(wrapper=True, tryfirst=True)
    def fetch(self, request: FetchRequest) -> Generator[None, Page, Page]:
        """A page."""
        return self._shapes.page((yield from self._answer("fetch")), request)

    @hookimpl(wrapper=True, tryfirst=True)
    def apply(self, request: ApplyRequest) -> Generator[None, list[Outcome], list[Outcome]]:
        """One outcome for each operation."""
        return self._shapes.outcomes((yield from self._answer("apply")), request)

    @hookimpl(wrapper=True, tryfirst=True)
    def delete(self, request: DeleteRequest) -> Generator[None, list[Outcome], list[Outcome]]:
        """One outcome for each operation."""
        return self._shapes.outcomes((yield from self._answer("delete")), request)

    def _answer(self, method: str) -> Generator[None, Any, Any]:
        try:
            return (yield)
        except (*CALL_FAILED, StateError):
            raise
        except Exception as error:  # noqa: BLE001 - plugins may raise anything
            where = place(error.__traceback__)
            raise Stop(
                f"{self._whose} failed in {method}: {type(error).__name__} at {where}", hint=_FAULT
            ) from None
