"""Match keys as conditions: which columns may hold the text that a normalised key came from.

SOQL compares text without regard to case, which is most of what normalising did. What it does not
do is take `ß` for `ss`, so that spelling is asked for as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncline.plugin.requests import MatchKey

_PARTS = "\x1f"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("Email",),
    "name": ("FirstName", "LastName"),
    "name+company": ("FirstName", "LastName", "Account.Name"),
}


def columns_of(keys: Iterable[MatchKey], key_field: str | None) -> dict[str, list[str]]:
    """Column → spellings to look for; keys of one kind only. Joined by AND."""
    found: dict[str, list[str]] = {}
    for key in keys:
        columns = (key_field or "Id",) if key.kind == "marker" else COLUMNS[key.kind]
        parts = key.value.split(_PARTS)
        if len(parts) != len(columns):
            continue  # not a key of this kind: nothing has it
        for column, part in zip(columns, parts, strict=True):
            found.setdefault(column, []).extend(spellings(part, column))
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}


def spellings(part: str, column: str) -> tuple[str, ...]:
    """The texts a part of a key may have come from."""
    if column == "Email":
        return (part,)
    return (part, part.replace("ss", "ß")) if "ss" in part else (part,)
