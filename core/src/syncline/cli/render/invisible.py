"""Characters that are not seen, or that steer a terminal: they are shown by their numbers.

Two names that look alike and are not, an address with a mark in it that nobody typed, a text that
turns the line around: whoever reads a plan must see it. What joins visible characters (the parts of
an emoji, letters of Persian or of Indic scripts) is left where it does that.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing (Unicode, Default_Ignorable_Code_Point), and the
Braille pattern without a dot."""
_DRAWN: Final = frozenset("\u06dd\u070f\u08e2\U000110bd\U000110cd")
_JOINERS: Final = frozenset("\u200c\u200d")


def shown(text: str) -> str:
    """The text, with `<U+202E>` in place of each character that is not seen."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(
        f"<U+{ord(character):04X}>" if _is_hidden(text, position) else character
        for position, character in enumerate(text)
    )


def shown_lines(text: str) -> str:
    """The same of a text of several lines, which stay lines."""
    return "\n".join(map(shown, text.split("\n")))


def _is_hidden(text: str, position: int) -> bool:
    character = text[position]
    if character in _JOINERS:
        return not (_is_foreign(text, position - 1) and _is_foreign(text, position + 1))
    if _is_tag(character):
        return not _within_flag(text, position)
    if _is_selector(character):
        return position == 0 or text[position - 1].isspace()
    if character in _DRAWN or "\u0600" <= character <= "\u0605":
        return False
    return character in _BLANK or unicodedata.category(character) in _HIDDEN


def _is_foreign(text: str, position: int) -> bool:
    """Whether a character that may be joined is there: none of ASCII, and none that is hidden."""
    if not 0 <= position < len(text):
        return False
    character = text[position]
    return not character.isascii() and unicodedata.category(character) not in _HIDDEN


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"


def _within_flag(text: str, position: int) -> bool:
    """The flags of regions are a black flag and tags; anywhere else tags are a hidden text."""
    start = position
    while start > 0 and _is_tag(text[start]):
        start -= 1
    return text[start] == "\U0001f3f4"


def _is_selector(character: str) -> bool:
    """What chooses among the forms of the character before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
