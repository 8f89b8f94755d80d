"""Answers that are kept while a call is repeated.

Of a batch some requests may be refused for now. Core then repeats the whole call of the connector
after the time the service asked for, and what was answered well is not asked for again: the
refusals would fall on others each time, and a mailbox that refuses one request in five would never
let a hundred through.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from syncline.errors import Retry
from syncline.plugin.http import Reply

KEPT_SECONDS: Final = 300.0
"""As long as core goes on repeating a call. An answer is then too old to be told as it is now."""

T = TypeVar("T")


@dataclass
class _Repeated:
    request: object
    since: float
    answers: dict[str, Reply] = field(default_factory=dict)


class KeptAnswers:
    """Answers to reads, by address, from a call's first try to its last. Core repeats a call in the
    thread that made it, as the very next one: any other call there ends what was kept. `clock`: any
    clock, in seconds. Safe to use from several threads; each has its own.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._mine = threading.local()

    def during(self, request: object, call: Callable[[], T]) -> T:
        """What `call` answers to core's request. If it fails for now, its answers are kept for the
        repetition, which has an equal request.
        """
        if not self._is_repeated(request):
            self._mine.call = _Repeated(request, self._clock())
        try:
            answer = call()
        except Retry:
            raise
        except BaseException:
            self._mine.call = None
            raise
        self._mine.call = None
        return answer

    def answer(self, url: str) -> Reply | None:
        """The answer that is kept for an address; None if it has to be asked for."""
        call = self._call()
        return None if call is None else call.answers.get(url)

    def keep(self, url: str, answer: Reply) -> None:
        """An answer that stands, whatever becomes of the others."""
        if call := self._call():
            call.answers[url] = answer

    def _call(self) -> _Repeated | None:
        return getattr(self._mine, "call", None)

    def _is_repeated(self, request: object) -> bool:
        call = self._call()
        return (
            call is not None
            and call.request == request
            and self._clock() - call.since <= KEPT_SECONDS
        )
