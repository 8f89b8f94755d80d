"""GUIDs as those of people and apps; the same in every run."""

from __future__ import annotations

import uuid

_GUIDS = uuid.UUID("0b6f8a53-52a0-4d0b-9a6c-9a5f0f4f4f10")


def guid(name: str) -> str:
    """A GUID that belongs to a name."""
    return str(uuid.uuid5(_GUIDS, name))
