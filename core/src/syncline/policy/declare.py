"""How a setting is declared: `max_records: int = setting(5000, "Above so many …", ge=1)`.

A setting is one field of a frozen dataclass: its type says the words or numbers it may be, the rest
its default, its meaning and its limits. What checks, describes, writes and shows the configuration
file is made of that by `syncline.config.tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar

from pydantic import Field
from pydantic_core import PydanticUndefined, to_jsonable_python

from syncline.model.sides import PerSide

T = TypeVar("T")


def setting(
    default: T,
    meaning: str | None,
    *rules: Callable[[Any], Any],
    written: Any = PydanticUndefined,
    **limits: Any,
) -> T:
    """A field that is a setting; `says` has the rest.

    `written` is the default in the file where it is another than the field's: the word for None, or
    None if it is the rule set or the object type that knows.
    """
    if written is PydanticUndefined:
        written = to_jsonable_python(default.left if isinstance(default, PerSide) else default)
    metadata = says(meaning, *rules, written=written, **limits)
    declared: T = field(default=default, metadata=metadata)
    return declared


def says(
    meaning: str | None,
    *rules: Callable[[Any], Any],
    written: Any = PydanticUndefined,
    **limits: Any,
) -> Mapping[str, Any]:
    """What makes a field a setting: `field(metadata=says("…"))`, if it has no default.

    `meaning` is a sentence that the file, its schema and the reference repeat: the docstring of the
    type, where that says it. `rules` give the value back, or raise ValueError. Without `written`
    the file has to say it. `limits` are pydantic's (`ge`, `le`, `pattern`).
    """
    info = Field(written, description=" ".join((meaning or "").split()), **limits)
    return {"info": info, "rules": rules}


def each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """The rule of a list in which each name stands once."""
    if len(set(names)) != len(names):
        raise ValueError("names the same thing twice")
    return names
