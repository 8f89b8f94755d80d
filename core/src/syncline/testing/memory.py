"""A memory store as a `System`: the reference of how to provide one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline.connectors.memory import Call, MemoryOptions, MemoryStore
from syncline.errors import Reconnect, Retry, Stop, SynclineError
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.testing.system import DataSet

PASSWORDS = {"MEMORY_PASSWORD": "correct horse", "WRONG_PASSWORD": "battery staple"}
"""Environment variables the settings refer to; a fixture sets them."""
IN_A_SECOND_CALL = frozenset({"notes", "categories"})
"""What a memory store takes for fields that need one."""


class Clock:
    """Stands still, where it was made, until somebody advances it."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.time


class Fault:
    """One named fault, in force for every call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def before(self, _call: Call) -> None:
        """What is raised before anything happened."""
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
        """What is raised when it has happened."""
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
            "clock_ahead",
            "second_call_fails",
        }
    )

    def __init__(self, options: MemoryOptions) -> None:
        self.clock = Clock()
        self.store = MemoryStore.open("contract", options, self.clock)
        self.store.password = PASSWORDS["MEMORY_PASSWORD"]
        for name in self.accounts:
            self.store.add_account(name)

    def settings(self) -> dict[str, Any]:
        """The connection's settings."""
        return {"store": "contract", "password": {"env": "MEMORY_PASSWORD"}}

    def wrong_settings(self) -> Mapping[str, tuple[dict[str, Any], type[SynclineError]]]:
        """Another password, or none."""
        return {
            "wrong password": (
                {"store": "contract", "password": {"env": "WRONG_PASSWORD"}},
                Reconnect,
            ),
            "no password": ({"store": "contract"}, Reconnect),
        }

    def data_set(self) -> DataSet:
        """A condition on one field."""
        required = {"family_name": "Lovelace"}
        return DataSet(
            where="given_name=Ada",
            inside={**required, "given_name": "Ada"},
            outside={**required, "given_name": "Grace"},
            nonsense="given_name >> Ada",
        )

    def create(self, account: str, fields: Mapping[str, Value]) -> RecordId:
        """The user makes a record."""
        return self.store.create(account, fields)

    def update(self, _account: str, id: RecordId, fields: Mapping[str, Value]) -> None:
        """The user edits it."""
        self.store.update(id, fields)

    def delete(self, _account: str, id: RecordId) -> None:
        """The user deletes it."""
        self.store.delete(id)

    def read(self, account: str) -> Mapping[RecordId, Mapping[str, Value]]:
        """What is there."""
        return self.store.read(account)

    def fault(self, name: str) -> None:
        """From now on, for every call."""
        if name == "stale_cursor":
            self.store.expire_cursors()
        elif name == "clock_ahead":
            self.store.told_ahead = 700.0
        elif name == "second_call_fails":
            self.store.second_call_fails = IN_A_SECOND_CALL
        else:
            self.store.fault = Fault(name)

    def clear_faults(self) -> None:
        """No more."""
        self.store.fault, self.store.told_ahead = None, 0.0
        self.store.second_call_fails = frozenset()

    def advance(self, seconds: float) -> None:
        """The clock goes on."""
        self.clock.time += timedelta(seconds=seconds)
