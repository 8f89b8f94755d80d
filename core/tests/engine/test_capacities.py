"""A side that holds less never shortens the other, and nothing goes back and forth."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncline.connectors.memory import MemoryOptions
from syncline.model.capacity import Capacity
from syncline.model.fields import Value
from syncline.policy.schema import Direction, FieldRule
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
THREE = ("one@x.test", "two@x.test", "three@x.test")


def one_email(worlds: Worlds) -> EngineWorld:
    return worlds(right=MemoryOptions(capacities={"emails": Capacity(many=1)}))


def emails(world: EngineWorld) -> tuple[Value, Value]:
    [left], [right] = world.shown(world.left), world.shown(world.right)
    return left.get("emails"), right.get("emails")


def test_the_poorer_side_gets_the_first_element_and_the_richer_keeps_all(worlds: Worlds) -> None:
    world = one_email(worlds)
    world.left.create("ada", person("Grace", "Hopper", emails=THREE))

    world.settle()

    assert emails(world) == (THREE, THREE[:1])
    assert world.sync(full=True).writes == 0


def test_an_edit_of_another_field_there_does_not_carry_the_loss_back(worlds: Worlds) -> None:
    world = one_email(worlds)
    world.left.create("ada", person("Grace", "Hopper", emails=THREE))
    world.settle()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})

    world.settle()

    assert emails(world) == (THREE, THREE[:1])
    assert world.shown(world.left)[0]["job_title"] == "Admiral"


def test_the_element_the_poorer_side_changed_is_the_only_one_that_changes(worlds: Worlds) -> None:
    world = one_email(worlds)
    world.left.create("ada", person("Grace", "Hopper", emails=THREE))
    world.settle()
    world.right.update(world.only(world.right), {"emails": ("new@x.test",)})

    world.settle()

    left, right = emails(world)
    assert set(left or ()) == {"new@x.test", *THREE[1:]}
    assert right == ("new@x.test",)
    assert world.sync(full=True).writes == 0


def test_clearing_the_poorer_side_removes_what_it_held_and_no_more(worlds: Worlds) -> None:
    world = one_email(worlds)
    world.left.create("ada", person("Grace", "Hopper", emails=THREE))
    world.settle()
    world.right.update(world.only(world.right), {"emails": ()})

    world.settle()

    left, _right = emails(world)
    assert left == THREE[1:]
    assert world.sync(full=True).writes == 0


def test_a_surplus_element_moves_up_when_the_source_changes_the_set(worlds: Worlds) -> None:
    world = one_email(worlds)
    world.left.create("ada", person("Grace", "Hopper", emails=THREE))
    world.settle()
    world.left.update(world.only(world.left), {"emails": THREE[1:]})

    world.settle()

    left, right = emails(world)
    assert left == THREE[1:]
    assert right is not None
    assert len(right) == 1
    assert set(right) <= set(THREE[1:])


def test_a_text_that_was_cut_is_not_cut_at_its_origin(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(capacities={"notes": Capacity(max_length=5)}))
    world.left.create("ada", person("Grace", "Hopper", notes="a long story"))

    world.settle()
    world.right.update(world.only(world.right), {"company": "Navy"})
    world.settle()

    assert world.shown(world.left)[0]["notes"] == "a long story"
    assert world.shown(world.right)[0]["notes"] == "a lon"
    assert world.sync(full=True).writes == 0


def test_an_edit_of_the_cut_text_is_an_edit(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(capacities={"notes": Capacity(max_length=5)}))
    world.left.create("ada", person("Grace", "Hopper", notes="a long story"))
    world.settle()
    world.right.update(world.only(world.right), {"notes": "short"})

    world.settle()

    assert world.shown(world.left)[0]["notes"] == "short"


def test_a_field_only_one_side_has_stays_there(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(fields=("given_name", "family_name", "emails", "company")))
    world.left.create("ada", person("Grace", "Hopper", notes="mine", company="Navy"))

    world.settle()
    world.right.update(world.only(world.right), {"company": "Army"})
    world.settle()

    assert world.shown(world.left)[0]["notes"] == "mine"
    assert world.shown(world.left)[0]["company"] == "Army"
    assert world.sync(full=True).writes == 0


def test_values_a_side_has_no_word_for_stay_on_the_other(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(capacities={"birthday": Capacity(full_dates=True)}))
    world.left.create("ada", person("Grace", "Hopper", birthday="--12-09"))

    world.settle()
    world.left.update(world.only(world.left), {"company": "Navy"})
    world.settle()

    assert world.shown(world.left)[0]["birthday"] == "--12-09"
    assert world.shown(world.right)[0].get("birthday") is None
    assert world.sync(full=True).writes == 0


def test_an_element_outside_of_a_vocabulary_stays_on_the_other_side(worlds: Worlds) -> None:
    words = Capacity(vocabulary=frozenset({"Red", "Blue"}))
    world = worlds(right=MemoryOptions(capacities={"categories": words}))
    world.left.create("ada", person("Grace", "Hopper", categories=("Red", "Mauve")))
    world.settle()
    world.right.update(world.only(world.right), {"categories": ("Red", "Blue")})

    world.settle()

    assert set(world.shown(world.left)[0]["categories"]) == {"Red", "Mauve", "Blue"}
    assert set(world.shown(world.right)[0]["categories"]) == {"Red", "Blue"}
    assert world.sync(full=True).writes == 0


def family_name_is_never_empty(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    if fields.get("family_name"):
        return fields
    return {**fields, "family_name": fields.get("company") or "(unknown)"}


def test_a_required_field_is_filled_there_and_does_not_come_back(worlds: Worlds) -> None:
    world = worlds(
        right=MemoryOptions(
            required=frozenset({"family_name"}), stored_as=family_name_is_never_empty
        )
    )
    record = world.left.create("ada", {"company": "Navy", "emails": ("office@navy.test",)})

    world.settle()

    assert world.shown(world.right)[0]["family_name"] == "Navy"
    assert "family_name" not in world.shown(world.left)[0]
    assert world.sync(full=True).writes == 0

    world.left.update(record, {"job_title": "Office"})
    world.settle()
    assert "family_name" not in world.shown(world.left)[0]
    assert world.shown(world.right)[0]["job_title"] == "Office"


def test_a_real_value_replaces_the_fallback(worlds: Worlds) -> None:
    world = worlds(
        right=MemoryOptions(
            required=frozenset({"family_name"}), stored_as=family_name_is_never_empty
        )
    )
    record = world.left.create("ada", {"company": "Navy", "emails": ("g@navy.test",)})
    world.settle()
    world.left.update(record, {"family_name": "Hopper"})

    world.settle()

    assert world.same()
    assert world.shown(world.right)[0]["family_name"] == "Hopper"


def upper_case_titles(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    title = fields.get("job_title")
    return {**fields, "job_title": title.upper()} if title else fields


def test_what_a_service_rewrites_predictably_is_not_carried_back(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(stored_as=upper_case_titles))
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    world.settle()

    assert world.shown(world.left)[0]["job_title"] == "Admiral"
    assert world.shown(world.right)[0]["job_title"] == "ADMIRAL"
    assert world.sync(full=True).writes == 0


def test_a_field_that_does_not_travel_is_not_measured_either(worlds: Worlds) -> None:
    """It has a value here and a limit there, and neither matters to the new record."""
    short = MemoryOptions(capacities={"job_title": Capacity(max_length=3)})
    world = worlds(right=short)
    world.set(fields={"job_title": FieldRule(Direction.RIGHT_TO_LEFT)})
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    world.settle()

    assert "job_title" not in world.shown(world.right)[0]
    assert world.shown(world.left)[0]["job_title"] == "Admiral"
