"""The conformance kit against the stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from syncline.errors import Reconnect, Retry, SynclineError
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.testing import ConnectorContract, DataSet
from syncline_salesforce.connector import SalesforceConnector
from syncline_salesforce.contacts.mapping import COMPANY, CONTACT_TYPE
from syncline_sandbox.testing import SalesforceSandbox, SandboxUser

ACCOUNTS = ("ada@example.test", "bob@example.test")


class SalesforceSystem:
    """The stand-in in canonical words. People who write a company make the account first."""

    accounts = ACCOUNTS
    faults = frozenset(
        {
            "throttled",
            "throttled_silent",
            "server_error",
            "drop_before",
            "drop_after",
            "malformed",
            "token_revoked",
        }
    )

    def __init__(self, sandbox: SalesforceSandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.people = {name: sandbox.add_user(name) for name in ACCOUNTS}
        sandbox.define_field("Contact", "SyncKey__c", length=255, unique=True, external_id=True)
        # Companies the kit writes must be accounts, or they are not stored.
        sandbox.create_many("Account", [{"Name": f"Company {n}"} for n in range(100)])

    def settings(self) -> dict[str, Any]:
        return self._settings(self.sandbox.client_secret)

    def wrong_settings(self) -> Mapping[str, tuple[dict[str, Any], type[SynclineError]]]:
        return {
            "wrong secret": (self._settings("wrong"), Reconnect),
            "unknown client": (self.settings() | {"client_id": "nobody"}, Reconnect),
            "nobody listens": (self.settings() | {"instance_url": "http://127.0.0.1:1"}, Retry),
        }

    def _settings(self, secret: str) -> dict[str, Any]:
        path = self.folder / f"secret-{len(secret)}"
        path.write_text(secret)
        return {
            "instance_url": self.sandbox.url,
            "client_id": self.sandbox.client_id,
            "client_secret": {"file": str(path)},
            "timeout": 20,
        }

    def data_set(self) -> DataSet:
        return DataSet(
            where="Department = 'Inside'",
            inside={"department": "Inside"},
            outside={"department": "Outside"},
            nonsense="Department is Inside",
        )

    def create(self, account: str, fields: Mapping[str, Value]) -> RecordId:
        native = {"LastName": "(none)"} | self._native(fields)
        return RecordId(self.sandbox.create("Contact", native, as_user=self._user(account)))

    def update(self, account: str, id: RecordId, fields: Mapping[str, Value]) -> None:
        user = self._user(account)
        self.sandbox.update("Contact", id, self._native(fields), as_user=user)

    def delete(self, account: str, id: RecordId) -> None:
        self.sandbox.delete("Contact", id, as_user=self._user(account))

    def read(self, account: str) -> Mapping[RecordId, Mapping[str, Value]]:
        names = {row["Id"]: row["Name"] for row in self.sandbox.rows("Account")}
        owner = self._user(account).id
        return {
            RecordId(row["Id"]): CONTACT_TYPE.read(row | {COMPANY: names.get(row["AccountId"])})
            for row in self.sandbox.rows("Contact")
            if row["OwnerId"] == owner
        }

    def _native(self, fields: Mapping[str, Value]) -> dict[str, Any]:
        body = CONTACT_TYPE.write(fields, {})
        if COMPANY in body:
            name = body.pop(COMPANY)
            accounts = {row["Name"]: row["Id"] for row in self.sandbox.rows("Account")}
            body["AccountId"] = accounts[name] if name else None
        return body

    def _user(self, account: str) -> SandboxUser:
        return self.people[account]

    def fault(self, name: str) -> None:
        quirks: dict[str, tuple[str, dict[str, Any]]] = {
            "throttled": ("rate-limit", {"retry_after": 7}),
            "throttled_silent": ("rate-limit", {}),
            "server_error": ("server-error", {}),
            "drop_before": ("drop-before-commit", {}),
            "drop_after": ("commit-then-drop", {}),
            "malformed": ("malformed-body", {}),
        }
        if name == "token_revoked":
            self.sandbox.revoke_tokens()
            return
        quirk, options = quirks[name]
        self.sandbox.quirk(quirk, options)

    def clear_faults(self) -> None:
        self.sandbox.clear_quirks()

    def advance(self, seconds: float) -> None:
        self.sandbox.advance(seconds)


class WithoutKeyField(ConnectorContract):
    connector_type = SalesforceConnector
    looked_up_fields = frozenset({"company"})

    @pytest.fixture
    def system(self, stand_in: SalesforceSandbox, tmp_path: Path) -> SalesforceSystem:
        return SalesforceSystem(stand_in, tmp_path)


class TestWithoutKeyField(WithoutKeyField):
    """As any organisation is."""

    known_gaps: ClassVar[Mapping[str, str]] = {
        "test_a_lost_answer_is_unknown": "the fault meets the look-up of the company before the "
        "write, so the write is not sent and rightly called Deferred; see TestWithKeyField"
    }


class TestWithKeyField(WithoutKeyField):
    """With `key_field`, creation is exactly-once. Accounts are hidden here: a company costs a
    question before the write, and a fault that meets every call then meets that one.
    """

    @pytest.fixture
    def system(self, stand_in: SalesforceSandbox, tmp_path: Path) -> SalesforceSystem:
        return KeyedSystem(stand_in, tmp_path)


class KeyedSystem(SalesforceSystem):
    """An organisation with our key field, whose accounts are none of our business."""

    def __init__(self, sandbox: SalesforceSandbox, folder: Path) -> None:
        super().__init__(sandbox, folder)
        sandbox.hide_object("Account")

    def _settings(self, secret: str) -> dict[str, Any]:
        return super()._settings(secret) | {"key_field": "SyncKey__c"}
