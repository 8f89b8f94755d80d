"""`syncline init`: write a configuration in which every choice is visible. Overwrites nothing."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation
from syncline.cli.names import NAME
from syncline.errors import UsageError

if TYPE_CHECKING:
    from syncline.model.sides import PerSide
    from syncline.plugin.manager import PluginManager

_USUAL = ("outlook", "salesforce")


@click.command("init")
@click.option(
    "--for",
    "systems",
    type=NAME,
    metavar="KIND,KIND",
    help="The two connectors, left and right; NAME=KIND gives a connection another name.",
)
@common_options()
@pass_invocation
def command(invocation: Invocation, *, systems: str | None) -> Answer:
    """Write a configuration with every choice visible.

    Beside it: a key for the database, and an empty list of members. Overwrites nothing.
    """
    from syncline.cli.opening import discover_plugins

    path = invocation.config
    if os.path.exists(path):  # noqa: PTH110 - False where nobody may look, too
        raise UsageError(
            f"{path} exists; init overwrites nothing", hint="Name another file with --config."
        )
    plugins = discover_plugins(invocation)
    named = _named(systems, plugins)
    text, members = _texts(named, plugins)
    written = _write(path, text, members)

    def show() -> Any:
        yield f"written: {', '.join(map(str, written))}"
        yield "Fill in what is marked as required, list the people, then: syncline check"

    return Answer({"written": written}, show)


def _named(systems: str | None, plugins: PluginManager) -> list[tuple[str, str]]:
    """Name and kind of the two connections.

    Raises:
        UsageError: not two, or two of the same name.

    """
    kinds = list(plugins.connector_types)
    if systems is None:
        chosen = list(_USUAL) if set(_USUAL) <= set(kinds) else kinds
    else:
        chosen = [each.strip() for each in systems.split(",")]
    pairs = [(name, kind or name) for name, _, kind in (each.partition("=") for each in chosen)]
    names = {name for name, _kind in pairs if name}
    if len(pairs) != 2 or len(names) != 2:
        raise UsageError(
            "say which two systems, with different names",
            hint=f"For example: --for a={kinds[0] if kinds else 'KIND'},b=KIND. "
            f"Installed: {', '.join(sorted(kinds)) or 'none'}.",
        )
    return pairs


def _texts(named: list[tuple[str, str]], plugins: PluginManager) -> tuple[str, str]:
    from syncline.config.syncs import default_rule_set
    from syncline.config.template import configuration_text, members_text
    from syncline.model.sides import PerSide
    from syncline.policy.rules import OPEN

    names: PerSide[str] = PerSide(named[0][0], named[1][0])
    kinds = PerSide(named[0][1], named[1][1])
    connectors = kinds.map(plugins.require_connector)
    offered = connectors.map(lambda each: {spec.name for spec in each.types})
    common = offered.left & offered.right
    types = [each for name, each in plugins.object_types.items() if name in common]
    rules = default_rule_set(kinds, plugins.rule_sets) or OPEN
    chosen = (rules.name, rules.merge)
    text = configuration_text(secrets.token_hex(8), names, connectors, types, chosen)
    return text, members_text(names)


def _write(path: Path, text: str, members: str) -> list[Path]:
    """The files that were not there before; the key may be read by its owner only.

    Raises:
        UsageError: the folder cannot be written, or one of the files is a link to nothing.

    """
    from syncline.config.template import KEY_FILE, MEMBERS_FILE

    files = [
        (path.parent / KEY_FILE, secrets.token_urlsafe(32) + "\n", 0o600),
        (path.parent / MEMBERS_FILE, members, 0o644),
        (path, text, 0o644),
    ]
    try:
        for file, _content, _mode in files:
            _require_no_loose_end(file)
        return [file for file, content, mode in files if _create(file, content, mode)]
    except OSError as error:
        raise UsageError(
            f"{error.filename} cannot be written: {error.strerror}",
            hint="Name a file in a folder that can be written with --config.",
        ) from error


def _require_no_loose_end(path: Path) -> None:
    """A link to nothing is neither a file to be made nor one that is there."""
    if path.is_symlink() and not path.exists():
        raise UsageError(
            f"{path} is a link to a file that is not there",
            hint="Remove the link, or make what it leads to.",
        )


def _create(path: Path, content: str, mode: int) -> bool:
    """Whether the file was made; one that is there stays as it is."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(content)
    return True
