"""References between the subrequests of a composite call: `@{contact.id}`, `@{rows[0].Id}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\[\d+\])?(?:\.[A-Za-z0-9_]+(?:\[\d+\])?)*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")


class BadReferenceError(Exception):
    """Names a subrequest or a member of its answer that does not exist (case tells)."""


def resolve(value: Any, answers: Mapping[str, Any]) -> Any:
    """The value with every reference in its texts replaced from earlier answers."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _look_up(whole, answers)
        return _REFERENCE.sub(lambda match: str(_look_up(match, answers)), value)
    if isinstance(value, dict):
        return {name: resolve(part, answers) for name, part in value.items()}
    if isinstance(value, list):
        return [resolve(part, answers) for part in value]
    return value


def _look_up(match: re.Match[str], answers: Mapping[str, Any]) -> Any:
    name, steps = match.groups()
    if name not in answers:
        raise BadReferenceError(f"Invalid reference specified. No value for {name} found")
    found = answers[name]
    for member, index in _STEP.findall(steps):
        try:
            found = found[int(index)] if index else found[member]
        except (KeyError, IndexError, TypeError):
            message = f"Invalid reference specified. No value for {match.group(0)[2:-1]} found in "
            raise BadReferenceError(message + name) from None
    return found
