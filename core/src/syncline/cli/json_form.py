"""Values as plain JSON: what `--json` prints. Documented in `docs/reference/json.md`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from syncline.model.reports import RunReport

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
"""What nearly all values are: a large state has hundreds of thousands of them."""


def to_json(value: Any) -> Any:
    """Dataclasses become objects with their fields' names, instants ISO 8601 in UTC (`…Z`).

    Raises:
        TypeError: a value that has no JSON form.

    """
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case str() | int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | Path():
            return str(value)
        case Mapping():
            return {str(to_json(key)): to_json(each) for key, each in value.items()}
        case list() | tuple():
            return [to_json(each) for each in value]
        case set() | frozenset():
            return sorted(map(to_json, value))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {name: to_json(getattr(value, name)) for name in _field_names(type(value))}
    raise TypeError(f"{type(value).__name__} has no JSON form")


@cache
def _field_names(dataclass: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(dataclass))


def report_json(report: RunReport) -> dict[str, Any]:
    """A plan or run report, with the number of writes beside what is in it."""
    plain: dict[str, Any] = to_json(report)
    return plain | {"writes": report.writes}
