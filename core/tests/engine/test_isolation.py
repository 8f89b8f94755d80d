"""P9: what fails takes only its own lanes out of a run, whichever call it is that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from proof.meanwhile import Once
from syncline.connectors.memory import Call, MemoryConnector, MemoryOptions
from syncline.connectors.memory.faults import CallKind
from syncline.errors import (
    Busy,
    Reconnect,
    Retry,
    StateError,
    Stop,
    SynclineError,
)
from syncline.model.sides import PerSide
from syncline.plugin import hookimpl
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import ApplyRequest, Outcome
from syncline.policy.settings import Member
from syncline.run.selection import Selection
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY, EngineWorld, person


@dataclass
class Refuses:
    """Calls of one kind for one account fail, before they have an effect or after."""

    kind: CallKind
    account: str
    error: SynclineError
    afterwards: bool = False

    def before(self, call: Call) -> None:
        self._fail(call, not self.afterwards)

    def after(self, call: Call) -> None:
        self._fail(call, self.afterwards)

    def _fail(self, call: Call, now: bool) -> None:
        feed = getattr(call.request, "feed", None)
        if now and call.kind == self.kind and feed is not None and feed.account == self.account:
            raise self.error


KINDS: tuple[CallKind, ...] = ("changes", "ids", "match", "apply", "delete")
ERRORS = (Stop("no"), Reconnect("no"), Retry("no"), Retry("no", reached=False), Busy("no"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_a_mailbox_that_refuses_a_kind_of_call_never_holds_up_another(
    world: EngineWorld, kind: CallKind, error: SynclineError
) -> None:
    _everything_to_do(world)
    world.left.fault = Refuses(kind, world.left.accounts["ada"], error)

    report = world.sync()
    again = world.sync()

    assert world.same("bob")
    assert len(world.left.read("bob")) == 3
    assert report.exit_code in (4, 5)
    assert any(lane.error or lane.waiting for lane in report.lanes if lane.lane.left == "ada")
    assert not any(lane.error for lane in again.lanes if lane.lane.left == "bob")


@pytest.mark.parametrize("kind", KINDS)
def test_the_status_says_which_lane_failed_until_it_is_well_again(
    world: EngineWorld, kind: CallKind
) -> None:
    _everything_to_do(world)
    world.left.fault = Refuses(kind, world.left.accounts["ada"], Stop("refused"))

    world.sync()
    assert errors(world) == {"ada": "refused", "bob": ""}

    world.left.fault = None
    world.sync()
    assert errors(world) == {"ada": "", "bob": ""}


def errors(world: EngineWorld) -> dict[str, str]:
    """What the status says of each member's lane."""
    with world.session() as session:
        return {each.lane.left: each.last_error for each in session.status().lanes}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_once_the_fault_is_over_the_mailbox_catches_up(
    world: EngineWorld, kind: CallKind, error: SynclineError
) -> None:
    _everything_to_do(world)
    world.left.fault = Refuses(kind, world.left.accounts["ada"], error, afterwards=True)
    world.sync()
    world.left.fault = None
    world.clock.advance(100)
    world.sync(full=True)
    world.settle()

    assert world.same("ada")
    assert world.same("bob")
    assert len(world.left.read("ada")) == 3


def test_an_unresolved_write_of_one_mailbox_does_not_hold_up_another(world: EngineWorld) -> None:
    _everything_to_do(world)
    ada = world.left.accounts["ada"]
    world.left.fault = Refuses("apply", ada, Stop("lost"), afterwards=True)
    world.sync()
    world.left.fault = Refuses("match", ada, Stop("still refused"))
    world.right.create("bob", person("Donald", "Knuth"))

    world.sync()

    assert world.same("bob")


class SignsInToWrite(MemoryConnector):
    """Asks for a token before each write."""

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        self.context.tokens.update("token", lambda _old: "new")
        return super().apply(request)


class Signing:
    """Brings that connector."""

    @hookimpl
    def connector_types(self) -> tuple[type[MemoryConnector], ...]:
        return (SignsInToWrite,)


def test_a_token_that_another_process_keeps_holds_up_its_own_connection_only(
    world: EngineWorld,
) -> None:
    world.plugins = PluginManager.of({"memory": Signing()})
    world.settle()
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("bob", person("Alan", "Turing"))
    key = leases.LeaseKey(0, "right", "token")
    with Database.open(world.state.url, Vault.from_key(KEY)).transaction() as tx:
        leases.acquire(tx, [key], "somebody else", world.clock().timestamp(), 3600.0)

    report = world.sync()

    assert report.exit_code == 5
    assert (len(world.right.read("ada")), len(world.left.read("bob"))) == (0, 1)
    world.clock.advance(7200)
    world.settle()
    assert world.same("ada")


