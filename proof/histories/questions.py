"""Deletions that a guard has held, and that nobody has approved as they are: none may be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from proof.histories.kept import Kept
from syncline.connectors.memory import MemoryStore
from syncline.model.records import RecordId
from syncline.model.reports import Action, HeldOperation, RunReport
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import ObjectPolicy


class Deletion(NamedTuple):
    """Of which member, at which side, of which record."""

    member: str
    side: Side
    id: RecordId


class Approved(NamedTuple):
    """What an approval is bound to: the policy, and the record's version."""

    policy: str
    version: str


@dataclass
class Questions:
    """What reports told that a guard held; of what was approved since, how it was then."""

    kept: Kept
    stores: PerSide[MemoryStore]
    _asked: dict[Deletion, Approved | None] = field(default_factory=dict)

    def unapproved(self, policy: ObjectPolicy) -> frozenset[Deletion]:
        """Which deletions a run must not make that begins now, under this policy."""
        now = policy.fingerprint
        return frozenset(
            deletion
            for deletion, approved in self._asked.items()
            if approved != Approved(now, self._version(deletion))
        )

    def told(self, report: RunReport | None) -> None:
        """A run is over. Whom it did not tell of again, in a lane that came to its end, is no
        question any more, but while the record cannot be read. Of a run that died or was
        interrupted nobody knows what it still found.
        """
        if report is None or report.interrupted:
            self._asked.clear()
            return
        ended = {each.lane.left for each in report.lanes if not each.error}
        unread = {each.record for each in self.kept.waiting() if each.reason == "unreadable"}
        held = {
            Deletion(each.lane.left, each.side, each.id)
            for each in report.operations
            if each.action is Action.DELETE and each.held.startswith("guard") and each.id
        }
        open_still = {
            deletion: approved
            for deletion, approved in self._asked.items()
            if deletion.member not in ended or deletion.id in unread
        }
        self._asked = {**open_still, **{each: None for each in held if each.member in ended}}

    def answered(self, operations: Iterable[HeldOperation], policy: ObjectPolicy) -> None:
        """Somebody has approved these."""
        for each in operations:
            for side in SIDES:
                deletion = Deletion(each.lane.left, side, RecordId(str(each.id)))
                if deletion in self._asked and each.connection == side.value:
                    version = self._version(deletion)
                    self._asked[deletion] = Approved(policy.fingerprint, version)

    def made(self, deletion: Deletion) -> None:
        """It was sent."""
        self._asked.pop(deletion, None)

    def forget(self) -> None:
        """The state is gone."""
        self._asked.clear()

    def _version(self, deletion: Deletion) -> str:
        store = self.stores[deletion.side]
        return store.version(store.entries[deletion.id])
