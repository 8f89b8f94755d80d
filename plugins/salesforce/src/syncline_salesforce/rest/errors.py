"""What Salesforce's refusals mean: errors of a whole call, and outcomes of one row.

Bodies are lists of `{message, errorCode, fields}`; in collections the code is `statusCode`.
Matched on codes: messages are localised and hold what users typed, so they are not passed on.
The one exception are validation rules, whose text an administrator wrote for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import requests
from requests.exceptions import ConnectTimeout, ReadTimeout
from urllib3.exceptions import NewConnectionError

from syncline.errors import (
    ConfigurationError,
    ConnectionFailure,
    Reconnect,
    Retry,
    Stop,
    SynclineError,
)
from syncline.model.records import RecordId
from syncline.plugin.http import distrusted, is_distrusted, retry_after
from syncline.plugin.requests import (
    Deferred,
    Duplicate,
    Gone,
    Outcome,
    Rejected,
    RejectionKind,
    Stale,
)

BUSY = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})
_NOT_DONE = frozenset({"UNABLE_TO_LOCK_ROW"})
_NO_RIGHT = frozenset(
    {
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_TYPE",
        "NOT_FOUND",
    }
)
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
_CROSS_REFERENCE = "INVALID_CROSS_REFERENCE_KEY"
_DUPLICATES = frozenset({"DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"})
_HALTED = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})
_NEVER_HEALS = ("not valid for use with the REST API", "not attached to Agent")
_CONCURRENT = ("ConcurrentPerOrgLongTxn", "ConcurrentRequests")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,79}")
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_ID = re.compile(r"\b003[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b")


class QueryRefused(Stop):
    """The service refuses a call as it was written. `detail` is its own text, which may hold
    parts of the query: to be shown only where the query is the administrator's.
    """

    def __init__(self, message: str, *, detail: str = "", **context: str | float | None) -> None:
        super().__init__(message, hint="See the permissions that the connector needs.", **context)
        self.detail: Final = " ".join(detail.split())


class SchemaMoved(QueryRefused):
    """A field we asked for is not there (any more): to be described again."""


def was_refused(failure: ConnectionFailure) -> bool:
    """Whether a call failed because of how it was written, so that nothing of it was done."""
    return isinstance(failure, QueryRefused)


# ---- whole calls --------------------------------------------------------------------------------


def entries(body: Any) -> list[Mapping[str, Any]]:
    """The error entries of a body in any of the forms in use; empty if it has none."""
    found = body if isinstance(body, list) else [body]
    return [entry for entry in found if isinstance(entry, Mapping)]


def code_of(entry: Mapping[str, Any]) -> str:
    """The entry's code; "" if it has none that looks like one."""
    code = str(entry.get("statusCode") or entry.get("errorCode") or "")
    return code if _CODE.fullmatch(code) else ""


def failure(status: int, body: Any, headers: Mapping[str, str]) -> SynclineError:
    """The error of a whole call that was answered with this status and (parsed) body."""
    found = entries(body)
    code = code_of(found[0]) if found else ""
    if status == 401:
        return unauthorised(found)
    if status in (429, 420):
        return Retry(f"Salesforce answered {status}", after=retry_after(headers), reached=False)
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limit_exceeded(found)
    if code in BUSY:
        reached = code not in _NOT_DONE
        return Retry("Salesforce is busy", after=retry_after(headers), reached=reached, code=code)
    if status >= 500 or status == 406:
        return Retry(f"Salesforce answered {status}", after=retry_after(headers), code=code)
    return _refusal(status, code, str(found[0].get("message", "")) if found else "")


def _refusal(status: int, code: str, detail: str) -> SynclineError:
    if status == 410:
        return ConfigurationError(
            "Salesforce no longer offers this API version", hint="Raise api_version."
        )
    if 300 <= status < 400:
        return Stop("Salesforce answers with a redirect", hint="Set domain or instance_url to My"
                    " Domain's own host (…my.salesforce.com).", status=status)  # fmt: skip
    if code == "INVALID_FIELD":
        return SchemaMoved("a field is not there or may not be read", detail=detail, code=code)
    if code in _NO_RIGHT:
        return QueryRefused(
            "Salesforce does not let the integration user do this", detail=detail, code=code
        )
    return QueryRefused(
        f"Salesforce refuses the call: {status} {code}".rstrip(), detail=detail, code=code or None
    )


def unauthorised(found: list[Mapping[str, Any]]) -> SynclineError:
    """Of a 401: `Stop` for the two that no new token heals, else `Reconnect`."""
    message = str(found[0].get("message", "")) if found else ""
    if any(part in message for part in _NEVER_HEALS):
        return Stop(
            "this session may not use the REST API",
            hint="Use My Domain's own host, and an app and user with the permission API Enabled.",
        )
    return Reconnect(
        "Salesforce refuses the token", hint="Sign in again or check the session policy."
    )


def _limit_exceeded(found: list[Mapping[str, Any]]) -> SynclineError:
    message = str(found[0].get("message", ""))
    if any(part in message for part in _CONCURRENT):
        return Retry("too many long calls at once", after=20.0, reached=False)
    return Stop(
        "the organisation's API calls of the last 24 hours are used up",
        hint="Run again later, or ask Salesforce for more API calls.",
        code="REQUEST_LIMIT_EXCEEDED",
    )


