"""P8: a run stopped at any point, and started again, ends where an unstopped run ends.

Each scenario brings a world to where one run has something to do. That run is let die at every
call and every commit; then runs go on with the same database. At the end both sides hold what
they hold when nobody dies, and nothing is written any more.

`make test` gives each scenario one kind of store, and dies after every other effect (before an
effect the world is what it was after the one before). `SYNCLINE_PROVE=1` dies before and after
every call and commit, in every kind of store.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.capacity import Capacity
from syncline.model.records import Writable
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Drift, LeftScope, Merge
from syncline.testing.crashes import Moment, every_death, points_of, quiet
from syncline.testing.rehearsal import EngineWorld, person

PROVE = bool(os.environ.get("SYNCLINE_PROVE"))

KINDS: dict[str, MemoryOptions] = {
    "key": MemoryOptions(),
    "one at a time": MemoryOptions(
        create_batch=1, update_batch=1, conditional_batch=1, delete_batch=1,
        answers_version=False, bumps_after_write=True, page_size=2, read_batch=1,
    ),
    "marker": MemoryOptions(
        idempotency="marker", conditional="second", conditional_delete="second",
        detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
        answers_version=False,
    ),
    "nothing": MemoryOptions(
        idempotency="none", conditional="none", conditional_delete="none",
        detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
        deletions="swept",
    ),
    "crm": MemoryOptions(
        feed="connection", spans_accounts=True, idempotency="marker", deletions="swept",
        conditional="second", granularity=1.0, detection="timestamp", overlap=30.0,
    ),
}  # fmt: skip

Step = Callable[[EngineWorld], None]


@dataclass(frozen=True)
class Scenario:
    """`given` is brought in step first; then comes `when`, and the run that is stopped.

    `left` and `right` change what a kind of store can do.
    """

    name: str
    when: Step
    given: Step = lambda world: None
    policy: dict[str, Any] | None = None
    left: dict[str, Any] | None = None
    right: dict[str, Any] | None = None

    def world(self, make: Callable[..., EngineWorld], kind: str) -> EngineWorld:
        plain = MemoryOptions()
        world = make(
            left=replace(plain, **(self.left or {})),
            right=replace(KINDS[kind], **(self.right or {})),
        )
        world.set(**(self.policy or {}))
        self.given(world)
        quiet(world)
        self.when(world)
        world.clock.advance(60)
        return world


# --- what people do -------------------------------------------------------------------------------

GRACE, ALAN, EDSGER = person("Grace", "Hopper"), person("Alan", "Turing"), person("Edsger", "D")


def _left_has(*people: Any) -> Step:
    def do(world: EngineWorld) -> None:
        for each in people:
            world.left.create("ada", each)

    return do


def _find(world: EngineWorld, side: str, given: str) -> Any:
    store = getattr(world, side)
    return next(id for id, f in store.read().items() if f.get("given_name") == given)


def _edit(side: str, given: str, **fields: Any) -> Step:
    return lambda world: getattr(world, side).update(_find(world, side, given), fields)


def _delete(side: str, given: str) -> Step:
    return lambda world: getattr(world, side).delete(_find(world, side, given))


def _all(*steps: Step) -> Step:
    def do(world: EngineWorld) -> None:
        for each in steps:
            each(world)

    return do


def _create(side: str, *people: Any, account: str = "ada") -> Step:
    def do(world: EngineWorld) -> None:
        for each in people:
            getattr(world, side).create(account, each)

    return do


def _merge_on_the_right(world: EngineWorld) -> None:
    world.right.merge(_find(world, "right", "Alan"), _find(world, "right", "Grace"))


SCENARIOS = [
    Scenario("create to the right", _create("left", GRACE, ALAN)),
    Scenario("create to the left", _create("right", GRACE, ALAN)),
    Scenario("create both ways", _all(_create("left", GRACE), _create("right", ALAN))),
    Scenario(
        "create for two people",
        _all(_create("left", GRACE), _create("left", ALAN, account="bob")),
    ),
    Scenario("update", _edit("left", "Grace", job_title="Admiral"), _left_has(GRACE)),
    Scenario("update leftwards", _edit("right", "Grace", job_title="Admiral"), _left_has(GRACE)),
    Scenario("clear", _edit("left", "Grace", company=None), _left_has({**GRACE, "company": "N"})),
    Scenario(
        "update both sides, different fields",
        _all(_edit("left", "Grace", job_title="A"), _edit("right", "Grace", company="N")),
        _left_has(GRACE),
    ),
    Scenario(
        "update both sides, one field",
        _all(_edit("left", "Grace", job_title="L"), _edit("right", "Grace", job_title="R")),
        _left_has(GRACE),
    ),
    Scenario(
        "whole records in conflict",
        _all(_edit("left", "Grace", job_title="L"), _edit("right", "Grace", company="R")),
        _left_has(GRACE),
        {"merge": Merge.RECORD, "conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        "update both sides of a set",
        _all(
            _edit("left", "Grace", categories=("b", "c")),
            _edit("right", "Grace", categories=("a", "b", "d")),
        ),
        _left_has({**GRACE, "categories": ("a", "b")}),
    ),
    Scenario("delete", _delete("left", "Grace"), _left_has(GRACE, ALAN)),
    Scenario("delete leftwards", _delete("right", "Grace"), _left_has(GRACE, ALAN)),
    Scenario(
        "delete on both sides",
        _all(_delete("left", "Grace"), _delete("right", "Grace")),
        _left_has(GRACE, ALAN),
    ),
    Scenario(
        "edit against deletion, the edit wins",
        _all(_edit("left", "Grace", job_title="A"), _delete("right", "Grace")),
        _left_has(GRACE),
    ),
    Scenario(
        "edit against deletion at the left, the edit wins",
        _all(_edit("right", "Grace", job_title="A"), _delete("left", "Grace")),
        _left_has(GRACE),
        {"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        "edit against deletion, the deletion wins",
        _all(_edit("left", "Grace", job_title="A"), _delete("right", "Grace")),
        _left_has(GRACE),
        {"conflict": Conflict.RIGHT_WINS},
    ),
    Scenario(
        "first sync with twins",
        _all(
            _create("left", {**GRACE, "company": "Navy"}, ALAN),
            _create("right", {**GRACE, "job_title": "Admiral"}, EDSGER),
        ),
    ),
    Scenario(
        "one-way",
        _all(
            _create("left", ALAN),
            _edit("left", "Grace", job_title="A"),
            _edit("right", "Grace", company="drift"),
        ),
        _left_has(GRACE),
        {"direction": Direction.LEFT_TO_RIGHT, "conflict": None},
    ),
    Scenario(
        "one-way, deleted at the target, edited at the source",
        _all(_delete("right", "Grace"), _edit("left", "Grace", job_title="A")),
        _left_has(GRACE),
        {"direction": Direction.LEFT_TO_RIGHT, "conflict": None},
    ),
    Scenario(
        "one-way, drift is taken back",
        _edit("right", "Grace", job_title="drift"),
        _left_has(GRACE),
        {"direction": Direction.LEFT_TO_RIGHT, "conflict": None, "drift": Drift.REVERT},
    ),
    Scenario(
        "two people who know the same person",
        _all(_create("left", GRACE), _create("left", GRACE, account="bob")),
        right={"feed": "connection", "spans_accounts": True},
    ),
    Scenario(
        "two people share a record, one edits it",
        lambda world: world.left.update(next(iter(world.left.read("ada"))), {"job_title": "A"}),
        _all(_create("left", GRACE), _create("left", GRACE, account="bob")),
        right={"feed": "connection", "spans_accounts": True},
    ),
    Scenario(
        "two people share a record, one edits it, the other deletes it",
        _all(
            lambda world: world.left.update(next(iter(world.left.read("ada"))), {"notes": "A"}),
            lambda world: world.left.delete(next(iter(world.left.read("bob")))),
        ),
        _all(_create("left", GRACE), _create("left", GRACE, account="bob")),
        right={"feed": "connection", "spans_accounts": True},
    ),
    Scenario(
        "a shared record is edited and its owner is another now",
        _all(
            _edit("right", "Grace", job_title="A"),
            lambda world: world.right.give(_find(world, "right", "Alan"), "bob"),
        ),
        _all(_create("left", GRACE, ALAN), _create("left", GRACE, account="bob")),
        right={"feed": "connection", "spans_accounts": True},
    ),
    Scenario(
        "records merged at one side",
        _merge_on_the_right,
        _left_has(GRACE, ALAN),
    ),
    Scenario(
        "left the data set",
        _edit("right", "Grace", company="Other"),
        _left_has({**GRACE, "company": "Navy"}),
        {"where": PerSide(None, "company=Navy")},
    ),
    Scenario(
        "left the data set, which deletes",
        _edit("right", "Grace", company="Other"),
        _left_has({**GRACE, "company": "Navy"}, {**ALAN, "company": "Navy"}),
        {"where": PerSide(None, "company=Navy"), "left_scope": LeftScope.DELETE},
    ),
    Scenario(
        "the cursor expired",
        _all(
            _edit("left", "Grace", job_title="A"),
            _delete("right", "Alan"),
            lambda world: world.right.expire_cursors(),
        ),
        _left_has(GRACE, ALAN, EDSGER),
    ),
    Scenario(
        "duplicates refused by the service",
        _all(_create("left", {**person("G", "H"), "emails": GRACE["emails"]}, ALAN)),
        _create("right", GRACE),
        {"match": ("name",)},
        right={"unique": frozenset({"emails"})},
    ),
    Scenario(
        "one record is refused among good ones",
        _all(_create("left", GRACE, {"emails": ("x@example.test",)}, ALAN)),
        right={"required": frozenset({"family_name"})},
    ),
    Scenario(
        "a side that holds less",
        _all(
            _create("left", {**ALAN, "job_title": "a very long title"}),
            _edit("left", "Grace", emails=("1@a.test", "2@a.test", "3@a.test")),
        ),
        _left_has(GRACE),
        right={"capacities": {"emails": Capacity(many=1), "job_title": Capacity(max_length=6)}},
    ),
    Scenario(
        "deleting is switched off",
        _delete("left", "Grace"),
        _left_has(GRACE),
        {"delete": PerSide(True, False)},
    ),
    Scenario(
        "a restored record",
        _all(
            _delete("left", "Grace"),
            lambda world: quiet(world) and None,
            lambda world: world.left.restore(next(iter(world.left.entries))),
        ),
        _left_has(GRACE, ALAN),
    ),
    Scenario(
        "a read-only record",
        _all(
            lambda world: world.right.protect(
                _find(world, "right", "Grace"), Writable(frozenset(), "locked")
            ),
            _edit("left", "Grace", job_title="A"),
            _edit("left", "Alan", job_title="B"),
        ),
        _left_has(GRACE, ALAN),
    ),
]


def _cases() -> list[Any]:
    """In `make test` each scenario meets one kind of store, in a proof all of them."""
    kinds = list(KINDS)
    found = []
    for number, scenario in enumerate(SCENARIOS):
        own = kinds if PROVE else [kinds[number % len(kinds)]]
        found += [pytest.param(scenario, k, id=f"{scenario.name} / {k}") for k in own]
    return found


@pytest.mark.parametrize(("scenario", "kind"), _cases())
def test_whatever_point_a_run_dies_at_the_next_runs_end_where_it_would_have(
    worlds: Callable[..., EngineWorld],
    scenario: Scenario,
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    world = scenario.world(worlds, kind)
    start = Moment.of(world, "start")
    points = points_of(world, effects_only=not PROVE)
    quiet(world)
    wanted = _state(world)
    start.restore(world)

    record_property("crash points", len(points))
    first, step = (1, 1) if PROVE else (1 + len(points) % 2, 2)
    for where in every_death(world, len(points), effects_only=not PROVE, first=first, step=step):
        quiet(world)
        assert _state(world) == wanted, where


def _state(world: EngineWorld) -> dict[str, Any]:
    return {
        f"{store.name[-5:]} of {owner}": world.shown(store, owner)
        for store in (world.left, world.right)
        for owner in world.people
    }