def test_a_record_the_service_refuses_waits_alone(worlds: Callable[..., EngineWorld]) -> None:
    world = worlds(right=MemoryOptions(required=frozenset({"family_name"}), create_batch=1))
    world.left.create("ada", {"emails": ("nobody@example.test",)})
    world.left.create("ada", person("Grace", "Hopper"))

    report, again = world.sync(), world.sync()

    assert [record["given_name"] for record in world.shown(world.right)] == ["Grace"]
    assert report.exit_code == 5
    assert again.writes == 0
    assert world.right.calls["apply"] == 2, "what was refused is not sent again at every run"


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_a_mailbox_that_does_not_show_a_duplicate_ends_no_round(
    worlds: Callable[..., EngineWorld], error: SynclineError
) -> None:
    """The service says that the record exists, and does not let us read it."""
    world = worlds(right=MemoryOptions(unique=frozenset({"nickname"}), match=frozenset()))
    world.people = ("ada", "bob")
    world.set(match=())
    for member in ("ada", "bob"):
        world.right.create(member, {"given_name": "Grace", "nickname": f"amazing {member}"})
        world.left.create(member, {"given_name": "G.", "nickname": f"amazing {member}"})
    gone = world.left.create("bob", person("Alan", "Turing"))
    world.set(create=PerSide(False, True))
    world.sync(members=("bob",))
    world.left.delete(gone)
    world.right.fault = Refuses("ids", world.right.accounts["ada"], error)

    report = world.sync()

    assert [lane.lane.left for lane in report.lanes if lane.error] == ["ada"]
    assert len(world.left.read("bob")) == len(world.right.read("bob")) == 1
    world.right.fault = None
    world.settle()
    assert world.same("ada")


def _everything_to_do(world: EngineWorld) -> None:
    """For both people: creates both ways, updates both ways, a deletion."""
    for account in world.people:
        for given in ("Grace", "Alan", "Edsger"):
            world.left.create(account, person(given, account))
    world.sync()
    for account in world.people:
        grace, _alan, _edsger = world.left.read(account)
        world.left.update(grace, {"job_title": "Admiral"})
        other = next(i for i, f in world.right.read(account).items() if f["given_name"] == "Alan")
        world.right.update(other, {"company": "NPL"})
        gone = next(i for i, f in world.right.read(account).items() if f["given_name"] == "Edsger")
        world.right.delete(gone)
        world.right.create(account, person("Barbara", account))


@dataclass
class AtCommit:
    """Something happens with one of the commits, once: before it, or when it is made."""

    number: int
    act: Callable[[], object]
    afterwards: bool = False
    made: int = 0

    def before(self, tx: Connection) -> None:
        self.made += 1
        self._happen(not self.afterwards)

    def after(self) -> None:
        self._happen(self.afterwards)

    def _happen(self, now: bool) -> None:
        if now and self.made == self.number:
            self.number = 0
            self.act()


def test_a_failure_of_our_own_database_is_no_feeds_and_ends_the_run(world: EngineWorld) -> None:
    _everything_to_do(world)
    commits = AtCommit(0, _fails)
    world.commits = commits

    def with_the_next_commit() -> None:
        commits.number = commits.made + 1

    world.left.fault = Once("changes", with_the_next_commit)
    with pytest.raises(StateError):
        world.sync()

    world.settle()
    assert world.same("ada")
    assert world.same("bob")


def _fails() -> None:
    raise StateError("the state database failed")


@pytest.mark.parametrize("commit", range(5, 10))
def test_a_mailbox_that_another_run_moves_while_a_sync_begins_with_it_holds_up_no_other(
    world: EngineWorld, commit: int
) -> None:
    """Nobody read the feed any more that the new lane was to share, so it was dropped."""
    for member in world.people:
        world.left.create(member, person("Grace", member))
    third = world.add_store("third", MemoryOptions())
    world.settle()
    members = tuple(Member(PerSide(member, member)) for member in world.people)
    new = EngineWorld.agreement("new", members, world.policy, PerSide("left", "third"))

    def adas_data_set_is_edited() -> None:
        world.people, world.more_syncs = ("ada",), ()
        world.set(where=PerSide("categories=Customer", None))
        with world.another_session() as newer:
            newer.run(Selection())

    world.more_syncs = (new,)
    world.commits = AtCommit(commit, adas_data_set_is_edited, afterwards=True)
    report = world.sync(syncs=("new",))
    world.commits = None

    assert [lane.lane.left for lane in report.lanes if lane.error] == ["ada"]
    assert len(third.read("bob")) == 1
    world.more_syncs = (new,)
    world.settle()
    assert len(third.read("ada")) == 1
