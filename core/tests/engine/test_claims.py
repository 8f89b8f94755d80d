"""Members who know the same person, and whose runs overlap: one record, whoever makes it.

What a run has claimed it makes batch by batch. Until then nobody sees anything of it but the claim.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from proof.crashes import LEASE_IS_OVER, Died
from proof.histories.clocks import ahead
from syncline.connectors.memory import Call, MemoryOptions
from syncline.model.reports import RunReport
from syncline.model.sides import PerSide
from syncline.plugin.requests import Rejected
from syncline.policy.schema import Records
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
MARKS = ("marker", "key", "none")
VISIBLE = PerSide(Records.OWN, Records.VISIBLE)


@dataclass
class AtWrite:
    """Something happens once, before the first call that writes, or after it."""

    act: Callable[[], object]
    moment: str = "before"
    over: bool = False

    def before(self, call: Call) -> None:
        self._act(call, "before")

    def after(self, call: Call) -> None:
        self._act(call, "after")

    def _act(self, call: Call, moment: str) -> None:
        if call.writes and moment == self.moment and not self.over:
            self.over = True
            self.act()


@dataclass
class Two:
    """Ada and Bob, and a CRM that is written record by record."""

    world: EngineWorld
    bobs: list[RunReport] = field(default_factory=list)

    def of_bob(self) -> RunReport:
        """A run of another process."""
        with self.world.another_session() as session:
            self.bobs.append(session.run(Selection(members=("bob",))))
        return self.bobs[-1]

    def of_ada(self, act: Callable[[], object], moment: str = "before") -> RunReport | None:
        """Her run, while something happens at her first write; None if it died."""
        self.world.right.fault = AtWrite(act, moment)
        try:
            return self.world.sync(members=("ada",))
        except Died:
            return None
        finally:
            self.world.right.fault = None

    def names(self) -> list[object]:
        """Whom the CRM has."""
        return sorted(str(each["given_name"]) for each in self.world.right.read().values())


def crm(idempotency: str = "marker", **more: Any) -> MemoryOptions:
    return MemoryOptions(
        feed="connection", spans_accounts=True, create_batch=1, idempotency=idempotency, **more
    )


def both_know(
    worlds: Worlds, idempotency: str = "marker", records: object = VISIBLE, lag: float = 0.0
) -> Two:
    """Alan and Grace, whom Ada and Bob have entered in this and in the other order."""
    late = {"detection": "timestamp", "overlap": lag, "visibility_lag": lag / 2} if lag else {}
    world = worlds(right=crm(idempotency, **late))
    world.set(records=records)
    people = [person("Alan", "Turing"), person("Grace", "Hopper")]
    for each in people:
        world.left.create("ada", each)
    for each in reversed(people):
        world.left.create("bob", each)
    return Two(world)


def both_had(worlds: Worlds, idempotency: str) -> Two:
    """The CRM has deleted two people whom Ada and Bob have edited since: they come again."""
    world = worlds(right=crm(idempotency))
    world.set(records=VISIBLE)
    for each in (person("Alan", "Turing"), person("Grace", "Hopper")):
        world.right.create("ada", each)
    world.settle()
    for record, fields in world.left.read().items():
        world.left.update(record, {"notes": f"{fields['given_name']}, met in March"})
    for record in world.right.read():
        world.right.delete(record)
    return Two(world)


@pytest.mark.parametrize("idempotency", MARKS)
@pytest.mark.parametrize("records", [PerSide(Records.OWN, Records.OWN), VISIBLE])
def test_a_person_another_run_is_about_to_make_is_not_made_by_a_run_beside_it(
    worlds: Worlds, records: object, idempotency: str
) -> None:
    two = both_know(worlds, idempotency, records)

    two.of_ada(two.of_bob)

    assert two.bobs[0].exit_code == 0
    assert two.names() == ["Alan", "Grace"]
    two.world.settle()
    assert two.names() == ["Alan", "Grace"]
    assert two.world.sync(full=True).writes == 0


@pytest.mark.parametrize("idempotency", MARKS)
def test_a_record_another_run_is_about_to_make_again_is_made_again_once(
    worlds: Worlds, idempotency: str
) -> None:
    two = both_had(worlds, idempotency)

    two.of_ada(two.of_bob)

    assert two.names() == ["Alan", "Grace"]
    two.world.settle()
    assert two.names() == ["Alan", "Grace"]
    assert two.world.sync(full=True).writes == 0


def test_who_enters_a_person_anew_that_another_run_is_about_to_make_again_follows_it(
    worlds: Worlds,
) -> None:
    world = worlds(right=crm())
    for each in (person("Alan", "Turing"), person("Grace", "Hopper")):
        world.left.create("ada", each)
    world.settle()
    for record in world.left.read():
        world.left.update(record, {"notes": "met in March"})
    for record in world.right.read():
        world.right.delete(record)
    world.left.create("bob", person("Grace", "Hopper"))
    two = Two(world)

    two.of_ada(two.of_bob)
    world.settle()

    assert two.names() == ["Alan", "Grace"]


# --- nothing comes of it --------------------------------------------------------------------------


@dataclass
class Process:
    """Whoever is dead commits nothing any more, in no `finally` either."""

    dead: bool = False

    def die(self) -> None:
        self.dead = True
        raise Died

    def before(self, _tx: object) -> None:
        if self.dead:
            raise Died

    def after(self) -> None:
        """It is committed."""


def ada_dies(two: Two, moment: str = "before") -> None:
    """At her first write, Alan's: Grace is claimed, and nothing else is known of her."""
    two.world.commits = process = Process()
    assert two.of_ada(process.die, moment) is None
    two.world.commits = None


