"""`syncline state`: the database itself: copy it, upgrade it, give it another key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME
from syncline.errors import UsageError

if TYPE_CHECKING:
    from syncline.plugin.secrets import Secret
    from syncline.policy.settings import StateSettings


@click.group("state")
def command() -> None:
    """Copy, adopt, upgrade or re-key the state database."""


@command.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="PATH")
@common_options()
@pass_invocation
def backup(invocation: Invocation, *, target: Path) -> Answer:
    """Copy the database to a new file.

    Runs may go on meanwhile. The key is not in the copy: keep it elsewhere.
    """
    from syncline.run.upkeep import back_up

    written = back_up(_settings(invocation), target)

    def show() -> Any:
        yield f"written: {written}"
        yield "It is of no use without the key, which is not in it."

    return Answer({"backup": written}, show)


@command.command("upgrade")
@click.option(
    "--backed-up", is_flag=True, help="A backup of the database server's data has been made."
)
@common_options()
@pass_invocation
def upgrade(invocation: Invocation, *, backed_up: bool) -> Answer:
    """Move the database to this Syncline's version; a copy is kept.

    Every command does the same for a SQLite database; one on a server is moved only here.
    """
    from syncline.run.upkeep import move_up

    moved = move_up(_settings(invocation), backed_up=backed_up)

    def show() -> Any:
        if moved.before == moved.after:
            yield f"The database has the newest version, {moved.after}."
            return
        yield f"upgraded: {moved.before or 'empty'} to {moved.after}"
        if moved.backup is not None:
            yield f"before the upgrade: {moved.backup}"

    return Answer({"before": moved.before, "after": moved.after, "backup": moved.backup}, show)


@command.command("adopt")
@common_options()
@pass_invocation
def adopt(invocation: Invocation) -> Answer:
    """Let a copy of a database belong to this machine.

    Only when the other copy is gone for good: two that work side by side double records. The next
    run is careful: it deletes nothing, and lets namesakes wait.
    """
    from syncline.run.upkeep import adopt as make_it_ours

    changed = make_it_ours(_settings(invocation))

    def show() -> Any:
        yield (
            "The database belongs here now. Let nobody work with the other copy."
            if changed
            else "The database belonged here already."
        )

    return Answer({"adopted": changed}, show)


@command.command("rekey")
@click.option(
    "--env", type=NAME, metavar="NAME", help="The new key is in this environment variable."
)
@click.option("--file", type=NAME, metavar="PATH", help="The new key is in this file.")
@click.option(
    "--keyring", type=NAME, metavar="ENTRY", help="The new key is in the keyring: service/name."
)
@common_options()
@pass_invocation
def rekey(
    invocation: Invocation, *, env: str | None, file: str | None, keyring: str | None
) -> Answer:
    """Give the database a new key; the configuration still names the old one.

    All or nothing: stopped half-way, the old key still fits. Afterwards let [state] key name the
    new one. The next run reads everything once.
    """
    from datetime import UTC, datetime

    from syncline.run.keys import rekey as change_key

    given = {"env": env, "file": file, "keyring": keyring}
    reference = {name: place for name, place in given.items() if place is not None}
    done = change_key(_settings(invocation), _secret(reference), datetime.now(UTC).timestamp())
    [(kind, place)] = reference.items()

    def show() -> Any:
        yield (
            "The database had this key already."
            if done.already
            else f"The database has the new key: {done.values} values sealed anew."
        )
        yield f'Now write in {invocation.config}: [state] key = {{ {kind} = "{place}" }}'

    return Answer({"values": done.values, "already": done.already, "key": reference}, show)


def _secret(reference: dict[str, str]) -> Secret:
    """The new key's place.

    Raises:
        UsageError: none, or more than one, is named.

    """
    from syncline.plugin.secrets import Secret

    if len(reference) != 1:
        raise UsageError(
            "say where the new key is",
            hint="Exactly one of --env, --file, --keyring. A good key: python -c "
            '"import secrets; print(secrets.token_urlsafe(32))"',
        )
    return Secret.model_validate(reference)


def _settings(invocation: Invocation) -> StateSettings:
    from syncline.cli.log import configure_log
    from syncline.cli.opening import load_configuration

    configure_log(verbose=invocation.verbose)
    return load_configuration(invocation)[0].state
