"""Words of the file that are built from the connections' names, and values given per side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from syncline.config.document import BOTH_SIDES
from syncline.config.problems import Problems, did_you_mean
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_RESERVED = frozenset({"newest", "direction", "containers"})


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


def direction_word(direction: Direction, names: PerSide[str]) -> str:
    """The word for a direction between connections of these names."""
    return next(word for word, meaning in directions(names).items() if meaning is direction)


def conflict_word(conflict: Conflict, names: PerSide[str]) -> str:
    """The word for a conflict rule between connections of these names."""
    return next(word for word, meaning in conflicts(names).items() if meaning is conflict)


def choose(
    key: str, written: str, options: Mapping[str, T], problems: Problems, what: str
) -> T | None:
    """The option a word means; a word that is none of them is a problem and gives None."""
    if written in options:
        return options[written]
    problems.add(key, f'"{written}" is not {what}{did_you_mean(written, options)}', options)
    return None


def per_side(
    key: str, written: Mapping[str, T], names: PerSide[str], default: T, problems: Problems
) -> PerSide[T]:
    """A value per side, from one for both or a table by connection; a side left out gets
    `default`.
    """
    known = (BOTH_SIDES, *names)
    for name in written:
        if name not in known:
            rule = f"is not a connection of this sync{did_you_mean(name, names)}"
            problems.under(key).add(name, rule, names)
    both = written.get(BOTH_SIDES, default)
    return names.map(lambda name: written.get(name, both))


def quoted(words: Iterable[str]) -> str:
    """The words in quotes, with commas."""
    return ", ".join(f'"{word}"' for word in words)
