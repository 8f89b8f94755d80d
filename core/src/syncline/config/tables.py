"""Tables of the file, from the frozen dataclasses their values become.

A setting is declared once, in `syncline.policy` (`syncline.policy.declare` says how). The checks
of the file, its JSON Schema, the reference page, the file `init` writes and `config show` follow
from the pydantic model that is made here of the dataclass: keys, words, limits, defaults, meanings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc, isclass
from types import GenericAlias, NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, create_model
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from syncline.config.problems import Problems, did_you_mean
from syncline.config.sided import BOTH_SIDES, Sided
from syncline.config.words import WORDS
from syncline.model.sides import PerSide


class Table(BaseModel):
    """A table of the file: unknown keys are errors, values are what TOML says they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class OpenTable(Table):
    """A table with keys that are not ours, too: the connector's, or the connections' names."""

    model_config = ConfigDict(extra="allow")


def table_of(values: type[Any], base: type[Table] = Table, /, **written: Any) -> type[Table]:
    """The table whose keys are the settings this dataclass declares.

    `written` is the type of what the file says where that is no form of what it becomes.
    """
    kinds = get_type_hints(values)
    keys: dict[str, Any] = {
        declared.name: _key(declared, kinds[declared.name], written.get(declared.name))
        for declared in dataclasses.fields(values)
        if declared.metadata
    }
    meaning = cleandoc(values.__doc__ or "").partition("\n\n")[0]
    return create_model(values.__name__, __base__=base, __doc__=meaning, **keys)


def _key(declared: dataclasses.Field[Any], kind: Any, written: Any) -> tuple[Any, FieldInfo]:
    """What pydantic needs to know of one key: its type, and what was said of it."""
    info: FieldInfo = declared.metadata["info"]
    checked = written or _written(kind, info.default)
    for rule in declared.metadata["rules"]:
        checked = Annotated[checked, AfterValidator(rule)]
    return (checked | None if info.default is None else checked), info


def _written(kind: Any, default: Any) -> Any:
    """The type of what the file says, for a value of this type."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin is PerSide:
        by_name: Any = GenericAlias(dict, (str, _written(arguments[0], default)))
        return Annotated[by_name, Sided(default)]
    if NoneType in arguments:
        (plain,) = set(arguments) - {NoneType}
        nothing = AfterValidator(lambda value: None if value == default else value)
        return Annotated[_written(plain, default), nothing]
    if origin is tuple:
        several: Any = GenericAlias(list, arguments[0])
        return Annotated[several, AfterValidator(tuple)]
    if origin in WORDS:
        return str
    if isclass(origin) and issubclass(origin, StrEnum):
        return Annotated[kind, OneOf()]
    if isclass(kind) and dataclasses.is_dataclass(kind):
        return Annotated[kind, WrittenAs(table_of(kind))]
    return kind


@dataclass(frozen=True)
class OneOf:
    """Beside an enumeration: it is written as one of its words."""

    def __get_pydantic_core_schema__(
        self, source: type[StrEnum], _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        words = core_schema.literal_schema([word.value for word in source])
        return core_schema.no_info_after_validator_function(source, words)


@dataclass(frozen=True)
class WrittenAs:
    """Beside a dataclass, or `dict[str, Any]`: it is made of the values of this table."""

    table: type[Table]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        make = get_origin(source) or source
        return core_schema.no_info_after_validator_function(
            lambda table: make(**dict(table)), handler.generate_schema(self.table)
        )


def is_table(info: FieldInfo) -> bool:
    """Whether the key is a table of its own, and not a value on a line."""
    kind = get_origin(info.annotation) or info.annotation
    return not is_sided(info) and (kind is dict or dataclasses.is_dataclass(kind))


def is_sided(info: FieldInfo) -> bool:
    """Whether the key may say something else for each side."""
    return any(isinstance(mark, Sided) for mark in info.metadata)


def values_of(table: Table, names: PerSide[str], problems: Problems) -> dict[str, Any]:
    """What each key of a checked table says, for connections of these names."""
    keys: Mapping[str, FieldInfo] = type(table).model_fields
    return {
        key: _per_side(value, names, problems.under(key)) if is_sided(keys[key]) else value
        for key, value in table
    }


def _per_side(written: Mapping[str, Any], names: PerSide[str], problems: Problems) -> PerSide[Any]:
    for name in written:
        if name not in (BOTH_SIDES, *names):
            rule = f"is not a connection of this sync{did_you_mean(name, names)}"
            problems.add(name, rule, names)
    return names.map(lambda name: written.get(name, written[BOTH_SIDES]))
