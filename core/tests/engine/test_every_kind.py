"""A plugin's own object type, with a field of every kind, in whole runs: merge, conflict, history,
undo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from syncline.connectors import plugin as memory_plugin
from syncline.connectors.memory import Call, MemoryOptions, MemoryStore
from syncline.errors import Stop
from syncline.model.capacity import Capacity
from syncline.model.fields import Value
from syncline.model.matching import Matcher
from syncline.model.objects import ObjectType
from syncline.model.sides import Side
from syncline.plugin.hookspecs import hookimpl
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import MatchRequest
from syncline.policy.schema import Conflict
from syncline.testing.every_kind import ERRAND, title_and_due
from syncline.testing.rehearsal import POLICY, EngineWorld
from syncline.testing.samples import sample

MATCHERS: Mapping[str, Matcher] = {"title+due": title_and_due}
ERRANDS = MemoryOptions(type=ERRAND, matchers=MATCHERS, match=frozenset(MATCHERS))
POORER = replace(
    ERRANDS,
    capacities={
        "body": Capacity(plain_text=True),
        "start": Capacity(parts=frozenset({"at"}), resolution="minute"),
        "status": Capacity(vocabulary=frozenset({"not_started", "completed"})),
        "place": Capacity(parts=frozenset({"street", "city"})),
        "rule": Capacity(parts=frozenset({"every"})),
        "people": Capacity(parts=frozenset({"response"})),
    },
)
ADA = {"address": "ada@x.example", "name": "Ada"}
FULL: Mapping[str, Value] = {
    "title": "Post",
    "remarks": "Two parcels\nand a letter",
    "body": {"html": "<p>Two <b>parcels</b></p>"},
    "due": "2026-12-01",
    "start": {"at": "2026-12-01T09:00:30+01:00", "zone": "Europe/Vienna"},
    "urgent": "false",
    "effort": "0",
    "status": "waiting",
    "topics": ("Home", "Town"),
    "place": {"street": "1 High Street", "city": "Graz", "country": "Austria"},
    "rule": {"every": "week", "times": "3"},
    "people": ({**ADA, "role": "required"}, {"address": "bob@x.example", "role": "optional"}),
}
EDITS: Mapping[str, Value] = {
    "title": "Post office",
    "remarks": "Three parcels",
    "body": {"html": "<p>Three parcels</p>"},
    "due": "2026-12-02",
    "start": {"at": "2026-12-01T10:00:00+01:00", "zone": "Europe/Vienna"},
    "urgent": "true",
    "effort": "1.5",
    "status": "completed",
    "topics": ("Home",),
    "place": {"street": "2 High Street", "city": "Graz"},
    "rule": {"every": "day"},
    "people": ({**ADA, "role": "optional"},),
}
Worlds = Callable[..., EngineWorld]


class Errands:
    """The plugin that brings the type and its matcher."""

    @hookimpl
    def object_types(self) -> tuple[ObjectType, ...]:
        return (ERRAND,)

    @hookimpl
    def register_matchers(self) -> Mapping[str, Matcher]:
        return MATCHERS


@pytest.fixture
def errands(tmp_path: Path) -> Worlds:
    """Two stores of errands, the same on both sides and settled: `errands(right=POORER)`."""

    def make(right: MemoryOptions = ERRANDS) -> EngineWorld:
        plugins = PluginManager.of({"memory": memory_plugin, "errands": Errands()})
        world = EngineWorld(tmp_path, ERRANDS, right, plugins=plugins)
        world.policy = replace(POLICY, type=ERRAND, match=("title+due",))
        world.left.create("ada", FULL)
        world.settle()
        return world

    return make


def held(world: EngineWorld, store: MemoryStore) -> dict[str, Value]:
    """What the one errand of a store says, in normal form."""
    return ERRAND.normal(store.read("ada")[world.only(store)])


def edit(world: EngineWorld, store: MemoryStore, **fields: Value) -> None:
    """A person edits the one errand of a store."""
    store.update(world.only(store), fields)


# ---- copies and edits ---------------------------------------------------------------------------


def test_every_field_arrives_as_it_is(errands: Worlds) -> None:
    world = errands()

    assert held(world, world.right) == ERRAND.normal(FULL)


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("emptied", [False, True], ids=["edited", "emptied"])
def test_an_edit_of_any_field_travels(errands: Worlds, name: str, emptied: bool) -> None:
    world = errands()
    value = None if emptied else EDITS[name]

    edit(world, world.right, **{name: value})
    world.settle()

    assert held(world, world.left).get(name) == ERRAND.normal({name: value})[name]
    assert held(world, world.left) == held(world, world.right)


@pytest.mark.parametrize("respelled", [
    {"start": {"at": "2026-12-01T08:00:30.0000000Z", "zone": "W. Europe Standard Time"}},
    {"body": {"html": "<html><body><div style='x'>Two parcels</div></body></html>"}},
    {"effort": "0.00"},
    {"urgent": "False"},
    {"people": tuple(reversed(FULL["people"]))},
])  # fmt: skip
def test_another_spelling_is_no_edit(errands: Worlds, respelled: Mapping[str, Value]) -> None:
    world = errands()

    edit(world, world.right, **respelled)

    assert world.sync().writes == 0


def test_what_was_entered_on_both_sides_is_one_by_the_plugins_matcher(
    errands: Worlds,
) -> None:
    world = errands()
    world.left.create("ada", {"title": "Bank", "due": "2026-12-05", "effort": "2"})
    world.right.create("ada", {"title": "bank ", "due": "2026-12-05", "urgent": "true"})
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 2
    assert _errands(world.left) == _errands(world.right)


# ---- merge --------------------------------------------------------------------------------------


def test_a_role_and_a_response_given_at_once_are_both_kept(errands: Worlds) -> None:
    world = errands()
    bob = FULL["people"][1]

    edit(world, world.left, people=({**ADA, "role": "optional"}, bob))
    edit(world, world.right, people=({**ADA, "role": "required", "response": "accepted"}, bob))
    world.settle()

    expected = ERRAND.normal(
        {"people": ({**ADA, "role": "optional", "response": "accepted"}, bob)}
    )["people"]
    assert held(world, world.left)["people"] == held(world, world.right)["people"] == expected


def test_people_who_were_added_on_both_sides_all_take_part(errands: Worlds) -> None:
    world = errands()
    both = FULL["people"]

    edit(world, world.left, people=(*both, {"address": "eve@x.example"}))
    edit(world, world.right, people=both[:1])
    world.settle()

    addresses = [person["address"] for person in held(world, world.left)["people"]]
    assert addresses == ["ada@x.example", "eve@x.example"]
    assert held(world, world.left) == held(world, world.right)


def test_who_is_taken_out_while_the_other_side_answers_for_them_is_out(errands: Worlds) -> None:
    world = errands()
    bob = FULL["people"][1]

    edit(world, world.left, people=(bob,))
    edit(world, world.right, people=({**FULL["people"][0], "response": "accepted"}, bob))
    world.settle()

    assert held(world, world.left)["people"] == ERRAND.normal({"people": (bob,)})["people"]
    assert held(world, world.left) == held(world, world.right)


@pytest.mark.parametrize(
    ("winner", "role"),
    [
        (Conflict.LEFT_WINS, "informed"),
        (Conflict.RIGHT_WINS, "chair"),
        (Conflict.MANUAL, "chair"),  # nobody wins: the first of the vocabulary
    ],
)
def test_two_roles_given_at_once_end_as_the_winners_on_both_sides(
    errands: Worlds, winner: Conflict, role: str
) -> None:
    world = errands()
    world.policy = replace(world.policy, conflict=winner)

    edit(world, world.left, people=({**ADA, "role": "informed"},))
    edit(world, world.right, people=({**ADA, "role": "chair"},))
    world.settle()

    assert held(world, world.left)["people"] == ({"address": ADA["address"], "role": role},)
    assert held(world, world.left) == held(world, world.right)


# ---- conflict -----------------------------------------------------------------------------------

OTHER: Mapping[str, Value] = {**sample(ERRAND, ERRANDS.spec(), 8), "urgent": None}
SCALARS = [name for name in FULL if not ERRAND.fields[name].type.is_set]


@pytest.mark.parametrize("name", SCALARS)
def test_two_edits_of_one_field_follow_the_rule(errands: Worlds, name: str) -> None:
    world = errands()

    edit(world, world.left, **{name: EDITS[name]})
    edit(world, world.right, **{name: OTHER[name]})
    world.settle()

    assert held(world, world.left)[name] == ERRAND.normal({name: EDITS[name]})[name]
    assert held(world, world.left) == held(world, world.right)


@pytest.mark.parametrize("name", SCALARS)
def test_two_edits_of_one_field_wait_for_a_person_if_so_ruled(errands: Worlds, name: str) -> None:
    world = errands()
    world.policy = replace(world.policy, conflict=Conflict.MANUAL)

    edit(world, world.left, **{name: EDITS[name]})
    edit(world, world.right, **{name: OTHER[name]})

    assert world.sync().writes == 0
    with world.session() as session:
        [conflict] = session.conflicts()
        assert conflict.fields == (name,)
        assert ERRAND.normal(conflict.left) == ERRAND.normal({name: EDITS[name]})
        assert ERRAND.normal(conflict.right) == ERRAND.normal({name: OTHER[name]})
        session.resolve(conflict.handle, Side.RIGHT)
    world.settle()
    assert held(world, world.left).get(name) == ERRAND.normal({name: OTHER[name]})[name]


# ---- what a poorer side cannot hold -------------------------------------------------------------


def test_a_poorer_side_takes_nothing_from_the_richer_one(errands: Worlds) -> None:
    world = errands(right=POORER)

    assert world.sync(full=True).writes == 0
    assert held(world, world.left) == ERRAND.normal(FULL)
    assert held(world, world.right)["status"] == "not_started"


def test_an_edit_beside_it_leaves_the_richer_word_alone(errands: Worlds) -> None:
    world = errands(right=POORER)

    edit(world, world.right, title="Post office", effort="3")
    world.settle()

    assert held(world, world.left)["status"] == "waiting"
    assert world.left.read("ada")[world.only(world.left)]["body"] == FULL["body"]


def test_an_edit_to_another_class_travels(errands: Worlds) -> None:
    world = errands(right=POORER)

    edit(world, world.right, status="completed")
    world.settle()

    assert held(world, world.left)["status"] == "completed"


def test_an_instant_that_is_moved_where_there_are_no_zones_keeps_its_zone(
    errands: Worlds,
) -> None:
    world = errands(right=POORER)

    edit(world, world.right, start={"at": "2026-12-01T12:00:00Z"})
    world.settle()

    moved = world.left.read("ada")[world.only(world.left)]["start"]
    assert moved == {"at": "2026-12-01T12:00:00Z", "zone": "Europe/Vienna"}


def test_a_response_from_where_there_are_no_roles_leaves_the_roles_alone(errands: Worlds) -> None:
    world = errands(right=POORER)
    ada, bob = ({"address": person["address"]} for person in FULL["people"])

    edit(world, world.right, people=({**ada, "response": "declined"}, bob))
    world.settle()

    ada, bob = held(world, world.left)["people"]
    assert (ada["role"], ada["response"], bob["role"]) == ("required", "declined", "optional")


def test_a_part_that_one_side_has_no_room_for_stays_at_the_other(errands: Worlds) -> None:
    world = errands(right=POORER)

    edit(world, world.right, place={"street": "2 High Street", "city": "Graz"})
    world.settle()

    assert held(world, world.left)["place"] == {**FULL["place"], "street": "2 High Street"}


def test_an_atomic_value_is_never_put_together_from_two_sides(errands: Worlds) -> None:
    world = errands(right=POORER)
    assert "rule" not in held(world, world.right)  # three times a week: it cannot hold that

    edit(world, world.right, rule={"every": "day"})
    world.settle()

    assert held(world, world.left)["rule"] == {"every": "day"}


# ---- history and undo ---------------------------------------------------------------------------


def test_undo_puts_back_every_field(errands: Worlds) -> None:
    world = errands()
    before = held(world, world.right)
    edit(world, world.left, **EDITS)
    run = world.sync().run_id
    assert held(world, world.right) == ERRAND.normal(EDITS)

    world.undo(run)

    assert held(world, world.right) == before


def test_history_tells_of_every_field_what_it_was_and_what_it_became(errands: Worlds) -> None:
    world = errands()
    edit(world, world.left, **EDITS)
    world.sync()

    with world.session() as session:
        entry = session.record_history(world.only(world.right))[0]

    told = {change.name: (change.before, change.after) for change in entry.changes}
    assert told.keys() == FULL.keys()
    for name, (before, after) in told.items():
        kind = ERRAND.fields[name].type
        assert kind.normal(before) == kind.normal(FULL[name])
        assert kind.shown(after) == kind.shown(EDITS[name])


def test_undo_makes_a_deleted_record_again_with_every_field(errands: Worlds) -> None:
    world = errands()
    world.left.delete(world.only(world.left))
    run = world.sync().run_id
    assert world.right.read("ada") == {}

    world.undo(run)

    assert held(world, world.right) == ERRAND.normal(FULL)


def _errands(store: MemoryStore) -> list[str]:
    """All errands of a store, in normal form and in a comparable order."""
    normal = (ERRAND.normal(fields) for fields in store.read("ada").values())
    return sorted(repr(sorted(fields.items())) for fields in normal)


# ---- a create without an answer -----------------------------------------------------------------


@dataclass
class AnswerLost:
    """The first create is made, and nobody hears of it; notes which keys are looked for then."""

    kinds: set[str] = field(default_factory=set)
    lost: bool = False

    def before(self, call: Call) -> None:
        if self.lost and isinstance(call.request, MatchRequest):
            self.kinds |= {key.kind for key in call.request.keys}

    def after(self, call: Call) -> None:
        if call.kind == "apply" and not self.lost:
            self.lost = True
            raise Stop("the answer is lost")


def test_a_create_without_an_answer_is_looked_for_by_the_types_own_keys(errands: Worlds) -> None:
    world = errands(replace(ERRANDS, idempotency="none"))
    world.set(match=())
    world.right.fault = fault = AnswerLost()
    world.left.create("ada", {**FULL, "title": "Bank"})
    world.sync()

    world.settle()

    assert fault.kinds == {"title+due"}
    assert len(world.right.read("ada")) == 2
