"""The five parts of an address, each a text."""

from __future__ import annotations

from typing import Any

from syncline.model.fields import Value
from syncline.plugin.codecs import text_of


class Address:
    """Street (several lines), city, state, postal code, country."""

    parts = ("street", "city", "region", "postal_code", "country")

    def read(self, native: tuple[Any, ...]) -> Value:
        """The parts that are not empty; `None` if none is."""
        values = {name: text_of(each) for name, each in zip(self.parts, native, strict=True)}
        return {name: each for name, each in values.items() if each} or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """Every part, null where it is empty."""
        return tuple((value or {}).get(name) or None for name in self.parts)
