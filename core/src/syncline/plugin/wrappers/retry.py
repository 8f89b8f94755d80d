"""Repeating calls that failed for a while: reads freely, writes only where that is harmless.

Our own loop and not stamina's: stamina always sleeps by the real clock (its testing switch is
global and removes the waiting altogether), repeats a whole call where we must repeat a part of a
batch, and its default instrumentation logs arguments. The arithmetic is the usual one:
exponential backoff with jitter, never shorter than what the service asked for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
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


Look = Callable[[Sequence[int], Mapping[int, Outcome]], Mapping[int, Outcome]]
"""What is found of the operations at these positions, given all outcomes so far; those that are
not there are left out.
"""


@dataclass(frozen=True)
class Caution:
    """What must be so before a write is sent, also when it is sent again.

    `before_send` is called before each call, and stops everything by raising. `repeatable`: what
    may have been done may be sent again (a repeated create makes no second record). `once`: what
    was sent must be looked for with `look` before it is sent again, whatever was answered; without
    `look` it is not sent again. `pause`: seconds after which what was made can be seen.
    """

    before_send: Callable[[], None] = lambda: None
    repeatable: bool = False
    once: bool = False
    look: Look | None = None
    pause: float = 0.0


def write(
    send: Callable[[Sequence[Operation]], list[Outcome]],
    operations: Sequence[Operation],
    patience: Patience,
    caution: Caution = Caution(),
) -> list[Outcome]:
    """One outcome for each operation, in order.

    Operations that were certainly not done (`Retry(reached=False)`, `Deferred`) are sent again,
    with the `caution` they need. What is left when patience has run out is `Deferred`, or
    `Unknown` where it may have been done. An error other than `Retry` is raised, unless some
    operations already have outcomes: those are returned, and the others are `Unknown`. What
    `before_send` raises is raised in any case.
    """
    outcomes: dict[int, Outcome] = {}
    waiting: Sequence[int] = range(len(operations))
    began, attempt, doubtful = patience.now(), 1, False
    while waiting:
        caution.before_send()
        answer = _attempt(send, operations, waiting)
        outcomes.update(_taken(answer, waiting))
        doubtful = doubtful or (isinstance(answer, Retry) and answer.reached)
        again = _to_repeat(answer, waiting, outcomes, caution)
        after = _pause(_longest(answer), again, outcomes, caution)
        if not again or not patience.wait(attempt, after, began):
            break
        found = _found(outcomes, again, caution)
        outcomes.update(found)
        waiting = [index for index in again if index not in found]
        attempt += 1
    return [_certain(outcomes[index], doubtful, caution) for index in range(len(operations))]


def _taken(answer: list[Outcome] | Retry, waiting: Sequence[int]) -> dict[int, Outcome]:
    if isinstance(answer, Retry):
        return dict.fromkeys(waiting, _without_answer(answer))
    return dict(zip(waiting, answer, strict=True))


def _to_repeat(
    answer: list[Outcome] | Retry,
    waiting: Sequence[int],
    outcomes: Mapping[int, Outcome],
    caution: Caution,
) -> list[int]:
    """Of the operations just sent, those that may be sent again, as far as can be told before
    anybody has looked for them.
    """
    if isinstance(answer, Retry):
        again = [] if answer.reached and not caution.repeatable else list(waiting)
    else:
        again = [index for index in waiting if isinstance(outcomes[index], Deferred)]
    if not caution.once or caution.look is not None:
        return again
    return [index for index in again if not _was_sent(outcomes[index])]


def _was_sent(outcome: Outcome) -> bool:
    return not isinstance(outcome, Deferred) or outcome.sent


def _found(
    outcomes: Mapping[int, Outcome], again: Sequence[int], caution: Caution
) -> Mapping[int, Outcome]:
    """What became of those that were sent and must not be sent twice."""
    sent = [index for index in again if _was_sent(outcomes[index])]
    if not caution.once or caution.look is None or not sent:
        return {}
    try:
        return caution.look(sent, outcomes)
    except CALL_FAILED as failure:
        return dict.fromkeys(sent, Unknown(message=failure.message))


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
    return Deferred(message=failure.message, after=failure.after, sent=failure.sent)


def _longest(answer: list[Outcome] | Retry) -> float | None:
    if isinstance(answer, Retry):
        return answer.after
    asked = [a.after for a in answer if isinstance(a, Deferred) and a.after is not None]
    return max(asked, default=None)


def _pause(
    asked: float | None, again: Sequence[int], outcomes: Mapping[int, Outcome], caution: Caution
) -> float | None:
    """How long to wait: at least until what was sent can be seen, if somebody will look for it."""
    looks = caution.once and any(_was_sent(outcomes[index]) for index in again)
    return max(asked or 0.0, caution.pause) if looks and caution.pause else asked


def _certain(outcome: Outcome, doubtful: bool, caution: Caution) -> Outcome:
    """Once a call may have reached the service, `Deferred` (certainly not done) is not true; nor
    where somebody could look, and has not looked since.
    """
    if not isinstance(outcome, Deferred):
        return outcome
    unseen = caution.once and caution.look is not None and outcome.sent
    return Unknown(message=outcome.message) if doubtful or unseen else outcome
