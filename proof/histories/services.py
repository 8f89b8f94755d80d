"""The services of random histories: each quirk takes something away, or adds something odd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from proof.histories.deeds import REFUSED
from syncline.connectors.memory import MemoryOptions
from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import Value


def capitals(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """What some services make of a job title."""
    title = fields.get("job_title")
    return {**fields, "job_title": title.upper()} if isinstance(title, str) else fields


QUIRKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "markers": {"idempotency": "marker"},
    "no keys": {"idempotency": "none"},
    "no conditions": {"conditional": "none", "conditional_delete": "none"},
    "weak conditions": {
        "conditional": "second",
        "conditional_delete": "second",
        "granularity": 1.0,
    },
    "silent versions": {"answers_version": False},
    "bumps": {"bumps_after_write": True},
    "stamps": {"detection": "timestamp", "granularity": 1.0, "overlap": 40.0},
    "late visibility": {"detection": "timestamp", "overlap": 60.0, "visibility_lag": 30.0},
    "late and swept": {"deletions": "swept", "visibility_lag": 20.0},
    "drifting pages": {
        "detection": "timestamp",
        "overlap": 40.0,
        "paging": "offset",
        "page_size": 1,
    },
    "swept": {"deletions": "swept"},
    "one feed": {"feed": "connection", "spans_accounts": True},
    "one by one": {
        "page_size": 1,
        "read_batch": 1,
        "create_batch": 1,
        "update_batch": 1,
        "delete_batch": 1,
    },
    "whole batches": {"batches": "whole"},
    "few categories": {"capacities": {"categories": Capacity(many=2)}},
    "short texts": {
        "capacities": {"job_title": Capacity(max_length=6), "notes": Capacity(max_length=8)}
    },
    "no company": {"fields": tuple(name for name in CONTACT.fields if name != "company")},
    "capitals": {"stored_as": capitals},
    "capitals later": {"rewrites_later": capitals},
    "unique": {"unique": frozenset({"emails"}), "required": frozenset({"family_name"})},
    "refuses": {"refuses": frozenset({REFUSED})},
    "mail at updates": {"notifies": frozenset({"update"})},
    "mail at deletions": {"notifies": frozenset({"delete"})},
    "ids again": {"reuses_ids": True},
    "no bin": {"conditional_delete": "none", "bin": False},
}


def service(quirks: Iterable[str]) -> MemoryOptions:
    """A service with these quirks."""
    return MemoryOptions(**{name: v for each in quirks for name, v in QUIRKS[each].items()})
