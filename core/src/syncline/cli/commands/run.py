"""`syncline run`: carry the plan out."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli import exit_codes
from syncline.cli.answer import Answer
from syncline.cli.commands.selection import select, selection_options
from syncline.cli.invocation import Invocation, common_options, pass_invocation


@click.command("run")
@selection_options
@click.option("--fail-on-conflict", is_flag=True, help="End with 6 if conflicts wait for a person.")
@common_options()
@pass_invocation
def command(
    invocation: Invocation, /, *, everything: bool, fail_on_conflict: bool, **chosen: Any
) -> Answer:
    """Bring both sides into step.

    Ctrl-C stops after the batch in flight; the next run goes on from there.
    """
    from syncline.cli.json_form import report_json
    from syncline.cli.opening import open_session
    from syncline.cli.render.operations import MOST_PER_GROUP, Detail

    with open_session(invocation) as (session, configuration):
        report = session.run(select(configuration, **chosen))

    def show() -> Any:
        from syncline.cli.render.report import run_parts

        detail = Detail(None if everything else MOST_PER_GROUP)
        return run_parts(report, detail, operations=invocation.verbose or everything)

    conflicts = fail_on_conflict and report.conflicts and not report.exit_code
    code = exit_codes.CONFLICTS if conflicts else report.exit_code
    return Answer(report_json(report), show, code)
