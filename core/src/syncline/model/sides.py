"""The two sides of a sync; `between = ["left", "right"]` in the configuration fixes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Side(StrEnum):
    """One of the two."""

    LEFT = "left"
    RIGHT = "right"

    __hash__ = str.__hash__
    """That of `Enum` is as good, but written in Python, and sides are keys everywhere."""

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


SIDES = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, slots=True)
class PerSide(Generic[T]):
    """A value for each side: `pair[Side.LEFT]`."""

    left: T
    right: T

    def __getitem__(self, side: Side) -> T:
        return self.left if side is Side.LEFT else self.right

    def __iter__(self) -> Iterator[T]:
        return iter((self.left, self.right))

    def map(self, change: Callable[[T], U]) -> PerSide[U]:
        """The same change applied to both."""
        return PerSide(change(self.left), change(self.right))

    def with_side(self, side: Side, value: T) -> PerSide[T]:
        """A copy with one side replaced."""
        return PerSide(value, self.right) if side is Side.LEFT else PerSide(self.left, value)
