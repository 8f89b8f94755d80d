"""`syncline doctor`: is this installation sound?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.errors import StateError

if TYPE_CHECKING:
    from syncline.plugin.requests import CheckResult


@click.command("doctor")
@common_options()
@pass_invocation
def command(invocation: Invocation) -> Answer:
    """Look for what is wrong: installation, database, clocks, runs.

    Plugins, the database's version and integrity, clocks of the services, stale leases, overdue
    lanes, expired approvals, writes without an outcome. Changes nothing.
    """
    from syncline.look.doctor import exit_code

    findings = _findings(invocation)

    def show() -> Any:
        from syncline.cli.render.checks import doctor_parts

        return doctor_parts(findings)

    document = {"ok": all(each.level != "error" for each in findings), "findings": findings}
    return Answer(document, show, exit_code(findings))


def _findings(invocation: Invocation) -> tuple[CheckResult, ...]:
    """A database that cannot be opened is a finding, too."""
    from syncline.cli.opening import discover_plugins, open_session
    from syncline.look.doctor import installation, unusable

    try:
        with open_session(invocation, warns=False) as (session, _configuration):
            return session.doctor()
    except StateError as error:
        return (*installation(discover_plugins(invocation).plugins), unusable(error))
