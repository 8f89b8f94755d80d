"""Pacing: how many writes to one account are on their way at once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.plugin import AccountId, ApplyRequest, Create, Deferred, Feed, hookimpl
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.wrappers.pacing import Pacing

FEED = Feed(type="contact", account=AccountId("left-user-1"))
CREATE = Create(key="k", account=AccountId("left-user-1"), fields={"family_name": "Lovelace"})
APPLY = ApplyRequest(spec=MemoryOptions().spec(), feed=FEED, operations=(CREATE,))


class Gate:
    """Counts the writes that are in flight, each of which waits until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    @hookimpl(wrapper=True)
    def apply(self, request):
        self.entered.release()
        self.go.acquire()
        return (yield)


def _writing(handle: ConnectionHandle, *accounts: str) -> list[threading.Thread]:
    threads = [
        threading.Thread(
            target=handle.apply,
            args=(replace(APPLY, operations=(replace(CREATE, account=AccountId(each)),)),),
        )
        for each in accounts
    ]
    for each in threads:
        each.start()
    return threads


class Busy:
    """Notes how many writes were in flight at once, each lasting a while."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0

    @hookimpl(wrapper=True)
    def apply(self, request):
        self.now += 1
        for _ in range(20_000):
            self.most = max(self.most, self.now)
        outcomes = yield
        self.now -= 1
        return outcomes


def test_one_write_at_a_time_to_one_account(connect) -> None:
    busy = Busy()
    for each in _writing(connect(MemoryConnector, busy), *["left-user-1"] * 8):
        each.join(30)

    assert busy.most == 1


def test_writes_to_two_accounts_run_side_by_side(connect) -> None:
    gate = Gate()
    threads = _writing(connect(MemoryConnector, gate), "left-user-1", "left-user-2")

    assert gate.entered.acquire(timeout=60)
    assert gate.entered.acquire(timeout=60)
    gate.go.release(2)
    for each in threads:
        each.join(10)


def test_a_batch_over_several_accounts_is_not_held_back() -> None:
    mixed = (CREATE, replace(CREATE, account=AccountId("left-user-2")))
    turn = Pacing().apply(request=replace(APPLY, operations=mixed))

    next(turn)
    with pytest.raises(StopIteration) as ended:
        turn.send([Deferred(), Deferred()])
    assert ended.value.value == [Deferred(), Deferred()]
