"""`syncline undo`: take back what a run wrote."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME


@click.command("undo")
@click.argument("run", type=NAME, metavar="RUN")
@click.option("--plan", "dry", is_flag=True, help="Only show what would be done. Writes nothing.")
@click.option("--all", "everything", is_flag=True, help="List everything, however much.")
@common_options()
@pass_invocation
def command(invocation: Invocation, *, run: str, dry: bool, everything: bool) -> Answer:
    """Take back what a run wrote.

    Every record that was not edited since gets its old values back; the others are listed with
    the reason. What people entered on the other side stays there. RUN is the id of a run, or its
    beginning: see `history runs`.
    """
    from syncline.cli.json_form import report_json
    from syncline.cli.opening import open_session

    with open_session(invocation) as (session, _configuration):
        report = session.undo(run, dry=dry)

    def show() -> Any:
        from syncline.cli.render.undo import undo_parts

        return undo_parts(report, everything=everything)

    document = report_json(report.run) | {"undone": report.undone, "kept": report.kept}
    return Answer(document, show, report.run.exit_code)
