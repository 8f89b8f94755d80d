"""The records of links, read by their ids before something is written: the last check, and the
values that the history keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from syncline.engine.decide.link import Presence, Verdict
from syncline.engine.failures import Failures
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import Lane
from syncline.engine.work.due import DueLink, links_by_id, with_reads
from syncline.engine.work.evaluate import Evaluation
from syncline.engine.world import World
from syncline.model.records import Record, RecordId
from syncline.model.sides import SIDES, Side

_AWAY: Final = (Presence.DELETED, Presence.LEFT)


@dataclass(frozen=True)
class SecondLook:
    """Reads for the links of a round. A feed that fails is noted, and its links are left out."""

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    failures: Failures

    def complete(self, page: Sequence[DueLink]) -> list[DueLink]:
        """Links with a record that was never seen in its feed (a new mapping): read it first."""
        unseen = _by_feed(
            (link, side) for link in page for side in SIDES if not link.sides[side].known
        )
        if not unseen:
            return list(page)
        self._read(unseen)
        with self.world.transaction() as tx:
            return self._again(tx, page)

    def renewed(
        self, evaluations: Sequence[Evaluation], sides_of: Callable[[Evaluation], set[Side]]
    ) -> list[DueLink]:
        """The targets read by id: the last check before the write, and the before-image. What they
        hold may turn the decision round; then both sides are read.
        """
        fresh = self._read(
            _by_feed((each.link, side) for each in evaluations for side in sides_of(each))
        )
        with self.world.transaction() as tx:
            again = self._again(tx, [each.link for each in evaluations])
        return [with_reads(link, fresh) for link in again]

    def _read(self, wanted: Mapping[int, set[RecordId]]) -> dict[tuple[int, str], Record]:
        found = self.world.at_once(self._read_from, list(wanted.items()))
        return {(feed_id, each.id): each for feed_id, read in found for each in read}

    def _read_from(self, wanted: tuple[int, set[RecordId]]) -> tuple[int, list[Record]]:
        feed_id, ids = wanted
        reader = self.readers[feed_id]
        with self.failures.caught(reader.feed):
            return feed_id, list(reader.by_id(sorted(ids)))
        return feed_id, []

    def _again(self, tx: Connection, page: Sequence[DueLink]) -> list[DueLink]:
        """These links as the state has them now; without those whose feed just failed."""
        going = [link.id for link in page if self.failures.spare(link.lane)]
        return links_by_id(tx, self.lanes, going)


def sides_to_read(evaluation: Evaluation) -> set[Side]:
    """The sides that must be read before this evaluation's writes. What is gone, or has left its
    data set, may be back, put there by somebody, or by a lane of ours that looks at more.
    """
    decision = evaluation.decision
    sides = set(evaluation.to_read)
    sides |= {side for side, write in evaluation.writes.items() if write.fields}
    if evaluation.to_read:
        sides |= {carry.source.other for carry in decision.carries}
    if decision.side is not None:
        sides.add(decision.side if decision.verdict is Verdict.DELETE else decision.side.other)
    if decision.verdict is Verdict.DELETE:
        sides |= {s for s in SIDES if evaluation.link.sides[s].presence in _AWAY}
    return sides


def sides_there(evaluation: Evaluation) -> set[Side]:
    """The sides whose record is there."""
    return {s for s in SIDES if evaluation.link.sides[s].presence is Presence.PRESENT}


def is_read(evaluation: Evaluation) -> bool:
    """Whether all was read that is there, and must be before this evaluation's writes."""
    sides = (evaluation.link.sides[side] for side in sides_to_read(evaluation))
    return all(here.read or here.presence is not Presence.PRESENT for here in sides)


def _by_feed(wanted: Iterable[tuple[DueLink, Side]]) -> dict[int, set[RecordId]]:
    found: dict[int, set[RecordId]] = {}
    for link, side in wanted:
        record_id = link.sides[side].id
        if record_id is not None:
            found.setdefault(link.lane.sides[side].feed.id, set()).add(record_id)
    return found