def test_what_a_run_had_claimed_that_died_is_free_at_once(worlds: Worlds) -> None:
    two = both_know(worlds)
    ada_dies(two)

    two.of_bob()

    assert two.names() == ["Grace"]
    two.world.settle()
    assert two.names() == ["Alan", "Grace"]


def test_what_was_under_way_for_who_was_taken_out_is_free_after_a_day(worlds: Worlds) -> None:
    """Alan may have been made; nobody looks for him any more, and nobody makes him at once."""
    two = both_know(worlds)
    ada_dies(two)
    two.world.people = ("bob",)

    two.world.settle()
    assert two.names() == ["Grace"]
    two.world.clock.advance(24 * 3600)
    two.world.sync()  # forgets the claim when it ends
    two.world.settle()

    assert two.names() == ["Alan", "Grace"]


def test_what_a_run_had_claimed_that_may_live_elsewhere_is_free_when_its_lease_is_over(
    worlds: Worlds,
) -> None:
    two = both_know(worlds)
    ada_dies(two)
    with closing(sqlite3.connect(two.world.folder / "state.sqlite")) as state, state:
        state.execute("UPDATE holder SET name = 'elsewhere'")
        state.execute("UPDATE lease SET holder = 'elsewhere'")

    two.of_bob()
    assert two.names() == []
    two.world.clock.advance(LEASE_IS_OVER)
    two.of_bob()

    assert two.names() == ["Grace"]
    two.world.settle()
    assert two.names() == ["Alan", "Grace"]


def test_what_a_run_had_claimed_that_was_interrupted_is_free_at_once(worlds: Worlds) -> None:
    two = both_know(worlds)
    with two.world.session() as session:
        two.world.right.fault = AtWrite(session.request_stop)
        assert session.run(Selection(members=("ada",))).interrupted
    two.world.right.fault = None

    two.of_bob()

    assert two.names() == ["Alan", "Grace"]
    assert two.world.settle().writes == 0
    assert two.names() == ["Alan", "Grace"]


def test_what_a_run_had_claimed_and_was_refused_is_free_at_once(worlds: Worlds) -> None:
    two = both_know(worlds)

    def refuse() -> None:
        two.world.right.instead = Rejected(kind="invalid", message="not today")

    two.of_ada(refuse)
    two.world.right.instead = None

    two.of_bob()

    assert two.names() == ["Alan", "Grace"]


@pytest.mark.parametrize("idempotency", MARKS)
def test_what_a_run_sent_that_got_no_answer_is_not_made_beside_it(
    worlds: Worlds, idempotency: str
) -> None:
    """Nor can it be seen yet."""
    two = both_know(worlds, idempotency, lag=60.0)
    ada_dies(two, "after")
    assert two.names() == ["Alan"]

    two.of_bob()
    two.world.clock.advance(LEASE_IS_OVER)
    two.world.settle()

    assert two.names() == ["Alan", "Grace"]


def test_a_run_whose_lease_is_over_for_others_makes_nothing_of_what_it_had_claimed(
    worlds: Worlds,
) -> None:
    """By Bob's clock her lease is over; by hers it is not, and she goes on."""
    two = both_know(worlds)

    def bob_runs_on_another_machine() -> None:
        with ahead(two.world, LEASE_IS_OVER):
            two.of_bob()

    report = two.of_ada(bob_runs_on_another_machine)

    assert report is not None
    assert report.exit_code == 8
    assert two.names() == ["Alan", "Grace"]
    two.world.clock.advance(2 * LEASE_IS_OVER)
    two.world.settle()
    assert two.names() == ["Alan", "Grace"]
