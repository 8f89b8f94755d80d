"""P22 on random histories: what a run wrote is put back where nobody edited it since, and the
other records are kept and listed; then no run does again what was undone.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from syncline.connectors.memory import MemoryOptions, MemoryStore
from syncline.model.reports import Action, RunReport
from syncline.policy.schema import Conflict, Direction, Merge
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.testing.rehearsal import EngineWorld, person

SEED = int(os.environ.get("SYNCLINE_PROVE_SEED", "0"))
EXAMPLES = 400 if os.environ.get("SYNCLINE_PROVE") else 8
PEOPLE = 4
NAMES = ("Ada", "Bea", "Cleo", "Dora", "Eve", "Fay", "Gil", "Hal")
SIDES = ("left", "right")

Snapshot = Mapping[tuple[str, str], Mapping[str, Any]]
VALUES = {
    "job_title": st.sampled_from([None, "Admiral", "Captain"]),
    "company": st.sampled_from([None, "Navy", "Park"]),
    "categories": st.sampled_from([(), ("a",), ("b", "c")]),
}
EDITS = st.lists(
    st.tuples(
        st.sampled_from(SIDES),
        st.sampled_from(["update", "update", "delete", "create"]),
        st.integers(0, PEOPLE + 2),
        st.fixed_dictionaries({}, optional=VALUES),
    ),
    max_size=7,
)
POLICIES = st.fixed_dictionaries(
    {
        "direction": st.sampled_from([Direction.BOTH, Direction.BOTH, Direction.LEFT_TO_RIGHT]),
        "merge": st.sampled_from(list(Merge)),
    }
)


def store_of(world: EngineWorld, side: str) -> MemoryStore:
    return world.left if side == "left" else world.right


def snapshot(world: EngineWorld) -> Snapshot:
    """Every record that is there, with the fields that have a value."""
    return {
        (side, id): {name: value for name, value in fields.items() if value}
        for side in SIDES
        for id, fields in store_of(world, side).read("ada").items()
    }


def act(world: EngineWorld, edits: list[Any]) -> set[tuple[str, str]]:
    """People edit, delete and create; what is not there is not edited. Returns what was edited,
    be it that it holds the same as before.
    """
    touched = set()
    for number, (side, what, which, fields) in enumerate(edits):
        store = store_of(world, side)
        ids = sorted(store.read("ada"))
        if what == "create":
            name = NAMES[which % len(NAMES)]
            store.create("ada", person(name, f"{side}{number}{world.clock.moment:%H%M%S}"))
        elif ids and what == "delete":
            store.delete(ids[which % len(ids)])
        elif ids and fields:
            store.update(ids[which % len(ids)], fields)
            touched.add((side, ids[which % len(ids)]))
        world.clock.advance(5)
    return touched


def with_people(folder: Path, policy: Mapping[str, Any]) -> EngineWorld:
    world = EngineWorld(folder, MemoryOptions(), MemoryOptions())
    both = policy["direction"] is Direction.BOTH
    world.set(**policy, conflict=Conflict.LEFT_WINS if both else None)
    for number in range(PEOPLE):
        world.left.create("ada", person(NAMES[number], "Start", job_title="Ensign"))
    return world


def sync(world: EngineWorld, session: Session, **selection: bool) -> RunReport:
    world.clock.advance(30)
    return session.run(Selection(**selection))


@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    database=None,  # what is played is what the seed says, whatever failed before
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes here
    suppress_health_check=[HealthCheck.too_slow],
)
@given(policy=POLICIES, edits=EDITS, later=EDITS)
def test_undoing_a_random_run_restores_what_was_not_edited_since_and_lists_the_rest(
    policy: Mapping[str, Any], edits: list[Any], later: list[Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = with_people(Path(folder), policy)
        with world.session() as session:
            sync(world, session)
            act(world, edits)
            before = snapshot(world)
            run = sync(world, session).run_id
            after = snapshot(world)
            touched = act(world, later)
            since = snapshot(world)
            world.clock.advance(30)
            report = session.undo(run)
            undone = snapshot(world)
            reports = [sync(world, session, full=True) for _run in range(3)]

        kept = {(each.side.value, str(each.id)) for each in report.kept}
        assert not report.run.problems
        _check_each_record(before, after, since, undone, kept, touched)
        _check_recreated(before, after, since, undone, kept)
        _check_it_stays_undone(reports, undone, snapshot(world), quiet=since == after)


def _check_each_record(
    before: Snapshot,
    after: Snapshot,
    since: Snapshot,
    undone: Snapshot,
    kept: set[Any],
    touched: set[Any],
) -> None:
    for key in after.keys() | since.keys():
        written = before.get(key) != after.get(key)
        edited = after.get(key) != since.get(key) or (key not in before and key in touched)
        if written and not edited:
            assert undone.get(key) == before.get(key), key
            assert key not in kept
        else:
            assert undone.get(key) == since.get(key), key
            assert key in kept or not written, key


def _check_recreated(
    before: Snapshot, after: Snapshot, since: Snapshot, undone: Snapshot, kept: set[Any]
) -> None:
    """What the run deleted is there again, once, with all its values, under a new id."""
    for side in SIDES:
        lost = [before[k] for k in before.keys() - after.keys() - kept if k[0] == side]
        new = [undone[k] for k in undone.keys() - since.keys() if k[0] == side]
        assert sorted(map(_text, lost)) == sorted(map(_text, new))


def _text(fields: Mapping[str, Any]) -> str:
    return str(sorted(fields.items()))


def _check_it_stays_undone(
    reports: list[RunReport], undone: Snapshot, final: Snapshot, *, quiet: bool
) -> None:
    """The next runs end; and where nobody edited anything, they leave all that was put back:
    they only make counterparts of records that came back without one.
    """
    assert reports[-1].writes == 0, reports[-1].operations
    if quiet:
        assert all(final.get(key) == fields for key, fields in undone.items())
        actions = {operation.action for report in reports for operation in report.operations}
        assert actions <= {Action.CREATE}
