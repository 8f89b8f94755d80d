"""Audit: one log line for every call to a connection, with counts and timing, never arguments.

structlog renders, the standard library's logger `syncline.audit` carries: nothing reaches stdout,
and who wants the lines turns that logger on.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any, Final, TypeVar

import structlog

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

LOGGER: Final = "syncline.audit"

_log = structlog.wrap_logger(
    logging.getLogger(LOGGER),
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.processors.KeyValueRenderer(key_order=["event", "connection", "call"]),
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

T = TypeVar("T")


class Audit:
    """Wraps every hook of the connection of this name. `now` is any clock in seconds."""

    def __init__(self, connection: str, now: Callable[[], float]) -> None:
        self._log = _log.bind(connection=connection)
        self._now = now

    @hookimpl(wrapper=True, tryfirst=True)
    def check(self, request: CheckRequest) -> Generator[None, CheckReport, CheckReport]:
        """Logged with the number of findings."""
        return (yield from self._logged("check", lambda a: {"results": len(a.results)}))

    @hookimpl(wrapper=True, tryfirst=True)
    def containers(
        self, request: ContainersRequest | AccountsRequest
    ) -> Generator[None, Containers, Containers]:
        """Logged with the number of accounts or containers."""
        call = "accounts" if isinstance(request, AccountsRequest) else "containers"
        return (yield from self._logged(call, lambda a: {"found": len(a.accounts + a.containers)}))

    @hookimpl(wrapper=True, tryfirst=True)
    def list_accounts(
        self, request: AccountListRequest
    ) -> Generator[None, AccountPage, AccountPage]:
        """Logged with the number of accounts."""
        return (yield from self._logged("list accounts", _account_page))

    @hookimpl(wrapper=True, tryfirst=True)
    def fetch(self, request: FetchRequest) -> Generator[None, Page, Page]:
        """Logged with the numbers of records and absences."""
        call = f"fetch {type(request).__name__.removesuffix('Request').lower()}"
        return (yield from self._logged(call, _page))

    @hookimpl(wrapper=True, tryfirst=True)
    def apply(self, request: ApplyRequest) -> Generator[None, list[Outcome], list[Outcome]]:
        """Logged with the number of each outcome."""
        return (yield from self._logged("apply", _outcomes))

    @hookimpl(wrapper=True, tryfirst=True)
    def delete(self, request: DeleteRequest) -> Generator[None, list[Outcome], list[Outcome]]:
        """Logged with the number of each outcome."""
        return (yield from self._logged("delete", _outcomes))

    def _logged(self, call: str, facts: Callable[[T], dict[str, Any]]) -> Generator[None, T, T]:
        began = self._now()
        try:
            answer = yield
        except Exception as error:
            self._log.info(
                "failed", call=call, error=type(error).__name__, seconds=self._since(began)
            )
            raise
        self._log.info("done", call=call, seconds=self._since(began), **facts(answer))
        return answer

    def _since(self, began: float) -> float:
        return round(self._now() - began, 3)


def _account_page(page: AccountPage) -> dict[str, Any]:
    return {"found": len(page.accounts), "more": page.next is not None}


def _page(page: Page) -> dict[str, Any]:
    return {"records": len(page.records), "absent": len(page.absent), "more": page.next is not None}


def _outcomes(outcomes: list[Outcome]) -> dict[str, Any]:
    return dict(Counter(type(each).__name__.lower() for each in outcomes))
