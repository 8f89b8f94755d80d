"""The command `syncline demo`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Work in this folder and keep it; default: a temporary one that is removed.",
)
@click.pass_context
def demo(context: click.Context, keep: Path | None) -> None:
    """Show what Syncline does: two stand-ins, three people, three real runs. Takes a minute.

    Exit code 1 if anything was not as promised.
    """
    from syncline_sandbox.demo.narrate import Narrator
    from syncline_sandbox.demo.script import play

    context.exit(play(Narrator(), keep))
