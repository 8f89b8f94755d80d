"""What the engine hooks are told, and what they may answer. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncline.model.fields import Value
from syncline.model.reports import LaneName
from syncline.model.sides import PerSide, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run (or a plan, `dry`) begins. Its lanes are not known yet: they are in the report."""

    run_id: str
    dry: bool
    started: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictSeen:
    """Both sides changed the same thing, or one deleted what the other edited.

    `kind`: `edit` (both edited `fields`), or `deletion` (`deleted` names the side where the
    record is gone; that side's values are empty). `values` hold the fields in conflict,
    canonical; `modified` is each side's instant of the last change, where it is known.
    """

    lane: LaneName
    kind: Literal["edit", "deletion"]
    fields: tuple[str, ...]
    values: PerSide[Mapping[str, Value]] = field(repr=False)
    modified: PerSide[datetime | None] = field(default_factory=lambda: PerSide(None, None))
    deleted: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The side that wins, and why, in words for plans, reports and the history. `plugin` is filled
    in by core.
    """

    winner: Side
    reason: str = ""
    plugin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """The operation must not be carried out. `plugin` is filled in by core."""

    reason: str
    plugin: str = ""
