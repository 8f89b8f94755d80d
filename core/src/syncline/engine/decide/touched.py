"""Whether somebody did something to a record that its fields do not show: merged another one into
it, or edited what is not synchronized.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from syncline.plugin.spec import TypeSpec

TOUCHED: Final = (
    "somebody has changed it since in a way its fields do not show: another record may have been "
    "merged into it"
)
"""Why a created record stays that holds what the run left in it."""
_AFTERCARE: Final = 60.0
"""Seconds in which a service may still change what it has just made, by its own clock."""


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What is known of how a record that a run created has changed since.

    `version`, `created` and `modified` are its own, as it is now. `answered`: the version that our
    last write of it made, as far as its answer said so. `again`: we have written it more than
    once. `noted` and `noted_modified` are how somebody has read it last since we wrote it.
    """

    version: str = ""
    created: float | None = None
    modified: float | None = None
    answered: str | None = None
    again: bool = False
    noted: str | None = None
    noted_modified: float | None = None


def is_touched(trail: Trail, spec: TypeSpec) -> bool:
    """Whether something certainly happened to it that was not our write. Where a version may move
    though nobody did anything, that it moved says nothing.
    """
    if spec.moves_versions:
        return False
    exact = not spec.weak_versions
    if exact and trail.answered is not None:
        return trail.version != trail.answered
    return _modified_since_made(trail) or _changed_since_noted(trail, exact=exact)


def _modified_since_made(trail: Trail) -> bool:
    """By the service's own stamps: what was just made shows the same twice."""
    if trail.again or trail.created is None or trail.modified is None:
        return False
    return trail.modified > trail.created + _AFTERCARE


def _changed_since_noted(trail: Trail, *, exact: bool) -> bool:
    if exact:
        return trail.noted is not None and trail.version != trail.noted
    if trail.modified is None or trail.noted_modified is None:
        return False
    return trail.modified > trail.noted_modified