def not_reached(problem: requests.RequestException) -> SynclineError:
    """The error of a call without an answer. Never holds the request's text."""
    kind = type(problem).__name__
    if is_distrusted(problem):
        return distrusted("Salesforce", "REQUESTS_CA_BUNDLE", kind=kind)
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    certain = isinstance(problem, ConnectTimeout) or isinstance(reason, NewConnectionError)
    if certain:
        return Retry("Salesforce cannot be reached", reached=False, sent=False, kind=kind)
    what = "did not answer in time" if isinstance(problem, ReadTimeout) else "broke off the answer"
    return Retry(f"Salesforce {what}", kind=kind)


def malformed(what: str) -> Stop:
    """The error of an answer that is not what the service promises."""
    return Stop(
        f"Salesforce's answer cannot be understood: {what}",
        hint="A proxy may have changed it. Check instance_url; a later run goes on.",
    )


# ---- one row ------------------------------------------------------------------------------------

_KINDS: Mapping[str, tuple[RejectionKind, str]] = {
    "REQUIRED_FIELD_MISSING": ("required", "a required field is missing"),
    "STRING_TOO_LONG": ("too_long", "a value is too long"),
    "FIELD_INTEGRITY_EXCEPTION": ("invalid", "values do not fit each other"),
    "INVALID_EMAIL_ADDRESS": ("invalid", "not a valid e-mail address"),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ("invalid", "not one of the allowed values"),
    "INVALID_FIELD": ("forbidden", "the field is not there or may not be seen"),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("read_only", "the field may not be written"),
    "NUMBER_OUTSIDE_VALID_RANGE": ("invalid", "a number is out of range"),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": ("other", "a trigger refuses the record"),
    "INACTIVE_OWNER_OR_USER": ("forbidden", "the owner is not an active user"),
    "MALFORMED_ID": ("invalid", "an id is malformed"),
    "JSON_PARSER_ERROR": ("invalid", "a value has the wrong type"),
    "INSUFFICIENT_ACCESS_OR_READONLY": ("forbidden", "no right to edit this record"),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": ("forbidden", "no right to the account"),
    "STORAGE_LIMIT_EXCEEDED": ("quota", "the organisation's data storage is full"),
    "REQUEST_LIMIT_EXCEEDED": ("quota", "the organisation's API calls are used up"),
    _CROSS_REFERENCE: ("forbidden", "the owner or account is not there or may not be seen"),
    "DELETE_FAILED": ("other", "other records forbid the deletion"),
}

FieldNames = Callable[[Iterable[str]], tuple[str, ...]]
"""Canonical names for native ones."""


def row_outcome(
    errors: list[Mapping[str, Any]],
    canonical: FieldNames,
    *,
    new: bool = False,
    key_field: str | None = None,
) -> Outcome:
    """The outcome of a row that was refused, by its first error. `new`: it has no id yet, so an
    id that leads nowhere is another's.
    """
    entry: Mapping[str, Any] = errors[0] if errors else {}
    code = code_of(entry)
    if code in BUSY or code in _HALTED:
        return Deferred(message=f"Salesforce: {code}")
    if not new and (code in _GONE or (code == _CROSS_REFERENCE and not named_fields(entry))):
        return Gone()
    if code in _DUPLICATES:
        return _duplicate(entry, code, key_field)
    if code in ("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "PRECONDITION_FAILED"):
        return Stale()
    return _rejected(entry, code, canonical)


def _duplicate(entry: Mapping[str, Any], code: str, key_field: str | None) -> Outcome:
    if code != "DUPLICATES_DETECTED" and key_field and key_field in str(entry.get("message", "")):
        # Two upserts with one key at the same moment: repeated, it finds the other's row.
        return Deferred(message=f"Salesforce: {code}")
    return Duplicate(of=tuple(duplicate_ids(entry)), code=code)


def duplicate_ids(entry: Mapping[str, Any]) -> list[RecordId]:
    """The records a duplicate rule or a unique field names. REST misspells `duplicateResut`."""
    for name in ("duplicateResut", "duplicateResult"):
        result = entry.get(name)
        if isinstance(result, Mapping):
            rules = _parts(result, "matchResults")
            matches = (match for rule in rules for match in _parts(rule, "matchRecords"))
            records = entries([match.get("record") for match in matches])
            ids = (record.get("Id") for record in records)
            return list(dict.fromkeys(RecordId(id) for id in ids if isinstance(id, str) and id))
    return [RecordId(found) for found in _ID.findall(str(entry.get("message", "")))]


def _parts(whole: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = whole.get(name)
    return entries(found) if isinstance(found, list) else []


def _rejected(entry: Mapping[str, Any], code: str, canonical: FieldNames) -> Rejected:
    kind, words = _KINDS.get(code, ("other", "the record is refused"))
    if code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
        kind, words = "invalid", _shown(str(entry.get("message", ""))[:255])
    native = named_fields(entry)
    fields = canonical(native)
    unmapped = [name for name in native if not canonical([name]) and _API_NAME.fullmatch(name)]
    message = f"{words}: {', '.join(unmapped)}" if unmapped else words
    return Rejected(kind=kind, message=message, code=code or "UNKNOWN", fields=fields)


def _shown(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in text)


def named_fields(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The native fields an error names."""
    names = entry.get("fields")
    return tuple(str(name) for name in names) if isinstance(names, list) else ()
