"""The memory connector passes its own kit, in each of the ways it can be switched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncline.connectors.memory import Call, MemoryConnector, MemoryOptions, MemoryStore
from syncline.errors import Reconnect, Retry, Stop, SynclineError
from syncline.model.capacity import Capacity
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.testing import ConnectorContract, DataSet

LOSSY = {
    "given_name": Capacity(max_length=20, unit="utf16"),
    "family_name": Capacity(max_length=40),
    "notes": Capacity(max_length=120),
    "emails": Capacity(many=3, max_length=80),
    "work_phones": Capacity(many=2),
    "home_phones": Capacity(many=1),
    "business_address": Capacity(part_lengths={"street": 60, "city": 40}),
    "birthday": Capacity(full_dates=True),
}


class Clock:
    """Stands still until somebody advances it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Fault:
    """One named fault, in force for every call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def before(self, _call: Call) -> None:
        errors = {
            "throttled": Retry("throttled", after=7.0, reached=False),
            "throttled_silent": Retry("throttled", reached=False),
            "server_error": Retry("server error"),
            "drop_before": Retry("connection lost"),
            "malformed": Stop("malformed answer"),
        }
        if self.name in errors:
            raise errors[self.name]

    def after(self, _call: Call) -> None:
        if self.name == "drop_after":
            raise Retry("connection lost")


class MemorySystem:
    """A store with two users and a password."""

    accounts = ("ada@example.test", "bob@example.test")
    faults = frozenset(
        {
            "throttled",
            "throttled_silent",
            "server_error",
            "drop_before",
            "drop_after",
            "malformed",
            "stale_cursor",
        }
    )

    def __init__(self, options: MemoryOptions) -> None:
        self.clock = Clock()
        self.store = MemoryStore.open("contract", options, self.clock)
        self.store.password = "correct horse"
        for name in self.accounts:
            self.store.add_account(name)

    def settings(self) -> dict[str, Any]:
        return {"store": "contract", "password": {"env": "MEMORY_PASSWORD"}}

    def wrong_settings(self) -> Mapping[str, tuple[dict[str, Any], type[SynclineError]]]:
        return {
            "wrong password": (
                {"store": "contract", "password": {"env": "WRONG_PASSWORD"}},
                Reconnect,
            ),
            "no password": ({"store": "contract"}, Reconnect),
        }

    def data_set(self) -> DataSet:
        required = {"family_name": "Lovelace"}
        return DataSet(
            where="given_name=Ada",
            inside={**required, "given_name": "Ada"},
            outside={**required, "given_name": "Grace"},
            nonsense="given_name >> Ada",
        )

    def create(self, account: str, fields: Mapping[str, Value]) -> RecordId:
        return self.store.create(account, fields)

    def update(self, _account: str, id: RecordId, fields: Mapping[str, Value]) -> None:
        self.store.update(id, fields)

    def delete(self, _account: str, id: RecordId) -> None:
        self.store.delete(id)

    def read(self, account: str) -> Mapping[RecordId, Mapping[str, Value]]:
        return self.store.read(account)

    def fault(self, name: str) -> None:
        if name == "stale_cursor":
            self.store.expire_cursors()
        else:
            self.store.fault = Fault(name)

    def clear_faults(self) -> None:
        self.store.fault = None

    def advance(self, seconds: float) -> None:
        self.clock.time += timedelta(seconds=seconds)


class MemoryContract(ConnectorContract):
    connector_type = MemoryConnector
    options = MemoryOptions()

    @pytest.fixture
    def system(self, monkeypatch: pytest.MonkeyPatch) -> MemorySystem:
        monkeypatch.setenv("MEMORY_PASSWORD", "correct horse")
        monkeypatch.setenv("WRONG_PASSWORD", "battery staple")
        return MemorySystem(self.options)


class TestBestCase(MemoryContract):
    """Every capability there is."""

    options = MemoryOptions(containers=True, page_size=3)


class TestLikeAMailbox(MemoryContract):
    """Tokens, markers, few slots, late visibility."""

    options = MemoryOptions(idempotency="marker", capacities=LOSSY, page_size=2, visibility_lag=5.0)


class TestLikeACrm(MemoryContract):
    """One feed for all, one-second stamps, deletions swept, a required and a unique field."""

    options = MemoryOptions(
        feed="connection",
        detection="timestamp",
        granularity=1.0,
        overlap=30.0,
        deletions="swept",
        conditional="second",
        conditional_delete="none",
        capacities=LOSSY,
        required=frozenset({"family_name"}),
        unique=frozenset({"emails"}),
        spans_accounts=True,
        page_size=3,
    )


class TestLikeAPoorSystem(MemoryContract):
    """Nothing but reading and writing, and values rewritten on the way."""

    options = MemoryOptions(
        feed="connection",
        detection="timestamp",
        granularity=1.0,
        overlap=10.0,
        visibility_lag=10.0,
        conditional="none",
        conditional_delete="none",
        idempotency="none",
        match=frozenset(),
        fields=("given_name", "family_name", "emails", "notes", "company"),
        stored_as=lambda fields: {
            name: value.upper() if name == "company" and value else value
            for name, value in fields.items()
        },
        answers_version=False,
        page_size=4,
    )
