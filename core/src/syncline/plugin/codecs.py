"""Codecs that several services need: how a canonical value lives in a native one. Pure.

A native value of another shape raises `ValueError`: unreadable is not empty (see `TypeSpec.read`).
"""

from __future__ import annotations

from typing import Any

from syncline.model.fields import Value
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.number import NUMBER


class Text:
    """One text; null and "" are empty, line ends are LF."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """The text, `None` if it is empty."""
        return text_of(native[0])

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The text or null."""
        return (value or None,)


class OneOfSet:
    """A set at a service that has room for one element."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """The one element as a set."""
        return (native[0],) if native[0] else None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The element; the first if there are several."""
        return (value[0] if value else None,)


class Flag:
    """A flag at a service that has JSON's own; null is empty, as is what was never set."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """`true` or `false` as a text."""
        if native[0] is None:
            return None
        if not isinstance(native[0], bool):
            raise ValueError("a flag that is none")
        return "true" if native[0] else "false"

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """JSON's own, or null."""
        normal = FLAG.normal(value)
        return (None if normal is None else normal == "true",)


class Number:
    """A number at a service that has JSON's own. Such a service holds some 15 digits: a field
    without `Capacity(max_length=15)` promises more.
    """

    def read(self, native: tuple[Any, ...]) -> Value:
        """Its shortest decimal text."""
        if native[0] is None:
            return None
        if isinstance(native[0], bool) or not isinstance(native[0], int | float):
            raise ValueError("a number that is none")
        return NUMBER.normal(repr(native[0]))

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """JSON's own, or null."""
        normal = NUMBER.normal(value)
        if normal is None:
            return (None,)
        return (float(normal) if "." in normal else int(normal),)


def text_of(native: Any) -> str | None:
    """A native text with LF for every line end; None if it is empty.

    Raises:
        ValueError: it is no text.

    """
    if native is None:
        return None
    if not isinstance(native, str):
        raise ValueError("a text that is none")
    return native.replace("\r\n", "\n").replace("\r", "\n") or None
