"""`syncline conflicts`: what a person must decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME
from syncline.errors import UsageError

if TYPE_CHECKING:
    from syncline.model.sides import Side
    from syncline.policy.settings import Configuration
    from syncline.run.session import Session


@click.group("conflicts")
def command() -> None:
    """List and decide what waits for a person."""


@command.command("list")
@common_options()
@pass_invocation
def list_conflicts(invocation: Invocation) -> Answer:
    """List what waits for a decision, with both sides' values."""
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, configuration):
        conflicts = reader.conflicts()
    names = {name: sync.between for name, sync in configuration.syncs.items()}

    def show() -> Any:
        from syncline.cli.render.status import conflict_parts

        return conflict_parts(conflicts, names) if conflicts else ["No conflict waits."]

    return Answer({"conflicts": conflicts}, show)


@command.command("resolve")
@click.argument("handle", type=NAME)
@click.option(
    "--winner",
    type=NAME,
    required=True,
    metavar="CONNECTION",
    help="The connection whose values stay.",
)
@common_options()
@pass_invocation
def resolve(invocation: Invocation, *, handle: str, winner: str) -> Answer:
    """Decide a conflict; the next run carries it out."""
    from syncline.cli.opening import open_session

    with open_session(invocation) as (session, configuration):
        session.resolve(handle, _side(session, configuration, handle, winner))

    def show() -> Any:
        yield f"{handle}: {winner} wins. The next `syncline run` carries it out."

    return Answer({"handle": handle, "winner": winner}, show)


def _side(session: Session, configuration: Configuration, handle: str, winner: str) -> Side:
    """The side of the conflict's sync that this connection is.

    Raises:
        UsageError: no such conflict, or a connection that is not part of it.

    """
    from syncline.model.sides import SIDES

    conflict = next((each for each in session.conflicts() if each.handle == handle), None)
    if conflict is None:
        raise UsageError(f"no conflict waits under {handle}", hint="See: syncline conflicts list")
    between = configuration.syncs[conflict.lane.sync].between
    for side in SIDES:
        if between[side] == winner:
            return side
    raise UsageError(
        f"{winner!r} is not a connection of this conflict", hint=f"One of: {', '.join(between)}"
    )
