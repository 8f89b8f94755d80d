"""Of what types the fields are that a configuration adds to an object type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from syncline.model.fields import DATE, LONG_TEXT, SHORT_TEXT, FieldType
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER

CUSTOM_TYPES: Final[Mapping[str, FieldType]] = MappingProxyType(
    {
        "text": SHORT_TEXT,
        "long text": LONG_TEXT,
        "number": NUMBER,
        "flag": FLAG,
        "date": DATE,
        "instant": INSTANT,
    }
)
"""By the word of the configuration. A choice is a text: which words it may be, each system says."""
