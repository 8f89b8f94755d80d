"""Rows of a form that Salesforce does not document, and a Date that is wrong: pure, no socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from syncline.model.contact import CONTACT
from syncline.model.records import AbsenceReason, Absent, AccountId, Record, RecordId
from syncline.plugin.checked import checked
from syncline.plugin.requests import (
    AccountListRequest,
    Applied,
    ChangesRequest,
    Create,
    DeletedRequest,
    Duplicate,
    Feed,
    Page,
    Rejected,
    Unknown,
)
from syncline_salesforce.contacts.companies import find_accounts
from syncline_salesforce.contacts.mapping import CONTACT_TYPE, FIELDS
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.contacts.selection import ContactSelection
from syncline_salesforce.contacts.writing import Writes
from syncline_salesforce.rest.errors import row_outcome
from syncline_salesforce.rest.feed import Changes
from syncline_salesforce.rest.reading import Reads
from syncline_salesforce.rest.rows import key_of
from syncline_salesforce.rest.service import Result, SalesforceService
from syncline_salesforce.rest.users import find_users, list_users

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCHEMA = Schema(
    {
        "updateable": True,
        "fields": [{"name": name, "updateable": True} for f in FIELDS for name in f.native],
    }
)
SELECTION = ContactSelection(CONTACT_TYPE, SCHEMA)
ID, OTHER = "0035b0000000001AAA", "0035b0000000002AAA"


def row(id: str = ID, at: datetime = NOW - timedelta(hours=1), **changes: Any) -> dict[str, Any]:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    empty = dict.fromkeys(name for each in CONTACT_TYPE.fields for name in each.native)
    return {
        **empty, "Id": id, "OwnerId": "0055b0000000001AAA", "SystemModstamp": stamp,
        "LastModifiedDate": stamp, "CreatedDate": stamp, "IsDeleted": False,
        "MasterRecordId": None, "LastName": "Lovelace", **changes,
    }  # fmt: skip


@dataclass
class Says:
    """A service that answers each query with the next of these pages, at these times."""

    pages: list[list[Any]]
    begun: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def query(self, text: str, **_options: Any) -> Result:
        self.asked.append(text)
        return Result(self.pages.pop(0), True, self.begun)


def feed(service: Says, *, now: datetime = NOW) -> Changes:
    known = cast(SalesforceService, service)
    return Changes(known, timedelta(seconds=60), timedelta(seconds=600), lambda: now)


def page_of(*rows: Any, size: int = 200, cursor: Any = None, **how: Any) -> Page:
    request = ChangesRequest(
        spec=CONTACT_TYPE, feed=Feed(type="contact"), cursor=cursor, page_size=size
    )
    page = feed(Says([list(rows)]), **how).page(request, SELECTION)
    return checked(page, request, CONTACT)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("FirstName", ["a"], "given_name: cannot be read as text"),
        ("Birthdate", "x", "birthday: cannot be read as date"),
        ("Email", {"a": 1}, "emails: cannot be read as e-mail set"),
        ("Description", {"a": 1}, "notes: cannot be read as long text"),
        ("MailingCity", 5, "business_address: cannot be read as address"),
        ("OwnerId", 5, "owner: is no text"),
        ("OwnerId", {"Name": "Ada"}, "owner: is no text"),
        ("OwnerId", "005\0", "owner: holds characters that cannot be kept"),
        ("SystemModstamp", "x", "SystemModstamp: is no instant"),
        ("SystemModstamp", "2026-11-21T12:00:00", "SystemModstamp: is no instant"),
        ("LastModifiedDate", None, "LastModifiedDate: is no instant"),
        ("IsDeleted", "false", "IsDeleted: is neither true nor false"),
    ],
)
def test_a_row_of_which_something_cannot_be_read_waits_alone(
    column: str, value: Any, why: str
) -> None:
    page = page_of(row(), row(OTHER, **{column: value}))

    assert [each.id for each in page.records] == [ID]
    assert [(each.id, each.reason, each.why) for each in page.absent] == [
        (OTHER, AbsenceReason.UNREADABLE, why)
    ]
    assert page.cursor is not None


def test_a_record_merged_into_something_without_a_name_is_not_gone() -> None:
    page = page_of(row(IsDeleted=True, MasterRecordId="003' OR '"))

    assert [each.reason for each in page.absent] == [AbsenceReason.UNREADABLE]


@pytest.mark.parametrize("id", [None, 5, "003\0", "003' OR '", "A" * 100_000])
def test_a_row_without_a_usable_id_is_counted(id: Any) -> None:
    page = page_of(row(), row(id))

    assert ([each.id for each in page.records], page.nameless) == ([ID], 1)
    assert page_of(row(), "no row at all").nameless == 1


def test_an_instant_that_is_none_is_not_known() -> None:
    (record,) = page_of(row(CreatedDate="x")).records
    assert record.created is None


@pytest.mark.parametrize("owner", [None, "", {}])
def test_a_row_without_an_owner_is_nobodys(owner: Any) -> None:
    (record,) = page_of(row(OwnerId=owner)).records
    assert record.owner is None


def test_a_sweep_lists_the_others() -> None:
    found = [key_of(each, None) for each in (row(), row(OTHER, SystemModstamp="x"), row(None))]

    assert isinstance(found[0], Record)
    assert isinstance(found[1], Absent)
    assert found[2] is None


def test_a_round_goes_on_past_a_row_without_stamp() -> None:
    service = Says([[row(), row(OTHER, SystemModstamp="x")], []])
    changes = feed(service)
    request = ChangesRequest(spec=CONTACT_TYPE, feed=Feed(type="contact"), page_size=2)
    first = changes.page(request, SELECTION)
    again = ChangesRequest(
        spec=CONTACT_TYPE, feed=Feed(type="contact"), page_size=2, next=first.next
    )

    assert changes.page(again, SELECTION).cursor is not None
    assert f"Id > '{ID}'" in service.asked[1]


# ---- rows of other lists, and answers to writes --------------------------------------------------


@dataclass
class Rows:
    """A service whose lists hold these rows."""

    found: list[Any]

    def rows(self, *_query: Any, **_options: Any) -> Any:
        return ((each, NOW) for each in self.found)

    def query(self, _text: str, **_options: Any) -> Result:
        return Result(self.found, True, NOW)


ADA = {"Id": "0055b0000000001AAA", "Username": "ada@x.test", "Email": "ada@x.test", "Name": "Ada"}
POISONED: list[Any] = [
    None, "no row", {}, {**ADA, "Id": 5}, {**ADA, "Id": "005\0"}, {"Id": ["005"]},
    {**ADA, "Id": None},
]  # fmt: skip


def holding(*rows: Any) -> SalesforceService:
    return cast(SalesforceService, Rows([*POISONED, *rows]))


def test_a_user_of_whom_nothing_can_be_read_hides_no_other() -> None:
    found = find_users(holding(ADA), ["ada@x.test", "bob@x.test"])
    assert [each.id for each in found] == [ADA["Id"]]
    listed = list_users(holding(ADA), AccountListRequest())
    assert [each.name for each in listed.accounts] == ["ada@x.test"]


def test_an_account_of_which_nothing_can_be_read_hides_no_other() -> None:
    navy = {"Id": "0015b0000000001AAA", "Name": "Navy"}
    found = find_accounts(holding(navy, {**navy, "Name": ["Army"]}), ["Navy"])
    assert [*found.values()] == [((navy["Id"], "Navy"),)]


def test_a_bin_is_read_past_rows_that_are_none() -> None:
    reads = Reads(holding(row(IsDeleted=True)), timedelta(0))
    request = DeletedRequest(spec=CONTACT_TYPE, feed=Feed(type="contact"), ids=(RecordId(ID),))
    assert [each.id for each in reads.deleted(request, SELECTION).records] == [ID]


@pytest.mark.parametrize(
    "poisoned",
    [
        {}, {"success": True}, {"success": True, "id": ["003"]}, {"success": "true", "id": ID},
        {"success": False}, {"success": False, "errors": [7]}, {"success": False, "errors": 7},
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_costs_its_own_row_only(poisoned: Any) -> None:
    class Answers:
        def create(self, _records: Any) -> list[Any]:
            good = {"success": True, "id": ID, "errors": []}
            return [good, poisoned, {"errors": [{"statusCode": "REQUIRED_FIELD_MISSING"}]}]

    service = cast(SalesforceService, Answers())
    writes = Writes(service, SCHEMA, CONTACT_TYPE, explain=lambda _ids: {})
    creates = [Create(key=f"k{n}", account=AccountId("005"), fields={}) for n in range(3)]
    done, unclear, refusal = writes.create(creates)
    assert done == Applied(id=RecordId(ID))
    assert isinstance(unclear, Unknown)
    assert isinstance(refusal, Rejected)


@pytest.mark.parametrize(
    "shape",
    [
        7, "x", [7], [{"matchRecords": 7}],
        [{"matchRecords": [{"record": 7}, {"record": {"Id": [1]}}, 7]}],
    ],
)  # fmt: skip
def test_a_refusal_of_any_shape_is_one(shape: Any) -> None:
    result = {"matchResults": shape}
    entry = {"statusCode": "DUPLICATES_DETECTED", "fields": shape, "duplicateResult": result}
    assert row_outcome([entry], tuple) == Duplicate(code="DUPLICATES_DETECTED")


def test_a_description_is_read_past_fields_that_are_none() -> None:
    good = {"name": "LastName", "length": "long", "type": "picklist", "restrictedPicklist": True,
            "picklistValues": [7, {"value": ["x"]}, {"value": "Ms."}]}  # fmt: skip
    schema = Schema({"fields": [7, {}, {"name": ["x"]}, good]})
    assert [*schema.fields] == ["LastName"]
    assert schema.length("LastName") is None
    assert schema.vocabulary("LastName") == {"Ms."}
    assert Schema({"fields": 7}).fields == {}


# ---- a Date that is wrong -----------------------------------------------------------------------


def since(page: Page) -> datetime:
    return datetime.fromisoformat(page.cursor["since"])


def test_one_date_that_is_ahead_does_not_lead_the_cursor_past_our_clock() -> None:
    ahead = Says([[row()]], begun=NOW + timedelta(seconds=700))
    request = ChangesRequest(spec=CONTACT_TYPE, feed=Feed(type="contact"))
    page = feed(ahead).page(request, SELECTION)

    assert since(page) == NOW - timedelta(seconds=660)


def test_where_our_clock_is_slow_the_cursor_still_reaches_the_newest_stamp() -> None:
    slow = NOW - timedelta(days=1)
    page = page_of(row(at=NOW - timedelta(hours=1)), now=slow)

    assert since(page) == NOW - timedelta(hours=1, seconds=660)


def test_where_our_clock_is_fast_the_service_counts() -> None:
    page = page_of(row(), now=NOW + timedelta(days=1))

    assert since(page) == NOW - timedelta(seconds=660)


def test_a_cursor_goes_back_only_from_a_future_there_is_not() -> None:
    kept = page_of(row())
    assert since(page_of(cursor=kept.cursor, now=NOW - timedelta(days=1))) == since(kept)

    led_astray = {**kept.cursor, "since": "2026-11-21T15:00:00Z"}
    assert since(page_of(cursor=led_astray)) == NOW
