"""Operations in calls of a size: no answer of one call is lost because another one failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from syncline.errors import ConnectionFailure, Retry
from syncline.plugin.requests import Deferred, Outcome, Unknown
from syncline_salesforce.rest.errors import QueryRefused

Op = TypeVar("Op")


def in_batches(
    operations: Sequence[Op],
    size: int,
    send: Callable[[Sequence[Op]], list[Outcome]],
    answered: bool = False,
) -> list[Outcome]:
    """One outcome for each operation. A call that fails after others were `answered` makes its
    operations unknown (or deferred, if it was not reached) instead of losing those answers.
    """
    outcomes: list[Outcome] = []
    for start in range(0, len(operations), size):
        batch = operations[start : start + size]
        try:
            outcomes += send(batch)
        except ConnectionFailure as problem:
            if not outcomes and not answered:
                raise
            rest = operations[start + len(batch) :]
            outcomes += [_after(problem)] * len(batch)
            return outcomes + [_not_sent(problem)] * len(rest)
    return outcomes


def _not_sent(problem: ConnectionFailure) -> Outcome:
    return Deferred(message="not sent", after=_wait(problem), sent=False)


def _after(problem: ConnectionFailure) -> Outcome:
    refused = isinstance(problem, QueryRefused)
    if refused or (isinstance(problem, Retry) and not problem.reached):
        sent = not isinstance(problem, Retry) or problem.sent
        return Deferred(message=problem.message, after=_wait(problem), sent=sent)
    return Unknown(message=problem.message)


def _wait(problem: ConnectionFailure) -> float | None:
    return problem.after if isinstance(problem, Retry) else None
