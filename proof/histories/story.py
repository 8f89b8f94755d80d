"""A story: a whole history as a value. It can be printed, replayed, and made shorter.

Story(Start(left=("markers",), …), (Work((People("edit", Side.LEFT),), (Event(…),)), Settle()))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from proof import stage
from proof.histories.deeds import People
from proof.histories.events import Event
from proof.histories.history import History
from proof.histories.services import service
from proof.quick_state import QuickState
from syncline.model.sides import PerSide, Side
from syncline.plugin.manager import PluginManager
from syncline.policy.schema import Conflict, Direction, ObjectPolicy


@dataclass(frozen=True)
class Start:
    """The world: each service's quirks, the policy, who takes part, how wrong clocks are; and what
    people had done before. `in_step`: then both sides were brought in step.
    """

    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ("ada",)
    skew: PerSide[float] = PerSide(0.0, 0.0)
    people: tuple[People, ...] = ()
    in_step: bool = False


@dataclass(frozen=True)
class Configure:
    """The configuration is edited."""

    members: tuple[str, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)

    def play(self, history: History) -> None:
        """Do it."""
        history.reconfigure(*self.members, **consistent(self.policy, history.world.policy))


@dataclass(frozen=True)
class Work:
    """People do things, and then there is a run, of all members or of those `alone`. `meanwhile`:
    the configuration is edited while it works, and another run, if one comes, begins with that.
    """

    people: tuple[People, ...] = ()
    events: tuple[Event, ...] = ()
    meanwhile: Configure | None = None
    alone: tuple[str, ...] = ()

    def play(self, history: History) -> None:
        """Do it."""
        for each in self.people:
            history.people(each.deed, each.side, each.record, each.field)
        meanwhile = None if self.meanwhile is None else partial(self.meanwhile.play, history)
        history.run(*self.events, meanwhile=meanwhile, members=self.alone)


@dataclass(frozen=True)
class Wait:
    """Time passes; perhaps the process was started again."""

    seconds: float
    reopen: bool = False

    def play(self, history: History) -> None:
        """Do it."""
        history.wait(self.seconds)
        if self.reopen:
            history.reopen()


@dataclass(frozen=True)
class Look:
    """Somebody looks at the plan, lets it run, and approves what guards hold."""

    def play(self, history: History) -> None:
        """Do it."""
        history.plan_and_run()
        history.approve()


@dataclass(frozen=True)
class Ahead:
    """A run while our clock is so many seconds ahead."""

    seconds: float

    def play(self, history: History) -> None:
        """Do it."""
        history.run_ahead(self.seconds)


@dataclass(frozen=True)
class Decide:
    """Somebody decides the conflicts that wait."""

    winner: Side

    def play(self, history: History) -> None:
        """Do it."""
        history.decide(self.winner)


@dataclass(frozen=True)
class LoseState:
    """The database is gone."""

    def play(self, history: History) -> None:
        """Do it."""
        history.lose_state()


@dataclass(frozen=True)
class Settle:
    """Everything comes to rest, and is looked at."""

    full: bool = True

    def play(self, history: History) -> None:
        """Do it."""
        drifts = "offset" in [store.options.paging for store in history.stores]
        history.settle(full=self.full or drifts)


Step = Work | Configure | Wait | Look | Ahead | Decide | LoseState | Settle


@dataclass(frozen=True)
class Story:
    """Where it starts, and what happens then, step by step. In the end everything settles."""

    start: Start
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Stage(stage.Stage[Story]):
    """Plays stories, one after the other, in one folder. `counted`: what was played so far."""

    folder: Path
    quick: QuickState
    plugins: PluginManager
    counted: Counter[str] = field(default_factory=Counter)

    @classmethod
    def at(cls, folder: Path) -> Stage:
        """A stage with a state of its own."""
        return cls(folder, QuickState(folder), PluginManager.discover())

    def play(self, story: Story) -> History:
        """Play it to its end.

        Raises:
            AssertionError: a promise was broken; its name begins the message.

        """
        history = self._begin(story.start)
        try:
            for each in story.steps:
                each.play(history)
            history.settle()
        finally:
            history.reopen()
            self.counted.update(history.counted)
        return history

    def shorter(self, story: Story) -> Iterator[Story]:
        """The same with one thing less: big things first."""
        return _shorter(story)

    def _begin(self, start: Start) -> History:
        history = History(
            self.folder,
            service(start.left),
            service(start.right),
            members=start.members,
            skew=start.skew,
            quick=self.quick,
            plugins=self.plugins,
        )
        history.world.set(**consistent(start.policy, history.world.policy))
        for each in start.people:
            history.people(each.deed, each.side, each.record, each.field)
        if start.in_step:
            history.settle()
        return history


def consistent(changes: Mapping[str, Any], policy: ObjectPolicy) -> dict[str, Any]:
    """The changes as the configuration lets them pass: `conflict` exactly where both sides write,
    and no field against its object.
    """
    direction = changes.get("direction", policy.direction)
    both = direction is Direction.BOTH
    rule = changes.get("conflict", policy.conflict) or Conflict.LEFT_WINS
    fields = changes.get("fields", policy.fields)
    along = (direction, Direction.NONE)
    kept = {name: rule for name, rule in fields.items() if both or rule.direction in along}
    return {**changes, "conflict": rule if both else None, "fields": kept}


# --- shorter --------------------------------------------------------------------------------------


def _shorter(story: Story) -> Iterator[Story]:
    steps = story.steps
    for index in range(len(steps)):
        yield replace(story, steps=steps[:index] + steps[index + 1 :])
    yield from (replace(story, start=each) for each in _simpler(story.start))
    for index, step in enumerate(steps):
        if isinstance(step, Work):
            for each in (
                replace(step, meanwhile=None),
                replace(step, alone=()),
                *(replace(step, people=few) for few in _without_one(step.people)),
                *(replace(step, events=few) for few in _without_one(step.events)),
            ):
                if each != step:
                    yield replace(story, steps=(*steps[:index], each, *steps[index + 1 :]))


def _simpler(start: Start) -> Iterator[Start]:
    simple = Start()
    yield from (replace(start, left=few) for few in _without_one(start.left))
    yield from (replace(start, right=few) for few in _without_one(start.right))
    yield from (replace(start, people=few) for few in _without_one(start.people))
    for name in start.policy:
        yield replace(start, policy={n: v for n, v in start.policy.items() if n != name})
    for simpler in (
        replace(start, skew=simple.skew),
        replace(start, members=simple.members),
        replace(start, in_step=simple.in_step),
    ):
        if simpler != start:
            yield simpler


def _without_one(some: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for index in range(len(some)):
        yield some[:index] + some[index + 1 :]
