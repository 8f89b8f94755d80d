"""Delta rounds and sweeps against the stand-in."""

from __future__ import annotations

import math
from typing import Any

import pytest

from syncline.errors import Resync, Retry, Stop
from syncline.model.records import AbsenceReason
from syncline.plugin.requests import KeysRequest
from syncline_outlook.connector import OutlookConnector
from syncline_outlook.contacts.custom import custom_field
from syncline_outlook.contacts.extended import PUBLIC_STRINGS
from syncline_outlook.contacts.mapping import CONTACTS, EXTENDED

Connect = Any
IN_PROPERTIES = {"work_fax", "other_phone", "assistant_phone"}
WITHOUT_PROPERTIES = CONTACTS.restricted(CONTACTS.readable - IN_PROPERTIES)
"""Where the fields that live in extended properties are not synced."""


def people(count: int) -> list[dict[str, Any]]:
    return [{"givenName": "Person", "surname": f"No {n}"} for n in range(count)]


@pytest.mark.parametrize(("count", "page"), [(0, 100), (7, 100), (250, 100), (100, 50), (45, 10)])
def test_a_first_read_costs_one_call_a_page_and_a_quiet_round_one_call(
    outlook: Any, count: int, page: int
) -> None:
    if count:
        outlook.box.create_contacts(people(count))
    outlook.page()
    outlook.calls.clear()
    pages, cursor = outlook.round(page_size=page)
    assert len({r.id for each in pages for r in each.records}) == count
    assert outlook.calls.count("read") <= math.ceil(count / page) + 2
    outlook.calls.clear()
    (quiet,), _ = outlook.round(cursor)
    assert (quiet.records, quiet.absent) == ((), ())
    assert outlook.calls == ["read"]


def test_every_request_asks_for_immutable_ids(outlook: Any) -> None:
    outlook.box.create_contacts(people(3))
    _, cursor = outlook.round(page_size=1)
    outlook.round(cursor)
    outlook.create({"given_name": "New"})
    calls = [each for each in outlook.box.sandbox.calls() if "oauth2" not in each["path"]
             and "well-known" not in each["path"]]  # fmt: skip
    assert calls
    assert all('IdType="ImmutableId"' in each["headers"]["prefer"] for each in calls)


def test_a_change_a_create_and_a_deletion_arrive_once(outlook: Any) -> None:
    kept, gone = outlook.box.create_contacts(people(2))
    _, cursor = outlook.round()
    outlook.box.update_contact(kept["id"], {"jobTitle": "Admiral"})
    new = outlook.box.create_contact({"givenName": "New"})
    outlook.box.delete_contact(gone["id"])
    (page,), cursor = outlook.round(cursor)
    assert {r.id: r.fields["job_title"] for r in page.records} == {
        kept["id"]: "Admiral", new["id"]: None,
    }  # fmt: skip
    assert [(each.id, each.reason) for each in page.absent] == [(gone["id"], AbsenceReason.DELETED)]
    (page,), _ = outlook.round(cursor)
    assert (page.records, page.absent) == ((), ())


def test_a_contact_that_was_moved_away_has_left_and_is_not_deleted(outlook: Any) -> None:
    outlook.box.create_folder("Archive")
    moved = outlook.box.create_contact({"givenName": "Moving"})
    _, cursor = outlook.round()
    outlook.box.move_contact(moved["id"], "Archive")
    (page,), _ = outlook.round(cursor)
    assert [(each.id, each.reason) for each in page.absent] == [(moved["id"], AbsenceReason.LEFT)]


def test_folders_are_read_apart(outlook: Any) -> None:
    folder = outlook.box.create_folder("CRM")
    outlook.box.create_contact({"givenName": "Inside"}, "CRM")
    outlook.box.create_contact({"givenName": "Outside"})
    (page,), _ = outlook.round(container=folder)
    assert [(r.fields["given_name"], r.container) for r in page.records] == [("Inside", folder)]


