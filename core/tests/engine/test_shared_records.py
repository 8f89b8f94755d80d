"""A CRM that is read once for all members: owners, links from several lanes, one record each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, LeftScope, Records, SharedDelete
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True, create_batch=200)
VISIBLE = PerSide(Records.OWN, Records.VISIBLE)


@pytest.fixture
def own(worlds: Worlds) -> EngineWorld:
    """Right is a CRM; each member has the records they own."""
    return worlds(right=CRM)


@pytest.fixture
def visible(worlds: Worlds) -> EngineWorld:
    """Right is a CRM; each member has all of its records."""
    world = worlds(right=CRM)
    world.set(records=VISIBLE)
    return world


def test_records_are_fanned_out_by_owner(own: EngineWorld) -> None:
    own.right.create("ada", person("Grace", "Hopper"))
    own.right.create("bob", person("Alan", "Turing"))

    own.sync()

    assert [c["given_name"] for c in own.shown(own.left, "ada")] == ["Grace"]
    assert [c["given_name"] for c in own.shown(own.left, "bob")] == ["Alan"]
    assert own.sync().writes == 0


def test_a_shared_feed_is_read_once_for_all_members(own: EngineWorld) -> None:
    own.sync()
    before = own.right.calls["changes"]

    own.sync()

    assert own.right.calls["changes"] == before + 1


def test_with_visible_records_everybody_has_all_of_them(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))

    visible.sync()

    assert visible.same("ada")
    assert visible.shown(visible.left, "bob") == visible.shown(visible.left, "ada")
    assert visible.sync().writes == 0


def test_a_record_one_member_makes_reaches_the_others(visible: EngineWorld) -> None:
    visible.left.create("ada", person("Grace", "Hopper"))

    visible.settle()

    assert [c["given_name"] for c in visible.shown(visible.left, "bob")] == ["Grace"]
    assert len(visible.right.read()) == 1


def test_an_edit_by_one_member_reaches_the_other(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.update(visible.only(visible.left, "ada"), {"job_title": "Admiral"})

    visible.settle()

    assert visible.shown(visible.left, "bob")[0]["job_title"] == "Admiral"


def test_edits_of_different_fields_by_two_members_both_survive(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.update(visible.only(visible.left, "ada"), {"job_title": "Admiral"})
    visible.left.update(visible.only(visible.left, "bob"), {"company": "Navy"})

    visible.settle()

    for name in ("ada", "bob"):
        [found] = visible.shown(visible.left, name)
        assert (found["job_title"], found["company"]) == ("Admiral", "Navy")


def test_deleting_from_one_mailbox_severs_only_that_link(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.delete(visible.only(visible.left, "ada"))

    report = visible.sync()
    visible.settle()

    assert [each.action for each in report.operations] == [Action.SEVER]
    assert len(visible.right.read()) == 1
    assert visible.left.read("ada") == {}
    visible.left.update(visible.only(visible.left, "bob"), {"job_title": "Admiral"})
    visible.settle()
    assert [c["job_title"] for c in visible.right.read().values()] == ["Admiral"]
    assert visible.left.read("ada") == {}


def test_deleting_from_one_mailbox_deletes_for_all_where_the_policy_says_so(
    visible: EngineWorld,
) -> None:
    visible.set(shared_delete=SharedDelete.PROPAGATE)
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.delete(visible.only(visible.left, "ada"))

    visible.settle()

    assert visible.right.read() == {}
    assert visible.left.read() == {}


def test_a_deletion_in_the_crm_reaches_everybody(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.right.delete(visible.only(visible.right))

    visible.settle()

    assert visible.left.read() == {}


def test_the_last_member_to_delete_a_record_deletes_it_in_the_crm(visible: EngineWorld) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    visible.left.delete(visible.only(visible.left, "ada"))
    visible.settle()
    visible.left.delete(visible.only(visible.left, "bob"))

    visible.settle()

    assert visible.right.read() == {}


def test_a_member_whose_copy_rests_outside_of_the_data_set_holds_the_record(
    visible: EngineWorld,
) -> None:
    visible.set(where=PerSide("categories=Customer", None))
    visible.right.create("ada", person("Grace", "Hopper", categories=("Customer",)))
    visible.settle()
    visible.left.update(visible.only(visible.left, "bob"), {"categories": ()})
    visible.settle()
    visible.left.delete(visible.only(visible.left, "ada"))

    visible.settle()

    assert len(visible.right.read()) == 1


def test_when_all_members_delete_a_record_at_once_the_deletion_passes(
    visible: EngineWorld,
) -> None:
    visible.right.create("ada", person("Grace", "Hopper"))
    visible.settle()
    for name in ("ada", "bob"):
        visible.left.delete(visible.only(visible.left, name))

    report = visible.sync()

    assert [each.action for each in report.operations] == [Action.DELETE]
    assert visible.right.read() == {}
    assert visible.sync().writes == 0


# --- claims and twins ---------------------------------------------------------------------------


def test_two_members_who_know_the_same_person_make_one_record(visible: EngineWorld) -> None:
    visible.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    visible.left.create("bob", person("Grace", "Hopper", company="Navy"))

    visible.settle()

    assert len(visible.right.read()) == 1
    for name in ("ada", "bob"):
        [found] = visible.shown(visible.left, name)
        assert (found["job_title"], found["company"]) == ("Admiral", "Navy")


def test_a_record_of_another_owner_is_found_before_a_second_one_is_made(own: EngineWorld) -> None:
    own.left.create("ada", person("Grace", "Hopper"))
    own.sync()
    own.left.create("bob", person("Grace", "Hopper", company="Navy"))

    own.settle()

    [there] = own.right.read().values()
    assert there["company"] == "Navy"
    assert own.shown(own.left, "ada")[0]["company"] == "Navy"


def test_two_members_at_once_make_one_record_even_where_each_has_their_own(
    own: EngineWorld,
) -> None:
    own.left.create("ada", person("Grace", "Hopper"))
    own.left.create("bob", person("Grace", "Hopper"))

    own.settle()
    own.left.update(own.only(own.left, "bob"), {"company": "Navy"})
    own.settle()

    assert len(own.right.read()) == 1
    assert own.shown(own.left, "ada")[0]["company"] == "Navy"


def test_mailboxes_are_apart_the_same_person_may_be_in_two(own: EngineWorld) -> None:
    own.right.create("ada", person("Grace", "Hopper"))
    own.right.create("bob", person("Grace", "Hopper"))

    own.settle()

    assert own.same("ada")
    assert own.same("bob")
    assert len(own.left.read()) == 2


# --- owners ---------------------------------------------------------------------------------------


def test_a_record_that_gets_another_owner_leaves_one_member_and_reaches_the_other(
    own: EngineWorld,
) -> None:
    record = own.right.create("ada", person("Grace", "Hopper"))
    own.sync()
    own.right.give(record, "bob")
    own.settle()
    own.right.update(record, {"job_title": "Admiral"})

    own.settle()

    assert own.shown(own.left, "bob")[0]["job_title"] == "Admiral"
    assert "job_title" not in own.shown(own.left, "ada")[0]


def test_a_record_that_gets_another_owner_is_deleted_where_leaving_means_that(
    own: EngineWorld,
) -> None:
    own.set(left_scope=LeftScope.DELETE)
    record = own.right.create("ada", person("Grace", "Hopper"))
    own.sync()
    own.right.give(record, "bob")

    own.settle()

    assert own.left.read("ada") == {}
    assert own.same("bob")
    assert len(own.right.read()) == 1


def test_a_record_that_comes_back_to_its_owner_relinks(own: EngineWorld) -> None:
    record = own.right.create("ada", person("Grace", "Hopper"))
    own.sync()
    own.right.give(record, "bob")
    own.settle()
    own.right.give(record, "ada")
    own.right.update(record, {"job_title": "Admiral"})

    own.settle()

    assert own.same("ada")
    assert len(own.left.read("ada")) == 1


def test_records_of_people_who_are_no_members_stay_where_they_are(own: EngineWorld) -> None:
    own.right.add_account("carol")
    own.right.create("carol", person("Grace", "Hopper"))

    assert own.sync().writes == 0
    assert own.left.read() == {}


# --- merges ---------------------------------------------------------------------------------------


def test_a_merge_points_the_link_to_the_record_that_stays(own: EngineWorld) -> None:
    own.left.create("ada", person("Grace", "Hopper"))
    own.settle()
    loser = own.only(own.right)
    winner = own.right.create("carol" if "carol" in own.right.accounts else "ada", person("G", "H"))
    own.right.merge(loser, winner)

    own.settle()

    assert len(own.left.read("ada")) == 1
    assert own.same("ada")
    own.left.update(own.only(own.left, "ada"), {"company": "Navy"})
    own.settle()
    assert own.right.read()[winner]["company"] == "Navy"


def _two_in_step(own: EngineWorld) -> PerSide[dict[object, RecordId]]:
    """Grace and Gracie on both sides, by their given names."""
    for given in ("Grace", "Gracie"):
        own.left.create("ada", person(given, "Hopper"))
    own.settle()
    stores = PerSide(own.left, own.right)
    return stores.map(lambda store: {f["given_name"]: id for id, f in store.read("ada").items()})


def test_a_merge_of_two_linked_records_severs_the_losers_link(own: EngineWorld) -> None:
    _here, by_name = _two_in_step(own)
    own.right.merge(by_name["Gracie"], by_name["Grace"])

    own.settle()

    assert len(own.left.read("ada")) == 2
    assert len(own.right.read()) == 1
    assert own.sync(full=True).writes == 0


def test_a_merge_into_a_record_whose_link_has_ended_brings_its_own_link_along(
    own: EngineWorld,
) -> None:
    here, there = _two_in_step(own)
    own.right.merge(there["Gracie"], there["Grace"])
    own.settle()  # left's Gracie stands alone now
    new = own.left.create("ada", person("Alan", "Turing"))
    own.settle()
    own.left.merge(new, here["Gracie"])
    own.settle()

    own.left.update(here["Gracie"], {"company": "Navy"})
    own.settle()

    companies = {each["given_name"]: each.get("company") for each in own.shown(own.right)}
    assert companies == {"Grace": None, "Gracie": "Navy"}
    assert own.sync(full=True).writes == 0


def test_who_takes_over_the_record_of_an_ended_link_is_somebody_new(own: EngineWorld) -> None:
    """Gracie went at one side, and stayed at the other; what she is merged into there is new."""
    here, there = _two_in_step(own)
    own.left.merge(here["Gracie"], here["Grace"])
    own.settle()
    new = own.right.create("ada", person("Alan", "Turing"))
    own.right.merge(there["Gracie"], new)

    own.settle()

    assert sorted(each["given_name"] for each in own.shown(own.left)) == ["Alan", "Grace"]


def test_a_merge_that_is_taken_back_takes_the_links_end_back(own: EngineWorld) -> None:
    _here, by_name = _two_in_step(own)
    own.right.merge(by_name["Gracie"], by_name["Grace"])
    own.settle()

    own.right.restore(by_name["Gracie"])
    own.settle()
    own.right.update(by_name["Gracie"], {"company": "Navy"})
    own.settle()

    companies = {each["given_name"]: each.get("company") for each in own.shown(own.left)}
    assert companies == {"Grace": None, "Gracie": "Navy"}
    assert len(own.right.read()) == 2


@pytest.mark.parametrize("conditional", ["version", "none"])
def test_two_members_edits_of_one_field_are_a_conflict_whatever_the_service_refuses(
    worlds: Worlds, conditional: str
) -> None:
    """The second one is decided on what the first one wrote, also where the service has no
    conditions on writes, and would let it go over that.
    """
    crm = MemoryOptions(feed="connection", spans_accounts=True, conditional=conditional)
    world = worlds(right=crm)
    world.set(records=VISIBLE, conflict=Conflict.MANUAL)
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.update(world.only(world.left, "ada"), {"job_title": "Admiral"})
    world.left.update(world.only(world.left, "bob"), {"job_title": "Professor"})

    world.settle()

    assert world.shown(world.right)[0]["job_title"] == "Admiral"
    with world.session() as session:
        assert len(session.conflicts()) == 1
