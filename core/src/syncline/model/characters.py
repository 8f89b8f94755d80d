"""Visible characters: where a text may be cut without taking one apart.

After Unicode's extended grapheme clusters (UAX #29), as far as they matter for names and notes:
combining marks, joined emoji, skin tones, flags, tags, Hangul syllables, CR LF.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def joined(text: str, position: int) -> bool:
    """Whether the character at `position` belongs to the visible character before it."""
    before, character = text[position - 1], text[position]
    if _JOINER in (before, character) or before + character == "\r\n":
        return True
    if unicodedata.category(character).startswith("M") or _modifies(character):
        return True
    return _within_flag(text, position) or _within_syllable(before, character)


def _modifies(character: str) -> bool:
    """Skin tones, and the tags that make the flags of regions."""
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"


def _within_flag(text: str, position: int) -> bool:
    """A flag is two letters of its own alphabet; in a row of them, every second may be cut."""
    start = position
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return _is_flag_letter(text[position]) and (position - start) % 2 == 1


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _within_syllable(before: str, character: str) -> bool:
    """Hangul: leading consonants, vowels and final consonants that follow each other."""
    if _is_vowel(character):
        return _is_leading(before) or _is_vowel(before) or _is_open_syllable(before)
    if _is_final(character):
        return _is_vowel(before) or _is_final(before) or "\uac00" <= before <= "\ud7a3"
    return _is_leading(before) and (_is_leading(character) or "\uac00" <= character <= "\ud7a3")


def _is_leading(character: str) -> bool:
    return "\u1100" <= character <= "\u115f"


def _is_vowel(character: str) -> bool:
    return "\u1160" <= character <= "\u11a7"


def _is_final(character: str) -> bool:
    return "\u11a8" <= character <= "\u11ff"


def _is_open_syllable(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3" and (ord(character) - 0xAC00) % 28 == 0