@pytest.mark.parametrize("quirk", ["delta-repeat", "delta-replay", "empty-page", "small-pages"])
def test_odd_pages_lose_nothing(outlook: Any, quirk: str) -> None:
    made = outlook.box.create_contacts(people(12))
    outlook.box.sandbox.quirk(quirk, 1 if quirk == "empty-page" else None)
    pages, _ = outlook.round(page_size=5)
    assert {r.id for each in pages for r in each.records} == {each["id"] for each in made}
    assert all(len({r.id for r in each.records}) == len(each.records) for each in pages)


def test_of_a_repeated_row_the_last_counts(outlook: Any) -> None:
    outlook.box.create_contact({"givenName": "Once"})
    outlook.box.sandbox.quirk("delta-repeat")
    assert len(outlook.page().records) == 1


def test_pages_that_lead_in_circles_are_noticed(outlook: Any) -> None:
    outlook.box.create_contacts(people(9))
    outlook.box.sandbox.quirk("looping-next-link")
    with pytest.raises(Resync):
        outlook.round(page_size=2)
    assert outlook.calls.count("read") <= 4


def test_a_forgotten_cursor_asks_for_a_new_round(outlook: Any) -> None:
    outlook.box.create_contacts(people(9))
    first = outlook.page(page_size=2)
    _, cursor = outlook.round()
    outlook.box.expire_delta_tokens()
    with pytest.raises(Resync):
        outlook.page(cursor=cursor)
    with pytest.raises(Resync):
        outlook.page(next=first.next)


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: {**c, "link": c["link"][:-8] + "AAAAAAAA"},
        lambda c: {**c, "link": c["link"].replace("127.0.0.1", "elsewhere.example")},
        lambda c: {**c, "select": "id"},
        lambda c: {"other": 1},
        lambda c: "text",
    ],
)
def test_a_cursor_that_is_not_ours_asks_for_a_new_round(outlook: Any, damage: Any) -> None:
    _, cursor = outlook.round()
    with pytest.raises(Resync):
        outlook.page(cursor=damage(cursor))


def test_a_closed_mailbox_stops_itself_and_deletes_nothing(graph: Any, outlook: Any) -> None:
    made = outlook.box.create_contact({"givenName": "There"})
    _, cursor = outlook.round()
    other = graph.add_mailbox("bob@example.test")
    for access, words in (("denied", "denies access"), ("none", "no such mailbox")):
        outlook.box.set_access(access)
        for step in (lambda: outlook.page(cursor=cursor), lambda: outlook.look(made["id"])):
            with pytest.raises(Stop) as caught:
                step()
            assert words in str(caught.value)
            assert caught.value.context["account"] == outlook.account
            assert caught.value.context["request_id"]
    bob = type(outlook)(outlook.connector, other)
    assert bob.page().cursor is not None


def test_a_folder_that_is_gone_stops_and_deletes_nothing(outlook: Any) -> None:
    folder = outlook.box.create_folder("CRM")
    _, cursor = outlook.round(container=folder)
    outlook.box.delete_folder(folder)
    with pytest.raises((Stop, Resync)):
        outlook.page(cursor=cursor, container=folder)
    with pytest.raises(Stop):
        outlook.page(container=folder)


# ---- our marks ----------------------------------------------------------------------------------


def test_a_first_round_shows_our_marks_for_one_call_more(outlook: Any) -> None:
    outlook.box.create_contacts(people(150))
    outlook.create({"given_name": "Ours"}, {"given_name": "Too"})
    outlook.page()
    outlook.calls.clear()
    pages, _ = outlook.round(page_size=50)
    found = [r for each in pages for r in each.records]
    assert sorted(r.marker for r in found if r.marker) == ["key-0", "key-1"]
    assert outlook.calls.count("read") == 4 + 1
    again, _ = outlook.round(page_size=10)
    assert [r.marker for each in again for r in each.records].count("key-0") == 1


