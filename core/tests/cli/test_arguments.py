"""Whatever is typed as an argument: what names nothing is refused as a wrong call, never a bug."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import click
import pytest

from syncline.cli.names import NAME
from syncline.cli.root import COMMANDS

NOT_TEXT = "\udcff"  # what Python makes of a byte that is not UTF-8
ARABIC_ONE = "\u0661"
LONG = "9" * 5000
GARBAGE = [NOT_TEXT, "²", ARABIC_ONE, "l²", "c²", "c" + "9" * 30, f"c{LONG}", LONG, "\x00", "%"]
CALLS = [
    ("undo", "{}"),
    ("history", "record", "{}"),
    ("links", "show", "{}"),
    ("links", "list", "--sync", "{}"),
    ("links", "list", "--type", "{}"),
    ("links", "list", "--members", "{}"),
    ("plan", "--sync", "{}"),
    ("plan", "--type", "{}"),
    ("plan", "--members", "{}"),
    ("run", "--members", "{}"),
    ("run", "--limit", "{}"),
    ("approve", "{}"),
    ("approve", "--guard", "{}"),
    ("conflicts", "resolve", "{}", "--winner", "left"),
    ("conflicts", "resolve", "c1", "--winner", "{}"),
]


@pytest.fixture
def ran(syncline, two_stores):
    """The command line after a run that made one record."""
    left, _right = two_stores("arguments")
    left.create("ann", {"given_name": "Ada", "family_name": "Lovelace"})
    assert syncline("run").code == 0
    return syncline


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_garbage_is_a_wrong_call(ran, call):
    for garbage in GARBAGE:
        if "--limit" in call and garbage.isdecimal():
            continue  # a number it is, however large or written
        ended = ran(*(word.format(garbage) for word in call))
        assert (ended.code, ended.out) == (2, ""), ascii(garbage)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_name_is_a_wrong_call(ran, call, empty):
    ended = ran(*(word.format(empty) for word in call))

    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize("members", ["", ",,", "ann,", " , ann"])
def test_an_empty_name_among_members_does_not_mean_everybody(
    syncline, two_stores, command, members
):
    left, right = two_stores("members")
    left.create("ann", {"given_name": "Ada", "family_name": "Lovelace"})

    ended = syncline(command, "--members", members)

    assert ended.code == 2
    assert "empty name" in ended.err
    assert right.entries == {}


@pytest.mark.parametrize("limit", ["9" * 30, "9" * 5000])
def test_a_limit_may_be_larger_than_any_number_of_records(ran, limit):
    ended = ran("run", "--limit", limit)

    assert ended.code in {0, 2}  # Python reads no number of thousands of digits


@pytest.mark.parametrize("number", ["1", "l1"])
def test_a_link_is_named_by_its_number(ran, number):
    ended = ran("links", "show", number)

    assert ended.code == 0
    assert "l1" in ended.out


@pytest.mark.parametrize("option", ["--env", "--file", "--keyring"])
@pytest.mark.parametrize("place", ["", NOT_TEXT])
def test_a_place_of_a_key_has_a_name(ran, option, place):
    assert ran("state", "rekey", option, place).code == 2


@pytest.mark.parametrize("place", ["a=b", "a" * 5000])
@pytest.mark.parametrize("option", ["--env", "--file"])
def test_where_no_key_can_be_there_is_none(ran, option, place):
    assert ran("state", "rekey", option, place).code == 3


@pytest.mark.parametrize("systems", ["", ",", "a,", ",a", "=memory,b=memory", NOT_TEXT])
def test_a_connection_to_be_made_has_a_name(syncline, tmp_path, systems):
    ended = syncline("init", "--for", systems)

    assert (ended.code, ended.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["x" * 5000, "no/" * 5000])
@pytest.mark.parametrize("command", ["plan", "status", "init --for a=memory,b=memory"])
def test_a_configuration_that_cannot_be_there_is_none(syncline, command, path):
    ended = syncline("--config", path, *command.split())

    assert ended.code in {2, 3}
    assert ended.out == ""


@pytest.mark.parametrize("path", ["x" * 5000, "no/" * 5000, "", "."])
def test_a_backup_that_cannot_be_written_is_none(ran, path):
    ended = ran("state", "backup", path)

    assert ended.code in {2, 3}
    assert ended.out == ""


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


def test_every_argument_that_is_text_is_a_name():
    every = click.Group(commands={name: import_module(COMMANDS[name]).command for name in COMMANDS})
    arguments = [(each.name, argument) for each in commands(every) for argument in each.params]

    assert any(argument.type is NAME for _name, argument in arguments)
    assert [(name, a.name) for name, a in arguments if isinstance(a.type, type(click.STRING))] == []
