"""Codecs that several services need: how a canonical value lives in a native one. Pure.

A native value of another shape raises `ValueError`: unreadable is not empty (see `TypeSpec.read`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncline.model.fields import FieldType, Value
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import InstantType
from syncline.model.kinds.number import NUMBER
from syncline.plugin.spec import Codec


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


@dataclass(frozen=True)
class AsText:
    """A value of any type with a text form, at a service that keeps it as a text: a number, a flag,
    a date as they are; an instant in UTC. A text that is none of the type is no value that can be
    read, and stays until somebody replaces it. `texts` is how the service keeps texts.
    """

    type: FieldType
    texts: Codec

    def read(self, native: tuple[Any, ...]) -> Value:
        """The value in its normal form.

        Raises:
            ValueError: the text is none of this type.

        """
        stored = self.texts.read(native)
        if stored is None:
            return None
        return self.type.normal({"at": stored} if self._is_instant else stored)

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The normal form as a text."""
        normal = self.type.normal(value)
        spelled = normal["at"] if normal and self._is_instant else normal
        return self.texts.write(spelled, current)

    @property
    def _is_instant(self) -> bool:
        return isinstance(self.type, InstantType)


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
