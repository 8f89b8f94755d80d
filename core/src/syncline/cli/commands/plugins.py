"""`syncline plugins`: what is installed, and what state it is in."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation


@click.group("plugins")
def command() -> None:
    """Look at the installed plugins."""


@command.command("list")
@common_options()
@pass_invocation
def list_plugins(invocation: Invocation) -> Answer:
    """List every plugin with its state and the reason. Needs no configuration file."""
    from syncline.cli.opening import discover_plugins

    plugins = discover_plugins(invocation).plugins

    def show() -> Any:
        from syncline.cli.render.checks import plugin_parts

        return plugin_parts(plugins)

    return Answer({"plugins": plugins}, show)
