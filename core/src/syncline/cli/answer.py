"""What a command answers, and how it is printed: results on stdout, all else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from syncline.cli.invocation import Invocation
from syncline.cli.json_form import to_json

WIDTH_WITHOUT_TERMINAL = 160


def _nothing() -> Iterable[Any]:
    return ()


@dataclass(frozen=True)
class Answer:
    """`document` is what `--json` prints, together with `command` and `exit_code`; `show` makes
    what people see (rich renderables and texts) and is only called for them. `bare`: the document
    is printed as it is, whoever asks.
    """

    document: Mapping[str, Any]
    show: Callable[[], Iterable[Any]] = _nothing
    exit_code: int = 0
    bare: bool = False


def print_answer(answer: Answer, invocation: Invocation) -> None:
    """Print it on stdout."""
    if answer.bare:
        print_json(answer.document)
    elif invocation.json:
        head = {"command": invocation.command, "exit_code": answer.exit_code}
        print_json(head | dict(answer.document))
    else:
        print_for_people(answer.show(), sys.stdout, color=invocation.color)


def print_json(document: Mapping[str, Any]) -> None:
    """One document, in ASCII, so that no terminal or locale can spoil it."""
    sys.stdout.write(json.dumps(to_json(document), indent=2) + "\n")
    sys.stdout.flush()


def print_for_people(parts: Iterable[Any], stream: TextIO, *, color: bool) -> None:
    """Rich renderables and texts, one below the other."""
    from rich.console import Console

    console = Console(
        file=stream,
        no_color=not color or None,
        width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part, soft_wrap=True)
    stream.flush()
