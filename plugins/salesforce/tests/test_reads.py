"""By id, all keys, by match key, data sets, people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncline.errors import ConfigurationError
from syncline.model import matching
from syncline.model.records import AbsenceReason, Absent
from syncline.plugin.requests import AccountListRequest, Applied, Page, Scope


def reasons(page: Any) -> dict[str, AbsenceReason]:
    return {absent.id: absent.reason for absent in page.absent}


def test_every_id_is_answered_once_with_the_truth_about_it(org: Any, sf: Any) -> None:
    living, binned, erased, winner, loser, hidden = (org.contact(FirstName=n) for n in "abcdef")
    org.sandbox.delete("Contact", binned)
    org.sandbox.erase("Contact", erased)
    org.sandbox.merge("Contact", winner, [loser])
    org.sandbox.hide("Contact", hidden)

    page = sf.ids(living, binned, erased, loser, hidden, living)
    assert [record.id for record in page.records] == [living]
    assert set(page.absent) == {
        Absent(binned, AbsenceReason.DELETED),
        Absent(erased, AbsenceReason.DELETED),
        Absent(loser, AbsenceReason.MERGED, winner),
        Absent(hidden, AbsenceReason.UNREADABLE),
    }


def test_an_id_that_never_was_is_unreadable_not_deleted(sf: Any) -> None:
    never = "0035b0000000001AAA"

    assert reasons(sf.ids(never)) == {never: AbsenceReason.UNREADABLE}


def test_a_record_outside_the_data_set_has_left_it(org: Any, sf: Any) -> None:
    inside, outside = org.contact(LeadSource="Web"), org.contact(LeadSource="Other")
    scope = sf.connector.scope(sf.spec, "LeadSource = 'Web'")

    page = sf.ids(inside, outside, scope=scope)
    assert [record.id for record in page.records] == [inside]
    assert reasons(page) == {outside: AbsenceReason.LEFT}


def test_the_sweep_lists_what_lives_in_the_data_set(org: Any, sf: Any) -> None:
    inside, deleted = org.contact(LeadSource="Web"), org.contact(LeadSource="Web")
    org.contact(LeadSource="Other")
    org.sandbox.delete("Contact", deleted)
    scope = sf.connector.scope(sf.spec, "LeadSource = 'Web' OR LeadSource = 'Phone Inquiry'")

    (only,) = sf.sweep(scope)
    assert (only.id, only.owner, only.fields) == (inside, org.ada.id, {})
    assert len(sf.sweep(sf.connector.scope(sf.spec, "all"))) == 2


def test_the_sweep_tells_whose_account_was_renamed(org: Any, sf: Any) -> None:
    renamed = org.sandbox.create("Account", {"Name": "Acme GmbH"})
    other = org.sandbox.create("Account", {"Name": "Navy"})
    theirs, others, alone = (org.contact(AccountId=each) for each in (renamed, other, None))
    org.sandbox.advance(3600)
    before = {record.id: record.version for record in sf.sweep()}
    assert {record.id: record.version for record in sf.ids(theirs, others, alone).records} == before
    assert {record.id: record.version for record in sf.round().records} == before
    stamps = org.stored(theirs)["SystemModstamp"]
    org.sandbox.update("Account", renamed, {"Name": "Globex AG"})

    org.sandbox.advance(3600)
    after = {record.id: record.version for record in sf.sweep()}
    assert {id for id in before if before[id] != after[id]} == {theirs}
    assert org.stored(theirs)["SystemModstamp"] == stamps
    assert sf.record(theirs).version == after[theirs]
    assert isinstance(sf.update(sf.record(theirs), job_title="x"), Applied)


def test_where_companies_are_not_synced_an_account_moves_nothing(org: Any, sf: Any) -> None:
    account = org.sandbox.create("Account", {"Name": "Acme GmbH"})
    org.contact(AccountId=account)
    org.sandbox.advance(3600)
    sf.spec = sf.spec.restricted(sf.spec.readable - {"company"})
    (before,) = sf.sweep()
    org.sandbox.update("Account", account, {"Name": "Globex AG"})
    org.sandbox.advance(3600)

    assert sf.sweep()[0].version == before.version


def test_the_sweep_walks_pages_smaller_than_asked_for(org: Any, sf: Any) -> None:
    made = sorted(org.contact() for _ in range(5))
    org.sandbox.quirk("small-pages", size=2)

    assert [record.id for record in sf.sweep()] == made


# ---- matching -----------------------------------------------------------------------------------


def test_keys_find_records_whatever_their_case(org: Any, sf: Any) -> None:
    account = org.sandbox.create("Account", {"Name": "Analytical Engines"})
    grace = org.contact(FirstName="Grace", LastName="Hopper", Email="Grace@Example.Test")
    alan = org.contact(org.bob, FirstName="ALAN", LastName="turing", AccountId=account)
    org.contact(FirstName="Charles", LastName="Babbage")

    assert sf.match(("email", "grace@example.test")) == {grace}
    assert sf.match(("name", "grace\x1fhopper"), ("name", "alan\x1fturing")) == {grace, alan}
    assert sf.match(("name+company", "alan\x1fturing\x1fanalytical engines")) == {alan}
    assert sf.match(("name+company", "alan\x1fturing\x1fother")) == set()


def test_what_was_deleted_is_found_in_the_recycle_bin_as_it_was(org: Any, sf: Any) -> None:
    living, binned, loser = (org.contact(FirstName="A", Email="a@example.test") for _ in range(3))
    org.sandbox.delete("Contact", binned)
    org.sandbox.merge("Contact", living, [loser])
    key = ("email", "a@example.test")

    found = sf.matching(key, deleted=True)

    assert {record.id for record in found} == {binned, loser}
    assert {record.fields["given_name"] for record in found} == {"A"}
    assert sf.match(key) == {living}
    assert sf.matching(key, since=org.sandbox.now() + timedelta(hours=1), deleted=True) == ()


def test_what_was_deleted_is_found_by_the_key_it_was_made_with(org: Any, sf: Any) -> None:
    org.with_key_field()
    keyed = org.connect(key_field="SyncKey__c").check()
    (made,) = keyed.create({"family_name": "Hopper"}, key="a-key-")
    org.sandbox.delete("Contact", made.id)

    (found,) = keyed.matching(("marker", "a-key-0"), deleted=True)

    assert (found.id, found.marker) == (made.id, "a-key-0")


@pytest.mark.parametrize(
    "name", ["O'Brien", "Weiß", "Müller\\", "a%b_c", "Łukasz", '"quoted"', "x' OR Id != '"]
)
def test_keys_made_from_awkward_names_find_them(org: Any, sf: Any, name: str) -> None:
    contact = org.contact(FirstName="A", LastName=name)
    org.contact(FirstName="B", LastName="Other")
    (key,) = matching.name({"given_name": "A", "family_name": name})

    assert sf.match(("name", key)) == {contact}


def test_an_international_address_is_stored_in_its_ascii_form_and_found(sf: Any) -> None:
    address = "karl@bücher.example"
    (made,) = sf.create({"family_name": "Kraus", "emails": (address,)})
    (key,) = matching.email({"emails": (address,)})

    assert sf.match(("email", key)) == {made.id}


@pytest.mark.parametrize("kind", ["name", "name+company", "email"])
def test_what_is_no_key_of_its_kind_matches_nothing_and_asks_nothing(
    org: Any, sf: Any, kind: str
) -> None:
    org.contact()

    assert sf.match((kind, "one\x1ftwo\x1fthree\x1ffour")) == set()
    assert not org.calls


def test_deleted_records_match_nothing(org: Any, sf: Any) -> None:
    org.sandbox.delete("Contact", org.contact(Email="g@example.test"))

    assert sf.match(("email", "g@example.test")) == set()


def test_a_search_may_be_narrowed_to_what_was_made_lately(org: Any, sf: Any) -> None:
    org.contact(Email="g@example.test")
    org.sandbox.advance(3600)
    lately = org.contact(Email="g@example.test")

    since = org.sandbox.now() - timedelta(minutes=5)
    assert sf.match(("email", "g@example.test"), since=since) == {lately}


def test_many_keys_are_looked_up_in_few_calls(org: Any, sf: Any) -> None:
    contact = org.contact(Email="person299@example.test")
    org.calls.clear()

    keys = [("email", f"person{number}@example.test") for number in range(300)]
    assert sf.match(*keys) == {contact}
    assert org.calls["read"] <= 2


def test_many_names_are_looked_up_in_few_calls(org: Any, sf: Any) -> None:
    contact = org.contact(FirstName="given199", LastName="family199")
    org.calls.clear()

    keys = [("name", f"given{number}\x1ffamily{number}") for number in range(200)]
    assert sf.match(*keys) == {contact}
    assert org.calls["read"] <= 4


def test_a_marker_is_found_and_read_where_there_is_a_key_field(org: Any) -> None:
    org.with_key_field()
    contact = org.contact(SyncKey__c="abc")
    sf = org.connect(key_field="SyncKey__c").check()

    assert sf.match(("marker", "abc")) == {contact}
    assert sf.record(contact).marker == "abc"


# ---- data sets ----------------------------------------------------------------------------------


def test_a_data_set_is_tried_at_the_service(org: Any, sf: Any) -> None:
    scope = sf.connector.scope(sf.spec, " Account.Type = 'Customer' ")

    assert scope == Scope(
        text=" Account.Type = 'Customer' ", condition={"where": "Account.Type = 'Customer'"}
    )


@pytest.mark.parametrize("text", ["Nonsense__c = 'x'", "LeadSource 'Web'", "LeadSource ="])
def test_a_data_set_the_service_refuses_is_refused_in_its_words(sf: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"refused by Salesforce: .+"):
        sf.connector.scope(sf.spec, text)


def test_a_data_set_that_is_more_than_a_condition_is_not_even_sent(org: Any, sf: Any) -> None:
    with pytest.raises(ConfigurationError):
        sf.connector.scope(sf.spec, "Id != null) OR (Id != null")
    assert not org.calls


# ---- people -------------------------------------------------------------------------------------


def test_people_are_found_by_user_name_by_address_and_by_id(org: Any, sf: Any) -> None:
    carl = org.sandbox.add_user("carl@crm.example.test", Email="carl@example.test")

    found = sf.users("ADA@example.test", "carl@example.test", carl.id, "nobody@example.test")
    assert found == {
        "ADA@example.test": org.ada.id,
        "carl@example.test": carl.id,
        carl.id: carl.id,
    }


def test_people_who_left_and_addresses_of_several_are_not_found(org: Any, sf: Any) -> None:
    org.sandbox.change_user(org.bob, IsActive=False)
    for name in ("one", "two"):
        org.sandbox.add_user(f"{name}@crm.example.test", Email="shared@example.test")

    assert sf.users("bob@example.test", "shared@example.test") == {}


def test_active_people_are_listed_page_by_page(org: Any, sf: Any) -> None:
    carl = org.sandbox.add_user("carl@crm.example.test", name="Carl Who", Email="carl@example.test")
    org.sandbox.change_user(org.bob, IsActive=False)
    org.calls.clear()

    page = sf.connector.list_accounts(AccountListRequest(page_size=2))
    pages = [page]
    while pages[-1].next is not None:
        request = AccountListRequest(page_size=2, next=pages[-1].next)
        pages.append(sf.connector.list_accounts(request))

    found = {each.id: each for page in pages for each in page.accounts}
    assert carl.id in found
    assert org.ada.id in found
    assert org.bob.id not in found
    assert found[carl.id].name == "carl@crm.example.test"
    assert found[carl.id].display_name == "Carl Who"
    assert found[carl.id].also == ("carl@example.test",)
    assert found[org.ada.id].also == ()
    assert max(len(page.accounts) for page in pages) == 2
    assert set(org.calls) == {"check"}


def test_two_hundred_people_are_one_query(org: Any, sf: Any) -> None:
    sf.users(*(f"person{number}@example.test" for number in range(200)))

    assert sum(org.calls.values()) <= 2


# ---- the Recycle Bin ----------------------------------------------------------------------------


def test_an_edit_made_right_before_a_deletion_is_read_from_the_recycle_bin(
    org: Any, sf: Any
) -> None:
    id = org.contact(FirstName="Grace", Title="Commodore")
    current = sf.record(id)
    org.sandbox.update("Contact", id, {"Title": "Admiral"})
    sf.delete(current)

    (record,) = sf.in_the_bin(id).records
    assert record.fields["job_title"] == "Admiral"
    assert record.fields.keys() == current.fields.keys()


def test_what_is_not_in_the_recycle_bin_is_left_out(org: Any, sf: Any) -> None:
    there, winner, loser, purged = (org.contact(FirstName=name) for name in "abcd")
    org.sandbox.merge("Contact", winner, [loser])
    org.sandbox.delete("Contact", purged)
    org.sandbox.empty_bin()

    assert sf.in_the_bin(there, loser, purged) == Page()
