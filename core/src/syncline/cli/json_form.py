"""Values as plain JSON: what `--json` prints. Documented in `docs/reference/json.md`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from syncline.model.reports import RunReport


def to_json(value: Any) -> Any:
    """Dataclasses become objects with their fields' names, instants ISO 8601 in UTC (`…Z`).

    Raises:
        TypeError: a value that has no JSON form.

    """
    match value:
        case Enum():
            return value.value
        case None | str() | bool() | int() | float():
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
            fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
            return {name: to_json(each) for name, each in fields.items()}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def report_json(report: RunReport) -> dict[str, Any]:
    """A plan or run report, with the number of writes beside what is in it."""
    plain: dict[str, Any] = to_json(report)
    return plain | {"writes": report.writes}
