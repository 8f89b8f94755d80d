"""Records that wait: each with a reason, looked at again in growing pauses, or when they change."""

from __future__ import annotations

from collections.abc import Callable

from syncline.connectors.memory import MemoryOptions
from syncline.model.records import WRITABLE, Writable
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
DAY = 24 * 3600.0


def needy(worlds: Worlds) -> EngineWorld:
    """The right side refuses people without a company."""
    return worlds(right=MemoryOptions(required=frozenset({"company"})))


def waiting(world: EngineWorld) -> list[tuple[str, int]]:
    with world.session() as session:
        return [(each.reason, each.attempts) for each in session.status().waiting]


def test_a_refused_record_waits_and_the_others_go_on(worlds: Worlds) -> None:
    world = needy(worlds)
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("ada", person("Alan", "Turing", company="NPL"))

    report = world.sync()

    assert report.writes == 1
    assert report.exit_code == 5
    [problem] = report.problems
    assert problem.kind == "refused"
    assert problem.code == "REQUIRED"
    assert "company" in problem.message
    assert report.lanes[0].waiting == 1
    assert waiting(world) == [("refused", 1)]


def test_a_refused_record_is_not_tried_again_the_same_day(worlds: Worlds) -> None:
    world = needy(worlds)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    calls = world.right.calls["apply"]

    world.sync()

    assert world.right.calls["apply"] == calls
    assert waiting(world) == [("refused", 1)]


def test_a_refused_record_is_tried_again_after_a_day(worlds: Worlds) -> None:
    world = needy(worlds)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.clock.advance(DAY)

    world.sync()

    assert waiting(world) == [("refused", 2)]


def test_a_full_run_tries_everything_again(worlds: Worlds) -> None:
    world = needy(worlds)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()

    world.sync(full=True)

    assert waiting(world) == [("refused", 2)]


def test_a_change_wakes_a_record_at_once(worlds: Worlds) -> None:
    world = needy(worlds)
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(record, {"company": "Navy"})

    world.sync()

    assert world.same()
    assert waiting(world) == []


def test_a_refused_update_waits_until_its_record_changes(worlds: Worlds) -> None:
    world = needy(worlds)
    record = world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    world.sync()
    world.left.update(record, {"company": None})

    first, second = world.sync(), world.sync()
    assert first.writes == second.writes == 0
    assert waiting(world) == [("refused", 1)]
    assert world.shown(world.right)[0]["company"] == "Navy"

    world.left.update(record, {"company": "Army"})
    world.settle()
    assert world.same()
    assert waiting(world) == []


