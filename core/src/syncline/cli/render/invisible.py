"""Characters that are not seen, or that steer a terminal: they are shown by their numbers.

Two names that look alike and are not, an address with a mark in it that nobody typed, a text that
turns the line around, another one hidden in it: whoever reads a plan must see it. What joins or
chooses visible characters (the parts of an emoji, letters of Persian and of Indic scripts, forms of
ideographs) is left where it does that, and only there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""What else is drawn as nothing (Unicode, Default_Ignorable_Code_Point), and the Braille pattern
without a dot."""
_DRAWN: Final = frozenset("\u06dd\u070f\u08e2\U000110bd\U000110cd")
_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
"""The flag of a region: a black flag, its code in tags, and the tag that ends it (UTS #51)."""
_JOINERS: Final = frozenset("\u200c\u200d")
_VIRAMA: Final = 9
"""The combining class of what takes a consonant's vowel, before which and after which letters of
Indic scripts are joined or kept apart."""
_CURSIVE: Final = "AL"
"""The bidirectional class of letters whose forms depend on their neighbours."""


def shown(text: str) -> str:
    """The text, with `<U+202E>` in place of each character that is not seen."""
    if text.isprintable() and text.isascii():
        return text
    parts, position = [], 0
    for flag in _FLAG.finditer(text):
        parts += [_spelled(text, position, flag.start()), flag.group()]
        position = flag.end()
    return "".join([*parts, _spelled(text, position, len(text))])


def shown_lines(text: str) -> str:
    """The same of a text of several lines, which stay lines."""
    return "\n".join(map(shown, text.split("\n")))


def _spelled(text: str, start: int, end: int) -> str:
    return "".join(
        f"<U+{ord(text[position]):04X}>" if _is_hidden(text, position) else text[position]
        for position in range(start, end)
    )


def _is_hidden(text: str, position: int) -> bool:
    character = text[position]
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if character in _JOINERS:
        return not _joins(before, after)
    if _is_selector(character):
        return not _chooses(character, before, after)
    if character in _DRAWN or "\u0600" <= character <= "\u0605":
        return False
    return bool(_BLANK.match(character)) or unicodedata.category(character) in _HIDDEN


def _joins(before: str, after: str) -> bool:
    """Emoji to emoji, a letter that is written in one with the next one, or an Indic consonant."""
    if before and unicodedata.combining(before) == _VIRAMA:
        return True
    if not before or not after:
        return False
    cursive = all(unicodedata.bidirectional(each) == _CURSIVE for each in (before, after))
    return cursive or (_ends_emoji(before) and unicodedata.category(after) == "So")


def _ends_emoji(character: str) -> bool:
    """An emoji, its skin tone, or the mark that it is one."""
    return unicodedata.category(character) in {"So", "Sk"} or character == "\ufe0f"


def _is_selector(character: str) -> bool:
    """What chooses among the forms of the character before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _chooses(character: str, before: str, after: str) -> bool:
    if not before:
        return False
    if before in "0123456789#*":
        return character == "\ufe0f" and after == "\u20e3"
    if character in "\ufe0e\ufe0f":
        return unicodedata.category(before) in {"So", "Sm", "Po", "Pd"}
    return unicodedata.name(before, "").startswith("CJK")
