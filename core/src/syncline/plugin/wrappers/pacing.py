"""Pacing: how many write calls to one account may be in flight, over all lanes and threads.

Outlook allows few concurrent requests per mailbox; two batches to one mailbox would throttle each
other. The limit is declared in `TypeSpec.writes_per_account` and shared by all object types, since
the service counts per mailbox.
"""

from __future__ import annotations

import threading
from collections.abc import Generator

from syncline.model.records import AccountId
from syncline.plugin.hookspecs import hookimpl
from syncline.plugin.requests import ApplyRequest, DeleteRequest, Outcome

Turn = Generator[None, list[Outcome], list[Outcome]]


class Pacing:
    """Wraps the two writing hooks. A batch that spans accounts is not held back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[AccountId, threading.BoundedSemaphore] = {}

    @hookimpl(wrapper=True, tryfirst=True)
    def apply(self, request: ApplyRequest) -> Turn:
        """Wait for a turn."""
        return (yield from self._in_turn(request))

    @hookimpl(wrapper=True, tryfirst=True)
    def delete(self, request: DeleteRequest) -> Turn:
        """Wait for a turn."""
        return (yield from self._in_turn(request))

    def _in_turn(self, request: ApplyRequest | DeleteRequest) -> Turn:
        accounts = {each.account for each in request.operations}
        if len(accounts) != 1 or request.spec.writes_per_account < 1:
            return (yield)
        with self._gate(accounts.pop(), request.spec.writes_per_account):
            return (yield)

    def _gate(self, account: AccountId, limit: int) -> threading.BoundedSemaphore:
        with self._lock:
            return self._gates.setdefault(account, threading.BoundedSemaphore(limit))
