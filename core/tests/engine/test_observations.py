"""Two runs over one feed: no older observation replaces a newer one, no cursor is set back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Stop
from syncline.model.records import RecordId
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker", page_size=2)


@dataclass
class Meanwhile:
    """After a call of a kind, once: something happens, and a run of Ada's reads the same feed. The
    call after it may fail.
    """

    world: EngineWorld
    act: Callable[[], object]
    after_call: str = "changes"
    then_fails: bool = False
    _over: list[bool] = field(default_factory=list)

    def before(self, call: Call) -> None:
        if self._over == [True] and call.kind == self.after_call and self.then_fails:
            self._over.append(True)
            raise Stop("the service refuses the next page")

    def after(self, call: Call) -> None:
        if call.kind != self.after_call or self._over:
            return
        self._over.append(False)
        self.act()
        with self.world.another_session() as session:
            session.run(Selection(members=("ada",)))
        self._over[0] = True


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    """Ada and Bob have four records each, in their mailboxes and in one CRM."""
    world = worlds(right=CRM)
    for number in range(4):
        world.left.create("ada", person(f"A{number}", "X"))
        world.left.create("bob", person(f"B{number}", "X"))
    world.settle()
    return world


def run_of_bob(world: EngineWorld, hook: Meanwhile) -> None:
    world.right.fault = hook
    world.clock.advance(30)
    with world.session() as session:
        session.run(Selection(members=("bob",)))
    world.right.fault = None


def title_in_mailbox(world: EngineWorld, record: RecordId) -> object:
    name = world.right.read()[record]["given_name"]
    named = (f for f in world.left.read("ada").values() if f["given_name"] == name)
    return next(named).get("job_title")


@pytest.mark.parametrize("then_fails", [False, True])
def test_an_older_page_does_not_replace_what_was_noted_since(
    world: EngineWorld, then_fails: bool
) -> None:
    record, *others = world.right.read()
    world.right.update(record, {"job_title": "first"})
    for other in others:
        world.right.update(other, {"notes": "so that there are more pages"})

    def edit() -> None:
        world.right.update(record, {"job_title": "second, by a person"})

    run_of_bob(world, Meanwhile(world, edit, then_fails=then_fails))
    world.settle()

    assert title_in_mailbox(world, record) == "second, by a person"
    assert world.right.read()[record]["job_title"] == "second, by a person"


def test_an_older_page_does_not_bring_back_who_was_deleted_since(world: EngineWorld) -> None:
    record = world.right.create("ada", person("New", "X"))

    run_of_bob(world, Meanwhile(world, lambda: world.right.delete(record)))
    world.settle()

    assert "New" not in [fields["given_name"] for fields in world.shown(world.left)]


def test_a_cursor_is_moved_only_by_who_started_from_it(world: EngineWorld) -> None:
    """The other run read further; what changes after it is told from where it stopped."""
    for record in world.right.read():
        world.right.update(record, {"notes": "so that there are more pages"})
    record = next(iter(world.right.read("ada")))

    def edit() -> None:
        for number in range(3):
            world.right.update(record, {"job_title": f"edit {number}"})

    run_of_bob(world, Meanwhile(world, edit))
    asked_by_id = world.right.calls["ids"]
    world.sync()

    assert title_in_mailbox(world, record) == "edit 2"
    assert world.right.calls["ids"] == asked_by_id, "nothing is told a second time"


def test_a_listing_that_is_overtaken_takes_nothing_away(worlds: Worlds) -> None:
    """Who was noted after the listing began is asked for by id, not forgotten as outside."""
    world = worlds(right=CRM)
    for number in range(3):
        world.right.create("ada", person(f"A{number}", "X"))
    world.settle()

    def enter() -> None:
        world.right.create("ada", person("A0 is first", "X"))

    world.right.fault = Meanwhile(world, enter, after_call="keys")
    world.clock.advance(25 * 3600)
    with world.session() as session:
        session.run(Selection(members=("bob",)))
    world.right.fault = None
    world.settle()

    assert len(world.left.read("ada")) == 4
