"""Before a write is sent once more it is looked for, and the lease is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from proof.crashes import LEASE_IS_OVER
from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Retry
from syncline.model.fields import Value
from syncline.plugin.requests import ApplyRequest, Create
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
KINDS = ["key", "marker", "none"]


@dataclass
class Gateway:
    """In front of the service: it answers the first `times` creates with a 429, carried out or
    not; `meanwhile` something happens there.
    """

    times: int
    effect: bool = True
    meanwhile: Callable[[], object] = lambda: None
    sent: int = 0

    def before(self, call: Call) -> None:
        if not self.effect:
            self._refuse(call)

    def after(self, call: Call) -> None:
        if self.effect:
            self._refuse(call)

    def _refuse(self, call: Call) -> None:
        if call.kind == "apply":
            self.sent += 1
            if self.sent <= self.times:
                self.meanwhile()
                raise Retry("429", after=5.0, reached=False)


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("idempotency", KINDS)
def test_a_create_is_looked_for_before_it_is_repeated_whatever_was_answered(
    worlds: Worlds, idempotency: str, effect: bool
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency, visibility_lag=20.0))
    for number in range(5):
        world.left.create("ada", person(f"Given{number}", "Hopper"))
    world.right.fault = Gateway(2, effect=effect)
    report = world.sync()
    world.right.fault = None

    assert report.problems == ()
    assert len(world.right.read("ada")) == 5, "in one run, and once each"
    world.settle()
    assert world.same()


NOBODY = MemoryOptions(idempotency="none", visibility_lag=20.0)
WITHOUT_A_KEY: dict[str, tuple[MemoryOptions, Mapping[str, Value]]] = {
    "a company alone": (NOBODY, {"company": "Navy"}),
    "a part of a name": (NOBODY, {"family_name": "Hopper"}),
    "at a service that can look for nothing": (
        replace(NOBODY, match=frozenset()),
        person("Grace", "Hopper", company="Navy"),
    ),
}


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("case", WITHOUT_A_KEY)
def test_a_create_no_key_leads_to_is_looked_for_in_what_was_made_since(
    worlds: Worlds, case: str, effect: bool
) -> None:
    options, fields = WITHOUT_A_KEY[case]
    world = worlds(right=options)
    world.left.create("ada", fields)
    world.right.fault = Gateway(2, effect=effect)
    report = world.sync()
    world.right.fault = None

    assert report.problems == ()
    assert len(world.right.read("ada")) == 1
    world.settle()
    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_a_create_is_looked_for_in_what_another_run_has_read_since(worlds: Worlds) -> None:
    world = worlds(right=replace(NOBODY, feed="connection", visibility_lag=0.0))
    world.left.create("ada", {"company": "Navy"})

    def bob_runs() -> None:
        with world.another_session() as session:
            session.run(Selection(members=("bob",)))

    world.right.fault = Gateway(1, meanwhile=bob_runs)
    report = world.sync(members=("ada",))
    world.right.fault = None

    assert report.problems == ()
    assert len(world.right.read("ada")) == 1


def test_what_is_found_when_a_create_is_looked_for_is_left_to_the_next_runs_guards(
    worlds: Worlds,
) -> None:
    world = worlds(right=NOBODY)
    for number in range(30):
        world.left.create("ada", person(f"Given{number}", "Hopper"))
    world.settle()
    world.left.create("ada", {"company": "Navy"})

    def all_are_deleted() -> None:
        for each in world.right.read("ada"):
            world.right.delete(each)

    world.right.fault = Gateway(1, effect=False, meanwhile=all_are_deleted)
    world.sync()
    world.right.fault = None
    report = world.sync()

    assert report.guards
    assert len(world.left.read("ada")) == 31


@dataclass
class LetsSomeThrough:
    """A gateway that answers a batch of creates with a 429; the `chosen` ones were carried out."""

    world: EngineWorld
    chosen: slice
    refused: bool = False

    def before(self, call: Call) -> None:
        if self.refused or not isinstance(call.request, ApplyRequest):
            return
        self.refused, store = True, self.world.right
        names = {account: name for name, account in store.accounts.items()}
        for operation in call.request.operations[self.chosen]:
            assert isinstance(operation, Create)
            store.create(names[operation.account], operation.fields)
        raise Retry("429", after=5.0, reached=False)

    def after(self, call: Call) -> None:
        pass


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize(
    "fields", [{"given_name": "Grace", "family_name": "Hopper"}, {"company": "Navy"}]
)
def test_two_that_hold_the_same_are_each_made_once_and_nobody_else_is_held_up(
    worlds: Worlds, fields: Mapping[str, Value], made: int
) -> None:
    world = worlds(right=NOBODY)
    one = world.left.create("ada", fields)
    world.left.create("ada", fields)
    world.left.create("bob", person("Alan", "Turing"))
    world.right.fault = LetsSomeThrough(world, slice(made))
    report = world.sync()
    world.right.fault = None

    assert report.problems == ()
    assert (len(world.right.read("ada")), len(world.right.read("bob"))) == (2, 1)
    world.left.update(one, {"job_title": "Admiral"})
    world.settle()
    assert [f.get("job_title") for f in world.shown(world.right)].count("Admiral") == 1
    assert world.same(), "each is linked to one of them"


@pytest.mark.parametrize("chosen", [slice(0), slice(1), slice(1, 2), slice(2)])
def test_what_was_made_for_one_member_is_not_taken_for_the_same_of_another(
    worlds: Worlds, chosen: slice
) -> None:
    world = worlds(right=replace(NOBODY, feed="connection", spans_accounts=True))
    for member in world.people:
        world.left.create(member, {"given_name": "Mum"})
    world.right.fault = LetsSomeThrough(world, chosen)
    report = world.sync()
    world.right.fault = None

    assert report.problems == ()
    assert [len(world.right.read(member)) for member in world.people] == [1, 1]
    world.settle()
    assert [len(world.left.read(member)) for member in world.people] == [1, 1]
    assert [len(world.right.read(member)) for member in world.people] == [1, 1]


@dataclass
class Asleep:
    """A refusal that asks for patience; another machine takes over before it is over."""

    world: EngineWorld
    sent: int = 0

    def before(self, call: Call) -> None:
        if call.kind != "apply":
            return
        self.sent += 1
        if self.sent == 1:
            with closing(sqlite3.connect(self.world.folder / "state.sqlite")) as state, state:
                state.execute("UPDATE holder SET name = 'elsewhere'")
                state.execute("UPDATE lease SET holder = 'elsewhere'")
            raise Retry("429", after=5.0, reached=False)

    def after(self, call: Call) -> None:
        pass


@pytest.mark.parametrize("idempotency", KINDS)
def test_what_was_to_be_repeated_is_not_sent_when_the_lease_has_passed_on(
    worlds: Worlds, idempotency: str
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.fault = asleep = Asleep(world)
    report = world.sync()
    world.right.fault = None

    assert report.exit_code == 8
    assert asleep.sent == 1
    world.clock.advance(LEASE_IS_OVER)
    world.settle()
    assert len(world.right.read("ada")) == 1
    assert world.same()
