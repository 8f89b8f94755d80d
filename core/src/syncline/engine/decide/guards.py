"""Guards: how much of a kind may happen in one run before a person has to approve it.

Counted on the first pass, before any write: per lane, and per connection over the whole round.
Never applied to what a first sync links, always to deletions and to fields that would be emptied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syncline.policy.schema import GuardLimits


class Guard(StrEnum):
    """What tripped."""

    DELETIONS = "deletions"
    CLEARED = "cleared field"
    EMPTIED = "side gone empty"
    REWRITTEN = "side wholly changed"
    TOO_MANY = "max_records"


@dataclass(frozen=True)
class Tally:
    """What one run would do to one side, of a lane or of a connection.

    `links` are the links there are, `deletions` those whose counterpart would be deleted,
    `changed` those the other side edited, `cleared` counts, per field, values that would go.
    """

    links: int = 0
    deletions: int = 0
    changed: int = 0
    cleared: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Trip:
    """A guard that tripped: the numbers in words; `field` only where one field is concerned."""

    guard: Guard
    message: str
    field: str = ""


def tripped(tally: Tally, limits: GuardLimits) -> tuple[Trip, ...]:
    """The guards this tally trips."""
    found: list[Trip] = []
    many = tally.links >= limits.minimum_links
    if many and tally.deletions and tally.deletions == tally.links:
        found.append(Trip(Guard.EMPTIED, f"all {tally.links} are gone on the other side"))
    elif tally.deletions > max(limits.deletions, limits.deletion_share * tally.links):
        words = f"{tally.deletions} of {tally.links} would be deleted"
        found.append(Trip(Guard.DELETIONS, words))
    for name, count in sorted(tally.cleared.items()):
        if many and count > max(1.0, limits.cleared_share * tally.links):
            words = f"{name} would be emptied on {count} of {tally.links}"
            found.append(Trip(Guard.CLEARED, words, name))
    if many and tally.changed and tally.changed == tally.links:
        found.append(Trip(Guard.REWRITTEN, f"all {tally.links} were changed on the other side"))
    return tuple(found)


@dataclass(frozen=True)
class Advice:
    """Why a guard stops this, how to go on if it is intended, where to look if it is not."""

    why: str
    intended: str
    otherwise: str


def _release(guard: Guard) -> str:
    return f"If this is intended: `syncline approve --guard '{guard.value}'`, then `syncline run`."


ADVICE: Mapping[Guard, Advice] = {
    Guard.DELETIONS: Advice(
        "A lost permission, a moved folder and a wrong account look like many deletions.",
        _release(Guard.DELETIONS),
        "If not: restore what was deleted from the bin of the other system, and see there who "
        "deleted it; compare the account and folder with `syncline check`.",
    ),
    Guard.EMPTIED: Advice(
        "A side that is suddenly empty is more often a wrong folder or account than a wish.",
        _release(Guard.EMPTIED),
        "If not: check the account, the folder and the data set (`where`) of the empty side.",
    ),
    Guard.CLEARED: Advice(
        "A field permission that was lost looks like this, and so does an import gone wrong.",
        _release(Guard.CLEARED),
        "If not: check who may read the field there, and the last import; what is not cleared "
        "there any more is not cleared here.",
    ),
    Guard.REWRITTEN: Advice(
        "When everything changes at once, it was an import or a script.",
        _release(Guard.REWRITTEN),
        "If not: look at the changes with `syncline plan --all`, and put them right where they "
        "were made; the next run then finds nothing to do.",
    ),
    Guard.TOO_MANY: Advice(
        "More records than this lane is meant to hold; it stops, because it never picks some.",
        "If this is intended: raise max_records.",
        "If not: narrow the data set with `where`, or choose a container.",
    ),
}
