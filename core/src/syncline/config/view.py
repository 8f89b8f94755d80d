"""The resolved configuration in the form of the file: every default visible, secrets as references.

What `view` gives is itself a configuration: written as TOML and loaded again, it means the same.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from syncline.config.words import conflict_word, direction_word
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, FieldRule, ObjectPolicy
from syncline.policy.settings import Configuration, ConnectionSettings, Member, SyncSettings


def view(configuration: Configuration) -> dict[str, Any]:
    """The whole configuration as plain tables, ready for TOML or JSON."""
    state = configuration.state
    return {
        "installation": configuration.installation,
        "state": {
            "url": state.url,
            "key": _plain(state.key),
            "history_days": state.history_days,
            "history_runs": state.history_runs,
        },
        "plugins": {"disabled": sorted(configuration.disabled_plugins)},
        "connections": {name: _connection(c) for name, c in configuration.connections.items()},
        "syncs": {name: _sync(sync) for name, sync in configuration.syncs.items()},
    }


def _plain(model: Any) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    return plain


def _connection(settings: ConnectionSettings) -> dict[str, Any]:
    return {"connector": settings.connector, **_plain(settings.config)}


def _sync(sync: SyncSettings) -> dict[str, Any]:
    return {
        "between": list(sync.between),
        "rules": sync.rules,
        "enabled": sync.enabled,
        "members": [_member(member, sync.between) for member in sync.members],
        "objects": {type: _object(policy, sync.between) for type, policy in sync.objects.items()},
    }


def _sided(values: PerSide[Any], names: PerSide[str]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def _member(member: Member, names: PerSide[str]) -> dict[str, Any]:
    folders = {
        type: {name: path for name, path in _sided(own, names).items() if path}
        for type, own in member.containers.items()
    }
    return {**_sided(member.accounts, names), **({"containers": folders} if folders else {})}


def _object(policy: ObjectPolicy, names: PerSide[str]) -> dict[str, Any]:
    conflict = {"conflict": conflict_word(policy.conflict, names)} if policy.conflict else {}
    return {
        "enabled": policy.enabled,
        "direction": direction_word(policy.direction, names),
        **conflict,
        "merge": policy.merge.value,
        "create": _sided(policy.create, names),
        "delete": _sided(policy.delete, names),
        "container": _sided(policy.container.map(lambda path: path or ""), names),
        "records": _sided(policy.records.map(lambda each: each.value), names),
        "where": _sided(policy.where.map(lambda text: text or "all"), names),
        "max_records": policy.max_records,
        "match": list(policy.match),
        "left_scope": policy.left_scope.value,
        "drift": policy.drift.value,
        "shared_delete": policy.shared_delete.value,
        "invitations": policy.invitations,
        "guards": dataclasses.asdict(policy.guards),
        "fields": {name: _field(rule, names) for name, rule in policy.fields.items()},
    }


def _field(rule: FieldRule, names: PerSide[str]) -> str | dict[str, str]:
    none = rule.direction is Direction.NONE
    word = "off" if none else direction_word(rule.direction, names)
    places = {name: place for name, place in _sided(rule.native, names).items() if place}
    return {**places, "direction": word} if places else word
