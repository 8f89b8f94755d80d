"""Refusals: recorded bodies, and what each class of them means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncline.errors import ConfigurationError, Reconnect, Retry, Stop, SynclineError
from syncline.plugin.requests import Deferred, Duplicate, Gone, Rejected
from syncline_salesforce.rest.errors import (
    SchemaMoved,
    duplicate_ids,
    entries,
    failure,
    row_outcome,
)

EXAMPLES = Path(__file__).parents[4] / "shared" / "reference" / "salesforce-examples.jsonl"


def recorded() -> dict[str, dict[str, Any]]:
    if not EXAMPLES.exists():
        pytest.skip("the recorded examples are not part of the project")
    rows = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines() if line]
    return {row["title"]: row for row in rows}


def refusal(title: str) -> SynclineError:
    row = next(row for name, row in recorded().items() if name.startswith(title))
    return failure(row["status"], row["response_body"], row["response_headers"])


def names(native: Any) -> tuple[str, ...]:
    return tuple(f"canonical {name}" for name in native)


def outcome(title: str) -> Any:
    row = next(row for name, row in recorded().items() if name.startswith(title))
    return row_outcome(entries(row["response_body"]), names)


def test_recorded_refusals_of_whole_calls() -> None:
    assert type(refusal("Daily API allocation exhausted")) is Stop
    locked, slow = refusal("Row lock contention"), refusal("Query ran too long")
    assert isinstance(locked, Retry) and not locked.reached
    assert isinstance(slow, Retry)
    assert isinstance(refusal("Describe of an object that does not exist"), Stop)
    assert isinstance(refusal("Upsert by external ID: value matches several records"), Stop)


def test_recorded_refusals_of_rows() -> None:
    found = outcome("Duplicate rule blocks a create")
    assert found == Duplicate(of=("0031i000013x2TEAAY",), code="DUPLICATES_DETECTED")
    assert isinstance(outcome("Row lock contention"), Deferred)
    assert isinstance(outcome("Delete a record that is already in the Recycle Bin"), Gone)
    long = outcome("String too long")
    assert (long.kind, long.fields) == ("too_long", ("canonical Name",))
    assert outcome("Required field missing").kind == "required"


def test_what_a_user_typed_is_never_passed_on() -> None:
    long = outcome("String too long")

    assert "NOWELLPOINT" not in repr(long)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "MALFORMED_QUERY", Stop),
        (400, "INVALID_FIELD", SchemaMoved),
        (400, "QUERY_TIMEOUT", Retry),
        (401, "INVALID_SESSION_ID", Reconnect),
        (403, "API_DISABLED_FOR_ORG", Stop),
        (404, "NOT_FOUND", Stop),
        (410, "UNSUPPORTED_API_VERSION", ConfigurationError),
        (414, "", Stop),
        (420, "", Retry),
        (406, "", Retry),
        (429, "", Retry),
        (500, "UNKNOWN_EXCEPTION", Retry),
        (500, "UNABLE_TO_LOCK_ROW", Retry),
        (502, "", Retry),
        (503, "SERVER_UNAVAILABLE", Retry),
        (302, "", Stop),
    ],
)
def test_each_class_of_refusal(status: int, code: str, error: type[SynclineError]) -> None:
    body = [{"errorCode": code, "message": "secret words"}] if code else None
    found = failure(status, body, {})

    assert isinstance(found, error)
    assert "secret words" not in f"{found} {found.hint} {found.context}"


@pytest.mark.parametrize("status", [429, 420])
def test_a_throttled_call_was_certainly_not_carried_out(status: int) -> None:
    found = failure(status, None, {"Retry-After": "7"})

    assert isinstance(found, Retry)
    assert (found.reached, found.after) == (False, 7.0)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_may_have_been_carried_out(status: int) -> None:
    found = failure(status, "<html>", {})

    assert isinstance(found, Retry)
    assert found.reached


def test_too_many_long_calls_pass_but_the_daily_limit_does_not() -> None:
    def exceeded(message: str) -> SynclineError:
        return failure(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}], {})

    assert isinstance(exceeded("ConcurrentPerOrgLongTxn Limit exceeded."), Retry)
    assert isinstance(exceeded("TotalRequests Limit exceeded."), Stop)


@pytest.mark.parametrize(
    "message",
    [
        "This session is not valid for use with the REST API",
        "Connected app is not attached to Agent",
    ],
)
def test_two_refusals_of_a_session_are_never_healed_by_a_new_token(message: str) -> None:
    assert type(failure(401, [{"errorCode": "INVALID_SESSION_ID", "message": message}], {})) is Stop


@pytest.mark.parametrize("spelling", ["duplicateResut", "duplicateResult"])
def test_both_spellings_of_a_duplicate_are_understood(spelling: str) -> None:
    record = {"record": {"Id": "0035b0000000001AAA"}}
    entry = {spelling: {"matchResults": [{"matchRecords": [record, record]}]}}

    assert duplicate_ids(entry) == ["0035b0000000001AAA"]


def test_the_other_record_of_a_unique_value_is_named() -> None:
    entry = {
        "statusCode": "DUPLICATE_VALUE",
        "message": "duplicate value found: Tag__c duplicates value on record with id: "
        "0035b0000000001",
    }
    assert row_outcome([entry], names) == Duplicate(of=("0035b0000000001",), code="DUPLICATE_VALUE")


def test_two_creates_with_one_key_are_settled_by_repeating() -> None:
    entry = {"statusCode": "DUPLICATE_VALUE", "message": "duplicate value found: SyncKey__c"}

    assert isinstance(row_outcome([entry], names, key_field="SyncKey__c"), Deferred)


def test_a_dead_reference_of_a_new_record_is_its_own_fault() -> None:
    entry = {"statusCode": "INVALID_CROSS_REFERENCE_KEY", "message": "…", "fields": []}

    assert isinstance(row_outcome([entry], names, new=True), Rejected)
    assert isinstance(row_outcome([entry], names), Gone)


def test_a_validation_rule_speaks_for_itself() -> None:
    entry = {
        "statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Customers need a phone number.",
        "fields": ["Phone"],
    }
    found = row_outcome([entry], names)

    assert isinstance(found, Rejected)
    assert (found.kind, found.message) == ("invalid", "Customers need a phone number.")


def test_a_row_refused_without_any_reason_is_rejected_not_lost() -> None:
    assert row_outcome([], names) == Rejected(
        kind="other", message="the record is refused", code="UNKNOWN"
    )


def test_a_field_that_nobody_has_mapped_is_named_as_the_organisation_names_it() -> None:
    named = ["LastName", "Region__c", "a\x1b[2J"]
    entry = {"statusCode": "REQUIRED_FIELD_MISSING", "fields": named}

    found = row_outcome([entry], lambda native: tuple(n for n in native if n == "LastName"))

    assert isinstance(found, Rejected)
    assert found.message == "a required field is missing: Region__c"
    assert found.fields == ("LastName",)
