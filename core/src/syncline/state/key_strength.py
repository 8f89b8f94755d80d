"""Whether a key could be guessed by somebody who has the database.

Digests are keyed so that nobody without the key can confirm who is in it: a key that has the form
of no random one (one letter, a word said five times, an alphabet) gives that away.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

_CHARACTERS: Final = 7
_PAIRS: Final = 17
_STEPS: Final = 8
"""How many different ones there are at least. Of 32 random digits, the poorest of what is made at
random, not one key in ten thousand has fewer."""


def is_guessable(key: str) -> bool:
    """Whether it has few characters, is a short piece repeated, or runs along an alphabet."""
    pairs = list(pairwise(key))
    steps = {ord(after) - ord(before) for before, after in pairs}
    few = len(set(key)) < _CHARACTERS or len(set(pairs)) < _PAIRS or len(steps) < _STEPS
    return few or any(key[size:] == key[:-size] for size in range(1, len(key) // 2 + 1))
