"""Runs as the oracle sees them: what was true when one began, what it did, whom it settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from proof.histories.border import Border
from proof.histories.kept import Waits
from proof.histories.questions import Deletion
from syncline.model.records import RecordId, Writable
from syncline.model.reports import RunReport
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import ObjectPolicy


@dataclass(kw_only=True)
class Run:
    """`policy` and `people`, all who take part, are those it began with, whatever is changed
    meanwhile; `members` those of them it is about.

    `number`: in the order in which they began.
    `settled` maps each member to the policy under which a run of theirs came to its end last:
    another one than this, perhaps between its beginning and its lease.
    `live`: the records of a side, `pairs`: those of its members that are on both, and were already
    when a run of theirs ended.
    `began`: in seconds since 1970. `approved`: how many operations people had released;
    `unapproved`: which deletions guards had held, and nobody released as they are.
    `waiting`: what waited when it began; `former`: who held leases then.
    `eventful`: something failed in it. `asleep`: its lease has expired; `sent`: its last batch,
    which a call may repeat by its key.
    """

    number: int
    policy: ObjectPolicy
    borders: PerSide[Border]
    people: tuple[str, ...]
    members: tuple[str, ...]
    settled: Mapping[str, ObjectPolicy]
    writable: PerSide[dict[RecordId, Writable]]
    live: PerSide[int]
    pairs: int
    began: float
    waiting: frozenset[Waits] = frozenset()
    former: frozenset[str] = frozenset()
    full: bool = False
    approved: int = 0
    unapproved: frozenset[Deletion] = frozenset()
    eventful: bool = False
    asleep: bool = False
    sent: object = None
    deletions: PerSide[set[RecordId]] = field(default_factory=lambda: PerSide(set(), set()))
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


@dataclass
class Settled:
    """Under which policy each member's lanes came to their end last. A run that began earlier, and
    ends later, does not count. `pairs`: whom each had on both sides then.
    """

    policies: dict[str, ObjectPolicy] = field(default_factory=dict)
    pairs: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    _by: dict[str, int] = field(default_factory=dict)

    def forget(self) -> None:
        """The state is lost."""
        self.policies.clear()
        self.pairs.clear()

    def note(self, run: Run, report: RunReport | None, pairs: Collection[tuple[str, str]]) -> None:
        """A run is over, and these `pairs` are on both sides. Of one that died nobody knows how far
        it came: what it linked need not be.
        """
        if report is not None and report.interrupted:
            return
        ended = (
            run.members if report is None else [e.lane.left for e in report.lanes if not e.error]
        )
        for member in ended:
            if self._by.get(member, 0) < run.number:
                self.policies[member], self._by[member] = run.policy, run.number
                if report is not None:
                    self.pairs[member] = frozenset(p for p in pairs if p[0] == member)
