"""The memory connector passes its own kit, in each of the ways it can be switched."""

from __future__ import annotations

import pytest

from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.model.capacity import Capacity
from syncline.testing import ConnectorContract
from syncline.testing.memory import PASSWORDS, MemorySystem

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


class MemoryContract(ConnectorContract):
    connector_type = MemoryConnector
    options = MemoryOptions()

    @pytest.fixture
    def system(self, monkeypatch: pytest.MonkeyPatch) -> MemorySystem:
        for name, password in PASSWORDS.items():
            monkeypatch.setenv(name, password)
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
