"""Duplicate rules: advice by which the service refuses a row that looks like another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.salesforce.errors import RowError
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.soql.records import attributes, shown
from syncline_sandbox.salesforce.store.records import Values, find, find_by

MESSAGE = "You're creating a duplicate record. We recommend you use an existing record instead."
_MATCHED = {"email": "Email", "name": "Name"}


@dataclass(frozen=True)
class DuplicateOptions:
    """What `Sforce-Duplicate-Rule-Header` asked for. `base` is the path of the API version."""

    allow_save: bool = False
    include_details: bool = False
    base: str = "/services/data/v66.0"


def read_options(header: str | None, base: str) -> DuplicateOptions:
    """The options of a header; everything is off if it says nothing."""
    pairs = (part.partition("=") for part in (header or "").split(";"))
    given = {name.strip().lower(): value.strip().lower() == "true" for name, _, value in pairs}
    return DuplicateOptions(
        given.get("allowsave", False), given.get("includerecorddetails", False), base
    )


def duplicate_error(
    org: Org, kind: ObjectType, record_id: str, values: Values, options: DuplicateOptions
) -> RowError | None:
    """The refusal of a row that a rule of the org finds to be a duplicate of others."""
    for rule in org.setting("duplicate_rules"):
        field = _MATCHED[rule["match"]]
        if rule["object"] != kind.name or values.get(field) is None:
            continue
        if rule["action"] == "alert" and options.allow_save:
            continue
        matches = [i for i in find_by(org, kind, field, values[field]) if i != record_id]
        if matches:
            details = {"duplicateResut": _result(org, kind, rule, matches, options)}
            return RowError("DUPLICATES_DETECTED", MESSAGE, details=details)
    return None


def _result(
    org: Org,
    kind: ObjectType,
    rule: Mapping[str, str],
    matches: list[str],
    options: DuplicateOptions,
) -> dict[str, Any]:
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100,
            "record": _record(org, kind, match, options),
        }
        for match in matches
    ]
    result = {
        "entityType": kind.name,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": records,
        "rule": f"{kind.name}_MR",
        "size": len(records),
        "success": True,
    }
    return {
        "allowSave": rule["action"] == "alert",
        "duplicateRule": rule.get("name", f"{kind.name}s_DR"),
        "duplicateRuleEntityType": kind.name,
        "errorMessage": MESSAGE,
        "matchResults": [result],
    }


def _record(
    org: Org, kind: ObjectType, record_id: str, options: DuplicateOptions
) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": attributes(options.base, kind, record_id)}
    row = find(org, kind, record_id) if options.include_details else None
    if row is None:
        return record | {"Id": record_id}
    return record | {f.name: shown(f, row) for f in kind.fields if f.stored}
