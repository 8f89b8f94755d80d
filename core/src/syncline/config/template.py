"""The text `syncline init` writes: a file in which every choice is visible and explained."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo

from syncline.config.document import (
    ConnectionTable,
    Document,
    GuardsTable,
    ObjectTable,
    PluginsTable,
    StateTable,
    SyncTable,
)
from syncline.config.tables import Table, is_sided, is_table
from syncline.model.objects import ObjectType
from syncline.model.sides import PerSide
from syncline.plugin.connector import Connector
from syncline.plugin.secrets import Secret

MEMBERS_FILE = "members.csv"
KEY_FILE = "syncline.key"


def configuration_text(
    installation: str,
    names: PerSide[str],
    connectors: PerSide[type[Connector]],
    types: Iterable[ObjectType],
    rules: tuple[str, str],
) -> str:
    """A complete file for one sync between two connections.

    `rules` is the rule set's name and the `merge` it begins with. Settings a connector requires
    and only a person can know are left as comments: loading the file names each one.
    """
    sync = f"syncs.{names.left}-{names.right}"
    lines = [
        *_head(installation, names),
        *_section("state", StateTable, names, key={"file": KEY_FILE}),
        *_section("plugins", PluginsTable, names),
        *_connection(names.left, connectors.left, names),
        *_connection(names.right, connectors.right, names),
        *_section(
            sync, SyncTable, names, between=list(names), rules=rules[0], members=MEMBERS_FILE
        ),
    ]
    for type in types:
        lines += _object(f"{sync}.objects.{type.name}", type, names, rules[1])
    return "\n".join(lines) + "\n"


def members_text(names: PerSide[str]) -> str:
    """The first line of the members' CSV."""
    return f"{names.left},{names.right}\n"


def keys_text(table: type[Table], names: PerSide[str], /, **chosen: Any) -> Iterator[str]:
    """Each key of a table on a line, below its meaning: as chosen, else with its default, else as a
    comment. Keys that are tables of their own are left out.
    """
    for key, info in table.model_fields.items():
        if not is_table(info):
            yield from _comment(_meaning(info, names))
            value = chosen.get(key, _default(info, names))
            yield f"# {key} = …" if value is None else f"{key} = {_text(value)}"


def _meaning(info: FieldInfo, names: PerSide[str]) -> str:
    return (info.description or "").replace("LEFT", names.left).replace("RIGHT", names.right)


def _default(info: FieldInfo, names: PerSide[str]) -> Any:
    default = None if info.is_required() else info.default
    return dict.fromkeys(names, default) if is_sided(info) else default


def _text(value: Any) -> str:
    """A TOML value (all but tables are written as in JSON)."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_text(inner)}' for key, inner in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str | None) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text or "", width=96))


def _head(installation: str, names: PerSide[str]) -> Iterator[str]:
    yield from _comment(
        "Syncline keeps records the same in two systems, by the rules below. Look before anything "
        "is written: `syncline check`, then `syncline plan`."
    )
    yield ""
    yield from keys_text(Document, names, installation=installation)


def _section(
    title: str, table: type[Table], names: PerSide[str], /, **chosen: Any
) -> Iterator[str]:
    yield from ("", f"[{title}]")
    yield from keys_text(table, names, **chosen)


def _connection(name: str, connector: type[Connector], names: PerSide[str]) -> Iterator[str]:
    title = f"connections.{name}"
    yield from _section(title, ConnectionTable, names, connector=connector.name)
    for paragraph in inspect.cleandoc(connector.Config.__doc__ or "").split("\n\n"):
        yield from _comment(paragraph)
    for key, info in connector.Config.model_fields.items():
        yield from _comment(info.description)
        yield _connector_setting(name, info.alias or key, info)


def _connector_setting(name: str, key: str, info: FieldInfo) -> str:
    """A required secret as a reference to the environment; anything else as a comment with its
    default or the words it may be.
    """
    kinds = {info.annotation, *get_args(info.annotation)}
    required = info.is_required()
    if Secret in kinds:
        variable = f"{name}_{key}".upper().replace("-", "_")
        setting = f"{key} = {{ env = {_text(variable)} }}"
        return setting if required else f"# {setting}"
    default = None if required else info.get_default(call_default_factory=True)
    value = _text(default) if isinstance(default, str | int | float | bool) else "…"
    words = ", ".join(_text(each) for each in get_args(info.annotation) if isinstance(each, str))
    notes = ["required"] * required + [words] * bool(words)
    return f"# {key} = {value}" + (f"   # {': '.join(notes)}" if notes else "")


def _object(place: str, type: ObjectType, names: PerSide[str], merge: str) -> Iterator[str]:
    """The defaults, and a cautious choice where there is none."""
    yield from _section(
        place,
        ObjectTable,
        names,
        direction="both",
        conflict=f"{names.right}_wins",
        merge=merge,
        match=list(type.default_match),
    )
    yield from _section(f"{place}.guards", GuardsTable, names)
    yield from ("", f"[{place}.fields]")
    yield from _comment(ObjectTable.model_fields["fields"].description)
    yield '# notes = "off"'
    yield f'# job_title = "{names.right}_to_{names.left}"'
    yield f'# tier = {{ {names.left} = "…", {names.right} = "…" }}'
