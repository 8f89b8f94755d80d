"""Flags: yes or no, as the texts `true` and `false`.

A flag that is off is a value and not empty: that it is off is carried, wins a conflict, and fills
what is empty elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from syncline.model import text
from syncline.model.fields import FieldType, Value

_WORDS: Final = {"true": "yes", "false": "no"}


def flag(value: str) -> str:
    """The normal form of a flag's text.

    Raises:
        ValueError: it says neither true nor false.

    """
    plain = text.folded(value)
    if plain and plain not in _WORDS:
        raise ValueError("flag must be true or false")
    return plain


@dataclass(frozen=True)
class FlagType(FieldType):
    """Yes or no."""

    kind: str = "flag"
    form: Callable[[str], str] = flag
    whole: bool = True

    def shown(self, value: Value) -> str:
        """In words."""
        normal = self.normal(value)
        return "" if normal is None else _WORDS[normal]


FLAG: Final = FlagType()
