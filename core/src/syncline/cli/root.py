"""The root command: built-in commands by name, imported when called, and those of plugins."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from syncline.cli.invocation import Invocation

COMMANDS: Final[dict[str, str]] = {
    name: f"syncline.cli.commands.{name}"
    for name in (
        "init", "check", "plan", "run", "status", "approve", "conflicts", "links", "history",
        "undo", "doctor", "config", "plugins", "state",
    )
}  # fmt: skip
"""Command → the module that has it, under the name `command`, in the order of `--help`."""

_FROM_SANDBOX: Final = frozenset({"sandbox", "demo"})


class Root(click.Group):
    """Imports a built-in command when it is called; asks plugins only for other names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The built-in names in order, then those of plugins."""
        return [*COMMANDS, *sorted(self._plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None if nobody has it."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(COMMANDS[cmd_name]).command
            return command
        return self._plugin_commands(ctx).get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the way out for commands of a distribution that is missing."""
        name = args[0]
        if name in _FROM_SANDBOX and self.get_command(ctx, name) is None:
            ctx.fail(
                f"No such command {name!r}. It comes with the distribution syncline-sandbox, which "
                "is not installed, or takes no part here (`syncline plugins list` says why)"
            )
        return super().resolve_command(ctx, args)

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        from syncline.cli.opening import discover_plugins

        group = click.Group()
        discover_plugins(ctx.ensure_object(Invocation)).register_commands(group)
        return {name: each for name, each in group.commands.items() if name not in COMMANDS}
