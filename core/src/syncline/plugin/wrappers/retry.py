"""Repeating calls that failed for a while: reads freely, writes only where that is harmless.

Our own loop and not stamina's: stamina always sleeps by the real clock (its testing switch is
global and removes the waiting altogether), repeats a whole call where we must repeat a part of a
batch, and its default instrumentation logs arguments. The arithmetic is the usual one:
exponential backoff with jitter, never shorter than what the service asked for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from syncline.errors import CALL_FAILED, Retry
from syncline.plugin.requests import Deferred, Outcome, Unknown

T = TypeVar("T")
Operation = TypeVar("Operation")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to go on: at most `attempts` calls, and `budget` seconds between the first and the
    last. `sleep`, `now` (any clock in seconds) and `jitter` (0 to 1) are passed in.
    """

    attempts: int = 6
    budget: float = 300.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random

    def wait(self, attempt: int, after: float | None, began: float) -> bool:
        """Wait before the attempt after `attempt` (1, 2, …). False, without waiting, if it would
        be one too many or too late.
        """
        pause = self._pause(attempt, after)
        if attempt >= self.attempts or self.now() - began + pause > self.budget:
            return False
        self.sleep(pause)
        return True

    def _pause(self, attempt: int, after: float | None) -> float:
        backoff = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        jittered = backoff * (0.5 + self.jitter() / 2)
        return jittered if after is None else max(after, 0.0) + self.jitter()


def read(call: Callable[[], T], patience: Patience) -> T:
    """The answer of a call that changes nothing; repeated on `Retry`.

    Raises:
        Retry: the last one, when patience has run out. Any other error at once.

    """
    began, attempt = patience.now(), 1
    while True:
        try:
            return call()
        except Retry as failure:
            if not patience.wait(attempt, failure.after, began):
                raise
        attempt += 1


def write(
    send: Callable[[Sequence[Operation]], list[Outcome]],
    operations: Sequence[Operation],
    patience: Patience,
    *,
    repeatable: bool = False,
) -> list[Outcome]:
    """One outcome for each operation, in order.

    Operations that were certainly not done (`Retry(reached=False)`, `Deferred`) are sent again;
    those that may have been done only if `repeatable` (a repeated create makes no second record).
    What is left when patience has run out is `Deferred`, or `Unknown` once a call may have
    reached the service. An error other than `Retry` is raised, unless some operations already
    have outcomes: those are returned, and the others are `Unknown`.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = list(range(len(operations)))
    began, attempt, doubtful = patience.now(), 1, False
    while True:
        answer = _attempt(send, operations, waiting)
        if isinstance(answer, Retry):
            doubtful = doubtful or answer.reached
            outcomes.update(dict.fromkeys(waiting, _without_answer(answer)))
            after, final = answer.after, answer.reached and not repeatable
        else:
            outcomes.update(zip(waiting, answer, strict=True))
            waiting = [index for index in waiting if isinstance(outcomes[index], Deferred)]
            after, final = _longest(answer), False
        if final or not waiting or not patience.wait(attempt, after, began):
            return [_settled(outcomes[index], doubtful) for index in range(len(operations))]
        attempt += 1


def _attempt(
    send: Callable[[Sequence[Operation]], list[Outcome]],
    operations: Sequence[Operation],
    waiting: Sequence[int],
) -> list[Outcome] | Retry:
    try:
        return send([operations[index] for index in waiting])
    except Retry as failure:
        return failure
    except CALL_FAILED as failure:
        if len(waiting) == len(operations):
            raise
        return [Unknown(message=failure.message)] * len(waiting)


def _without_answer(failure: Retry) -> Outcome:
    if failure.reached:
        return Unknown(message=failure.message)
    return Deferred(message=failure.message, after=failure.after)


def _longest(answers: Sequence[Outcome]) -> float | None:
    asked = [a.after for a in answers if isinstance(a, Deferred) and a.after is not None]
    return max(asked, default=None)


def _settled(outcome: Outcome, doubtful: bool) -> Outcome:
    """Once a call may have reached the service, `Deferred` (certainly not done) is not true."""
    if doubtful and isinstance(outcome, Deferred):
        return Unknown(message=outcome.message)
    return outcome
