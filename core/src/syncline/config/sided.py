"""A value that is written once for both sides, or in a table by the connections' names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

BOTH_SIDES = "*"
"""The key under which a value for both sides, or for a side that is left out, is kept."""


@dataclass(frozen=True)
class Sided:
    """Beside `dict[str, T]`: `true`, or `{ outlook = false }`, where a side that is left out keeps
    the default.
    """

    default: Any

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._by_name, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        by_name = handler(schema)
        return {"anyOf": [by_name["additionalProperties"], by_name]}

    def _by_name(self, value: object) -> object:
        if isinstance(value, dict):
            return {BOTH_SIDES: self.default, **value}
        return {BOTH_SIDES: value}
