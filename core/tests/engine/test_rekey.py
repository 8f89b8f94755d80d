"""Another key, another mapping version: nothing looks edited, and no real edit is lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from proof.crashes import Died
from syncline.connectors.memory import MemoryOptions
from syncline.errors import Busy, StateError, UsageError
from syncline.plugin.secrets import Secret
from syncline.policy.schema import Conflict, Direction
from syncline.run.keys import Rekeyed, rekey
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.lanes import LOST
from syncline.state.rekey import reseal
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY, EngineWorld, person

Change = Callable[[EngineWorld], object]


def new_key(world: EngineWorld) -> Rekeyed:
    """As an administrator does: a new key, then the configuration."""
    secret = _new_secret(world)
    done = rekey(world.state, secret, world.clock().timestamp())
    world.state = replace(world.state, key=secret)
    return done


def new_mapping(world: EngineWorld) -> None:
    """Both connectors come in a version that reads differently."""
    for store in (world.left, world.right):
        store.options = replace(store.options, mapping_version=2)
        store.spec = store.options.spec()


def _new_secret(world: EngineWorld) -> Secret:
    path = world.folder / "key2"
    path.write_text("another key that is long enough, surely")
    return Secret(file=path)


@pytest.fixture(params=[new_key, new_mapping], ids=["key", "mapping"])
def change(request: pytest.FixtureRequest) -> Change:
    found: Change = request.param
    return found


def test_afterwards_a_run_reads_everything_and_writes_nothing(
    world: EngineWorld, change: Change
) -> None:
    for name in ("Grace", "Barbara", "Radia"):
        world.left.create("ada", person(name, "Hopper", notes="hers"))
        world.right.create("bob", person(name, "Liskov", notes="a note"))
    world.settle()
    change(world)

    first, second = world.sync(), world.sync()

    assert (first.writes, second.writes) == (0, 0)
    assert world.same("ada")
    assert world.same("bob")
    assert _count(world, LOST) == 0


def test_an_edit_afterwards_travels_as_any_other(world: EngineWorld, change: Change) -> None:
    world.left.create("ada", person("Grace", "Hopper", job_title="Captain"))
    world.settle()
    change(world)
    world.sync()
    world.right.update(world.only(world.right), {"job_title": None})

    assert world.sync().writes == 1
    assert "job_title" not in world.shown(world.left)[0]


def test_an_edit_in_between_wins_over_the_side_that_did_not_move_by_the_first_sync_rule(
    world: EngineWorld, change: Change
) -> None:
    world.set(conflict=Conflict.RIGHT_WINS)
    world.left.create("ada", person("Grace", "Hopper", notes="old"))
    world.settle()
    world.right.update(world.only(world.right), {"notes": "new"})
    change(world)

    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["notes"] == "new"


def test_where_both_sides_are_settled_at_different_values_they_stay_so(
    world: EngineWorld, change: Change
) -> None:
    """The target's drift, which one-way ignores: without its base it would be overwritten."""
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper", notes="the source's"))
    world.settle()
    world.right.update(world.only(world.right), {"notes": "hers"})
    world.settle()
    change(world)

    assert world.sync().writes == 0
    assert world.shown(world.right)[0]["notes"] == "hers"


def test_a_deletion_in_between_arrives_one_run_later(world: EngineWorld, change: Change) -> None:
    for name in ("Grace", "Barbara"):
        world.left.create("ada", person(name, "Hopper"))
    world.settle()
    gone = next(iter(world.left.read("ada")))
    world.left.delete(gone)
    change(world)

    world.sync()
    assert len(world.right.read("ada")) == 2
    world.settle()

    assert len(world.right.read("ada")) == 1
    assert world.same()


def test_a_member_who_pauses_over_the_change_finds_every_link_and_every_new_record(
    worlds: Callable[..., EngineWorld], change: Change
) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    for owner in ("ada", "bob"):
        world.right.create(owner, person("Grace", owner))
    world.settle()
    change(world)
    world.people = ("ada",)
    world.settle()
    world.right.create("bob", person("Radia", "bob"))
    world.settle()
    world.people = ("ada", "bob")

    assert world.settle().writes == 0
    assert len(world.left.read("bob")) == 2
    assert world.same("bob")


