"""Undo, history and links with the state on a PostgreSQL server."""

from __future__ import annotations

import pytest

from syncline.policy.settings import StateSettings
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person


@pytest.fixture
def on_postgres(world: EngineWorld, postgres_url: str) -> EngineWorld:
    world.state = StateSettings(postgres_url, world.state.key)
    return world


def test_undo_puts_back_deletes_and_creates_again(on_postgres: EngineWorld) -> None:
    world = on_postgres
    ids = [world.left.create("ada", person(name, "Start")) for name in ("Ada", "Bea")]
    world.settle()
    before = world.shown(world.right)
    world.left.update(ids[0], {"job_title": "Admiral"})
    world.left.delete(ids[1])
    world.left.create("ada", person("Cleo", "New"))
    run = world.sync().run_id
    world.clock.advance(30)

    with world.session() as session:
        plan = session.undo(run, dry=True)
        report = session.undo(run[:8])
        assert plan.run.writes == report.run.writes == 3
        assert world.shown(world.right) == before
        assert next(each.undoes for each in session.runs()) == run
        entries = session.record_history("cleo")
        assert [each.action for each in entries] == ["delete", "create"]
        counts = session.links(Selection()).counts
        assert counts == {"linked": 1, "severed": 1}
        assert {each.level for each in session.doctor() if "database" in each.id} <= {
            "ok",
            "warning",
        }