def test_later_rounds_read_marks_of_new_contacts_only(outlook: Any) -> None:
    sandbox = outlook.box.sandbox
    (old,) = outlook.box.create_contacts(people(1))
    sandbox.advance(60)
    outlook.box.create_contacts(people(1))
    _, cursor = outlook.round(spec=WITHOUT_PROPERTIES)
    sandbox.advance(60)
    outlook.box.update_contact(old["id"], {"jobTitle": "x"})
    outlook.calls.clear()
    (page,), cursor = outlook.round(cursor, spec=WITHOUT_PROPERTIES)
    assert (len(page.records), outlook.calls) == (1, ["read"])
    outlook.create(*({"given_name": f"P{n}"} for n in range(20)))
    outlook.calls.clear()
    (page,), cursor = outlook.round(cursor, spec=WITHOUT_PROPERTIES)
    assert {r.marker for r in page.records} == {f"key-{n}" for n in range(20)}
    assert outlook.calls == ["read", "read"]
    sandbox.advance(60)
    for _ in range(2):
        outlook.create(*({"given_name": f"Q{n}"} for n in range(20)))
    outlook.calls.clear()
    (page,), _ = outlook.round(cursor, spec=WITHOUT_PROPERTIES)
    assert [r.marker for r in page.records].count(None) == 0
    assert outlook.calls == ["read", "read"], "more than 20: the folder's list"


# ---- fields that live in extended properties ----------------------------------------------------


def with_fax(contact: dict[str, Any], number: str) -> dict[str, Any]:
    return {**contact, EXTENDED: [{"id": "String 0x3A24", "value": number}]}


def test_what_lives_in_extended_properties_costs_a_first_round_one_list(outlook: Any) -> None:
    made = outlook.box.create_contacts(
        [with_fax(each, f"+1 555 {n:04}") if n % 2 else each for n, each in enumerate(people(45))]
    )
    outlook.page()
    outlook.calls.clear()
    pages, _ = outlook.round(page_size=20)
    found = {r.id: r.fields["work_fax"] for page in pages for r in page.records}
    assert [found[each["id"]] for each in made[:3]] == [None, "+1 555 0001", None]
    assert outlook.calls.count("read") == 3 + 1


def test_later_rounds_read_changed_contacts_by_id(outlook: Any) -> None:
    made = outlook.box.create_contacts(people(45))
    _, cursor = outlook.round()
    outlook.box.sandbox.advance(60)
    outlook.box.update_contact(made[3]["id"], with_fax({}, "+1 555 0100"))
    outlook.calls.clear()
    (page,), cursor = outlook.round(cursor)
    (record,) = page.records
    assert (record.id, record.fields["work_fax"]) == (made[3]["id"], "+1 555 0100")
    assert outlook.calls == ["read", "read"]
    outlook.calls.clear()
    outlook.round(cursor)
    assert outlook.calls == ["read"], "nothing has changed"


def test_what_was_listed_holds_for_the_version_listed_only(outlook: Any) -> None:
    """Somebody edits a contact while a round is read, after its properties were listed."""
    first, second = outlook.box.create_contacts([with_fax(each, "old") for each in people(2)])
    page = outlook.page(page_size=1)
    later = {first["id"], second["id"]} - {record.id for record in page.records}
    outlook.box.update_contact(*later, with_fax({}, "new"))
    found = []
    while page.next is not None:
        page = outlook.page(next=page.next, page_size=1)
        found += page.records
    while not found:
        page = outlook.page(cursor=page.cursor)
        found += page.records
    assert {record.id: record.fields["work_fax"] for record in found} == dict.fromkeys(later, "new")


# ---- the sweep ----------------------------------------------------------------------------------


def test_a_sweep_lists_every_key_with_its_version_and_no_fields(outlook: Any) -> None:
    made = outlook.box.create_contacts(people(7))
    outlook.box.delete_contact(made[0]["id"])
    outlook.box.sandbox.quirk("small-pages", {"size": 2})
    found, following = [], None
    while True:
        page = outlook.connector.fetch_keys(
            KeysRequest(spec=CONTACTS, feed=outlook.feed(), next=following)
        )
        found += page.records
        following = page.next
        if following is None:
            break
    assert page.cursor is None
    assert {r.id for r in found} == {each["id"] for each in made[1:]}
    assert all(r.version and not r.fields and r.owner == outlook.account for r in found)
    (now,) = outlook.look(made[1]["id"]).records
    assert next(r for r in found if r.id == now.id).version == now.version


