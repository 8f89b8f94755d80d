"""The resolved configuration in the form of the file: every default visible, secrets as references.

What `view` gives is itself a configuration: written as TOML and loaded again, it means the same.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from syncline.config.document import ConnectionTable, Document, ObjectTable, SyncTable
from syncline.config.tables import Table
from syncline.config.words import WORDS, word_for
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, FieldRule, ObjectPolicy
from syncline.policy.settings import Configuration, ConnectionSettings, Member, SyncSettings


def view(configuration: Configuration) -> dict[str, Any]:
    """The whole configuration as plain tables, ready for TOML or JSON."""
    connections = {name: _connection(own) for name, own in configuration.connections.items()}
    syncs = {name: _sync(sync) for name, sync in configuration.syncs.items()}
    return shown(configuration, Document, connections=connections, syncs=syncs)


def shown(
    values: object, table: type[Table], names: PerSide[str] | None = None, /, **given: Any
) -> dict[str, Any]:
    """Every key of this table as the file writes it, from the values and what is given.

    `names` are the connections', inside a sync. What says nothing (`conflict`, one way) is no key.
    """
    keys = {
        key: given[key] if key in given else _plain(getattr(values, key), info.default, names)
        for key, info in table.model_fields.items()
    }
    return {key: value for key, value in keys.items() if value is not None}


def _plain(value: Any, nothing: Any, names: PerSide[str] | None) -> Any:
    """A value in the file's words; None is written as `nothing`."""
    if isinstance(value, PerSide) and names is not None:
        return _sided(value.map(lambda own: _plain(own, nothing, names)), names)
    if type(value) in WORDS and names is not None:
        return word_for(value, names)
    return nothing if value is None else to_jsonable_python(value, exclude_none=True)


def _connection(settings: ConnectionSettings) -> dict[str, Any]:
    config = settings.config.model_dump(mode="json", exclude_none=True)
    return {**shown(settings, ConnectionTable), **config}


def _sync(sync: SyncSettings) -> dict[str, Any]:
    names = sync.between
    members = [_member(member, names) for member in sync.members]
    objects = {type: _object(policy, names) for type, policy in sync.objects.items()}
    return shown(sync, SyncTable, names, between=list(names), members=members, objects=objects)


def _sided(values: PerSide[Any], names: PerSide[str]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def _member(member: Member, names: PerSide[str]) -> dict[str, Any]:
    folders = {
        type: {name: path for name, path in _sided(own, names).items() if path}
        for type, own in member.containers.items()
    }
    return {**_sided(member.accounts, names), **({"containers": folders} if folders else {})}


def _object(policy: ObjectPolicy, names: PerSide[str]) -> dict[str, Any]:
    fields = {
        name: _field(rule, names, policy.custom_types.get(name))
        for name, rule in policy.fields.items()
    }
    return shown(policy, ObjectTable, names, fields=fields)


def _field(rule: FieldRule, names: PerSide[str], kind: str | None) -> str | dict[str, str]:
    none = rule.direction is Direction.NONE
    word = "off" if none else word_for(rule.direction, names)
    places = {name: place for name, place in _sided(rule.native, names).items() if place}
    if not places:
        return word
    return {**places, "direction": word, **({"type": kind} if kind else {})}
