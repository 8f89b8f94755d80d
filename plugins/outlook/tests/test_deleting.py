"""Contacts that were deleted, by us or by their user, and what only looks like that."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from syncline.model.records import AbsenceReason, AccountId, Record, RecordId
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.requests import (
    Applied,
    Delete,
    DeleteRequest,
    Feed,
    Gone,
    KeysRequest,
    Outcome,
    Rejected,
    Unknown,
)
from syncline.testing.scripted import Answer, Asked, scripted
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.contacts.writing import Writer
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import REFUSALS

ADA = AccountId("ada")


def inner(status: int, body: Any = None) -> dict[str, Any]:
    return {"status": status, "body": body}


def error(status: int, code: str) -> dict[str, Any]:
    return inner(status, {"error": {"code": code, "message": "No."}})


def contact(folder: str) -> dict[str, Any]:
    return inner(200, {"@odata.etag": "v", "id": "x", "parentFolderId": folder})


FOLDERS = {
    "/users/ada/contactFolders/contacts": inner(200, {"id": "home", "displayName": "Contacts"}),
    "/users/ada/contacts": inner(200, {"value": []}),
    "/users/ada/contactFolders": inner(200, {"value": []}),
}


@pytest.fixture
def deleted(make_context: Callable[..., ConnectorContext]) -> Callable[..., Outcome]:
    """What becomes of a deletion at a mailbox that answers this to it, and this to a look."""

    def delete(refusal: Mapping[str, Any], look: Mapping[str, Any]) -> Outcome:
        answers = {"GET /users/ada/contacts/x": look, "DELETE /users/ada/contacts/x": refusal}
        answers |= {f"GET {path}": answer for path, answer in FOLDERS.items()}

        def answer(asked: Asked) -> Answer:
            requests = json.loads(asked.body)["requests"]
            paths = (f"{each['method']} {each['url'].partition('?')[0]}" for each in requests)
            found = [{"id": str(n), **answers[path]} for n, path in enumerate(paths)]
            return Answer.json({"responses": found})

        with scripted(answer) as service:
            http = make_context([]).http(service.url, refusals=REFUSALS, timeout=5.0)
            client, names = GraphClient(http), EmailNames()
            writer = Writer(client, Reader(client, Folders(client), names), names)
            [outcome] = writer.delete(
                DeleteRequest(
                    spec=CONTACTS,
                    feed=Feed(type="contact", account=ADA, container="home"),
                    operations=(
                        Delete(
                            id=RecordId("x"), version="v", account=ADA,
                            current=Record(id=RecordId("x"), version="v"),
                        ),
                    ),
                )
            )  # fmt: skip
            http.close()
        return outcome

    return delete


DENIED = error(403, "ErrorAccessDenied")
NO_SUCH_ITEM = error(404, "ErrorItemNotFound")


@pytest.mark.parametrize("refusal", [error(403, "ErrorCannotDeleteObject"), DENIED, inner(404)])
@pytest.mark.parametrize("look", [contact("deleted items"), NO_SUCH_ITEM])
def test_what_cannot_be_deleted_because_it_was_is_gone(
    deleted: Callable[..., Outcome], refusal: Any, look: Any
) -> None:
    assert deleted(refusal, look) == Gone()


@pytest.mark.parametrize("refusal", [error(403, "ErrorCannotDeleteObject"), DENIED, inner(404)])
@pytest.mark.parametrize(
    "look", [contact("home"), DENIED, error(404, "MailboxNotEnabledForRESTAPI"), inner(404)]
)
def test_what_is_still_there_or_may_not_be_looked_for_is_not_taken_for_gone(
    deleted: Callable[..., Outcome], refusal: Any, look: Any
) -> None:
    outcome = deleted(refusal, look)
    assert isinstance(outcome, Rejected)
    assert outcome.kind == "forbidden"


def test_what_cannot_be_looked_for_now_is_looked_for_later(
    deleted: Callable[..., Outcome],
) -> None:
    assert isinstance(deleted(DENIED, inner(429)), Unknown)


def test_a_contact_in_deleted_items_is_deleted_though_its_id_still_answers(outlook: Any) -> None:
    made = outlook.box.create_contact({"givenName": "Grace"})["id"]
    outlook.box.create_contact({"givenName": "Ada"})
    _, cursor = outlook.round()
    before = outlook.look(made).records[0]
    outlook.box.delete_contact(made)

    [absent] = outlook.look(made).absent
    assert absent.reason is AbsenceReason.DELETED
    pages, _ = outlook.round(cursor)
    assert [(each.id, each.reason) for page in pages for each in page.absent] == [
        (made, AbsenceReason.DELETED)
    ]
    swept = outlook.connector.fetch_keys(KeysRequest(spec=CONTACTS, feed=outlook.feed()))
    assert made not in {each.id for each in swept.records}
    operation = Delete(id=before.id, version=None, current=before, account=outlook.account)
    request = DeleteRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
    [outcome] = outlook.connector.delete(request)
    assert isinstance(outcome, Applied | Gone)


def test_a_contact_that_was_moved_away_and_back_is_found_by_the_sweep(outlook: Any) -> None:
    """With immutable ids the delta may not report it again (microsoft-graph-docs issue 21752)."""
    archive = outlook.box.create_folder("Archive")
    made = outlook.box.create_contact({"givenName": "Grace"})["id"]
    _, cursor = outlook.round()
    outlook.box.move_contact(made, archive)
    pages, cursor = outlook.round(cursor)
    assert [each.reason for page in pages for each in page.absent] == [AbsenceReason.LEFT]
    outlook.box.move_contact(made, None)

    [swept] = outlook.connector.fetch_keys(KeysRequest(spec=CONTACTS, feed=outlook.feed())).records
    [there] = outlook.look(made, scoped=True).records
    assert (swept.id, swept.version, swept.container) == (made, there.version, there.container)


def test_a_contact_that_was_moved_away_and_back_between_two_rounds_is_not_taken_for_gone(
    outlook: Any,
) -> None:
    """Its tombstone is looked at by id."""
    archive = outlook.box.create_folder("Archive")
    made = outlook.box.create_contact({"givenName": "Grace"})["id"]
    _, cursor = outlook.round()
    outlook.box.move_contact(made, archive)
    outlook.box.move_contact(made, None)
    pages, _ = outlook.round(cursor)
    assert [each.absent for each in pages] == [()]
    assert [each.id for page in pages for each in page.records] == [made]
