"""Contacts of a form that Graph does not document: each costs itself only. Pure, no socket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from syncline.model.contact import CONTACT
from syncline.model.records import AccountId, RecordId
from syncline.plugin.checked import checked
from syncline.plugin.http import HttpClient
from syncline.plugin.requests import ChangesRequest, Feed, KeysRequest, Page
from syncline_outlook.contacts.feed import DeltaFeed
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.mapping import CONTACTS, EXTENDED
from syncline_outlook.contacts.marks import FolderMarks
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.delta import Position
from syncline_outlook.graph.errors import REFUSALS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA = AccountId("ada")
FEED = Feed(type="contact", account=ADA, container="folder")


def contact(id: Any, **changes: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(CONTACTS.native_names), "id": id, "@odata.etag": 'W/"k"',
        "parentFolderId": "folder", "surname": "Lovelace", **changes,
    }  # fmt: skip


class Says:
    """HTTP over which Graph answers one page of rows, of changes and of properties, and nothing by
    id.
    """

    refusals = REFUSALS

    def clock(self) -> float:
        return 0.0

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = list(rows)

    def get(self, link: str, _purpose: Any, **_options: Any) -> dict[str, Any]:
        if "/delta" not in link:
            return {"value": [_named(each) for each in self.rows]}
        return {"value": self.rows, "@odata.deltaLink": link}

    def require_own(self, link: str, purpose: Any) -> None:
        """Every link is."""

    def owns(self, _link: str) -> bool:
        return True


def _named(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: row[name] for name in ("id", "@odata.etag") if name in row}


def feed(rows: Sequence[Any]) -> DeltaFeed:
    client = GraphClient(cast(HttpClient, Says(rows)))
    folders, names = Folders(client), EmailNames()
    reader = Reader(client, folders, names)
    marks = FolderMarks(client)
    return DeltaFeed(client, folders, reader, names, marks, page_size=50, now=lambda: NOW)


def page_of(*rows: Any) -> Page:
    request = ChangesRequest(spec=CONTACTS, feed=FEED)
    return checked(feed(rows).changes(request), request, CONTACT)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("givenName", ["a"], "given_name: cannot be read as text"),
        ("givenName", {"a": 1}, "given_name: cannot be read as text"),
        ("givenName", 10**30, "given_name: cannot be read as text"),
        ("givenName", "a\0b", "given_name: holds characters that cannot be kept"),
        ("emailAddresses", "x", "emails: cannot be read as e-mail set"),
        ("emailAddresses", [None, {"address": None}, {"x": 1}, 5],
         "emails: cannot be read as e-mail set"),
        ("emailAddresses", [{"address": f"a{n}@x.example"} for n in range(10_000)],
         "emails: has more than 1000 elements"),
        ("personalNotes", "n" * 8_000_000, "notes: is longer than anything that can be kept"),
        ("birthday", "not a date", "birthday: cannot be read as date"),
        ("birthday", "9999-12-31T23:59:59-14:00", "birthday: cannot be read as date"),
        ("businessAddress", [1], "business_address: cannot be read as address"),
        ("categories", [["a"]], "categories: cannot be read as category set"),
        ("@odata.etag", None, "version: is missing"),
        ("@odata.etag", 'W/"a\0b"', "version: holds characters that cannot be kept"),
        ("parentFolderId", "a\0b", "container: holds characters that cannot be kept"),
    ],
)  # fmt: skip
def test_a_contact_of_which_something_cannot_be_read_waits_alone(
    name: str, value: Any, why: str
) -> None:
    page = page_of(contact("good"), contact("bad", **{name: value}))

    assert [each.id for each in page.records] == ["good"]
    assert [(each.id, each.why) for each in page.absent] == [("bad", why)]
    assert page.cursor is not None


@pytest.mark.parametrize("id", [None, 5, "", "AB\0C=", "AB\ud800C=", "A" * 100_000])
def test_a_row_without_a_usable_id_is_counted(id: Any) -> None:
    page = page_of(contact("good"), contact(id), "no row at all")

    assert ([each.id for each in page.records], page.nameless) == (["good"], 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("createdDateTime", "x"), ("createdDateTime", "0001-01-01T00:00:00Z"),
     ("createdDateTime", "9999-12-31T23:59:59-14:00"), ("lastModifiedDateTime", "2026-11-21"),
     ("birthday", "0001-01-01T00:00:00Z"), (EXTENDED, 7)],
)  # fmt: skip
def test_what_says_nothing_about_the_contact_costs_nothing(name: str, value: Any) -> None:
    (record,) = page_of(contact("good", **{name: value})).records
    assert record.fields["birthday"] is None


AT_THE_END_OF_TIME = "9999-12-31T00:00:00Z"


def test_a_creation_in_the_future_hides_none_that_is_made_until_then() -> None:
    """Our marks are only looked for on contacts that were made since the newest one seen."""
    known = contact("known", createdDateTime="2026-11-21T12:00:00Z")
    wrong = contact("wrong", createdDateTime=AT_THE_END_OF_TIME)
    cursor = page_of(known, wrong).cursor

    assert cursor["since"] == cursor["newest"] == "2026-11-21T12:00:00+00:00"


def test_a_cursor_that_believed_in_such_a_creation_knows_nothing() -> None:
    kept = page_of(contact("known")).cursor
    led_astray = {**kept, "since": AT_THE_END_OF_TIME, "newest": AT_THE_END_OF_TIME}
    position = Position.read(led_astray, kept["select"], NOW)

    assert (position.since, position.newest) == (None, None)


def test_a_sweep_lists_the_others() -> None:
    rows = [contact("good"), contact("bad", **{"@odata.etag": None}), contact(None)]
    page = feed(rows).keys(KeysRequest(spec=CONTACTS, feed=FEED))

    assert [each.id for each in page.records] == [RecordId("good")]
    assert [each.id for each in page.absent] == [RecordId("bad")]
    assert page.nameless == 1
