"""The gate: a decided write is let through here, or withheld with a reason, and nowhere else.

That nothing may be created or deleted somewhere is part of the decision. What is withheld is noted
in the state when the round ends, so that people see it without a run. What guards hold has a row of
its own there, by which it is approved (`held.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from syncline.engine.approvals import Subject
from syncline.engine.work.held import GuardedOperation, Held
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.reports import Action
from syncline.state import withheld
from syncline.state.withheld import Reason

GUARD: Final = "guard"


@dataclass(frozen=True)
class Withheld:
    """Why a write was withheld, for people, and the handle by which it can be approved."""

    reason: Reason
    message: str
    handle: str = ""


@dataclass
class Gate:
    """Every write of a round passes here. `held` are the guards and approvals of the round;
    `written`: how many writes of each lane were let through; `kept` is what was not.
    """

    world: World
    held: Held = field(default_factory=Held)
    written: Counter[int] = field(default_factory=Counter)
    kept: dict[Subject, Withheld] = field(default_factory=dict)

    def withholds(
        self, write: Prepared, guarded: GuardedOperation | None = None, *, too_early: str = ""
    ) -> Withheld | None:
        """Why a write must not be sent now; None if it may, and then it counts as written.

        `guarded`: the write as guards see it, if any is about it. `too_early`: why nothing may be
        deleted yet.
        """
        why = (
            self._guarded(guarded)
            or self._too_early(write, too_early)
            or self._tells_people(write)
            or self._too_many(write)
            or self._vetoed(write)
        )
        if why is None:
            self.kept.pop(_subject(write), None)  # it was withheld in an earlier pass, perhaps
            self.written[write.lane.id] += 1
        else:
            self.kept[_subject(write)] = why
        return why

    def _guarded(self, guarded: GuardedOperation | None) -> Withheld | None:
        if guarded is None or (guard := self.held.guard_of(guarded)) is None:
            return None
        self.held.note(guarded, guard, self.world.seconds)
        return Withheld(GUARD, f"guard: {guard.value}", guarded.handle)

    @staticmethod
    def _too_early(write: Prepared, why: str) -> Withheld | None:
        if write.action is not Action.DELETE or not why:
            return None
        return Withheld("first look", why)

    @staticmethod
    def _tells_people(write: Prepared) -> Withheld | None:
        if write.lane.policy.invitations != "never" or (
            write.action.value not in write.feed.spec.notifies
        ):
            return None
        message = 'it would send mail to people, and invitations is "never"'
        return Withheld("invitations", message)

    def _too_many(self, write: Prepared) -> Withheld | None:
        limit = write.lane.limit
        if limit is None or self.written[write.lane.id] < limit:
            return None
        return Withheld("limit", f"--limit {limit}")

    def _vetoed(self, write: Prepared) -> Withheld | None:
        veto = self.world.plugins.before_apply(write.planned)
        if veto is None:
            return None
        return Withheld("veto", f"vetoed by {veto.plugin}: {veto.reason}")

    def save(self, tx: Connection, ended: Collection[int]) -> None:
        """What was withheld is noted; in the lanes that came to their end, nothing else is. What
        guards hold is noted by `Held`.
        """
        seal = self.world.database.vault.seal
        rows = [
            {
                "lane_id": subject.lane_id,
                "side": subject.side.value,
                "action": subject.action.value,
                "record_id": subject.record_id,
                "reason": why.reason,
                "message_sealed": seal(why.message),
            }
            for subject, why in self.kept.items()
            if why.reason != GUARD
        ]
        withheld.keep(tx, rows, ended, self.world.seconds)


def _subject(write: Prepared) -> Subject:
    """What is made again has the id of the record that it is made for."""
    record_id = write.source_id if write.action is Action.CREATE else write.target_id
    return Subject(write.lane.id, write.side, write.action, str(record_id))
