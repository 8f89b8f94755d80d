"""The memory connector passes its own kit, in each of the ways it can be switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import pytest

from syncline.connectors.memory import MemoryConnector, MemoryOptions
from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT
from syncline.model.matching import Matcher
from syncline.model.objects import ObjectType
from syncline.testing import ConnectorContract
from syncline.testing.every_kind import ERRAND, title_and_due
from syncline.testing.memory import PASSWORDS, MemorySystem
from syncline.testing.system import DataSet

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


class ErrandSystem(MemorySystem):
    """A store of a type that core knows nothing of."""

    faults = MemorySystem.faults - {"second_call_fails"}

    def data_set(self) -> DataSet:
        return DataSet(
            where="title=Post",
            inside={"title": "Post"},
            outside={"title": "Bank"},
            nonsense="start=noon",
        )


MATCHERS: Mapping[str, Matcher] = {"title+due": title_and_due}
ERRANDS = MemoryOptions(type=ERRAND, matchers=MATCHERS, match=frozenset(MATCHERS))


class ErrandContract(ConnectorContract):
    """A plugin's own object type, with a field of every kind, and its own matcher."""

    object_types: ClassVar[Mapping[str, ObjectType]] = {ERRAND.name: ERRAND}
    matchers = MATCHERS
    options = ERRANDS

    @pytest.fixture
    def system(self, monkeypatch: pytest.MonkeyPatch) -> ErrandSystem:
        for name, password in PASSWORDS.items():
            monkeypatch.setenv(name, password)
        return ErrandSystem(self.options)


class ErrandConnector(MemoryConnector):
    types = (ERRANDS.spec(),)


class TestErrands(ErrandContract):
    """At a store that can hold everything."""

    connector_type = ErrandConnector


class TestErrandsAtAPoorerStore(ErrandContract):
    """Text only, whole minutes, three words, no roles: each prediction is put to the test."""

    connector_type = ErrandConnector
    options = replace(
        ERRANDS,
        capacities={
            "title": Capacity(max_length=20),
            "body": Capacity(plain_text=True, max_length=40),
            "start": Capacity(parts=frozenset({"at"}), resolution="minute"),
            "status": Capacity(vocabulary=frozenset({"not_started", "completed"})),
            "place": Capacity(parts=frozenset({"street", "city"})),
            "people": Capacity(parts=frozenset({"response"})),
        },
    )


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


def test_the_contact_type_of_memory_holds_every_canonical_field() -> None:
    assert MemoryOptions().spec().readable == CONTACT.fields.keys()
