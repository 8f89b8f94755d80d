"""`syncline status`: what the state knows. Asks no service."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation


@click.command("status")
@click.option("--all", "everything", is_flag=True, help="List everything that waits.")
@common_options()
@pass_invocation
def command(invocation: Invocation, *, everything: bool) -> Answer:
    """Show every lane, and what waits.

    Links, records that wait (why, since when, until when, what would release them), held
    operations, writes that are withheld, the last runs. Asks no service.
    """
    from syncline.cli.opening import open_reader

    with open_reader(invocation) as (reader, _configuration):
        report = reader.status()

    def show() -> Any:
        from syncline.cli.render.status import status_parts

        return status_parts(report, everything=everything)

    document = {
        "lanes": report.lanes,
        "waiting": report.waiting,
        "held": report.held,
        "withheld": report.withheld,
        "last_runs": report.last_runs,
    }
    return Answer(document, show)
