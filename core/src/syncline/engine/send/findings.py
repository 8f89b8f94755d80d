"""What was found out about writes without an outcome, taken into the state."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from syncline.engine.report import RoundReport
from syncline.engine.send.settle import settle
from syncline.engine.world import World
from syncline.engine.write import Sent, Settled
from syncline.model.reports import Action
from syncline.plugin.requests import Applied
from syncline.state import links


@dataclass(frozen=True)
class Findings:
    """Settles what happened, and reports what nobody can tell yet."""

    world: World
    report: RoundReport

    def settle(self, tx: Connection, sent: Sent, applied: Applied) -> None:
        """It happened. The caller ends the intent."""
        link = links.LINK
        row = tx.execute(select(link).where(link.c.id == sent.link_id)).one_or_none()
        if row is None:
            return
        again = sent.action is Action.CREATE and row.status != "creating"
        write = replace(sent.write, incarnation=row.incarnation + again)
        settled = self.settled(replace(sent, write=write), applied, "recovered")
        settle(tx, self.world, [settled])

    def settled(self, sent: Sent, applied: Applied, how: str) -> Settled:
        """The write as something that was done; `how` that is known."""
        return Settled(
            write=replace(sent.write, reason=f"{sent.write.reason} ({how})"),
            link_id=sent.link_id,
            applied=applied,
            # Whoever looked at the target has noted it, or somebody since; what was made is looked
            # at when it is settled.
            noted=None if sent.action is Action.CREATE else 0,
        )

    def unresolved(self, sent: Sent, message: str, hint: str, kind: str = "unknown") -> None:
        """The intent stays."""
        record_id = sent.source_id or sent.record_id
        self.report.waits(sent.lane, sent.side, record_id, kind, message, hint=hint)
