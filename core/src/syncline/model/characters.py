"""Visible characters: where a text may be cut without taking one apart.

They are Unicode's extended grapheme clusters (UAX #29), as the library `regex` sees them: what is
joined (marks, emoji, flags, Hangul syllables, the conjuncts of Indic scripts) grows with Unicode,
and so does the library.
"""

from __future__ import annotations

from typing import Final

import regex

_CLUSTER: Final = regex.compile(r"\X")


def last_boundary(text: str, limit: int) -> int:
    """The last position, `limit` at most, at which no visible character is taken apart."""
    if limit >= len(text):
        return len(text)
    return next(
        (cluster.start() for cluster in _CLUSTER.finditer(text) if cluster.end() > limit), limit
    )
