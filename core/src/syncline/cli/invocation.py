"""How the command line was called: the options every command has, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_CONFIG: Final = "syncline.toml"


@dataclass
class Invocation:
    """Filled in while click reads the options: before or after the command's name, both count."""

    config: Path = Path(DEFAULT_CONFIG)
    json: bool = False
    verbose: bool = False
    color: bool = True
    command: str = ""


def _config(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    invocation = context.ensure_object(Invocation)
    invocation.command = context.command_path.partition(" ")[2]
    if value is not None:
        invocation.config = value


def _json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(Invocation).json |= value


def _verbose(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(Invocation).verbose |= value


def _no_color(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(Invocation).color &= not value


def common_options(*, environment: bool = False) -> Callable[[F], F]:
    """The options of every command. Only the root reads the environment: a command's own option
    would else overrule what was written before its name.
    """
    options = (
        click.option(
            "-c",
            "--config",
            type=click.Path(path_type=Path),
            metavar="PATH",
            envvar="SYNCLINE_CONFIG" if environment else None,
            callback=_config,
            expose_value=False,
            is_eager=True,
            help=f"The configuration file. Default: {DEFAULT_CONFIG}.",
        ),
        _flag("--json", _json, "Print exactly one JSON document on stdout."),
        _flag("--verbose", _verbose, "Show more, and log to stderr what is going on."),
        _flag("--no-color", _no_color, "No colours."),
    )

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _flag(name: str, callback: Callable[..., None], help: str) -> Callable[[F], F]:
    return click.option(
        name, is_flag=True, callback=callback, expose_value=False, is_eager=True, help=help
    )


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