def test_a_record_we_may_not_write_waits_with_the_reason(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    there = world.only(world.right)
    world.right.protect(there, Writable(frozenset(), "locked by its owner"))
    world.left.update(world.only(world.left), {"company": "Navy"})

    report = world.sync()
    assert report.writes == 0
    assert waiting(world) == [("read only", 1)]

    world.right.protect(there, WRITABLE)
    world.settle()
    assert world.same()
    assert waiting(world) == []


def test_a_field_we_may_not_write_does_not_hold_up_the_others(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    allowed = Writable(frozenset({"company", "job_title"}), "only these")
    world.right.protect(world.only(world.right), allowed)
    world.left.update(world.only(world.left), {"company": "Navy", "notes": "secret"})

    world.settle()

    assert world.shown(world.right)[0]["company"] == "Navy"
    assert "notes" not in world.shown(world.right)[0]
    assert world.shown(world.left)[0]["notes"] == "secret"


# --- ambiguity ----------------------------------------------------------------------------------


def test_several_candidates_stop_and_are_reported(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    for _ in range(2):
        world.right.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert report.writes == 0
    assert {problem.kind for problem in report.problems} == {"ambiguous"}
    assert report.lanes[0].waiting == 3
    assert world.sync().writes == 0


def test_several_candidates_at_the_strongest_key_do_not_fall_through(world: EngineWorld) -> None:
    mail = ("shared@x.test",)
    world.left.create(
        "ada", {"given_name": "G", "family_name": "H", "company": "N", "emails": mail}
    )
    world.right.create(
        "ada", {"given_name": "G", "family_name": "H", "company": "N", "emails": mail}
    )
    world.right.create("ada", {"given_name": "X", "family_name": "Y", "emails": mail})

    report = world.sync()

    assert report.writes == 0
    assert {problem.kind for problem in report.problems} == {"ambiguous"}


def test_a_weaker_key_decides_where_the_stronger_finds_nothing(world: EngineWorld) -> None:
    name = {"given_name": "Grace", "family_name": "Hopper", "company": "Navy"}
    world.left.create("ada", {**name, "emails": ("old@x.test",)})
    world.right.create("ada", {**name, "emails": ("new@x.test",)})

    world.settle()

    for side in (world.left, world.right):
        [found] = world.shown(side)
        assert set(found["emails"]) == {"old@x.test", "new@x.test"}


def test_the_order_of_keys_is_the_policys(world: EngineWorld) -> None:
    name = {"given_name": "Grace", "family_name": "Hopper", "company": "Navy"}
    for side in (world.left, world.right):
        side.create("ada", {**name, "emails": (f"{side.name}@x.test",)})
    by_mail = {"given_name": "Other", "family_name": "Name", "emails": ("o.name@x.test",)}
    world.left.create("ada", {**name, "company": "Army", "emails": ("o.name@x.test",)})
    world.right.create("ada", by_mail)
    world.set(match=("name+company", "email"))

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 2
    assert [each["company"] for each in world.shown(world.right)] == ["Navy", "Army"]


def test_an_ambiguity_a_person_ended_is_settled(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    twins = [world.right.create("ada", person("Grace", "Hopper")) for _ in range(2)]
    world.sync()
    world.right.update(twins[1], {"given_name": "Gracie", "emails": ("gracie@x.test",)})
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.right.update(twins[0], {"company": "Navy"})

    world.settle()

    assert world.same()
    assert len(world.left.read("ada")) == 2


def test_two_on_one_side_with_one_key_make_one_and_the_other_is_reported(
    world: EngineWorld,
) -> None:
    for _ in range(2):
        world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert report.writes == 1
    assert [problem.kind for problem in report.problems] == ["ambiguous"]
    assert world.sync().writes == 0


def test_what_a_service_knows_as_a_duplicate_is_linked(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(unique=frozenset({"nickname"}), match=frozenset()))
    world.set(match=(), create=PerSide(False, True))
    world.right.create("ada", {"given_name": "Grace", "nickname": "amazing"})
    world.left.create("ada", {"given_name": "G.", "nickname": "amazing"})

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1
    assert world.same()


# --- who wakes whom -----------------------------------------------------------------------------

CRM = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker")


def test_what_another_members_run_reads_wakes_who_waits_for_it(worlds: Worlds) -> None:
    world = worlds(left=MemoryOptions(required=frozenset({"family_name"})), right=CRM)
    record = world.right.create("bob", {"given_name": "Grace"})
    world.sync()
    world.right.update(record, {"family_name": "Hopper"})

    world.sync(members=("ada",))
    assert world.left.read("bob") == {}
    world.sync()

    assert len(world.left.read("bob")) == 1


def test_what_was_refused_at_the_target_is_woken_by_an_edit_of_the_target(
    worlds: Worlds,
) -> None:
    """The record was locked there; unlocking it changes the other side, not the one that waits."""
    world = worlds()
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    copy = world.only(world.right)
    world.right.protect(copy, Writable(frozenset(), "locked"))
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.settle()

    world.right.protect(copy, WRITABLE)
    world.sync()

    assert world.same()


def test_what_its_user_deleted_waits_for_nothing(worlds: Worlds) -> None:
    world = needy(worlds)
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    assert waiting(world) == [("refused", 1)]

    world.left.delete(record)
    world.sync()

    assert waiting(world) == []


def test_who_is_deleted_on_both_sides_waits_for_nothing(worlds: Worlds) -> None:
    world = needy(worlds)
    record = world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    world.settle()
    world.left.update(record, {"company": None})
    world.settle()
    assert [reason for reason, _attempts in waiting(world)] == ["refused"]

    world.left.delete(record)
    world.right.delete(world.only(world.right))
    world.clock.advance(DAY)
    world.settle()

    assert waiting(world) == []


# --- whose id -----------------------------------------------------------------------------------


def numbered(worlds: Worlds, **right: object) -> EngineWorld:
    """Both services number their records."""
    options = MemoryOptions(plain_ids=True, **right)  # type: ignore[arg-type]
    return worlds(left=MemoryOptions(plain_ids=True), right=options)


def test_a_record_that_waits_holds_up_none_of_the_same_id_on_the_other_side(
    worlds: Worlds,
) -> None:
    world = numbered(worlds, refuses=frozenset({"BAD"}))
    refused = world.left.create("ada", person("Grace", "Hopper", job_title="BAD"))
    world.sync()
    other = world.right.create("ada", person("Alan", "Turing"))
    world.sync()
    [copy] = set(world.left.read("ada")) - {refused}

    world.left.update(copy, {"job_title": "Dr"})
    world.sync()

    assert refused == other
    assert world.right.read("ada")[other]["job_title"] == "Dr"


def test_what_is_settled_on_one_side_ends_no_wait_of_the_same_id_on_the_other(
    worlds: Worlds,
) -> None:
    """A refused record was sent again and again, whenever a stranger of its number was edited."""
    world = numbered(worlds, refuses=frozenset({"BAD"}))
    world.left.create("ada", person("Grace", "Hopper", job_title="BAD"))
    world.sync()
    other = world.right.create("ada", person("Alan", "Turing"))
    world.sync()
    calls = world.right.calls["apply"]

    for number in range(3):
        world.right.update(other, {"notes": f"edit {number}"})
        world.sync()

    assert world.right.calls["apply"] == calls


def test_what_was_ambiguous_waits_no_more_when_it_is_linked_even_in_conflict(
    world: EngineWorld,
) -> None:
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper", job_title="left"))
    world.right.create("ada", person("Grace", "Hopper", job_title="right"))
    twin = world.right.create("ada", person("Grace", "Hopper"))
    world.sync()
    assert {reason for reason, _attempts in waiting(world)} == {"ambiguous"}

    world.right.delete(twin)
    world.clock.advance(DAY)
    report = world.sync()

    assert report.conflicts == 1
    assert waiting(world) == []