# ---- custom fields ------------------------------------------------------------------------------


def test_a_feed_with_custom_fields_sees_changes_of_them_alone(outlook: Any) -> None:
    spec = CONTACTS.restricted(
        ["given_name", "family_name"], [custom_field("tier", "extension:Tier")]
    )
    outlook.box.create_contacts(people(45))
    outlook.page(spec=spec, page_size=1)
    outlook.calls.clear()
    pages, cursor = outlook.round(spec=spec)
    records = [r for each in pages for r in each.records]
    assert {r.fields["tier"] for r in records} == {None}
    assert outlook.calls.count("read") == 1 + 1, "a page, and a list of the properties"
    prop = {"id": f"String {PUBLIC_STRINGS} Name Tier", "value": "Gold"}
    before = records[0]
    outlook.box.update_contact(before.id, {"singleValueExtendedProperties": [prop]})
    (page,), _ = outlook.round(cursor, spec=spec)
    (after,) = page.records
    assert (after.id, after.fields["tier"]) == (before.id, "Gold")
    assert after.version != before.version


def test_only_the_fields_of_the_request_are_read(outlook: Any) -> None:
    outlook.box.create_contact({"givenName": "G", "jobTitle": "Admiral"})
    (record,) = outlook.page(spec=CONTACTS.restricted(["job_title"])).records
    assert record.fields == {"job_title": "Admiral"}


# ---- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quirk", "options", "after", "reached"),
    [
        ("rate-limit", {"retry_after": 7}, 7.0, False),
        ("rate-limit", {}, None, False),
        ("server-error", {"status": 503}, None, True),
        ("server-error", {"status": 504}, None, True),
        ("server-error", {"status": 500}, None, True),
        ("drop-before-commit", {}, None, True),
        ("commit-then-drop", {}, None, True),
    ],
)
def test_passing_faults_say_when_to_try_again(
    outlook: Any, quirk: str, options: dict[str, Any], after: float | None, reached: bool
) -> None:
    outlook.page()
    outlook.box.sandbox.quirk(quirk, 1, **options)
    with pytest.raises(Retry) as caught:
        outlook.page()
    assert (caught.value.after, caught.value.reached) == (after, reached)
    assert outlook.page().cursor is not None


def test_throttling_inside_a_batch_of_reads_is_seen(outlook: Any) -> None:
    made = outlook.box.create_contacts(people(3))
    outlook.box.sandbox.quirk("rate-limit", 2, retry_after=9, scope="inner")
    with pytest.raises(Retry) as caught:
        outlook.look(*(each["id"] for each in made))
    assert (caught.value.after, caught.value.reached) == (9.0, False)


def test_a_malformed_answer_stops_and_names_the_call_but_not_the_body(outlook: Any) -> None:
    outlook.box.create_contact({"givenName": "Secretperson"})
    outlook.page()
    outlook.box.sandbox.quirk("malformed-body", 1)
    with pytest.raises(Stop) as caught:
        outlook.page()
    assert "read changes" in str(caught.value)
    assert "Secretperson" not in repr(caught.value) + str(caught.value.context)


def test_a_revoked_token_is_replaced_without_a_word(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.quirk("token-revoked", 1)
    assert outlook.page().cursor is not None
    outlook.box.sandbox.revoke_tokens()
    assert outlook.page().cursor is not None


def test_an_unreachable_service_was_not_reached(connect: Connect, outlook: Any) -> None:
    lost: OutlookConnector = connect(graph_url="http://127.0.0.1:9/v1.0")
    with pytest.raises(Retry) as caught:
        type(outlook)(lost, outlook.box).page()
    assert caught.value.reached is False
