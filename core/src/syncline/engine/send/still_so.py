"""What was decided was true at a moment. Before intents are committed, it is asked for again.

Searches, other batches and other members' runs come between a decision and its write. Whatever
they have noted is in the state by then; what they note later, they note knowing of the intent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.match.joining import linked_sources, source_of
from syncline.engine.write import Prepared
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import Side
from syncline.state import links, records


def no_longer_so(tx: Connection, batch: Sequence[Prepared]) -> list[bool]:
    """Of each of these writes, whether what it was decided on has become otherwise.

    Nothing is made for a record that has its link by now (another run follows a record into the one
    it was merged with), that is gone, or that is not the lane's any more. Nothing is deleted that
    only one lane held and another one has linked. Nothing is made again or deleted because of a
    record whose place another one has taken.
    """
    rules = (_have_links, _are_gone, _are_shared, _have_successors)
    return [any(said) for said in zip(*(rule(tx, batch) for rule in rules), strict=True)]


def _have_links(tx: Connection, batch: Sequence[Prepared]) -> list[bool]:
    linked = linked_sources(tx, [each for each in batch if each.link_id is None])
    return [each.link_id is None and source_of(each) in linked for each in batch]


def _are_gone(tx: Connection, batch: Sequence[Prepared]) -> list[bool]:
    known = records.standing(tx, (_source_record(each) for each in batch if _is_copy(each)))
    return [
        _is_copy(each) and not _is_there(each, known.get(_source_record(each))) for each in batch
    ]


def _is_copy(each: Prepared) -> bool:
    """Whether a record is made from another one that is there, as an undo's need not be."""
    return each.action is Action.CREATE and each.write.undo is None


def _source_record(each: Prepared) -> records.FeedRecord:
    return each.lane.sides[each.side.other].feed.id, str(each.source_id)


def _is_there(create: Prepared, source: Row[Any] | None) -> bool:
    """What is made again is decided about by its link, wherever its source is."""
    if source is None or source.presence == "deleted":
        return False
    here = create.lane.sides[create.side.other]
    mine = source.presence == "present" and source.in_scope and here.owner in (None, source.owner)
    return create.link_id is not None or mine


def _are_shared(tx: Connection, batch: Sequence[Prepared]) -> list[bool]:
    by_side: dict[Side, list[int]] = {}
    for each in batch:
        if each.write.alone and each.link_id is not None:
            by_side.setdefault(each.side, []).append(each.link_id)
    shared = {side: links.also_linked(tx, side, ids) for side, ids in by_side.items()}
    return [each.write.alone and each.link_id in shared.get(each.side, ()) for each in batch]


def _have_successors(tx: Connection, batch: Sequence[Prepared]) -> list[bool]:
    known = {row.id: row for row in links.find(tx, map(_pair, filter(_is_of_one_gone, batch)))}
    return [
        _is_of_one_gone(each)
        and (link := known.get(_pair(each))) is not None
        and link._mapping[f"{_lost(each)}_id"] != _gone(each)
        for each in batch
    ]


def _is_of_one_gone(each: Prepared) -> bool:
    """Whether a write is made because a record of its pair is gone, as an undo's is not."""
    makes_again = each.action is Action.CREATE and each.replaces is not None
    of_pair = each.link_id is not None and each.write.undo is None
    return of_pair and (makes_again or each.action is Action.DELETE)


def _pair(each: Prepared) -> int:
    return int(each.link_id or 0)


def _lost(each: Prepared) -> Side:
    """The side on which the record is gone."""
    return each.side if each.action is Action.CREATE else each.side.other


def _gone(each: Prepared) -> RecordId | None:
    return each.replaces if each.action is Action.CREATE else each.source_id
