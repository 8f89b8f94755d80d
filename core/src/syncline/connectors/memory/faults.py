"""Faults: a hook around every call of the connector, to stop it or to lose its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

CallKind = Literal[
    "check",
    "accounts",
    "list",
    "containers",
    "changes",
    "ids",
    "keys",
    "match",
    "deleted",
    "apply",
    "delete",
    "scope",
]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a store: its number (1, 2, … since the store was opened) and what it asks."""

    number: int
    kind: CallKind
    request: object = field(repr=False)

    @property
    def writes(self) -> bool:
        """Whether the call changes something."""
        return self.kind in ("apply", "delete")


class FaultHook(Protocol):
    """Asked around every call; either method may raise, or use the back door meanwhile."""

    def before(self, call: Call) -> None:
        """Before anything happened: raising means that nothing will."""
        ...

    def after(self, call: Call) -> None:
        """After the effect: raising means that the answer is lost."""
        ...
