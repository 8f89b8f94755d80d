"""Real-world contacts, written into an empty mailbox and read back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from syncline.model.capacity import Inexpressible
from syncline.model.contact import CONTACT
from syncline.plugin.requests import Applied, ApplyRequest, Create
from syncline_outlook.contacts.mapping import CONTACTS

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "pim-corpus" / "contacts.jsonl"
PARTS = {
    "street": "street", "city": "locality", "region": "region", "postal_code": "code",
    "country": "country",
}  # fmt: skip


def canonical(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the corpus in canonical fields: enough of it to meet its oddities."""
    name, phones = row.get("n") or {}, row.get("tels") or []

    def kind(word: str) -> tuple[str, ...]:
        return tuple(each["value"] for each in phones if word in each.get("type", []))

    addresses = [{ours: each.get(theirs) for ours, theirs in PARTS.items()}
                 for each in row.get("adrs") or []]  # fmt: skip
    return {
        "prefix": name.get("prefix"),
        "given_name": name.get("given"),
        "middle_name": name.get("additional"),
        "family_name": name.get("family"),
        "suffix": name.get("suffix"),
        "display_name": row.get("fn"),
        "company": next(iter(row.get("org") or []), None),
        "job_title": row.get("title"),
        "emails": tuple(each["value"] for each in row.get("emails") or []),
        "work_phones": kind("work"),
        "home_phones": kind("home"),
        "mobile_phone": next(iter(kind("cell")), None),
        "business_address": addresses[0] if addresses else None,
        "home_address": addresses[1] if len(addresses) > 1 else None,
        "birthday": row.get("bday"),
        "categories": tuple(row.get("categories") or ()),
        "notes": row.get("note"),
    }


def sendable(fields: dict[str, Any]) -> dict[str, Any]:
    """As core sends it: cut to capacity, what is no value of its type left out."""
    cut = {}
    for name, value in fields.items():
        try:
            cut[name] = CONTACTS.by_name[name].capacity.stored(CONTACT.fields[name].type, value)
        except (Inexpressible, ValueError):
            continue
    return cut


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is no part of the project")
def test_what_was_written_is_read_back_and_what_was_refused_is_named(outlook: Any) -> None:
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    wanted = [sendable(canonical(row)) for row in rows]
    outcomes: list[Any] = []
    outlook.page()
    outlook.calls.clear()
    for start in range(0, len(wanted), 20):
        operations = tuple(
            Create(key=f"home:{start + n}", account=outlook.account, fields=fields)
            for n, fields in enumerate(wanted[start : start + 20])
        )
        request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=operations)
        outcomes += outlook.connector.apply(request)
    assert outlook.calls == ["write"] * math.ceil(len(rows) / 20)

    refused = [each for each in outcomes if not isinstance(each, Applied)]
    assert {each.fields for each in refused} <= {("birthday",), ("notes",)}
    assert len(refused) < len(rows) * 0.01
    outlook.calls.clear()
    pages, _ = outlook.round()
    assert len(outlook.calls) <= math.ceil(len(rows) / 100) + 2
    stored = {each.id: each for page in pages for each in page.records}
    for n, (outcome, fields) in enumerate(zip(outcomes, wanted, strict=True)):
        if isinstance(outcome, Applied):
            record = stored[outcome.id]
            expected = {**dict.fromkeys(record.fields), **CONTACTS.stored_as(fields)}
            assert CONTACT.normal(record.fields) == CONTACT.normal(expected)
            assert record.marker == f"home:{n}"
            assert record.version == outcome.version
