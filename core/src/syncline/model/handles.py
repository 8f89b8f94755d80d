"""What people call a link or a conflict: a letter and its number, as in `l12`."""

from __future__ import annotations

from typing import Final

LINK: Final = "l"
CONFLICT: Final = "c"
_DIGITS: Final = 15
"""More than any number has that was ever given, and fewer than a database can compare."""


def handle(letter: str, number: int) -> str:
    """What people type."""
    return f"{letter}{number}"


def number_of(handle: str, letter: str) -> int | None:
    """The number in what somebody typed, with or without the letter; None if there is none."""
    number = handle.removeprefix(letter)
    is_number = number.isascii() and number.isdigit() and len(number) <= _DIGITS
    return int(number) if is_number else None
