"""Numbers: decimal texts, so that no digit is lost on the way and `0.10` is what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from syncline.model import text
from syncline.model.fields import FieldType, Value

DIGITS_AT_MOST: Final = 60
"""Before and after the point: far more than any system's numbers have, and few enough that the
normal form of `1e999999999` is refused rather than written out."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")


def number(value: str) -> str:
    """The normal form of a number's text: no exponent, no zeros that say nothing, no plus.

    Raises:
        ValueError: it is no number, or has more digits than anything sensible.

    """
    plain = text.short_text(value)
    if not plain:
        return ""
    if len(plain) > 4 * DIGITS_AT_MOST or not _NUMBER.fullmatch(plain):
        raise ValueError("number must be decimal digits, with a point for the fraction")
    exact = Decimal(plain)
    if not exact:
        return "0"
    written = format(exact, "f") if abs(exact.adjusted()) <= DIGITS_AT_MOST else ""
    whole, _, fraction = written.partition(".")
    if not written or len(fraction.rstrip("0")) > DIGITS_AT_MOST:
        raise ValueError(f"number must have at most {DIGITS_AT_MOST} digits on a side of the point")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    fraction = fraction.rstrip("0")
    return sign + (digits.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


@dataclass(frozen=True)
class NumberType(FieldType):
    """A decimal number."""

    kind: str = "number"
    form: Callable[[str], str] = number
    whole: bool = True

    def shown(self, value: Value) -> str:
        """Without an exponent, and without zeros that say nothing."""
        return self.normal(value) or ""


NUMBER: Final = NumberType()
