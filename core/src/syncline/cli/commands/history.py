"""`syncline history`: what happened, to a record and run by run."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME


@click.group("history")
def command() -> None:
    """Tell what happened."""


@command.command("record")
@click.argument("reference", type=NAME, metavar="REF")
@click.option("--all", "everything", is_flag=True, help="List everything, however old.")
@common_options()
@pass_invocation
def record(invocation: Invocation, *, reference: str, everything: bool) -> Answer:
    """Tell what was done to one record, and which rule decided.

    Newest first, on both sides. REF is the record's id at a connection, or (part of) its name or
    of an e-mail address.
    """
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, _configuration):
        entries = reader.record_history(reference)

    def show() -> Any:
        from syncline.cli.render.history import record_parts

        return record_parts(entries, everything=everything)

    return Answer({"entries": entries}, show)


@command.command("runs")
@common_options()
@pass_invocation
def runs(invocation: Invocation) -> Answer:
    """List the latest runs: when, how they ended, what they did."""
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, _configuration):
        entries = reader.runs()

    def show() -> Any:
        from syncline.cli.render.history import run_list_parts

        return run_list_parts(entries)

    return Answer({"runs": entries}, show)
