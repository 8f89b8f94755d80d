"""One run as the oracle sees it: what was true when it began, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.model.records import RecordId, Writable
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import ObjectPolicy
from syncline.testing.histories.border import Border
from syncline.testing.histories.kept import Waits


@dataclass(kw_only=True)
class Run:
    """`policy` and `members` are those it began with, whatever is changed meanwhile.

    `number`: in the order in which they began.
    `settled` maps each member to the policy under which a run of theirs came to its end last:
    another one than this, perhaps between its beginning and its lease.
    `live`: the records of a side, `pairs`: those that are on both.
    `began`: in seconds since 1970. `approved`: how many operations people had released.
    `waiting`: what waited when it began.
    `eventful`: something failed in it. `asleep`: its lease has expired; `sent`: its last batch,
    which a call may repeat by its key.
    """

    number: int
    policy: ObjectPolicy
    borders: PerSide[Border]
    members: tuple[str, ...]
    settled: Mapping[str, ObjectPolicy]
    writable: PerSide[dict[RecordId, Writable]]
    live: PerSide[int]
    pairs: int
    began: float
    waiting: frozenset[Waits] = frozenset()
    full: bool = False
    approved: int = 0
    eventful: bool = False
    asleep: bool = False
    sent: object = None
    deletions: PerSide[set[RecordId]] = field(default_factory=lambda: PerSide(set(), set()))
    deleted_meanwhile: int = 0
    cleared: dict[tuple[Side, str], set[RecordId]] = field(default_factory=dict)

    def rebaselines(self, member: str) -> bool:
        """Whether this is the first run of a member, or the first after a change that makes
        everything be looked at again.
        """
        before = self.settled.get(member)
        return before is None or _looked_at(before) != _looked_at(self.policy)


def _looked_at(policy: ObjectPolicy) -> tuple[object, ...]:
    """What of a policy, when it changes, changes what is read, or what is compared."""
    fields = sorted((name, rule.direction) for name, rule in policy.fields.items())
    return (policy.direction, policy.where, policy.records, policy.match, policy.drift, fields)
