"""Which part of the configuration a command is about: the options of `plan`, `run` and others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click

from syncline.cli.names import NAME
from syncline.errors import UsageError

if TYPE_CHECKING:
    from syncline.policy.settings import Configuration
    from syncline.run.selection import Selection

F = TypeVar("F", bound=Callable[..., Any])

_LANES = (
    ("--sync", "syncs", "NAME", "Only this sync."),
    ("--type", "types", "TYPE", "Only this object type."),
    (
        "--members",
        "members",
        "ACCOUNT[,ACCOUNT…]",
        "Only these people, by their account at either side.",
    ),
)
_OPTIONS = (
    click.option("--full", is_flag=True, help="Sweep every feed; look at everything that waits."),
    click.option(
        "--limit", type=click.IntRange(min=0), metavar="N", help="At most N writes per lane."
    ),
    click.option(
        "--adopt", is_flag=True, help="Take over records another installation has marked."
    ),
    click.option("--all", "everything", is_flag=True, help="List everything, however much."),
)


def lane_options(command: F) -> F:
    """Add those that say which lanes; the command gets `syncs`, `types` and `members`."""
    for option, name, metavar, help in reversed(_LANES):
        add = click.option(option, name, type=NAME, multiple=True, metavar=metavar, help=help)
        command = add(command)
    return command


def selection_options(command: F) -> F:
    """Add all of them; the command gets `everything` and what `select` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return lane_options(command)


def select(
    configuration: Configuration,
    *,
    syncs: tuple[str, ...],
    types: tuple[str, ...],
    members: tuple[str, ...],
    full: bool,
    limit: int | None,
    adopt: bool,
) -> Selection:
    """The selection, every name checked against the configuration.

    Raises:
        UsageError: an empty name, or one the configuration does not have; says which there are.

    """
    from syncline.run.selection import Selection

    people = tuple(name.strip() for each in members for name in each.split(","))
    if "" in people:
        raise UsageError(
            "--members holds an empty name",
            hint="It names nobody. To mean everybody, leave --members out.",
        )
    every = configuration.syncs.values()
    _require("sync", syncs, configuration.syncs)
    _require("object type", types, (type for sync in every for type in sync.objects))
    accounts = {account for sync in every for each in sync.members for account in each.accounts}
    _require("member", people, accounts)
    return Selection(syncs=syncs, types=types, members=people, full=full, limit=limit, adopt=adopt)


def _require(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    options = list(dict.fromkeys(known))
    for name in names:
        if name not in options:
            near = get_close_matches(name, options, n=3, cutoff=0.5)
            shown = near or options[:10]
            raise UsageError(
                f"the configuration has no {what} {name!r}",
                hint=f"Did you mean: {', '.join(shown)}?"
                if near
                else f"It has: {', '.join(shown)}",
            )