def test_a_new_key_that_could_be_guessed_is_refused_and_changes_nothing(
    world: EngineWorld, tmp_path: Path
) -> None:
    world.settle()
    (tmp_path / "weak").write_text("password" * 5)

    with pytest.raises(StateError, match="guessed"):
        rekey(world.state, Secret(file=tmp_path / "weak"), 0.0)
    assert world.settle().writes == 0


def test_the_old_key_no_longer_opens_and_leaves_no_digest_behind(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    before = _text_of(world)
    old = world.state
    done = new_key(world)

    assert done.values > 0
    assert not _digests(before) & _digests(_text_of(world))
    with pytest.raises(StateError, match="another key"):
        Database.open(old.url, Vault.from_key(old.key.resolve().get_secret_value()))


def test_history_and_kept_values_can_be_opened_with_the_new_key(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper", notes="first"))
    world.settle()
    world.left.update(world.only(world.left), {"notes": "left"})
    world.right.update(world.only(world.right), {"notes": "right"})
    world.sync()
    new_key(world)

    with world.session() as session:
        [conflict] = session.conflicts()
    assert (conflict.left["notes"], conflict.right["notes"]) == ("left", "right")


def test_called_again_it_says_that_it_was_done(world: EngineWorld) -> None:
    world.sync()
    old, secret = world.state, _new_secret(world)
    rekey(old, secret, 0.0)

    assert rekey(old, secret, 0.0).already
    with pytest.raises(UsageError, match="already"):
        rekey(replace(old, key=secret), secret, 0.0)


def test_interrupted_before_the_commit_the_old_key_still_fits(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    vault = Vault.from_key(KEY)
    database = Database.open(world.state.url, vault)
    with pytest.raises(Died), database.transaction() as tx:
        reseal(tx, vault, Vault.from_key("n" * 40))
        raise Died
    database.close()

    assert world.sync().writes == 0


def test_while_a_run_works_it_is_refused(world: EngineWorld) -> None:
    world.sync()
    now = world.clock().timestamp()
    database = Database.open(world.state.url, Vault.from_key(KEY))
    with database.transaction() as tx:
        leases.acquire(tx, [leases.LeaseKey(1, "x", "contact")], "somebody", now, 600)

    with pytest.raises(Busy):
        rekey(world.state, _new_secret(world), now)
    database.close()


def test_while_writes_are_not_settled_it_is_refused(world: EngineWorld) -> None:
    from syncline.state.intents import INTENT

    world.sync()
    database = Database.open(world.state.url, vault := Vault.from_key(KEY))
    row = {"lane_id": 1, "link_id": 1, "side": "left", "action": "update"}
    with database.transaction() as tx:
        tx.execute(insert(INTENT).values(**row, plan=vault.seal({}), sent_at=0.0))
    database.close()

    with pytest.raises(StateError, match="not settled"):
        rekey(world.state, _new_secret(world), world.clock().timestamp())


def test_a_session_that_was_open_before_cannot_go_on_with_the_old_key(world: EngineWorld) -> None:
    from syncline.run.selection import Selection

    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    with world.session() as session:
        new_key(world)
        with pytest.raises(StateError, match="another key"):
            session.run(Selection())


def _count(world: EngineWorld, table: object) -> int:
    key = world.state.key.resolve().get_secret_value()
    database = Database.open(world.state.url, Vault.from_key(key))
    with database.transaction() as tx:
        found = tx.scalar(select(func.count()).select_from(table))  # type: ignore[call-overload]
    database.close()
    return int(found)


def _text_of(world: EngineWorld) -> list[str]:
    with sqlite3.connect(world.folder / "state.sqlite") as connection:
        return list(connection.iterdump())


def _digests(lines: list[str]) -> set[str]:
    """Everything that looks like one of our digests: 12 bytes in base64, and no hexadecimal."""
    quoted = re.compile(r"""['"]([A-Za-z0-9+/]{16})['"]""")
    found = {each for line in lines for each in quoted.findall(line)}
    return {each for each in found if not re.fullmatch("[0-9a-f]+", each)}
