"""Rows of a form that Salesforce does not document, and a Date that is wrong: pure, no socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from syncline.model.contact import CONTACT
from syncline.model.records import AbsenceReason, Absent, Record
from syncline.plugin.checked import checked
from syncline.plugin.requests import ChangesRequest, Feed, Page
from syncline_salesforce.contacts.mapping import CONTACT_TYPE, FIELDS
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.contacts.selection import ContactSelection
from syncline_salesforce.rest.feed import Changes
from syncline_salesforce.rest.rows import key_of
from syncline_salesforce.rest.service import Result, SalesforceService

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
