"""`--sync`, `--type`, `--members`: names are checked before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.cli.commands.approve import _choose
from syncline.cli.commands.selection import select
from syncline.errors import UsageError
from syncline.model.contact import CONTACT
from syncline.model.reports import Action, HeldOperation, LaneName
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, ObjectPolicy
from syncline.policy.settings import Configuration, Member, StateSettings, SyncSettings

PEOPLE = (PerSide("ann@example.com", "ann"), PerSide("bob@example.com", "bob"))
SALES = SyncSettings(
    "sales",
    PerSide("mail", "crm"),
    "open",
    tuple(Member(accounts) for accounts in PEOPLE),
    {"contact": ObjectPolicy(type=CONTACT, direction=Direction.NONE)},
)
CONFIGURATION = Configuration(
    Path("syncline.toml"), "test", StateSettings("sqlite://", None), {}, {"sales": SALES}
)
NOTHING = {"syncs": (), "types": (), "members": (), "full": False, "limit": None, "adopt": False}


def chosen(**given):
    return select(CONFIGURATION, **{**NOTHING, **given})


def test_nothing_named_means_everything():
    selection = chosen()
    assert (selection.syncs, selection.types, selection.members) == ((), (), ())


def test_members_by_their_account_at_either_side_repeated_or_with_commas():
    selection = chosen(members=("ann@example.com, bob", "ann"), full=True, limit=0)
    assert selection.members == ("ann@example.com", "bob", "ann")
    assert (selection.full, selection.limit) == (True, 0)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"syncs": ("sale",)}, "no sync 'sale'", "Did you mean: sales?"),
        ({"types": ("task",)}, "no object type 'task'", "It has: contact"),
        ({"members": ("ann@exmple.com",)}, "no member", "ann@example.com"),
    ],
)
def test_names_the_configuration_does_not_have(given, message, hint):
    with pytest.raises(UsageError) as caught:
        chosen(**given)
    assert message in caught.value.message
    assert hint in caught.value.hint


def held(handle: str, guard: str) -> HeldOperation:
    from datetime import UTC, datetime

    lane = LaneName("sales", "contact", "ann@example.com", "ann")
    when = datetime(2026, 11, 21, tzinfo=UTC)
    return HeldOperation(
        handle=handle, lane=lane, action=Action.DELETE, connection="crm", id=None, label="",
        guard=guard, since=when,
    )  # fmt: skip


HELD = (held("h1", "deletions"), held("h2", "deletions"), held("h3", "cleared"))


@pytest.mark.parametrize(
    ("handles", "guard", "everything", "released"),
    [
        (("h1",), None, False, ("h1",)),
        (("h3", "h1"), None, False, ("h1", "h3")),
        ((), "deletions", False, ("h1", "h2")),
        (("h3",), "deletions", False, ("h1", "h2", "h3")),
        ((), None, True, ("h1", "h2", "h3")),
    ],
)
def test_approve_by_handle_by_guard_or_all(handles, guard, everything, released):
    assert _choose(HELD, handles, guard, everything) == released


@pytest.mark.parametrize(
    ("handles", "guard", "message"),
    [
        ((), None, "3 operations are held"),
        (("h1", "h9"), None, "nothing is held under h9"),
        ((), "creates", "the guard 'creates' holds nothing"),
    ],
)
def test_approve_refuses_what_is_not_there(handles, guard, message):
    with pytest.raises(UsageError, match=message):
        _choose(HELD, handles, guard, False)
