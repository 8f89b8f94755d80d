"""What docs/explanation/a-run-step-by-step.md tells of its three examples is what a run commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, Table, select

from proof.crashes import Died
from syncline.connectors.memory import MemoryOptions
from syncline.state.claims import CLAIM
from syncline.state.history import HISTORY
from syncline.state.intents import INTENT
from syncline.state.links import LINK, TOMBSTONE
from syncline.state.records import RECORD
from syncline.testing.rehearsal import EngineWorld, person

WATCHED: Final = (RECORD, LINK, CLAIM, INTENT, TOMBSTONE, HISTORY)

Rows = Mapping[object, object]
"""By primary key."""


@dataclass
class Watch:
    """Notes what each commit of a run changes: `+` a row that is new, `-` one that is gone, `~` one
    that is another. The process dies at the first commit that would change all of `dies_at`.
    """

    dies_at: frozenset[str] = frozenset()
    commits: list[set[str]] = field(default_factory=list)
    dead: bool = False
    _last: Mapping[str, Rows] | None = None

    def before(self, tx: Connection) -> None:
        now = {table.name: _rows(tx, table) for table in WATCHED}
        changed = set() if self._last is None else _changes(self._last, now)
        self._last = now
        self.dead = self.dead or bool(self.dies_at and self.dies_at <= changed)
        if self.dead:
            raise Died
        if changed:
            self.commits.append(changed)

    def after(self) -> None:
        """It is committed."""


def _rows(tx: Connection, table: Table) -> Rows:
    keys = [column.name for column in table.primary_key]
    rows = tx.execute(select(table)).mappings()
    return {tuple(row[key] for key in keys): tuple(row.values()) for row in rows}


def _changes(last: Mapping[str, Rows], now: Mapping[str, Rows]) -> set[str]:
    return {f"{sign}{name}" for name in now for sign, rows in _signs(last[name], now[name]) if rows}


def _signs(last: Rows, now: Rows) -> tuple[tuple[str, set[object]], ...]:
    changed = {key for key in last.keys() & now.keys() if last[key] != now[key]}
    return ("+", now.keys() - last.keys()), ("-", last.keys() - now.keys()), ("~", changed)


@pytest.fixture
def world(tmp_path: Path) -> EngineWorld:
    """In step, with one contact. As in Salesforce, no answer to a write tells a version."""
    world = EngineWorld(tmp_path, MemoryOptions(), MemoryOptions(answers_version=False))
    world.left.create("ada", person("Grace", "Hopper", mobile_phone="+49 30 1"))
    world.settle()
    return world


def _run(world: EngineWorld, watch: Watch) -> list[set[str]]:
    world.commits = watch
    try:
        world.sync()
    except Died:
        assert watch.dead
    finally:
        world.commits = None
    return watch.commits


def test_a_phone_is_edited(world: EngineWorld) -> None:
    world.left.update(world.only(world.left), {"mobile_phone": "+49 30 999"})

    assert _run(world, Watch()) == [
        {"~record", "~link"},
        {"+intent"},
        {"-intent", "~link", "~record", "+history"},
    ]
    assert world.same()


def test_our_own_write_comes_back_and_makes_nothing_due(world: EngineWorld) -> None:
    world.left.update(world.only(world.left), {"mobile_phone": "+49 30 999"})
    world.sync()

    assert _run(world, Watch()) == [{"~record"}]


def test_a_contact_is_deleted(world: EngineWorld) -> None:
    world.left.delete(world.only(world.left))

    assert _run(world, Watch()) == [
        {"~record", "~link"},
        {"+intent"},
        {"-intent", "-link", "-record", "+tombstone", "+history"},
    ]
    assert world.shown(world.right) == []


def test_a_create_is_killed_in_mid_flight_and_made_once(world: EngineWorld) -> None:
    world.left.create("ada", person("Zoe", "New"))

    killed = _run(world, Watch(dies_at=frozenset({"-intent"})))
    next_run = _run(world, Watch())

    assert killed == [{"+record"}, {"+claim"}, {"+link", "+intent"}]
    assert next_run[0] == {"-intent", "~link", "~record", "+record", "+history"}
    assert len(world.shown(world.right)) == 2
    with world.session() as session:
        [latest, *_] = session.record_history("Zoe New")
    assert latest.reason == "new on the other side (recovered)"
