"""What was found out about writes without an outcome, taken into the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import Settlement
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.prepared import Sent
from syncline.engine.report import RoundReport
from syncline.engine.send.settle import settle
from syncline.engine.send.settled import Settled
from syncline.engine.world import World
from syncline.model.reports import Action
from syncline.plugin.requests import Applied
from syncline.state import links


@dataclass(frozen=True)
class Findings:
    """Settles what happened, and reports what nobody can tell yet."""

    world: World
    lanes: Mapping[int, Lane]
    report: RoundReport

    def feed(self, sent: Sent) -> FeedState:
        """The feed that was written."""
        return self.lanes[sent.lane_id].sides[sent.side].feed

    def settle(
        self,
        tx: Connection,
        sent: Sent,
        applied: Applied,
        settlement: Settlement,
        predicted: Mapping[str, Digest],
    ) -> None:
        """It happened. The caller ends the intent."""
        link = links.LINK
        row = tx.execute(select(link).where(link.c.id == sent.link_id)).one_or_none()
        if row is None:
            return
        settled = self.settled(sent, applied, settlement, predicted, "recovered")
        again = sent.action is Action.CREATE and row.status != "creating"
        settle(tx, self.world, [replace(settled, incarnation=row.incarnation + again)])

    def settled(
        self,
        sent: Sent,
        applied: Applied,
        settlement: Settlement,
        predicted: Mapping[str, Digest],
        how: str,
    ) -> Settled:
        """The write as something that was done; `how` that is known."""
        return Settled(
            lane=self.lanes[sent.lane_id],
            link_id=sent.link_id,
            side=sent.side,
            action=sent.action,
            reason=f"{sent.reason} ({how})",
            settlement=settlement,
            source_id=sent.source_id,
            source_version=sent.source_version,
            applied=applied,
            predicted=predicted,
            before=sent.before,
            after=sent.after,
            undo=sent.undo,
            noted=0,  # whoever looked at the target has noted it, or somebody since
        )

    def unresolved(self, sent: Sent, message: str, hint: str, kind: str = "unknown") -> None:
        """The intent stays."""
        lane = self.lanes[sent.lane_id]
        record_id = sent.source_id or sent.record_id
        self.report.waits(lane, sent.side, record_id, kind, message, hint=hint)
