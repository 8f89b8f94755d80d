"""`syncline config`: the configuration as it is understood, and its schema."""

from __future__ import annotations

from typing import Any

import click

from syncline.cli.answer import Answer
from syncline.cli.invocation import Invocation, common_options, pass_invocation


@click.group("config")
def command() -> None:
    """Look at the configuration."""


@command.command("show")
@click.option(
    "--redacted", is_flag=True, help="Without accounts, hosts, ids and places of secrets."
)
@common_options()
@pass_invocation
def show_configuration(invocation: Invocation, *, redacted: bool) -> Answer:
    """Show the configuration with every default filled in (TOML). Secrets stay references."""
    from syncline.cli.opening import load_configuration
    from syncline.config.redact import redact
    from syncline.config.view import view

    configuration, _plugins = load_configuration(invocation)
    tables = view(configuration)
    shown = redact(tables) if redacted else tables

    def show() -> Any:
        import tomli_w

        yield tomli_w.dumps(shown).rstrip("\n")

    return Answer({"configuration": shown}, show)


@command.command("schema")
@common_options()
@pass_invocation
def schema(invocation: Invocation) -> Answer:
    """Print the JSON Schema of the configuration file, installed connectors included."""
    from syncline.cli.opening import discover_plugins
    from syncline.config.json_schema import json_schema

    return Answer(json_schema(discover_plugins(invocation).connector_types), bare=True)
