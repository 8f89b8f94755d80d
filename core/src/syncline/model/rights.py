"""What may be done to a system's records besides reading them."""

from __future__ import annotations

from typing import Final, Literal

Right = Literal["create", "update", "delete"]
RIGHTS: Final[frozenset[Right]] = frozenset({"create", "update", "delete"})
"""All of them."""
