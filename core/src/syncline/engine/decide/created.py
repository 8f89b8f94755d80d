"""Which of the records made since may be what a create without an answer has made. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from syncline.engine.decide.deltas import Digest
from syncline.model.records import RecordId


class Likeness(Enum):
    """How much a record is like what was sent."""

    SAME = "same"
    SIMILAR = "similar"
    OTHER = "other"


@dataclass(frozen=True)
class Candidate:
    """A record made since the create was sent, that no link holds. `deleted`: it is gone again."""

    id: RecordId
    likeness: Likeness
    deleted: bool = False


class Fate(Enum):
    """What became of a create: made; made, and deleted by somebody since; only a person can tell;
    not there.
    """

    MADE = "made"
    DELETED = "deleted"
    UNCLEAR = "unclear"
    NOT_THERE = "not there"


@dataclass(frozen=True)
class Finding:
    """`candidates`: the one that was made, or those among which only a person can tell."""

    fate: Fate
    candidates: tuple[Candidate, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether a record is known to be the one."""
        return self.fate in (Fate.MADE, Fate.DELETED)


def likeness(
    sent: Mapping[str, Digest],
    holds: Mapping[str, Digest],
    names: Collection[str],
    *,
    shares_key: bool,
) -> Likeness:
    """How much a record that `holds` this is like what was `sent`. What it has besides is no
    difference, since somebody may have added it, but for a part of the name (`names`): then it may
    be another person's.

    Similar is what shares a match key, or holds at least half of what was sent, a part of the name
    among it: colleagues share half of their fields, but no name.
    """
    filled = {name: digest for name, digest in sent.items() if digest is not None and name in holds}
    same = {name for name, digest in filled.items() if holds[name] == digest}
    named_anew = any(holds.get(name) is not None and sent.get(name) is None for name in names)
    if filled and len(same) == len(filled) and not named_anew:
        return Likeness.SAME
    half = 2 * len(same) >= len(filled) and not same.isdisjoint(names)
    return Likeness.SIMILAR if shares_key or half else Likeness.OTHER


def decide_created(candidates: Sequence[Candidate], alike: int = 1) -> Finding:
    """The only record that holds what was sent is what was made. Where several creates were sent
    the same (so many: `alike`), it is any one of at most as many records. What is merely similar
    may be it, edited since, or somebody else's: nothing is adopted, or made, on such grounds.
    """
    same = [each for each in candidates if each.likeness is Likeness.SAME]
    living = [each for each in same if not each.deleted]
    if 1 <= len(living) <= alike:
        return Finding(Fate.MADE, (living[0],))
    if same and not living:
        return Finding(Fate.DELETED, (same[-1],))
    unclear = living or [each for each in candidates if each.likeness is Likeness.SIMILAR]
    if unclear:
        return Finding(Fate.UNCLEAR, tuple(unclear))
    return Finding(Fate.NOT_THERE)
