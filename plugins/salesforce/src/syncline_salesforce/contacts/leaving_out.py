"""Rows that are refused because of one value: sent once more without it, so that nobody has to wait
for what is wrong with an e-mail address.

A row that is refused was not written at all, so that sending it again cannot make a second record.
What was left out is said (`Applied.incomplete`): the engine reports it and tries again later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from syncline.plugin.requests import Applied, Create, Outcome, Rejected, Update
from syncline.plugin.spec import TypeSpec

Operation = Create | Update
Write = Callable[[Sequence[Operation]], list[Outcome]]

_OF_ONE_VALUE: Final = frozenset(
    {
        "FIELD_INTEGRITY_EXCEPTION",
        "INVALID_EMAIL_ADDRESS",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "NUMBER_OUTSIDE_VALID_RANGE",
    }
)
"""Codes that name the field whose value is refused. Validation rules and triggers name fields as
well, but mean the record as somebody wants it to be; and nothing is too long but by a mistake of
ours."""
_TIMES: Final = 5
"""A row may be refused for one value after the other."""


def apply(write: Write, operations: Sequence[Operation], spec: TypeSpec) -> list[Outcome]:
    """The outcomes of `write`; rows refused for values of fields that they can do without are
    written again without those.
    """
    outcomes = write(operations)
    left: dict[int, frozenset[str]] = {}
    for _ in range(_TIMES):
        refused = {i: names for i, each in enumerate(outcomes) if (names := _values(each, spec))}
        if not refused:
            break
        left |= {i: left.get(i, frozenset()) | names for i, names in refused.items()}
        shorter = {i: _without(operations[i], left[i]) for i in refused}
        sent = [i for i in refused if shorter[i].fields]
        answers = write([shorter[i] for i in sent]) if sent else []
        again = dict(zip(sent, answers, strict=True))
        for i in refused:
            outcomes[i] = again.get(i) or _nothing_left(operations[i], outcomes[i])
    return [_said(each, left.get(i, frozenset())) for i, each in enumerate(outcomes)]


def _values(outcome: Outcome, spec: TypeSpec) -> frozenset[str]:
    """The fields because of whose values a row is refused; none if it needs one of them."""
    if not isinstance(outcome, Rejected) or outcome.code not in _OF_ONE_VALUE:
        return frozenset()
    needed = any(spec.by_name[name].required for name in outcome.fields)
    return frozenset() if needed else frozenset(outcome.fields)


def _without(operation: Operation, names: frozenset[str]) -> Operation:
    kept: Mapping[str, object] = {n: v for n, v in operation.fields.items() if n not in names}
    return replace(operation, fields=kept)


def _nothing_left(operation: Operation, outcome: Outcome) -> Outcome:
    return Applied(id=operation.id) if isinstance(operation, Update) else outcome


def _said(outcome: Outcome, left: frozenset[str]) -> Outcome:
    if not left or not isinstance(outcome, Applied):
        return outcome
    return replace(outcome, incomplete=(*outcome.incomplete, *sorted(left)))
