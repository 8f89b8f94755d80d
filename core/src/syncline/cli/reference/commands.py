"""The page about commands, options, exit codes and environment variables."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module

import click

from syncline.cli.exit_codes import ENVIRONMENT, EXIT_CODES
from syncline.cli.main import root
from syncline.cli.reference.markdown import cell, table
from syncline.cli.root import COMMANDS

_COMMON = frozenset({"--config", "--json", "--verbose", "--no-color"})

_OUTPUT = """
Results go to stdout; progress bars, logs, hints and errors go to stderr. With `--json` stdout
holds exactly one JSON document, also when the command fails ([its form](json.md)). Progress bars
are drawn only where stderr is a terminal, colours only where stdout is one.
"""

_CODES_ORDER = """
Where several would apply to a run, the first of 130, 7, 4, 3, 8, 5, 6 is taken.

How a command ended counts more than that its output is lost: 9 and 141 are taken only instead of 0.
What it did is done, and in `syncline history`. Whoever wants no output sends it to `/dev/null`.
What cannot be written to stderr (progress, log) is lost, and changes nothing.
"""


def commands_page() -> str:
    """The whole page as Markdown. Commands that plugins bring are not on it."""
    parts = ["# Command line", _docstring(root), "`syncline [OPTION]… COMMAND [ARGUMENT]…`"]
    parts += [
        _OUTPUT.strip(),
        "## Options of every command",
        *_options(root, frozenset({"--version"})),
    ]
    parts += ["These may stand before or after the command's name.", "## Commands"]
    for name, module in COMMANDS.items():
        parts += described(f"syncline {name}", import_module(module).command)
    parts += ["## Exit codes", table(["code", "meaning"], list(_codes())), _CODES_ORDER.strip()]
    rows = [[f"`{name}`", meaning] for name, meaning in ENVIRONMENT.items()]
    parts += ["## Environment variables", table(["variable", "meaning"], rows)]
    return "\n\n".join(parts) + "\n"


def _codes() -> Iterator[list[str]]:
    for code, meaning in EXIT_CODES.items():
        yield [str(code), cell(meaning)]


def described(path: str, command: click.Command) -> Iterator[str]:
    """The parts of a page about a command, or about each of a group's; for the pages of commands
    that plugins bring as well.
    """
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from described(f"{path} {name}", inner)
        return
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    metavars = "".join(f" {each.make_metavar(click.Context(command))}" for each in arguments)
    yield f"### `{path}{metavars}`"
    yield _docstring(command)
    yield from _options(command, _COMMON)


def _docstring(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "")


def _options(command: click.Command, without: frozenset[str]) -> Iterator[str]:
    context = click.Context(command)
    records = [
        record
        for each in command.get_params(context)
        if isinstance(each, click.Option) and without.isdisjoint(each.opts)
        if (record := each.get_help_record(context)) is not None and "--help" not in each.opts
    ]
    if records:
        yield table(
            ["option", "meaning"], [[f"`{cell(name)}`", _plain(text)] for name, text in records]
        )


def _plain(text: str) -> str:
    """Without the range click appends to a number's help."""
    return re.sub(r"\s+\[x[<>=].*\]", "", text)
