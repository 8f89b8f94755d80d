"""`syncline plan`: what a run would do. Writes nothing anywhere."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.commands.selection import select, selection_options
from syncline.cli.invocation import Invocation, common_options, pass_invocation


@click.command("plan")
@selection_options
@common_options()
@pass_invocation
def command(invocation: Invocation, /, *, everything: bool, **chosen: Any) -> Answer:
    """Show what a run would do. Writes nothing.

    Record by record, field by field, and why.
    """
    from syncline.cli.json_form import report_json
    from syncline.cli.opening import open_session
    from syncline.cli.render.operations import MOST_PER_GROUP, Detail

    with open_session(invocation) as (session, configuration):
        report = session.plan(select(configuration, **chosen))

    def show() -> Any:
        from syncline.cli.render.report import plan_parts

        most = None if everything else MOST_PER_GROUP
        return plan_parts(report, Detail(most, fields_of_creates=invocation.verbose))

    return Answer(report_json(report), show, report.exit_code)
