"""Visible characters: where a text may be cut without taking one apart.

They are Unicode's extended grapheme clusters (UAX #29), as the library `regex` sees them: what is
joined (marks, emoji, flags, Hangul syllables, the conjuncts of Indic scripts) grows with Unicode,
and so does the library.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

_NEAR: Final = 512
"""Characters before a limit that are looked at: a visible character has a few of them."""


def last_boundary(text: str, limit: int) -> int:
    """The last position, `limit` at most, at which no visible character is taken apart."""
    if limit >= len(text):
        return len(text)
    start = _certain(text, max(0, limit - _NEAR))
    found = _boundary(text, start, limit)
    return _boundary(text, 0, limit) if found == start else found


def _boundary(text: str, start: int, limit: int) -> int:
    clusters = _cluster().finditer(text, start, limit + _NEAR)
    return next((cluster.start() for cluster in clusters if cluster.end() > limit), limit)


@cache
def _cluster() -> Any:
    import regex  # not before something is too long: every command's start would feel it

    return regex.compile(r"\X")


def _certain(text: str, position: int) -> int:
    """A position at or before this one from which clusters are seen as from the beginning: flags
    are pairs of letters of their own alphabet, counted from the first in a row.
    """
    start = position
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return position - (position - start) % 2


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
