"""A scenario: a world in which one run has something to do, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from proof.crashes import Step, quiet
from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.testing.rehearsal import EngineWorld

Check = Callable[[EngineWorld], bool]

PLAIN: Final = MemoryOptions()
_MARKER: Final = MemoryOptions(
    idempotency="marker", conditional="second", conditional_delete="second",
    detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
    answers_version=False,
)  # fmt: skip
_UNCONDITIONAL: Final = MemoryOptions(
    conditional="none", conditional_delete="none", answers_version=False, bumps_after_write=True
)

KINDS: Final[Mapping[str, PerSide[MemoryOptions]]] = {
    "key": PerSide(PLAIN, PLAIN),
    "one at a time": PerSide(PLAIN, MemoryOptions(
        create_batch=1, update_batch=1, conditional_batch=1, delete_batch=1,
        answers_version=False, bumps_after_write=True, page_size=2, read_batch=1,
    )),
    "marker": PerSide(PLAIN, _MARKER),
    "nothing": PerSide(PLAIN, MemoryOptions(
        idempotency="none", conditional="none", conditional_delete="none",
        detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
        deletions="swept",
    )),
    "crm": PerSide(PLAIN, MemoryOptions(
        feed="connection", spans_accounts=True, idempotency="marker", deletions="swept",
        conditional="second", granularity=1.0, detection="timestamp", overlap=30.0,
    )),
    "weak at both": PerSide(_MARKER, _UNCONDITIONAL),
}  # fmt: skip
"""What the two systems can do. Where deletions are `swept` every run lists the whole feed, because
nothing else tells them; the others find everything by their cursors alone."""


def nothing(_world: EngineWorld) -> None:
    """Nothing happens."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`given` is brought in step first; then comes `when`, and the `run` that is stopped. In the
    end `then` is true, whether or not it was.

    `again`: what whoever gave the command does when it has died, beside waiting for the next run.
    `left` and `right` change what a kind of system can do; `kinds` are those it makes sense for.
    `people` are the members.
    """

    name: str
    when: Step
    then: Check
    given: Step = nothing
    run: Step = EngineWorld.sync
    again: Step = nothing
    policy: Mapping[str, Any] = field(default_factory=dict)
    left: Mapping[str, Any] = field(default_factory=dict)
    right: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = tuple(KINDS)
    people: tuple[str, ...] = ("ada",)

    def world(self, make: Callable[..., EngineWorld], kind: str) -> EngineWorld:
        """The world in which `run` comes next."""
        options = KINDS[kind]
        world = make(
            left=replace(options.left, **self.left), right=replace(options.right, **self.right)
        )
        world.people = self.people
        world.set(**self.policy)
        self.given(world)
        quiet(world)
        self.when(world)
        world.clock.advance(60)
        return world
