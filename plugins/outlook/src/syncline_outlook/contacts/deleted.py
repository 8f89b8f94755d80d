"""Contacts that were deleted and still answer: from Deleted Items, by their immutable id.

An update of one is refused as stale, since a move to Deleted Items makes another version of it; a
deletion may be refused with a 403 (ErrorCannotDeleteObject) instead of a 404 (msgraph-sdk-dotnet
issue 3047). It is gone all the same. Others are stale, too, and a mailbox that lets nobody in says
403 as well: so what was refused is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from syncline.errors import ConnectionFailure, Retry
from syncline.model.records import AbsenceReason, RecordId
from syncline.plugin.requests import Delete, Gone, Outcome, Rejected, Stale, Unknown, Update
from syncline.plugin.spec import TypeSpec
from syncline_outlook.contacts.reading import Reader


def is_stale(outcome: Outcome) -> bool:
    """Whether an update may be of a deleted contact."""
    return isinstance(outcome, Stale)


def is_denied(outcome: Outcome) -> bool:
    """Whether a deletion may be of one."""
    return isinstance(outcome, Rejected) and outcome.kind == "forbidden"


def told_apart(
    reader: Reader,
    spec: TypeSpec,
    operations: Sequence[Update | Delete],
    outcomes: Sequence[Outcome],
    is_doubtful: Callable[[Outcome], bool],
    *,
    may_be_done: bool,
) -> list[Outcome]:
    """The outcomes, with `Gone` for what is doubtful because its contact is in no contact folder:
    one call for each twenty of these. Where they do not answer now, the outcome stays as it is;
    or, if the write `may_be_done` all the same, nobody knows.
    """
    doubtful = [
        operation
        for operation, outcome in zip(operations, outcomes, strict=True)
        if is_doubtful(outcome)
    ]
    if not doubtful:
        return list(outcomes)
    known = _known(reader, spec, doubtful, may_be_done=may_be_done)
    return [
        known.get(operation.id, outcome) if is_doubtful(outcome) else outcome
        for operation, outcome in zip(operations, outcomes, strict=True)
    ]


def _known(
    reader: Reader, spec: TypeSpec, doubtful: Sequence[Update | Delete], *, may_be_done: bool
) -> Mapping[RecordId, Outcome]:
    """What a look says of these; of those left out it says nothing, and the refusal stands, which
    is reported.
    """
    ids = [each.id for each in doubtful]
    try:
        page = reader.look(spec, doubtful[0].account, ids, scoped=False)
    except Retry as error:
        return {id: Unknown(message=error.message) for id in ids} if may_be_done else {}
    except ConnectionFailure:  # we may not look there
        return {}
    return {each.id: Gone() for each in page.absent if each.reason is AbsenceReason.DELETED}
