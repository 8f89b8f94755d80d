"""`syncline links`: which records belong together, in which state, and what they wait for."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.commands.selection import lane_options, select
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME


@click.group("links")
def command() -> None:
    """Show which records belong together, and what they wait for."""


@command.command("list")
@lane_options
@click.option("--all", "everything", is_flag=True, help="Also the links that are in step.")
@common_options()
@pass_invocation
def list_links(invocation: Invocation, /, *, everything: bool, **chosen: Any) -> Answer:
    """List links that are severed, out of scope, being created, or that wait.

    Asks no service.
    """
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, configuration):
        selection = select(configuration, **chosen, full=False, limit=None, adopt=False)
        found = reader.links(selection, everything=everything)

    def show() -> Any:
        from syncline.cli.render.links import link_list_parts

        return link_list_parts(found)

    document = {"counts": found.counts, "links": found.entries, "waiting": found.waiting}
    return Answer(document, show)


@command.command("show")
@click.argument("reference", type=NAME, metavar="REF")
@common_options()
@pass_invocation
def show_link(invocation: Invocation, *, reference: str) -> Answer:
    """Show one link: its state, both records, and what it waits for; or what waits without one.

    REF is the number of a link, the id of a record, or (part of) a name or of an e-mail address.
    """
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, _configuration):
        found = reader.link(reference)

    def show() -> Any:
        from syncline.cli.render.links import link_parts, waiting_alone_parts

        yield from link_parts(found.entries)
        yield from waiting_alone_parts(found.waiting)

    return Answer({"links": found.entries, "waiting": found.waiting}, show)
