"""Contacts that were deleted and still answer: from Deleted Items, by their immutable id.

A write to one of them is refused as stale, since a move to Deleted Items makes another version of
it. It is gone all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncline.errors import ConnectionFailure
from syncline.model.records import AbsenceReason
from syncline.plugin.requests import ApplyRequest, Create, Gone, Outcome, Stale
from syncline_outlook.contacts.reading import Reader


def told_apart(reader: Reader, request: ApplyRequest, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, with `Gone` for what is stale because its user deleted it.

    One call for each twenty that are stale. Where they cannot be read they stay stale: nothing was
    written, and core reads them again.
    """
    updates = [each for each in request.operations if not isinstance(each, Create)]
    stale = [
        operation
        for operation, outcome in zip(updates, outcomes, strict=False)
        if isinstance(outcome, Stale)
    ]
    if not stale:
        return list(outcomes)
    try:
        page = reader.look(
            request.spec, stale[0].account, [each.id for each in stale], scoped=False
        )
    except ConnectionFailure:
        return list(outcomes)
    deleted = {each.id for each in page.absent if each.reason is AbsenceReason.DELETED}
    return [
        Gone() if isinstance(outcome, Stale) and operation.id in deleted else outcome
        for operation, outcome in zip(updates, outcomes, strict=True)
    ]
