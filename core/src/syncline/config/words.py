"""Words of the file that are built from the connections' names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from syncline.config.problems import Problems, did_you_mean
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_RESERVED = frozenset({"newest", "direction", "containers", "type"})


def check_connection_name(name: str, problems: Problems) -> None:
    """A name must not make `a_to_b`, `a_wins`, or a field's or member's table ambiguous."""
    if not _NAME.fullmatch(name) or "_to_" in name or name in _RESERVED:
        problems.add(
            "",
            "is not a name for a connection",
            "a letter, then letters, digits, - and _ (at most 40; without `_to_`, and not "
            f"{', '.join(sorted(_RESERVED))})",
        )


def directions(names: PerSide[str]) -> dict[str, Direction]:
    """Every word a direction may be, for connections of these names."""
    return {
        "none": Direction.NONE,
        f"{names.left}_to_{names.right}": Direction.LEFT_TO_RIGHT,
        f"{names.right}_to_{names.left}": Direction.RIGHT_TO_LEFT,
        "both": Direction.BOTH,
    }


def conflicts(names: PerSide[str]) -> dict[str, Conflict]:
    """Every word a conflict rule may be."""
    return {
        f"{names.left}_wins": Conflict.LEFT_WINS,
        f"{names.right}_wins": Conflict.RIGHT_WINS,
        "newest_wins": Conflict.NEWEST_WINS,
        "manual": Conflict.MANUAL,
    }


WORDS: Mapping[type[StrEnum], Callable[[PerSide[str]], Mapping[str, StrEnum]]] = {
    Direction: directions,
    Conflict: conflicts,
}
"""The choices whose words hold the connections' names."""


def word_for(choice: StrEnum, names: PerSide[str]) -> str:
    """The word for a choice between connections of these names."""
    return next(word for word, meaning in WORDS[type(choice)](names).items() if meaning is choice)


def choose(
    key: str, written: str, options: Mapping[str, T], problems: Problems, what: str
) -> T | None:
    """The option a word means; a word that is none of them is a problem and gives None."""
    if written in options:
        return options[written]
    problems.add(key, f'"{written}" is not {what}{did_you_mean(written, options)}', options)
    return None


def quoted(words: Iterable[str]) -> str:
    """The words in quotes, with commas."""
    return ", ".join(f'"{word}"' for word in words)
