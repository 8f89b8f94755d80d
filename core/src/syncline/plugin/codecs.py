"""Codecs that several services need: how a canonical value lives in a native one. Pure.

A native value of another shape raises `ValueError`: unreadable is not empty (see `TypeSpec.read`).
"""

from __future__ import annotations

from typing import Any

from syncline.model.fields import Value


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
