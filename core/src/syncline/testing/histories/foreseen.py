"""What a plan and the run after it have in common: the writes, as somebody reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from syncline.model.records import RecordId
from syncline.model.reports import Action, PlannedOperation, RunReport


class Foreseen(NamedTuple):
    """One write. The record is named by its id, or, as long as it has none, by its label."""

    lane: str
    action: Action
    connection: str
    record: RecordId | str
    fields: tuple[tuple[str, object], ...]


def foreseen(report: RunReport) -> Counter[Foreseen]:
    """The writes that a plan shows, or that a run did."""
    return Counter(_write(each) for each in report.operations if not each.held)


def unforeseen(
    done: Counter[Foreseen], planned: Counter[Foreseen], shared: Mapping[RecordId, str]
) -> list[Foreseen]:
    """The writes that were done and not planned. `shared`: whose a record is, if several members
    have it: what was written for one of them reaches the others in the same run, as an update.
    """
    reached = {(each.lane, shared.get(RecordId(each.record))) for each in planned}
    return [
        each
        for each in done - planned
        if each.action is not Action.UPDATE
        or (family := shared.get(RecordId(each.record))) is None
        or not any(lane != each.lane and whose == family for lane, whose in reached)
    ]


def _write(each: PlannedOperation) -> Foreseen:
    named = each.label if each.action is Action.CREATE else each.id or each.label
    fields = tuple(sorted((change.name, repr(change.after)) for change in each.changes))
    return Foreseen(str(each.lane), each.action, each.connection, named, fields)
