"""What may happen at a point of a run, and which points there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from proof.histories.deeds import People
from syncline.connectors.memory import Call
from syncline.errors import Resync, Retry, StateError, Stop
from syncline.plugin.requests import Deferred, Outcome, Rejected

Fault = Literal[
    "die", "retry", "not reached", "stop", "refuse all", "put off all", "disk full", "interrupt",
    "resync", "in part",
]  # fmt: skip
"""`die`: the process is killed. `retry`, `not reached`, `stop`: the call fails as a whole. `refuse
all`, `put off all`: every write of the batch gets that outcome. `disk full`: the commit fails, and
ends the process. `interrupt`: somebody presses Ctrl-C. `resync`: the cursor of a page of changes
is dead, also that of a later page of a first pass. `in part`: every write of the batch is done
without the fields of its second call.
"""
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
Rival = Literal["another run", "overtaken"]
"""Another process runs to its end over the same state. `overtaken`: after our lease has expired,
since our process was asleep.
"""
RIVALS: Final[tuple[Rival, ...]] = get_args(Rival)
Moment = Literal["before", "after"]
At = Literal["any", "write", "changes", "ids", "keys", "match", "commit"]

_ANSWERS: Final[dict[str, Outcome]] = {
    "refuse all": Rejected(kind="invalid", message="a planned refusal", code="PLANNED"),
    "put off all": Deferred(message="planned to be sent again"),
}


@dataclass(frozen=True)
class Event:
    """Something that happens at a point of a run: its number from 1, before or after. Points are
    calls and commits; `at` counts only those of a kind.
    """

    point: int
    moment: Moment
    what: People | Fault | Rival
    at: At = "any"


def kinds_of(call: Call | None) -> tuple[At, ...]:
    """The kinds of point this is; None is a commit."""
    if call is None:
        return ("any", "commit")
    if call.writes:
        return ("any", "write")
    if call.kind in ("changes", "ids", "keys", "match"):
        return ("any", call.kind)
    return ("any",)


def answer_of(fault: Fault) -> Outcome | None:
    """What every write gets instead of being carried out."""
    return _ANSWERS.get(fault)


def error_of(fault: Fault, moment: Moment) -> Exception:
    """The error a call, or a commit, ends with."""
    if fault == "stop":
        return Stop("a planned refusal")
    if fault == "resync":
        return Resync("a planned expiry")
    if fault == "disk full":
        return StateError("planned: no space left")
    reached = not (fault == "not reached" and moment == "before")
    return Retry("a planned failure", reached=reached)
