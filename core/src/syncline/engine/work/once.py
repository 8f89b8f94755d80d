"""Each record is written once in a pass: what of a page may be sent together."""

from __future__ import annotations

from collections.abc import Iterable

from syncline.engine.decide.link import Verdict
from syncline.engine.work.due import DueLink
from syncline.engine.work.evaluate import Evaluation
from syncline.model.sides import Side


def each_record_once(evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """Of several links that write one record, the first. The others are decided on what that wrote:
    those of a deletion in the next run, which finds both of their records gone. Not every service
    would refuse the second of two writes that know nothing of each other.
    """
    written: set[tuple[int, str, str]] = set()
    first = []
    for each in evaluations:
        targets = {_target(each.link, side) for side in _written_sides(each)}
        if written.isdisjoint(targets):
            written |= targets
            first.append(each)
    return first


def _written_sides(each: Evaluation) -> set[Side]:
    if each.decision.verdict is Verdict.DELETE and each.decision.side is not None:
        return {each.decision.side}
    return {side for side, write in each.writes.items() if write.fields}


def _target(link: DueLink, side: Side) -> tuple[int, str, str]:
    """The record of a side, in whatever data set it was found."""
    feed = link.lane.sides[side].feed
    return feed.store_id, feed.feed.account or "", str(link.sides[side].id)
