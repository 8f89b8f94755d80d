"""Operations in calls of a size: no answer of one call is lost because another one failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from syncline.errors import ConnectionFailure, Retry
from syncline.plugin.requests import Deferred, Outcome, Unknown

Op = TypeVar("Op")


def in_batches(
    operations: Sequence[Op],
    size: int,
    send: Callable[[Sequence[Op]], list[Outcome]],
    *,
    answered: bool = False,
    undone: Callable[[ConnectionFailure], bool] = lambda _failure: False,
) -> list[Outcome]:
    """One outcome for each operation. A call that fails after others were `answered` makes its
    operations unknown (or deferred, if it was not reached, or `undone` says that its failure means
    as much) instead of losing those answers.

    Raises:
        Retry, Reconnect, Stop: what the first call failed with, if nothing was answered before.

    """
    outcomes: list[Outcome] = []
    for start in range(0, len(operations), size):
        batch = operations[start : start + size]
        try:
            outcomes += send(batch)
        except ConnectionFailure as failure:
            if not outcomes and not answered:
                raise
            rest = operations[start + len(batch) :]
            outcomes += [_after(failure, undone(failure))] * len(batch)
            return outcomes + [_not_sent(failure)] * len(rest)
    return outcomes


def bisected(
    operations: Sequence[Op], send: Callable[[Sequence[Op]], list[Outcome] | None]
) -> list[Outcome]:
    """One outcome for each operation, at a service that does nothing of a batch if one of it is
    wrong, and does not say which. `send` answers None then; its halves are sent, until the wrong
    one is alone. Of one operation it has an outcome.
    """
    outcomes = send(operations)
    if outcomes is not None:
        return outcomes
    if len(operations) < 2:
        raise ValueError("a single operation without an outcome")
    half = len(operations) // 2
    return bisected(operations[:half], send) + bisected(operations[half:], send)


def _not_sent(failure: ConnectionFailure) -> Outcome:
    return Deferred(message="not sent", after=_wait(failure), sent=False)


def _after(failure: ConnectionFailure, undone: bool) -> Outcome:
    if undone or (isinstance(failure, Retry) and not failure.reached):
        sent = not isinstance(failure, Retry) or failure.sent
        return Deferred(message=failure.message, after=_wait(failure), sent=sent)
    return Unknown(message=failure.message)


def _wait(failure: ConnectionFailure) -> float | None:
    return failure.after if isinstance(failure, Retry) else None
