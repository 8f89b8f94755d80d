"""How bases move when something was settled.

Scalars move to a digest. Sets move by what was added and removed, so that the two directions of
a merge can be settled in any order, or only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline.engine.decide.deltas import Digest, Digests
from syncline.model.sides import PerSide, Side


@dataclass(frozen=True)
class BaseMove:
    """What happens to one side's base: scalars that are set, set elements that come and go."""

    put: Mapping[str, Digest] = field(default_factory=dict)
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def applied(self, base: Digests | None) -> dict[str, Digest]:
        """The base after this move; an unknown base becomes known for the moved fields."""
        after = {**(base or {}), **self.put}
        for name in {**self.added, **self.removed}:
            elements = set(_elements(after.get(name))) - set(self.removed.get(name, ()))
            after[name] = tuple(sorted(elements | set(self.added.get(name, ())))) or None
        return after

    @property
    def names(self) -> frozenset[str]:
        """The fields that move."""
        return frozenset((*self.put, *self.added, *self.removed))

    def only(self, names: Iterable[str]) -> BaseMove:
        """The same move restricted to some fields."""
        wanted = frozenset(names)
        put = {name: digest for name, digest in self.put.items() if name in wanted}
        added = {name: each for name, each in self.added.items() if name in wanted}
        removed = {name: each for name, each in self.removed.items() if name in wanted}
        return BaseMove(put, added, removed)

    def to_json(self) -> dict[str, Any]:
        """For the intent."""
        return {"put": dict(self.put), "added": dict(self.added), "removed": dict(self.removed)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> BaseMove:
        """What `to_json` wrote."""
        put = {k: tuple(v) if isinstance(v, list) else v for k, v in found["put"].items()}
        added, removed = ({k: tuple(v) for k, v in found[n].items()} for n in ("added", "removed"))
        return cls(put, added, removed)


def scalar_move(name: str, digest: Digest) -> BaseMove:
    """One scalar's base becomes this digest."""
    return BaseMove({name: digest})


def set_move(name: str, before: Digest, after: Digest, agreed: Digest = None) -> BaseMove:
    """A set's base gains what came and loses what went between two states of the set; and gains
    what was `agreed` and stays.
    """
    old, new = set(_elements(before)), set(_elements(after))
    came = (new - old) | (new & set(_elements(agreed)))
    return BaseMove({}, {name: tuple(sorted(came))}, {name: tuple(sorted(old - new))})


def joined(moves: Iterable[BaseMove]) -> BaseMove:
    """Several moves of different fields as one."""
    put: dict[str, Digest] = {}
    added: dict[str, tuple[str, ...]] = {}
    removed: dict[str, tuple[str, ...]] = {}
    for move in moves:
        put.update(move.put)
        added.update(move.added)
        removed.update(move.removed)
    return BaseMove(put, added, removed)


@dataclass(frozen=True)
class Settlement:
    """What a write (or an agreement without one) does to both bases."""

    left: BaseMove = BaseMove()
    right: BaseMove = BaseMove()

    def side(self, side: Side) -> BaseMove:
        """The move of one side's base."""
        return self.left if side is Side.LEFT else self.right

    @classmethod
    def of(cls, moves: PerSide[BaseMove]) -> Settlement:
        """From a value per side."""
        return cls(moves.left, moves.right)

    @property
    def empty(self) -> bool:
        """Whether nothing moves."""
        return not (self.left.names or self.right.names)


def _elements(digest: Digest) -> tuple[str, ...]:
    if digest is None:
        return ()
    return digest if isinstance(digest, tuple) else (digest,)
