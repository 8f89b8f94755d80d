"""Conditional requests: dates on every object's rows, entity tags on accounts only."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import ApiError, refuse
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.stamps import from_stamp, http_date, parse_http_date


def precondition_failed() -> ApiError:
    """412. Its body is not documented; clients must go by the status."""
    return refuse("PRECONDITION_FAILED", "The row was modified since the date given")


def check_write(call: Call, kind: ObjectType, row: dict[str, Any]) -> None:
    """Refuses a write whose condition does not hold: 412, or 400 for a date that is none."""
    modified = from_stamp(row["LastModifiedDate"])
    unmodified_since = _date(call, "if-unmodified-since", strict=True)
    if unmodified_since and modified > unmodified_since:
        raise precondition_failed()
    modified_since = _date(call, "if-modified-since", strict=True)
    if modified_since and modified <= modified_since:
        raise precondition_failed()
    tag = call.header("if-match")
    if kind.etags and tag and tag != "*" and _weak(tag) != _weak(entity_tag(row)):
        raise precondition_failed()


def check_read(call: Call, kind: ObjectType, row: dict[str, Any]) -> Answer | None:
    """304 or 412 where a read's condition says so, else None."""
    modified = from_stamp(row["LastModifiedDate"])
    headers = row_headers(kind, row)
    modified_since = _date(call, "if-modified-since")
    if modified_since and modified <= modified_since:
        return Answer(304, headers=headers)
    unmodified_since = _date(call, "if-unmodified-since")
    if unmodified_since and modified > unmodified_since:
        raise precondition_failed()
    tag = call.header("if-none-match")
    if kind.etags and tag and _weak(tag) == _weak(entity_tag(row)):
        return Answer(304, headers=headers)
    return None


def unchanged_since(call: Call, moment: datetime) -> bool:
    """Whether a describe has not changed since the date the call names."""
    since = _date(call, "if-modified-since")
    return since is not None and moment <= since


def row_headers(kind: ObjectType, row: dict[str, Any]) -> dict[str, str]:
    """Last-Modified, and the tag of an account."""
    headers = {"Last-Modified": http_date(from_stamp(row["LastModifiedDate"]))}
    return headers | {"ETag": entity_tag(row)} if kind.etags else headers


def entity_tag(row: dict[str, Any]) -> str:
    """The tag of a row as it is now."""
    facts = repr([row[name] for name in sorted(row) if not name.startswith("_")]).encode()
    return f'"{base64.b64encode(hashlib.sha256(facts).digest()).decode()}"'


def _weak(tag: str) -> str:
    """A tag without the mark of a proxy that compressed the answer."""
    return (
        tag.strip().removeprefix("W/").strip('"').removesuffix("--gzip").removesuffix("--deflate")
    )


def _date(call: Call, name: str, *, strict: bool = False) -> datetime | None:
    text = call.header(name)
    if text is None:
        return None
    moment = parse_http_date(text)
    if moment is None and strict:
        raise refuse("INVALID_ARGUMENT", f"Invalid date in header {name}: {text}")
    return moment
