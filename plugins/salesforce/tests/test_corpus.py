"""A corpus of real-world contacts, put into an empty organisation and read back."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from syncline.model.capacity import Inexpressible
from syncline.model.contact import CONTACT
from syncline.plugin.requests import Applied

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "pim-corpus" / "contacts.jsonl"


def canonical(row: dict[str, Any]) -> dict[str, Any]:
    """The corpus's vCard words in canonical fields, roughly: enough to meet its oddities."""
    name, phones = row.get("n") or {}, row.get("tels") or []

    def typed(kind: str) -> tuple[str, ...]:
        return tuple(t["value"] for t in phones if kind in t.get("type", []) and t.get("value"))

    address = next(iter(row.get("adrs") or []), {})
    words = {"street": "street", "city": "locality", "region": "region", "postal_code": "code",
             "country": "country"}  # fmt: skip
    return {
        "prefix": name.get("prefix"),
        "given_name": name.get("given"),
        "family_name": name.get("family"),
        "display_name": row.get("fn"),
        "company": next(iter(row.get("org") or []), None),
        "job_title": row.get("title"),
        "emails": tuple(e["value"] for e in row.get("emails") or [] if e.get("value")),
        "work_phones": typed("work"),
        "home_phones": typed("home"),
        "mobile_phone": next(iter(typed("cell")), None),
        "work_fax": next(iter(typed("fax")), None),
        "business_address": {k: address.get(v) for k, v in words.items()} if address else None,
        "birthday": row.get("bday") if isinstance(row.get("bday"), str) else None,
        "notes": row.get("note") if isinstance(row.get("note"), str) else None,
    }


def sendable(fields: dict[str, Any], spec: Any) -> dict[str, Any]:
    """As core would send it: cut to capacity, what cannot be expressed left out, predicted."""
    cut: dict[str, Any] = {"display_name": fields["display_name"]}
    for name in fields.keys() & spec.readable:
        try:
            cut[name] = spec.by_name[name].capacity.stored(CONTACT.fields[name].type, fields[name])
        except (Inexpressible, ValueError):
            cut[name] = None
    return dict(spec.stored_as(cut))


def test_what_was_written_is_read_back_and_what_was_refused_is_named(sf: Any) -> None:
    if not CORPUS.exists():
        pytest.skip("the corpus is not part of the project")
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    wanted = [sendable(canonical(row), sf.spec) for row in rows]

    outcomes = sf.create(*wanted)
    refused = Counter(
        (each.code, each.fields) for each in outcomes if not isinstance(each, Applied)
    )
    print(refused)
    assert {code for code, _ in refused} <= {"INVALID_EMAIL_ADDRESS"}
    assert sum(refused.values()) < len(rows) * 0.05

    stored = {record.id: record.fields for record in sf.round().records}
    for outcome, fields in zip(outcomes, wanted, strict=True):
        if isinstance(outcome, Applied):
            expected = CONTACT.normal(fields | (outcome.stored or {}))
            found = CONTACT.normal(stored[outcome.id])
            assert found == {name: expected.get(name) for name in found}
