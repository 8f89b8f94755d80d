"""The view of a configuration that can be shown to strangers: rules stay, names and places go."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "***"


def redact(view: dict[str, Any]) -> dict[str, Any]:
    """The same tables without accounts, secret places, hosts, ids and quoted values of conditions.

    What decides how a sync behaves (directions, switches, folders, field rules, numbers) stays.
    """
    return {
        **view,
        "installation": HIDDEN,
        "state": _state(view["state"]),
        "connections": {name: _connection(each) for name, each in view["connections"].items()},
        "syncs": {name: _sync(each) for name, each in view["syncs"].items()},
    }


def _state(state: dict[str, Any]) -> dict[str, Any]:
    system = state["url"].partition("://")[0]
    return {**state, "url": f"{system}://{HIDDEN}", "key": _hide(state["key"])}


def _connection(table: dict[str, Any]) -> dict[str, Any]:
    settings = {key: _hide(value) for key, value in table.items() if key != "connector"}
    return {"connector": table["connector"], **settings}


def _hide(value: Any) -> Any:
    """Every text hidden; switches and numbers stay."""
    if isinstance(value, str):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _hide(each) for key, each in value.items()}
    return [_hide(each) for each in value] if isinstance(value, list) else value


def _sync(sync: dict[str, Any]) -> dict[str, Any]:
    members = [_member(number, member) for number, member in enumerate(sync["members"], 1)]
    objects = {type: _object(each) for type, each in sync["objects"].items()}
    return {**sync, "members": members, "objects": objects}


def _member(number: int, member: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if name == "containers" else f"member {number}"
        for name, value in member.items()
    }


_QUOTED = re.compile(r"'[^']*'")


def _object(policy: dict[str, Any]) -> dict[str, Any]:
    where = {name: _QUOTED.sub(f"'{HIDDEN}'", text) for name, text in policy["where"].items()}
    return {**policy, "where": where}
