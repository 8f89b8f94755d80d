"""The text `syncline init` writes: a file in which every choice is visible and explained."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from syncline.config.document import (
    GuardsTable,
    ObjectTable,
    PluginsTable,
    StateTable,
    SyncTable,
)
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
    lines = [
        *_head(installation),
        *_state(),
        *_plugins(),
        *_connection(names.left, connectors.left),
        *_connection(names.right, connectors.right),
        *_sync(names, rules[0]),
    ]
    for type in types:
        lines += _object(type, names, rules[1])
    return "\n".join(lines) + "\n"


def members_text(names: PerSide[str]) -> str:
    """The first line of the members' CSV."""
    return f"{names.left},{names.right}\n"


def _comment(text: str | None) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text or "", width=96))


def _setting(model: type[BaseModel], key: str, value: str) -> Iterator[str]:
    """The key's description from the model, then the key."""
    yield from _comment(model.model_fields[key].description)
    yield f"{key} = {value}"


def _text(value: Any) -> str:
    """A TOML value (texts, numbers, switches and lists of texts are written as in JSON)."""
    return json.dumps(value, ensure_ascii=False)


def _head(installation: str) -> Iterator[str]:
    yield from _comment(
        "Syncline keeps records the same in two systems, by the rules below. Look before anything "
        "is written: `syncline check`, then `syncline plan`."
    )
    yield ""
    yield from _comment(
        "Names this installation in the markers it leaves on records. Never change it."
    )
    yield f"installation = {_text(installation)}"


def _state() -> Iterator[str]:
    yield from ("", "[state]")
    yield from _setting(StateTable, "url", _text(StateTable.model_fields["url"].default))
    yield from _setting(StateTable, "key", f"{{ file = {_text(KEY_FILE)} }}")
    yield from _setting(StateTable, "history_days", _text(30))
    yield from _setting(StateTable, "history_runs", _text(100))


def _plugins() -> Iterator[str]:
    yield from ("", "[plugins]")
    yield from _setting(PluginsTable, "disabled", "[]")


def _connection(name: str, connector: type[Connector]) -> Iterator[str]:
    yield from ("", f"[connections.{name}]", f"connector = {_text(connector.name)}")
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


def _sync(names: PerSide[str], rules: str) -> Iterator[str]:
    yield from ("", f"[syncs.{names.left}-{names.right}]")
    yield from _setting(SyncTable, "between", _text(list(names)))
    yield from _setting(SyncTable, "rules", _text(rules))
    yield from _setting(SyncTable, "members", _text(MEMBERS_FILE))
    yield from _setting(SyncTable, "enabled", "true")


def _object(type: ObjectType, names: PerSide[str], merge: str) -> Iterator[str]:
    place = f"syncs.{names.left}-{names.right}.objects.{type.name}"
    yield from ("", f"[{place}]")
    values = _object_values(type, names, merge)
    for key, info in ObjectTable.model_fields.items():
        if key not in {"guards", "fields"}:
            text = (info.description or "").replace("LEFT", names.left)
            yield from _comment(text.replace("RIGHT", names.right))
            yield f"{key} = {values[key]}"
    yield from ("", f"[{place}.guards]")
    for key, info in GuardsTable.model_fields.items():
        yield from _setting(GuardsTable, key, _text(info.default))
    yield from ("", f"[{place}.fields]")
    yield from _comment(ObjectTable.model_fields["fields"].description)
    yield '# notes = "off"'
    yield f'# job_title = "{names.right}_to_{names.left}"'
    yield f'# tier = {{ {names.left} = "…", {names.right} = "…" }}'


def _object_values(type: ObjectType, names: PerSide[str], merge: str) -> Mapping[str, str]:
    """The TOML value each key starts with: the defaults, and a cautious choice where none is."""

    def sided(value: object) -> str:
        return f"{{ {names.left} = {_text(value)}, {names.right} = {_text(value)} }}"

    return {
        "enabled": "true",
        "direction": _text("both"),
        "conflict": _text(f"{names.right}_wins"),
        "merge": _text(merge),
        "create": sided(True),
        "delete": sided(True),
        "container": sided(""),
        "records": sided("own"),
        "where": sided("all"),
        "max_records": "5000",
        "match": _text(list(type.default_match)),
        "left_scope": _text("keep"),
        "drift": _text("ignore"),
        "shared_delete": _text("sever"),
        "invitations": _text("never"),
    }
