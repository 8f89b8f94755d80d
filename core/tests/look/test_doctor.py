"""`doctor` finds what is left behind, late, expired or out of step with our clock."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import insert, update

from proof.crashes import Died, Tripwire
from syncline.look.doctor import exit_code
from syncline.state.database import Database
from syncline.state.leases import HOLDER, LEASE
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY, EngineWorld, person

DAY = 24 * 3600.0


def levels(world: EngineWorld) -> dict[str, str]:
    with world.session() as session:
        return {each.id: each.level for each in session.doctor()}


def test_after_a_run_nothing_is_wrong(world: EngineWorld) -> None:
    world.sync()

    found = levels(world)

    late = ("lanes.overdue", "leases.stale", "intents.old", "approvals.expired")
    assert {found[each] for each in late} == {"ok"}
    assert found["database.version"] == found["database.integrity"] == "ok"


def test_a_key_that_could_be_guessed_is_named(world: EngineWorld) -> None:
    world.sync()
    world.state.key.file.write_text("k" * 40)
    with sqlite3.connect(world.state.url.removeprefix("sqlite:///")) as state:
        guessable = Vault.from_key("k" * 40)
        state.execute("UPDATE meta SET value = ? WHERE name = 'key_id'", [guessable.key_id])

    assert levels(world)["database.key_strength"] == "warning"


def test_what_a_run_that_died_left_behind_is_found(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    wire = Tripwire(effects_only=True)
    wire.at = _the_write(world)
    with wire.around(world), suppress(Died):
        world.sync()
    found = levels(world)
    assert (found["leases.stale"], found["intents.old"]) == ("warning", "ok")

    world.clock.advance(DAY + 1)
    found = levels(world)
    assert (found["leases.stale"], found["intents.old"]) == ("warning", "warning")

    world.sync()
    found = levels(world)
    assert (found["leases.stale"], found["intents.old"]) == ("ok", "ok")


def test_leases_of_somebody_elsewhere_are_left_behind_an_hour_after_they_ran_out(
    world: EngineWorld,
) -> None:
    world.sync()
    ends = world.clock().timestamp() + 600
    database = Database.open(world.state.url, Vault.from_key(KEY))
    with database.transaction() as tx:
        tx.execute(update(LEASE).values(holder="elsewhere"))
        tx.execute(insert(HOLDER).values(name="elsewhere", until_at=ends))
    database.close()
    assert levels(world)["leases.stale"] == "ok"

    world.clock.advance(4000)
    assert levels(world)["leases.stale"] == "ok"

    world.clock.advance(300)
    assert levels(world)["leases.stale"] == "warning"


def _the_write(world: EngineWorld) -> int:
    """The number of the point at which the right store is written, found on a twin world."""
    (world.folder / "twin").mkdir()
    twin = EngineWorld(world.folder / "twin", world.left.options, world.right.options)
    twin.left.create("ada", person("Grace", "Hopper"))
    wire = Tripwire(effects_only=True)
    with wire.around(twin):
        twin.sync()
    return next(n for n, name in enumerate(wire.points, 1) if name.startswith("right"))


def test_lanes_that_have_not_run_for_two_days_are_overdue(world: EngineWorld) -> None:
    world.sync()
    world.clock.advance(2 * DAY + 1)

    assert levels(world)["lanes.overdue"] == "warning"


def test_a_paused_member_is_not_overdue(world: EngineWorld) -> None:
    world.sync()
    world.clock.advance(2 * DAY)
    world.people = ("ada",)
    world.sync()

    assert levels(world)["lanes.overdue"] == "ok"


def test_an_approval_that_was_not_used_in_time_is_named(world: EngineWorld) -> None:
    ids = [world.left.create("ada", person(f"N{n}", f"F{n}")) for n in range(30)]
    world.settle()
    for each in ids[:15]:
        world.left.delete(each)
    world.sync()
    with world.session() as session:
        session.approve(tuple(each.handle for each in session.held()))
    assert levels(world)["approvals.expired"] == "ok"

    world.clock.advance(7 * DAY + 1)
    assert levels(world)["approvals.expired"] == "warning"


def test_a_service_whose_clock_is_wrong_is_named(world: EngineWorld) -> None:
    world.right.clock = lambda: world.clock.moment - timedelta(minutes=5)

    with world.session() as session:
        findings = {each.id: each for each in session.doctor()}

    assert findings["connection.left.clock"].level == "ok"
    assert findings["connection.right.clock"].level == "warning"
    assert "300 s behind ours" in findings["connection.right.clock"].message
    assert exit_code(findings.values()) == 0


def test_a_connection_that_refuses_us_is_an_error(world: EngineWorld) -> None:
    world.right.password = "changed"

    with world.session() as session:
        findings = session.doctor()

    assert [each.id for each in findings if each.level == "error"] == ["connection.right"]
    assert exit_code(findings) == 4
