"""Match keys as conditions: which columns may hold the text that a normalised key came from.

SOQL compares text without regard to case, which is most of what normalising did. What it does not
do is take `ß` for `ss`, so that spelling is asked for as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from syncline.plugin.requests import MatchKey
from syncline_salesforce.rest import soql

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


def conditions(keys: Sequence[MatchKey], key_field: str | None, room: int) -> Iterator[str]:
    """The conditions that find what carries one of the keys, which are of one kind; each of
    `room` characters at most, when encoded.
    """
    columns = columns_of(keys, key_field)
    budget = room // max(1, len(columns))
    if not columns:
        return
    if len(columns) == 1:
        (name, values) = next(iter(columns.items()))
        yield from (f"{name} IN {group}" for group in soql.lists(values, budget))
        return
    # Names: the columns are narrowed together, in groups small enough to fit side by side.
    for start in range(0, len(keys), 50):
        narrow = columns_of(keys[start : start + 50], None)
        yield from _narrowed(narrow, budget) if narrow else ()


def _narrowed(columns: Mapping[str, Iterable[str]], budget: int) -> Iterator[str]:
    groups = {name: list(soql.lists(values, budget)) for name, values in columns.items()}
    if all(len(found) == 1 for found in groups.values()):
        yield soql.all_of([f"{name} IN {found[0]}" for name, found in groups.items()])
        return
    name = "LastName"
    yield from (f"{name} IN {group}" for group in groups[name])
