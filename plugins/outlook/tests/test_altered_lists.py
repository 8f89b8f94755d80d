"""Lists that answer something else than what is stored: it is read by id. No socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import unquote

import pytest

from syncline.model.records import AccountId
from syncline.plugin.http import HttpClient, Reply
from syncline.plugin.requests import ChangesRequest, Feed, MatchKey, MatchRequest, Page
from syncline_outlook.contacts.feed import DeltaFeed
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.listed import may_be_altered
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.contacts.marks import FolderMarks
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import REFUSALS

FEED = Feed(type="contact", account=AccountId("ada"), container="folder")
LONG = "\nFirst line\n" + "A sentence about the customer. " * 20 + "\nTHE END"


def as_listed(contact: Mapping[str, Any]) -> dict[str, Any]:
    """As Graph's lists answer (microsoft-graph-docs-contrib, issue 413)."""
    notes = contact["personalNotes"]
    altered = notes.replace("\n", "")[:256] if notes.startswith("\n") else notes
    return {**contact, "personalNotes": altered}


class Mailbox:
    """HTTP over which Graph answers contacts: altered in lists, whole by id; `hidden` not at all by
    id. `asked` are the ids that were read.
    """

    refusals = REFUSALS

    def __init__(self, *notes: str, hidden: bool = False) -> None:
        self.contacts = {
            f"id{n}": {
                **dict.fromkeys(CONTACTS.native_names), "id": f"id{n}", "@odata.etag": 'W/"k"',
                "parentFolderId": "folder", "surname": "Notes", "personalNotes": each,
                "emailAddresses": [{"address": "n@notes.example"}],
            }
            for n, each in enumerate(notes)
        }  # fmt: skip
        self.hidden = hidden
        self.asked: list[str] = []

    def get(self, link: str, _purpose: Any, **_options: Any) -> dict[str, Any]:
        rows = [as_listed(each) for each in self.contacts.values()]
        return {"value": rows, "@odata.deltaLink": link} if "/delta" in link else {"value": rows}

    def send(self, _method: str, _path: str, _purpose: Any, *, body: Any, **_options: Any) -> Reply:
        return Reply(200, {}, {"responses": [self._answer(each) for each in body["requests"]]})

    def object_in(self, reply: Reply, _purpose: Any) -> Any:
        return reply.body

    def clock(self) -> float:
        return 0.0

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        path, _, query = request["url"].partition("?")
        wanted = path.rpartition("/")[2]
        if "filter" in unquote(query) and wanted == "contacts":
            rows = [as_listed(each) for each in self.contacts.values()]
            return {"id": request["id"], "status": 200, "body": {"value": rows}}
        if "expand" in query and "select=id," in query.replace("%2C", ","):
            self.asked.append(wanted)
        if self.hidden:
            body = {"error": {"code": "ErrorItemNotFound"}}
            return {"id": request["id"], "status": 404, "body": body}
        return {"id": request["id"], "status": 200, "body": self.contacts[wanted]}

    def require_own(self, link: str, purpose: Any) -> None:
        """Every link is."""

    def owns(self, _link: str) -> bool:
        return True


def reader(box: Mailbox) -> tuple[GraphClient, Folders, Reader, EmailNames]:
    client, names = GraphClient(cast(HttpClient, box)), EmailNames()
    folders = Folders(client)
    return client, folders, Reader(client, folders, names), names


def changes(box: Mailbox, spec: Any = CONTACTS) -> Page:
    client, folders, reads, names = reader(box)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    marks = FolderMarks(client)
    feed = DeltaFeed(client, folders, reads, names, marks, page_size=50, now=lambda: now)
    return feed.changes(ChangesRequest(spec=spec, feed=FEED))


def matching(box: Mailbox) -> Page:
    keys = (MatchKey(kind="email", value="n@notes.example"),)
    return reader(box)[2].match(MatchRequest(spec=CONTACTS, feed=FEED, keys=keys))


@pytest.mark.parametrize("read", [changes, matching])
@pytest.mark.parametrize("notes", [LONG, "\nTwo\nlines", "One line", "Two\nlines", "L" * 300, ""])
def test_notes_are_read_as_they_are_stored(read: Any, notes: str) -> None:
    (record,) = read(Mailbox(notes)).records

    assert record.fields["notes"] == (notes or None)


@pytest.mark.parametrize("read", [changes, matching])
def test_only_what_a_list_may_have_altered_is_read_by_id(read: Any) -> None:
    box = Mailbox("Two\nlines", "", LONG, "One line", "Windows\r\nlines", "L" * 257)
    assert len(read(box).records) == 6

    assert box.asked == ["id2", "id3"]


def test_notes_that_cannot_be_read_by_id_are_unknown() -> None:
    box = Mailbox("One line", "Two\nlines", hidden=True)
    found = {str(record.id): record.fields for record in matching(box).records}

    assert "notes" not in found["id0"]
    assert found["id0"]["family_name"] == "Notes"
    assert found["id1"]["notes"] == "Two\nlines"


def test_where_notes_are_not_synced_nothing_is_read_for_them() -> None:
    box = Mailbox(LONG)
    (record,) = changes(box, CONTACTS.restricted(["family_name"])).records

    assert (record.fields, box.asked) == ({"family_name": "Notes"}, [])
    assert not may_be_altered(CONTACTS.restricted(["family_name"]), {"personalNotes": "x"})
