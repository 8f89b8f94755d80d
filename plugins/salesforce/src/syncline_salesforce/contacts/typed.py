"""Custom fields that are no text in Salesforce: flags, numbers, dates and instants.

Core knows custom fields as texts. So each is read as the text its type has (`true`, `1.5`,
`2026-11-21`, `2026-11-21T20:21:25Z`), and a text that is none of them has no way to be stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from syncline.model import text
from syncline.model.capacity import Capacity, Inexpressible
from syncline.model.fields import FieldType, Value
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.number import NUMBER
from syncline.plugin.codecs import Flag, Number, text_of
from syncline.plugin.spec import SAME_TEXT, Codec

_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


def _day(value: str) -> str:
    plain = text.short_text(value)
    return date.fromisoformat(plain).isoformat() if plain else ""


def _instant(value: str) -> str:
    plain = text.short_text(value)
    if not plain:
        return ""
    moment = datetime.fromisoformat(plain)
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC).strftime(_INSTANT)


class Instant:
    """An instant in UTC, to the second."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """`2026-11-21T20:21:25Z`, from `2026-11-21T20:21:25.000+0000`."""
        stored = text_of(native[0])
        return None if stored is None else _instant(stored)

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The same text, or null."""
        return (value or None,)


@dataclass(frozen=True, kw_only=True)
class TypedCapacity(Capacity):
    """Room for texts that are values of a type. `empty` is what is stored for none: a check box is
    never empty. `scale`: to how many digits after the point a number is rounded.
    """

    held: FieldType
    empty: str | None = None
    scale: int | None = None

    def stored(self, kind: FieldType, value: Value, *, filled: bool = False) -> Value:
        """The value in its normal form.

        Raises:
            Inexpressible: it is none of this type.

        """
        try:
            normal = self.held.normal(value)
            if normal is None:
                return self.empty
            return normal if self.scale is None else self.held.normal(_rounded(normal, self.scale))
        except (ValueError, ArithmeticError):
            raise Inexpressible(f"no {self.held.kind}") from None


def _rounded(number: str, scale: int) -> str:
    return str(Decimal(number).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))


class Typed(NamedTuple):
    """How a native type is held."""

    capacity: TypedCapacity
    codec: Codec


NUMBERS: Final = frozenset({"currency", "double", "int", "percent"})
_NUMBER: Final = Typed(TypedCapacity(held=NUMBER), Number())
TYPES: Final[Mapping[str, Typed]] = MappingProxyType(
    {
        "boolean": Typed(TypedCapacity(held=FLAG, empty="false"), Flag()),
        **dict.fromkeys(NUMBERS, _NUMBER),
        "date": Typed(TypedCapacity(held=FieldType("date", _day)), SAME_TEXT),
        "datetime": Typed(TypedCapacity(held=FieldType("instant", _instant)), Instant()),
    }
)
"""By the `type` of a describe."""
