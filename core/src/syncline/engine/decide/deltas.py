"""What a side changed since it was last settled: its digests against its own base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

Digest = str | None | tuple[str, ...]
"""A field's digest: None if the field is empty, one text for a scalar, one per element of a set."""
Digests = Mapping[str, Digest]


class Change(Enum):
    """One field at one side, against this side's base."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown base"
    UNREAD = "unread"


def changes(current: Digests, base: Digests | None, names: Iterable[str]) -> dict[str, Change]:
    """Each named field's change. A field that was not read says nothing, whatever its base."""
    return {name: _change(name, current, base) for name in names}


def _change(name: str, current: Digests, base: Digests | None) -> Change:
    if name not in current:
        return Change.UNREAD
    if base is None or name not in base:
        return Change.UNKNOWN
    return Change.SAME if _same(current[name], base[name]) else Change.CHANGED


def _same(one: Digest, other: Digest) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return set(one or ()) == set(other or ())
    return one == other


def differs(current: Digests, base: Digests | None) -> bool:
    """Whether any field that was read differs from the base, or has none."""
    if base is None:
        return True
    return any(_change(name, current, base) is not Change.SAME for name in current)


def cleared(current: Digests, base: Digests | None) -> tuple[str, ...]:
    """The fields that had a value when last settled and are empty now."""
    if base is None:
        return ()
    return tuple(
        name for name, old in base.items() if old and name in current and not current[name]
    )
