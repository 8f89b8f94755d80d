"""`syncline approve`: release exactly the operations a guard held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME
from syncline.cli.render.text import count_text
from syncline.errors import UsageError

if TYPE_CHECKING:
    from syncline.model.reports import HeldOperation


@click.command("approve")
@click.argument("handles", nargs=-1, type=NAME, metavar="[HANDLE]…")
@click.option("--guard", type=NAME, metavar="NAME", help="Everything this guard holds.")
@click.option("--all", "everything", is_flag=True, help="Everything that is held.")
@common_options()
@pass_invocation
def command(
    invocation: Invocation, *, handles: tuple[str, ...], guard: str | None, everything: bool
) -> Answer:
    """Release operations a guard held.

    The next run performs those that are still decided the same.
    Handles are in the output of `plan`, `run` and `status`.
    """
    from syncline.cli.opening import open_session

    with open_session(invocation) as (session, _configuration):
        chosen = _choose(session.held(), handles, guard, everything)
        approved = session.approve(chosen)

    def show() -> Any:
        if not approved:
            yield "Nothing is held."
            return
        yield f"{approved} released; the next `syncline run` performs them if nothing has changed."

    return Answer({"approved": approved, "handles": chosen}, show)


def _choose(
    held: tuple[HeldOperation, ...], handles: tuple[str, ...], guard: str | None, everything: bool
) -> tuple[str, ...]:
    """The handles meant.

    Raises:
        UsageError: nothing or something unknown is named.

    """
    known = {each.handle for each in held}
    guards = sorted({each.guard for each in held})
    if not (handles or guard or everything):
        raise UsageError(
            f"say what to release: {count_text(len(held), 'operation is', 'operations are')} held",
            hint="Name handles (see `syncline status`), or --guard NAME, or --all.",
        )
    if unknown := [handle for handle in handles if handle not in known]:
        raise UsageError(
            f"nothing is held under {', '.join(unknown)}",
            hint="`syncline status` lists the handles; one whose records changed is gone.",
        )
    if guard is not None and guard not in guards:
        raise UsageError(
            f"the guard {guard!r} holds nothing", hint=f"Guards that do: {', '.join(guards)}"
        )
    meant = (each for each in held if everything or each.guard == guard or each.handle in handles)
    return tuple(each.handle for each in meant)
