"""Errors on the way out: message, hint and context for people, or as the one JSON document."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import click

from syncline.cli import exit_codes
from syncline.cli.answer import print_json
from syncline.cli.invocation import Invocation
from syncline.cli.render.invisible import shown_lines
from syncline.errors import SynclineError


@dataclass(frozen=True)
class Failure:
    """Why a command ended without an answer. Never holds what a user entered, or a secret."""

    type: str
    message: str
    exit_code: int
    hint: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Any, ...] = ()
    """Of a configuration: each with file, key, rule and what is allowed."""


INTERRUPTION = Failure(
    "Interrupted",
    "interrupted",
    exit_codes.INTERRUPTED,
    "The next run goes on where this one stopped.",
)


def failure_of(error: BaseException) -> Failure:
    """What to say about an error; of an unexpected one only its type and where it arose."""
    match error:
        case KeyboardInterrupt() | click.exceptions.Abort():
            return INTERRUPTION
        case SynclineError():
            problems = getattr(error, "problems", ())
            kind = type(error).__name__
            return Failure(
                kind, error.message, error.exit_code, error.hint, error.context, problems
            )
        case click.UsageError():
            return Failure("UsageError", error.format_message(), error.exit_code, _help_of(error))
        case click.ClickException():
            return Failure(type(error).__name__, error.format_message(), error.exit_code)
    return _bug(error)


def _help_of(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "syncline"
    return f"See: {path} --help"


def _bug(error: BaseException) -> Failure:
    """The error's own text is left out: it may quote data."""
    frames = " < ".join(reversed(list(_places(error))))
    return Failure(
        "Bug",
        f"unexpected {type(error).__name__}",
        exit_codes.BUG,
        "This is a bug in Syncline. Please report it; the places below hold no data of yours.",
        {"at": frames},
    )


def _places(error: BaseException) -> Iterator[str]:
    frames = traceback.extract_tb(error.__traceback__)
    for frame in [each for each in frames if "/click/" not in each.filename][-8:]:
        yield f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"


def print_failure(failure: Failure, invocation: Invocation, stream: TextIO) -> None:
    """For people on this stream (stderr); with `--json` the one document on stdout, too."""
    color = None if invocation.color and not os.environ.get("NO_COLOR") else False
    head = click.style("error: ", fg="red", bold=True)
    click.echo(head + shown_lines(failure.message), file=stream, color=color)
    for key, value in failure.context.items():
        if str(value) not in failure.message:
            click.echo(f"  {key}: {shown_lines(str(value))}", file=stream)
    if failure.hint:
        click.echo(f"hint: {shown_lines(failure.hint)}", file=stream)
    if invocation.json:
        error = {name: getattr(failure, name) for name in ("type", "message", "hint", "context")}
        if failure.problems:
            error["problems"] = list(failure.problems)
        ended = {"command": invocation.command, "exit_code": failure.exit_code}
        print_json({**ended, "error": error})
