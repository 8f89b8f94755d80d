"""Text properties of a contact that Graph shows only when they are asked for: MAPI properties, by
tag or by name, as extended properties (learn.microsoft.com/graph/api/resources/
singlevaluelegacyextendedproperty). Tags: MS-OXPROPS.
"""

from __future__ import annotations

import re
from typing import Final

from syncline.model.capacity import Capacity
from syncline.plugin.spec import Field
from syncline_outlook.contacts.codecs import ClearedByBlank

PUBLIC_STRINGS: Final = "{00020329-0000-0000-c000-000000000046}"
"""PS_PUBLIC_STRINGS: where Outlook itself keeps the fields people define in it."""

# Graph documents no lengths. 255 UTF-16 units is what the columns of Exchange hold (unverified); a
# text that is refused all the same is reported, never cut without a word.
LENGTH: Final = 255
SHORT: Final = Capacity(max_length=LENGTH, unit="utf16")

_GUID: Final = r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
_ID: Final = re.compile(
    rf"String (?:{_GUID} (?:Name .+|Id 0x[0-9A-Fa-f]{{4,8}})|0x[0-9A-Fa-f]{{4}})"
)


def is_extended(native: str) -> bool:
    """Whether this is the id of an extended text property, and no property of Graph's contact."""
    return _ID.fullmatch(native) is not None


def property_field(name: str, native: str, note: str = "") -> Field:
    """A field that lives in an extended property."""
    return Field(name=name, native=(native,), capacity=SHORT, codec=ClearedByBlank(), note=note)
