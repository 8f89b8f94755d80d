"""What a plan and the run after it have in common: the writes, as somebody reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
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
    made = {each.id for each in report.operations if each.action is Action.CREATE}
    return Counter(_write(each, made) for each in report.operations if not each.held)


def unforeseen(done: Counter[Foreseen], planned: Counter[Foreseen]) -> list[Foreseen]:
    """The writes that were done and not planned. Where a planned record was not made, the service
    has one like it, which only its refusal names: what that one then gets nobody could foresee.
    """
    refused = {each.lane for each in planned - done if each.action is Action.CREATE}
    return [
        each
        for each in done - planned
        if each.action is not Action.UPDATE or each.lane not in refused
    ]


def _write(each: PlannedOperation, made: Collection[RecordId | None]) -> Foreseen:
    """`made`: by the same run, so that the plan had no id for them."""
    named = each.label if each.id is None or each.id in made else each.id
    fields = tuple(sorted((change.name, repr(change.after)) for change in each.changes))
    return Foreseen(str(each.lane), each.action, each.connection, named, fields)
