"""`syncline check`: can the connections do what the configuration asks of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syncline.cli import exit_codes
from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation

if TYPE_CHECKING:
    from syncline.run.session import ConnectionCheck


@click.command("check")
@click.option("--quick", is_flag=True, help="Only whether a run may start; no expiry dates.")
@common_options()
@pass_invocation
def command(invocation: Invocation, *, quick: bool) -> Answer:
    """Check configuration, credentials and permissions.

    Asks every connection; nothing is written there.
    """
    from syncline.cli.opening import open_session

    with open_session(invocation) as (session, _configuration):
        checks = session.check(thorough=not quick)

    def show() -> Any:
        from syncline.cli.render.checks import check_parts

        return check_parts(checks)

    code = next(filter(None, map(_exit_code, checks)), exit_codes.DONE)
    return Answer({"connections": [_plain(check) for check in checks]}, show, code)


def _exit_code(check: ConnectionCheck) -> int:
    if check.error is not None:
        return check.error.exit_code
    fine = check.report is None or check.report.ok
    return exit_codes.DONE if fine else exit_codes.REFUSED


def _plain(check: ConnectionCheck) -> dict[str, Any]:
    """Findings without the declared types, which are code."""
    plain: dict[str, Any] = {"name": check.name, "connector": check.connector}
    if check.report is not None:
        plain |= {"ok": check.report.ok, "store": check.report.store}
        plain |= {"server_time": check.report.server_time, "results": check.report.results}
    if check.error is not None:
        error = check.error
        plain |= {"ok": False}
        plain["error"] = {
            "type": type(error).__name__, "message": error.message, "hint": error.hint,
            "context": error.context,
        }  # fmt: skip
    return plain
