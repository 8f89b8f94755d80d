"""Creates, updates and deletions against the stand-in, and what goes wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Reconnect, Retry, Stop
from syncline.model.contact import CONTACT
from syncline.model.records import RecordId
from syncline.plugin.http import Reply
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    Create,
    Deferred,
    Delete,
    DeleteRequest,
    Gone,
    Rejected,
    Stale,
    Unknown,
    Update,
)
from syncline_outlook.contacts.custom import custom_field
from syncline_outlook.contacts.extended import is_extended
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.contacts.outcomes import refused
from syncline_outlook.graph.messages import Inner

GRACE: dict[str, Any] = {
    "prefix": "Dr.", "given_name": "Grace", "middle_name": "Brewster", "family_name": "Hopper",
    "suffix": "Jr.", "nickname": "Amazing", "company": "Navy", "department": "Ships",
    "job_title": "Admiral", "emails": ("grace@navy.test", "g@home.test", "x@y.test"),
    "work_phones": ("+1 (202) 555-0101", "2"), "home_phones": ("3",), "mobile_phone": "4",
    "work_fax": "5", "other_phone": "+1 (202) 555-0106", "assistant_phone": "7",
    "assistant_name": "Ann", "birthday": "1906-12-09", "web_page": "https://navy.test",
    "business_address": {"street": "1 Dock\nPier 2", "city": "Norfolk", "region": "VA",
                         "postal_code": "23511", "country": "USA"},
    "home_address": {"city": "Arlington"}, "other_address": {"country": "Österreich"},
    "categories": ("VIP", "Kunde ä"), "notes": "First line\n\nthird 🚢",
}  # fmt: skip


def delete(outlook: Any, identifier: str, version: str | None = None) -> Any:
    record = outlook.look(identifier).records
    current = record[0] if record else outlook.page().records[0]
    operation = Delete(
        id=RecordId(identifier), version=version, current=current, account=outlook.account
    )
    request = DeleteRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
    return outlook.connector.delete(request)[0]


def test_a_created_contact_reads_back_the_same(outlook: Any) -> None:
    (applied,) = outlook.create(GRACE)
    (record,) = outlook.look(applied.id).records
    expected = {**dict.fromkeys(record.fields), **GRACE, "display_name": None}
    assert CONTACT.normal(record.fields) == CONTACT.normal(expected)
    assert applied.version == record.version
    echoed = {
        n: v for n, v in record.fields.items() if not is_extended(CONTACTS.by_name[n].native[0])
    }
    assert applied.stored == echoed
    (stored,) = outlook.box.contacts()
    assert stored["displayName"] == "Grace Brewster Hopper Jr."
    assert stored["birthday"] == "1906-12-09T11:59:00Z"


def test_a_create_goes_to_the_folder_it_names(outlook: Any) -> None:
    crm = outlook.box.create_folder("CRM")
    operation = Create(key="k", account=outlook.account, container=crm, fields={"given_name": "In"})
    request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
    (applied,) = outlook.connector.apply(request)
    assert outlook.look(applied.id).records[0].container == crm


@pytest.mark.parametrize("count", [1, 20])
def test_twenty_writes_are_one_call(outlook: Any, count: int) -> None:
    outlook.page()
    outlook.calls.clear()
    outcomes = outlook.create(*({"given_name": f"P{n}"} for n in range(count)))
    assert all(isinstance(each, Applied) for each in outcomes)
    assert outlook.calls == ["write"]
    names = {each.id: each.stored["given_name"] for each in outcomes}
    assert [names[each.id] for each in outcomes] == [f"P{n}" for n in range(count)], "in order"


def test_an_update_touches_only_what_it_names(outlook: Any) -> None:
    (applied,) = outlook.create(GRACE)
    before = outlook.box.contacts()[0]
    result = outlook.update(applied.id, {"job_title": "Rear Admiral", "notes": None})
    after = outlook.box.contacts()[0]
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"changeKey", "@odata.etag", "lastModifiedDateTime"} == {
        "jobTitle", "personalNotes",
    }  # fmt: skip
    assert result.version == outlook.look(applied.id).records[0].version != applied.version


def test_every_field_can_be_cleared(outlook: Any) -> None:
    (applied,) = outlook.create(GRACE)
    cleared = dict.fromkeys(CONTACTS.by_name)
    assert isinstance(outlook.update(applied.id, cleared), Applied)
    assert set(outlook.look(applied.id).records[0].fields.values()) == {None}


def test_an_update_of_a_name_part_keeps_the_display_name_in_step(outlook: Any) -> None:
    (applied,) = outlook.create({"given_name": "Grace", "family_name": "Murray"})
    outlook.update(applied.id, {"family_name": "Hopper"})
    assert outlook.box.contacts()[0]["displayName"] == "Grace Hopper"


def test_an_address_that_stays_keeps_its_slot_and_the_name_beside_it(
    outlook: Any, connect: Any
) -> None:
    emails = [{"name": f"Name {c}", "address": f"{c}@x.test"} for c in "abc"]
    made = outlook.box.create_contact({"givenName": "G", "emailAddresses": emails})
    outlook.update(made["id"], {"emails": ("c@x.test", "new@x.test", "a@x.test")})
    stored = outlook.box.contact(made["id"])["emailAddresses"]
    assert stored[0] == emails[0]
    assert stored[1]["address"] == "new@x.test"
    assert stored[2] == emails[2]


def test_names_beside_addresses_are_read_again_when_they_are_not_remembered(
    outlook: Any, connect: Any
) -> None:
    emails = [{"name": "Name a", "address": "a@x.test"}, {"name": "Name b", "address": "b@x.test"}]
    made = outlook.box.create_contact({"givenName": "G", "emailAddresses": emails})
    (current,) = outlook.look(made["id"]).records
    calls: list[str] = []
    fresh = connect(calls)
    operation = Update(
        id=current.id, version=current.version, fields={"emails": ("b@x.test",)}, current=current,
        account=outlook.account,
    )  # fmt: skip
    request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
    assert isinstance(fresh.apply(request)[0], Applied)
    assert outlook.box.contact(made["id"])["emailAddresses"] == [emails[1]]
    assert [each for each in calls if each != "check"] == ["read", "write"]


def test_a_custom_field_is_written_read_and_cleared(outlook: Any) -> None:
    spec = CONTACTS.restricted(["given_name"], [custom_field("tier", "extension:Tier")])
    (applied,) = outlook.create({"given_name": "G", "tier": "Gold"}, spec=spec)
    assert "tier" not in applied.stored, "not echoed, so not known"
    assert outlook.look(applied.id, spec=spec).records[0].fields["tier"] == "Gold"
    outlook.update(applied.id, {"tier": None}, spec=spec)
    (record,) = outlook.look(applied.id, spec=spec).records
    assert record.fields["tier"] is None
    assert record.marker == "key-0"


def test_a_stale_version_changes_nothing(outlook: Any) -> None:
    (applied,) = outlook.create({"given_name": "G"})
    outlook.box.update_contact(applied.id, {"jobTitle": "By hand"})
    found = outlook.update(applied.id, {"job_title": "Ours"}, version=applied.version)
    assert isinstance(found, Stale)
    assert isinstance(delete(outlook, applied.id, applied.version), Stale)
    assert outlook.box.contact(applied.id)["jobTitle"] == "By hand"


def test_an_update_without_a_version_passes_whatever_the_contact_has_become(outlook: Any) -> None:
    (applied,) = outlook.create({"given_name": "G"})
    outlook.box.update_contact(applied.id, {"jobTitle": "By hand"})
    assert isinstance(outlook.update(applied.id, {"job_title": "Ours"}, version=None), Applied)


def test_a_contact_that_is_gone_is_told_apart(outlook: Any) -> None:
    outlook.create({"given_name": "Other"})
    (applied,) = outlook.create({"given_name": "G"})
    (current,) = outlook.look(applied.id).records
    assert isinstance(delete(outlook, applied.id, applied.version), Applied)
    assert isinstance(delete(outlook, applied.id), Gone)
    operation = Update(
        id=current.id, version=current.version, fields={"notes": "x"}, current=current,
        account=outlook.account,
    )  # fmt: skip
    request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
    assert isinstance(outlook.connector.apply(request)[0], Gone)


def test_what_is_stale_is_gone_only_if_it_lies_in_deleted_items(outlook: Any) -> None:
    created = outlook.create({"given_name": "A"}, {"given_name": "B"})
    records = outlook.look(*(each.id for each in created)).records
    outlook.box.update_contact(records[0].id, {"jobTitle": "By hand"})
    outlook.box.delete_contact(records[1].id)
    operations = tuple(
        Update(
            id=each.id, version=each.version, fields={"notes": "x"}, current=each,
            account=outlook.account,
        )
        for each in records
    )  # fmt: skip
    request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=operations)
    stale, gone = outlook.connector.apply(request)
    assert (type(stale), type(gone)) == (Stale, Gone)
    assert outlook.box.contact(records[0].id)["jobTitle"] == "By hand"


def test_refused_content_names_the_fields_and_lets_the_others_pass(outlook: Any) -> None:
    outcomes = outlook.create(
        {"given_name": "Fine"},
        {"given_name": "G", "emails": tuple(f"{n}@x.test" for n in range(4))},
        {"given_name": "Secretname" * 30},
        {"given_name": "G", "work_phones": ("1", "2", "3")},
        {"given_name": "G", "birthday": "1999-02-30"},
    )
    kinds = [each.kind if isinstance(each, Rejected) else "applied" for each in outcomes]
    assert kinds == ["applied", "too_long", "too_long", "too_long", "invalid"]
    assert [each.fields for each in outcomes[1:]] == [
        ("emails",), ("given_name",), ("work_phones",), ("birthday",),
    ]  # fmt: skip
    assert all(each.code for each in outcomes[1:])
    assert "Secretname" not in repr(outcomes)


# ---- faults -------------------------------------------------------------------------------------


def test_throttled_writes_inside_a_batch_wait_for_the_longest_delay(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.quirk("rate-limit", 2, retry_after=11, scope="inner", skip=1)
    outcomes = outlook.create(*({"given_name": f"P{n}"} for n in range(4)))
    assert [type(each) for each in outcomes].count(Applied) == 2
    deferred = [each for each in outcomes if isinstance(each, Deferred)]
    assert {each.after for each in deferred} == {11.0}
    assert len(outlook.box.contacts()) == 2


def test_a_server_error_inside_a_batch_leaves_the_write_unclear(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.quirk("server-error", 1, scope="inner")
    outcomes = outlook.create({"given_name": "A"}, {"given_name": "B"})
    assert [type(each) for each in outcomes].count(Unknown) == 1


@pytest.mark.parametrize(
    ("quirk", "options", "reached", "stored"),
    [
        ("rate-limit", {"retry_after": 3, "scope": "outer"}, False, 0),
        ("server-error", {"scope": "outer"}, True, 0),
        ("drop-before-commit", {}, True, 0),
        ("commit-then-drop", {}, True, 1),
    ],
)
def test_a_write_call_that_fails_tells_whether_it_may_have_been_done(
    outlook: Any, quirk: str, options: dict[str, Any], reached: bool, stored: int
) -> None:
    outlook.page()
    outlook.box.sandbox.quirk(quirk, 1, **options)
    with pytest.raises(Retry) as caught:
        outlook.create({"given_name": "G"})
    assert caught.value.reached is reached
    assert len(outlook.box.contacts()) == stored


def test_a_read_that_fails_before_a_write_leaves_the_write_unsent(
    outlook: Any, connect: Any
) -> None:
    made = outlook.box.create_contact({"emailAddresses": [{"address": "a@x.test"}]})
    (current,) = outlook.look(made["id"]).records
    fresh = connect()
    operation = Update(
        id=current.id, version=None, fields={"emails": None}, current=current,
        account=outlook.account,
    )  # fmt: skip
    outlook.box.sandbox.quirk("commit-then-drop", 1, path="$batch")
    with pytest.raises(Retry) as caught:
        fresh.apply(ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,)))
    assert caught.value.reached is False


def test_a_malformed_answer_to_a_write_stops_without_claiming_success(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.quirk("malformed-body", 1, method="POST", scope="outer")
    with pytest.raises(Stop):
        outlook.create({"given_name": "G"})


def test_a_revoked_token_during_writes_is_replaced_and_nothing_is_doubled(outlook: Any) -> None:
    """A create is not sent again by the connector: core looks for it first."""
    outlook.page()
    outlook.box.sandbox.revoke_tokens()
    with pytest.raises(Retry) as refused:
        outlook.create({"given_name": "G"})
    assert (refused.value.reached, refused.value.sent) == (False, True)
    assert outlook.box.contacts() == []

    (made,) = outlook.create({"given_name": "G"})
    outlook.box.sandbox.revoke_tokens()
    assert isinstance(outlook.update(made.id, {"given_name": "H"}), Applied)
    assert len(outlook.box.contacts()) == 1


def test_an_app_that_lost_its_secret_must_reconnect(outlook: Any) -> None:
    outlook.page()
    outlook.box.sandbox.change_app(secret="another")
    outlook.box.sandbox.revoke_tokens()
    with pytest.raises(Reconnect):
        outlook.create({"given_name": "G"})


def test_writes_into_a_closed_mailbox_are_rejected_and_not_taken_for_gone(outlook: Any) -> None:
    (applied,) = outlook.create({"given_name": "G"})
    (current,) = outlook.look(applied.id).records
    operation = Update(
        id=current.id, version=None, fields={"notes": "x"}, current=current,
        account=outlook.account,
    )  # fmt: skip
    for access in ("denied", "none"):
        outlook.box.set_access(access)
        request = ApplyRequest(spec=CONTACTS, feed=outlook.feed(), operations=(operation,))
        (outcome,) = outlook.connector.apply(request)
        assert isinstance(outcome, Rejected)
        assert outcome.kind == "forbidden"


# ---- the table of refusals ----------------------------------------------------------------------


def answer(status: int, code: str = "x", message: str = "") -> Reply:
    return Reply(status, {}, {"error": {"code": code, "message": message}})


PATCH = Inner(method="PATCH", url="/", if_match="v")
BLIND = Inner(method="PATCH", url="/")
POST = Inner(method="POST", url="/")


@pytest.mark.parametrize(
    ("request_", "reply", "expected"),
    [
        (POST, None, Unknown),
        (POST, answer(429), Deferred),
        (POST, answer(424), Deferred),
        (POST, answer(401), Deferred),
        (PATCH, answer(412), Stale),
        (BLIND, answer(412), Deferred),
        (POST, answer(503), Unknown),
        (POST, answer(408), Unknown),
        (PATCH, answer(404, "ErrorItemNotFound"), Gone),
        (PATCH, answer(404, "itemNotFound"), Gone),
        (POST, answer(404, "ErrorItemNotFound"), Rejected),
        (PATCH, answer(404, "MailboxNotEnabledForRESTAPI"), Rejected),
        (PATCH, answer(404, "ErrorInvalidUser"), Rejected),
        (PATCH, Reply(404), Rejected),
        (PATCH, answer(403), Rejected),
        (PATCH, answer(409), Rejected),
        (PATCH, answer(405, "ErrorInvalidRequest"), Rejected),
    ],
)
def test_each_refusal_has_one_meaning(request_: Inner, reply: Any, expected: type) -> None:
    assert isinstance(refused(CONTACTS, request_, reply, None), expected)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(403), "forbidden"),
        (answer(400, "ErrorQuotaExceeded"), "quota"),
        (answer(507), "quota"),
        (answer(413), "too_long"),
        (answer(400, "ErrorInvalidRequest", "exceeds the max allowed value of 2"), "too_long"),
        (answer(400, "RequestBodyRead"), "invalid"),
        (answer(409), "other"),
    ],
)
def test_each_rejection_has_its_kind(reply: Reply, kind: str) -> None:
    found = refused(CONTACTS, POST, reply, None)
    assert isinstance(found, Rejected)
    assert found.kind == kind
