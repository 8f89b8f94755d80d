"""The Outlook connector passes core's conformance kit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syncline.errors import Reconnect, SynclineError
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.testing import ConnectorContract
from syncline_outlook.connector import OutlookConnector
from syncline_sandbox.testing import GraphSandbox

# Written down once more, so that a slip in the connector's own mapping is not hidden by itself.
TEXTS = {
    "prefix": "title", "given_name": "givenName", "middle_name": "middleName",
    "family_name": "surname", "suffix": "generation", "nickname": "nickName",
    "company": "companyName", "department": "department", "job_title": "jobTitle",
    "mobile_phone": "mobilePhone", "assistant_name": "assistantName",
    "web_page": "businessHomePage", "notes": "personalNotes", "display_name": "displayName",
}  # fmt: skip
EXTENDED = "singleValueExtendedProperties"
LISTS = {"work_phones": "businessPhones", "home_phones": "homePhones", "categories": "categories"}
ADDRESSES = {
    "business_address": "businessAddress", "home_address": "homeAddress",
    "other_address": "otherAddress",
}  # fmt: skip
PROPERTIES = {
    "work_fax": "String 0x3A24", "other_phone": "String 0x3A1F",
    "assistant_phone": "String 0x3A2E",
}  # fmt: skip
PARTS = {
    "street": "street", "city": "city", "region": "state", "postal_code": "postalCode",
    "country": "countryOrRegion",
}  # fmt: skip
FAULTS = {
    "throttled": ("rate-limit", {"retry_after": 3}),
    "throttled_silent": ("rate-limit", {}),
    "server_error": ("server-error", {"scope": "outer"}),
    "drop_before": ("drop-before-commit", {}),
    "drop_after": ("commit-then-drop", {}),
    "malformed": ("malformed-body", {}),
    "token_revoked": ("token-revoked", {"times": 1}),
    "page_loop": ("looping-next-link", {}),
    "stale_cursor": ("delta-gone", {}),
}


def to_graph(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Canonical fields as a person's Outlook would store them."""
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if name in TEXTS:
            body[TEXTS[name]] = value
        elif name in LISTS:
            body[LISTS[name]] = list(value or ())
        elif name in ADDRESSES:
            body[ADDRESSES[name]] = {PARTS[part]: text for part, text in (value or {}).items()}
        elif name in PROPERTIES:
            entry = {"id": PROPERTIES[name], "value": value or ""}
            body.setdefault(EXTENDED, []).append(entry)
        elif name == "emails":
            body["emailAddresses"] = [{"address": each, "name": each} for each in value or ()]
        elif name == "birthday":
            body["birthday"] = value and f"{value}T11:59:00Z"
    return body


def from_graph(contact: Mapping[str, Any]) -> dict[str, Value]:
    """The reverse."""
    found: dict[str, Value] = {name: contact[theirs] for name, theirs in TEXTS.items()}
    found |= {name: tuple(contact[theirs]) or None for name, theirs in LISTS.items()}
    found |= {
        name: {part: contact[theirs].get(key) for part, key in PARTS.items()}
        for name, theirs in ADDRESSES.items()
    }
    beside = {each["id"]: each["value"] for each in contact[EXTENDED]}
    found |= {name: beside.get(theirs) or None for name, theirs in PROPERTIES.items()}
    found["emails"] = tuple(each["address"] for each in contact["emailAddresses"])
    found["birthday"] = contact["birthday"] and contact["birthday"][:10]
    if any(contact[TEXTS[part]] for part in ("given_name", "family_name", "prefix")):
        found["display_name"] = None
    return found


class GraphSystem:
    """Two people's Outlook, through the stand-in's back door."""

    accounts = ("ada@example.test", "bob@example.test")
    faults = frozenset(FAULTS)

    def __init__(self, graph: GraphSandbox, folder: Path) -> None:
        self._graph = graph
        self._folder = folder
        self._boxes = {name: graph.add_mailbox(name) for name in self.accounts}

    def settings(self) -> dict[str, Any]:
        return {
            "tenant_id": self._graph.tenant_id,
            "client_id": self._graph.client_id,
            "client_secret": self._secret("right", self._graph.client_secret),
            "graph_url": self._graph.graph_url,
            "login_url": self._graph.url,
        }

    def wrong_settings(self) -> Mapping[str, tuple[dict[str, Any], type[SynclineError]]]:
        right = self.settings()
        return {
            "wrong secret": (
                {**right, "client_secret": self._secret("wrong", "not-the-secret")}, Reconnect,
            ),
            "unknown app": ({**right, "client_id": "11111111-2222"}, Reconnect),
            "unknown tenant": ({**right, "tenant_id": "nobody.example"}, Reconnect),
        }  # fmt: skip

    def data_set(self) -> None:
        return None

    def create(self, account: str, fields: Mapping[str, Value]) -> RecordId:
        return RecordId(self._boxes[account].create_contact(to_graph(fields))["id"])

    def update(self, account: str, id: RecordId, fields: Mapping[str, Value]) -> None:
        self._boxes[account].update_contact(id, to_graph(fields))

    def delete(self, account: str, id: RecordId) -> None:
        self._boxes[account].delete_contact(id)

    def read(self, account: str) -> Mapping[RecordId, Mapping[str, Value]]:
        contacts = self._boxes[account].contacts()
        return {RecordId(each["id"]): from_graph(each) for each in contacts}

    def fault(self, name: str) -> None:
        quirk, options = FAULTS[name]
        self._graph.quirk(quirk, None, **options)

    def clear_faults(self) -> None:
        self._graph.clear_quirks()

    def advance(self, seconds: float) -> None:
        self._graph.advance(seconds)

    def _secret(self, name: str, text: str) -> dict[str, str]:
        path = self._folder / name
        path.write_text(text)
        return {"file": str(path)}


class TestOutlookContract(ConnectorContract):
    connector_type = OutlookConnector

    @pytest.fixture
    def system(self, graph: GraphSandbox, tmp_path: Path) -> GraphSystem:  # type: ignore[override]
        return GraphSystem(graph, tmp_path)
