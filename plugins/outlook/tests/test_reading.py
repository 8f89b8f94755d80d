"""Reading by id and by key, accounts and folders, against the stand-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncline.errors import Stop
from syncline.model.records import AbsenceReason
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ContainersRequest,
    MatchKey,
    MatchRequest,
    Page,
)
from syncline_outlook.contacts.mapping import CONTACTS, MARKER_PROPERTY


def match(
    outlook: Any, *keys: tuple[str, str], container: str | None = None, **options: Any
) -> Page:
    wanted = tuple(MatchKey(kind=kind, value=value) for kind, value in keys)
    request = MatchRequest(spec=CONTACTS, feed=outlook.feed(container), keys=wanted, **options)
    page: Page = outlook.connector.fetch_match(request)
    return page


# ---- by id --------------------------------------------------------------------------------------


def test_each_id_comes_back_once_as_a_record_or_as_absent(outlook: Any) -> None:
    made = outlook.box.create_contacts([{"givenName": f"P{n}"} for n in range(25)])
    gone = made.pop()
    outlook.box.delete_contact(gone["id"])
    outlook.page()
    outlook.calls.clear()
    ids = [*(each["id"] for each in made), gone["id"], "no-such-id", made[0]["id"]]
    page = outlook.look(*ids)
    assert sorted(r.id for r in page.records) == sorted(each["id"] for each in made)
    assert {each.id: each.reason for each in page.absent} == {
        gone["id"]: AbsenceReason.DELETED, "no-such-id": AbsenceReason.DELETED,
    }  # fmt: skip
    assert outlook.calls == ["read", "read", "check"], "two batches, and what Deleted Items is not"


def test_only_a_scoped_read_tells_who_left_the_folder(outlook: Any) -> None:
    archive = outlook.box.create_folder("Archive")
    made = outlook.box.create_contact({"givenName": "Moved"})
    outlook.box.move_contact(made["id"], "Archive")
    (record,) = outlook.look(made["id"]).records
    assert record.container == archive
    (absent,) = outlook.look(made["id"], scoped=True).absent
    assert absent.reason is AbsenceReason.LEFT


def test_no_ids_cost_no_call(outlook: Any) -> None:
    assert outlook.look() == Page()
    assert outlook.calls == []


def test_a_read_by_id_shows_our_mark(outlook: Any) -> None:
    (applied,) = outlook.create({"given_name": "Grace"})
    (record,) = outlook.look(applied.id).records
    assert record.marker == "key-0"
    (stored,) = outlook.box.contacts()
    assert stored["singleValueExtendedProperties"] == [{"id": MARKER_PROPERTY, "value": "key-0"}]


# ---- by key -------------------------------------------------------------------------------------


def test_marker_and_email_find_their_contacts_in_one_call(outlook: Any) -> None:
    (marked,) = outlook.create({"given_name": "Marked"})
    mailed = outlook.box.create_contact(
        {"givenName": "M", "emailAddresses": [{"address": "O'Hara+1@Example.test"}]}
    )
    outlook.page()
    outlook.calls.clear()
    found = match(outlook, ("marker", "key-0"), ("email", "o'hara+1@example.test"))
    assert {r.id for r in found.records} == {marked.id, mailed["id"]}
    assert outlook.calls == ["read"]


def test_a_create_whose_answer_was_lost_is_found_by_its_mark(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.quirk("commit-then-drop", 1, method="POST")
    with pytest.raises(Exception, match="no answer"):
        outlook.create({"given_name": "Lost"})
    since = datetime.now(UTC) - timedelta(minutes=5)
    (record,) = match(outlook, ("marker", "key-0"), created_since=since).records
    assert record.fields["given_name"] == "Lost"
    assert len(outlook.box.contacts()) == 1


def test_a_create_whose_answer_was_lost_is_found_after_its_user_has_deleted_it(
    outlook: Any,
) -> None:
    (applied,) = outlook.create({"given_name": "Lost"})
    outlook.box.delete_contact(applied.id)
    assert match(outlook, ("marker", "key-0")).records == ()
    (record,) = match(outlook, ("marker", "key-0"), deleted=True).records
    assert (record.id, record.marker) == (applied.id, "key-0")
    assert [each.reason for each in outlook.look(applied.id).absent] == [AbsenceReason.DELETED]


def test_a_marked_contact_is_found_in_the_default_folder_too(outlook: Any) -> None:
    crm = outlook.box.create_folder("CRM")
    (applied,) = outlook.create({"given_name": "Moved"})
    assert [r.id for r in match(outlook, ("marker", "key-0"), container=crm).records] == [
        applied.id
    ]


def test_two_copies_of_one_mark_are_both_shown(outlook: Any) -> None:
    outlook.create({"given_name": "One"})
    outlook.create({"given_name": "Two"})
    assert len(match(outlook, ("marker", "key-0")).records) == 2


def test_a_mark_is_found_exactly_though_the_service_compares_without_case(outlook: Any) -> None:
    mark = {"id": MARKER_PROPERTY, "value": "KEY-0"}
    made = outlook.box.create_contact({"givenName": "X", "singleValueExtendedProperties": [mark]})
    assert match(outlook, ("marker", "key-0")).records == ()
    assert outlook.look(made["id"]).records[0].marker == "KEY-0"


def test_older_contacts_are_left_out_of_a_search_for_recent_ones(outlook: Any) -> None:
    outlook.box.create_contact({"givenName": "M", "emailAddresses": [{"address": "m@x.test"}]})
    later = datetime.now(UTC) + timedelta(days=1)
    assert match(outlook, ("email", "m@x.test")).records
    assert match(outlook, ("email", "m@x.test"), created_since=later).records == ()


def test_forty_keys_cost_two_calls(outlook: Any) -> None:
    outlook.page()
    outlook.calls.clear()
    match(outlook, *(("email", f"p{n}@x.test") for n in range(40)))
    assert outlook.calls == ["read", "read"]


# ---- accounts and folders -----------------------------------------------------------------------


def accounts(outlook: Any, *names: str) -> dict[str, str]:
    found = outlook.connector.accounts(AccountsRequest(names=names)).accounts
    return {each.name: each.id for each in found}


def test_addresses_are_bound_to_the_tenants_ids(graph: Any, outlook: Any) -> None:
    bob = graph.add_mailbox("bob@example.test", "Bob")
    found = accounts(outlook, "ada@example.test", "nobody@example.test", "BOB@example.test", bob.id)
    assert found == {
        "ada@example.test": outlook.account, "BOB@example.test": bob.id, bob.id: bob.id,
    }  # fmt: skip


def test_a_name_that_is_a_step_in_a_path_is_nobodys_and_hinders_no_other(outlook: Any) -> None:
    found = accounts(outlook, "..", "ada@example.test", ".", "../me", "a/b")
    assert found == {"ada@example.test": outlook.account}


def test_many_addresses_cost_one_call_for_twenty(graph: Any, outlook: Any) -> None:
    names = [graph.add_mailbox(f"p{n}@example.test").address for n in range(40)]
    outlook.page()
    outlook.calls.clear()
    assert len(accounts(outlook, *names)) == 40
    assert outlook.calls == ["check", "check"]


def test_without_permission_to_read_people_the_address_itself_is_probed(
    graph: Any, outlook: Any
) -> None:
    graph.change_app(roles=["Contacts.ReadWrite"])
    graph.add_mailbox("shut@example.test").set_access("denied")
    found = accounts(outlook, "ada@example.test", "nobody@example.test", "shut@example.test")
    assert found == {
        "ada@example.test": "ada@example.test", "shut@example.test": "shut@example.test",
    }  # fmt: skip


def listed(outlook: Any, size: int) -> list[AccountPage]:
    pages = [outlook.connector.list_accounts(AccountListRequest(page_size=size))]
    while pages[-1].next is not None:
        request = AccountListRequest(page_size=size, next=pages[-1].next)
        pages.append(outlook.connector.list_accounts(request))
    return pages


def test_everybody_is_listed_page_by_page(graph: Any, outlook: Any) -> None:
    boxes = [graph.add_mailbox(f"p{n}@example.test", f"Person {n}") for n in range(4)]
    outlook.page()
    outlook.calls.clear()
    pages = listed(outlook, 2)
    found = {each.id: (each.name, each.display_name) for page in pages for each in page.accounts}
    assert found.keys() == {outlook.account, *(box.id for box in boxes)}
    assert found[boxes[3].id] == ("p3@example.test", "Person 3")
    assert (len(pages), outlook.calls) == (3, ["check"] * 3)


def test_without_permission_to_read_people_nobody_is_listed(graph: Any, outlook: Any) -> None:
    graph.change_app(roles=["Contacts.ReadWrite"])
    with pytest.raises(Stop, match="list people") as refused:
        listed(outlook, 2)
    assert "User.ReadBasic.All" in refused.value.hint


def test_every_folder_is_listed_by_path_and_the_default_one_as_empty(outlook: Any) -> None:
    box = outlook.box
    ids = {"": box.default_folder_id, "CRM": box.create_folder("CRM")}
    ids["CRM/Customers"] = box.create_folder("Customers", "CRM")
    ids["CRM/Customers/A\\/B"] = box.create_folder("A/B", ids["CRM/Customers"])
    ids["Private"] = box.create_folder("Private")
    request = ContainersRequest(type="contact", account=outlook.account)
    found = outlook.connector.containers(request).containers
    assert {each.path: each.id for each in found} == ids
    assert set(outlook.calls) == {"check"}
    assert found[0].path == ""


def test_a_path_may_begin_with_the_default_folders_own_name(outlook: Any) -> None:
    outlook.box.create_folder("CRM")
    request = ContainersRequest(type="contact", account=outlook.account)
    also = {each.path: each.also for each in outlook.connector.containers(request).containers}
    assert also == {"": ("Contacts",), "CRM": ("Contacts/CRM",)}


def test_more_folders_than_a_page_holds_are_all_listed(outlook: Any) -> None:
    for n in range(105):
        outlook.box.create_folder(f"F{n}")
    request = ContainersRequest(type="contact", account=outlook.account)
    assert len(outlook.connector.containers(request).containers) == 106
